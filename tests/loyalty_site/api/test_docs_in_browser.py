"""The documentation page in a real browser: it shows the calls, and the strict policy finds nothing to block."""

import os
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from playwright.sync_api import sync_playwright

from loyalty_site.wsgi import application

pytestmark = pytest.mark.browser


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(db: None) -> Iterator[str]:
    """The address of the site, served to this test alone; the pages asked for read no database."""
    with make_server("127.0.0.1", 0, StaticFilesHandler(application), handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_docs_page_shows_the_calls_and_breaks_no_policy(site: str) -> None:
    complaints: list[str] = []
    foreign: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(site) else None)
        page.goto(f"{site}/api/v1/docs")
        page.wait_for_selector("text=Book a sale on a card")
        summaries = page.locator(".opblock-summary-path").all_inner_texts()
        page.locator(".opblock-summary").first.click()
        page.wait_for_selector("text=Idempotency-Key")
        browser.close()
    assert len(summaries) == 7
    assert complaints == []
    assert [url for url in foreign if not url.startswith("data:")] == []
