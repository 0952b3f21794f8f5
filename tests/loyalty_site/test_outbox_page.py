"""The outbox page: every message of a development site with working links, and no page anywhere else."""

import re
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import EmailMessage
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from loyalty_site.web.development_mail import OutboxBackend

BACKEND = "loyalty_site.web.development_mail.OutboxBackend"
LINK = "http://127.0.0.1:8000/m/morgenrot/verify/abc?next=/m/&x=1"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _development(settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG, settings.EMAIL_BACKEND, settings.VAR_DIR = True, BACKEND, tmp_path


def send(subject: str = "Ihr Code", text: str = "Text", **fields: object) -> str:
    """Send one message as the product does; return its name on the page."""
    message = EmailMessage(subject, text, "Morgenrot <karte@example.de>", ["anna@example.org"])
    for name, value in fields.items():
        setattr(message, name, value)
    OutboxBackend().send_messages([message])
    return names()[-1]


def names() -> list[str]:
    from django.conf import settings

    return sorted(path.stem for path in (settings.VAR_DIR / "outbox").glob("*.eml"))


def links(content: str) -> list[str]:
    """Return where the page's links lead, as a browser understands them."""
    return [unquote(unescape(href)) for href in re.findall(r'<a href="([^"]*)"', content)]


def page(client: Client, address: str = "/dev/outbox/", status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_outbox_without_messages_says_what_will_appear(client: Client) -> None:
    assert 'class="empty"' in page(client)
    assert "<form" not in page(client).partition("<main")[2].partition("</main>")[0]


def test_outbox_lists_messages_with_recipient_newest_first(client: Client) -> None:
    sent = [send(f"Nachricht {number}") for number in range(3)]
    content = page(client)
    assert re.findall(r"/dev/outbox/([^/\"]+-[^/\"]+)/", content) == sent[::-1]
    assert re.findall(r">(Nachricht \d)<", content) == ["Nachricht 2", "Nachricht 1", "Nachricht 0"]
    assert content.count("anna@example.org") == 3
    assert "no-store" in client.get("/dev/outbox/")["Cache-Control"]


def test_outbox_with_more_than_50_messages_turns_pages(client: Client) -> None:
    for number in range(51):
        send(f"Nachricht {number}.")
    first, second = page(client), page(client, "/dev/outbox/?page=2")
    assert (first.count('class="ledger__line"'), second.count('class="ledger__line"')) == (50, 1)
    assert 'rel="next" href="?page=2"' in first
    assert 'rel="prev" href="?page=1"' in second
    assert "Nachricht 0." in second
    assert page(client, "/dev/outbox/?page=99").count('class="ledger__line"') == 1


def test_outbox_needs_as_many_queries_for_3_messages_as_for_1(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        send()
        with django_assert_num_queries(0):
            page(client)
        send()


def test_message_shows_its_text_with_working_links_and_the_facts(client: Client) -> None:
    name = send("Karte bestätigen", f"Guten Tag,\n\nöffnen Sie bitte {LINK}\n\nCode: 384920 <b>")
    content = page(client, f"/dev/outbox/{name}/")
    assert LINK in links(content)
    assert "Code: 384920 &lt;b&gt;" in content
    for fact in ("Karte bestätigen", "anna@example.org", "Morgenrot &lt;karte@example.de&gt;"):
        assert fact in content


def test_message_with_html_shows_the_text_part_and_no_markup(client: Client) -> None:
    message = EmailMultiAlternatives("Betreff", "Nur Text", "a@example.de", ["b@example.org"])
    message.attach_alternative("<p style='color:red'>Bunt</p><script>alert(1)</script>", "text/html")
    message.attach("brief.pdf", b"%PDF", "application/pdf")
    OutboxBackend().send_messages([message])
    content = page(client, f"/dev/outbox/{names()[-1]}/")
    assert "Nur Text" in content
    assert "brief.pdf" in content
    assert not any(trace in content for trace in ("Bunt", "alert(1)", "style="))


def test_message_of_html_alone_shows_its_words(client: Client) -> None:
    html = f"<p>Gr&uuml;n, <b>Anna</b> {escape(LINK)}</p>\n<script>alert(1)</script>"
    name = send(text=html, content_subtype="html")
    content = page(client, f"/dev/outbox/{name}/")
    assert "Grün, Anna" in content
    assert LINK in links(content)
    assert "<script>alert" not in content


def test_message_with_a_hostile_subject_and_name_is_escaped(client: Client) -> None:
    name = send("<script>alert(1)</script>")
    for address in ("/dev/outbox/", f"/dev/outbox/{name}/"):
        assert "<script>alert(1)" not in page(client, address)


@pytest.mark.parametrize(
    "name", ["20260101T000000000000-00000000", "..", "x", "..%2F..%2Fsecrets", "20260101T000000000000-0000000g"]
)
def test_message_that_does_not_exist_is_404(client: Client, name: str) -> None:
    send()
    assert client.get(f"/dev/outbox/{name}/").status_code == 404


def test_outbox_with_a_foreign_file_in_the_folder_ignores_it(client: Client) -> None:
    from django.conf import settings

    send("Echt")
    (settings.VAR_DIR / "outbox" / "notes.eml").write_text("Subject: Fremd\n\n")
    assert "Fremd" not in page(client)
    client.post("/dev/outbox/delete/")
    assert names() == ["notes"]


def test_delete_by_post_empties_the_outbox_and_says_how_many(client: Client) -> None:
    send()
    send()
    response = client.post("/dev/outbox/delete/", follow=True)
    assert response.redirect_chain == [("/dev/outbox/", 302)]
    assert names() == []
    assert "2" in response.content.decode().partition('role="status"')[2].partition("</div>")[0]


def test_delete_by_get_or_without_a_token_deletes_nothing(client: Client) -> None:
    send()
    assert client.get("/dev/outbox/delete/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/dev/outbox/delete/").status_code == 403
    assert len(names()) == 1


@pytest.mark.parametrize(
    ("setting", "value"),
    [("DEBUG", False), ("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")],
)
def test_outbox_outside_of_development_does_not_exist(
    client: Client, settings: Settings, setting: str, value: object
) -> None:
    name = send()
    addresses = ["/dev/outbox/", f"/dev/outbox/{name}/"]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    setattr(settings, setting, value)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert client.post("/dev/outbox/delete/").status_code == 404
    assert names() == [name]


def test_outbox_is_served_under_the_strict_policy(client: Client) -> None:
    send()
    response = client.get("/dev/outbox/")
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert not re.search(r"<style|<script(?![^>]*src=)|\sstyle=|\son[a-z]+=", response.content.decode())
