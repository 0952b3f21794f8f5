"""Watches every page of a browser for what none of ours may do, whatever the test is about.

Complains about: anything the content security policy blocked, script errors, console errors, requests that leave the
server's own origin, and answers that no page of ours gives on purpose. The fixture `watch` ends a test that got one.
"""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

#: Refusals that the product answers with a page of its own: not let in, used twice, wrong form, too often.
REFUSALS = frozenset({403, 409, 422, 429})
#: Chromium repeats every refusal as a console error; `Watch` judges the answers themselves.
_REPEATED = "error: Failed to load resource: the server responded with a status of"
#: A result that is loaded by its address, before any key or tap, stays silent: that is the browser's rule, not a fault.
_SILENT = "warning: The AudioContext was not allowed to start"
_TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile }) =>
  console.error(`policy ${effectiveDirective} blocked ${blockedURI} in ${sourceFile}`));
"""


@dataclass
class Watch:
    """The complaints about all browsers that one test opened."""

    origin: str
    complaints: list[str] = field(default_factory=list)
    #: How complaints begin that a test provokes on purpose.
    expected: tuple[str, ...] = ()

    def over(self, context: BrowserContext) -> None:
        """Watch every page that is opened in this browser."""
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("response", self._on_response)

    def _complain(self, text: str) -> None:
        if not text.startswith((_REPEATED, _SILENT, *self.expected)):
            self.complaints.append(text)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complain(f"{message.type}: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self._complain(f"script: {error.error}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self._complain(f"request to {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in REFUSALS:
            self._complain(f"{response.status} from {response.url}")
