"""Reads answers as a browser does: their text, and whether a strict content policy would let all of it through."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Protocol

_SILENT = {"script", "style", "head", "title"}


class Answer(Protocol):
    """What Django's test client returns, as far as it is read here."""

    @property
    def content(self) -> bytes: ...
    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class Page(HTMLParser):
    """The text of a page, and what a strict policy would refuse."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.faults: list[str] = []
        self._inside: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _SILENT:
            self._inside.append(tag)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.faults.append(f"inline <{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self.faults.append(f"{tag} {name}={value}")
            if name in {"href", "src", "action"} and str(value).startswith(("http:", "https:", "//", "javascript:")):
                self.faults.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside and data.strip():
            self.texts.append(" ".join(data.split()))


def page_of(response: Answer) -> Page:
    """Return the answer as read."""
    return Page(response.content.decode())


def text_of(response: Answer) -> str:
    """Return the words of an answer."""
    return " ".join(page_of(response).texts)


def assert_clean(response: Answer) -> None:
    """Assert that the answer is a page with our policy, and that nothing in it breaks the policy."""
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page_of(response).faults == []
