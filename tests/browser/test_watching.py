"""The controls: what the other tests rely on does notice what it is there for."""

import pytest
from playwright.sync_api import Browser, Error
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessibility import findings, sideways_scroll
from tests.browser.conftest import OpenBrowser
from tests.browser.watch import Watch

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

SPOIL = """() => {
  const tiny = document.createElement("button");
  const pale = Object.assign(document.createElement("p"), { textContent: "Blass" });
  const wide = document.createElement("div");
  Object.assign(tiny.style, { inlineSize: "8px", blockSize: "8px", padding: 0, border: 0, position: "absolute" });
  Object.assign(pale.style, { color: "#777", background: "#666" });
  Object.assign(wide.style, { inlineSize: "2000px", blockSize: "1px" });
  const next = Object.assign(tiny.cloneNode(), { textContent: "x" });
  next.style.insetInlineStart = "10px";
  const spilled = Object.assign(document.createElement("p"), { textContent: "Zu weit" });
  Object.assign(spilled.style, { marginInlineEnd: "-40px" });
  document.querySelector(".record").append(spilled);
  document.querySelector("main").append(tiny, next, pale, wide);
}"""


def test_findings_name_what_is_wrong_with_a_page(open_browser: OpenBrowser) -> None:
    page = open_browser().new_page()
    page.goto("/")
    assert findings(page, "front door") == []
    page.evaluate(SPOIL)
    found = "\n".join(findings(page, "front door"))
    for fault in ("scrolls sideways", "sticks out of its card", "button-name", "color-contrast", "target-size"):
        assert fault in found
    assert sideways_scroll(page) > 0


def test_watch_complains_of_blocked_styles_foreign_requests_errors_and_missing_files(
    chromium: Browser, live_server: LiveServer
) -> None:
    watch = Watch(live_server.url)
    context = chromium.new_context(base_url=live_server.url)
    watch.over(context)
    page = context.new_page()
    page.goto("/")
    assert watch.complaints == []
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.evaluate("fetch('/nowhere/')")
    with pytest.raises(Error):
        page.goto("http://elsewhere.invalid/")
    context.close()
    told = "\n".join(watch.complaints)
    for fault in ("policy style-src-attr", "broken", "404 from", "request to http://elsewhere.invalid/"):
        assert fault in told
