"""QR codes as inline SVG, for cards, screens, posters and letters.

Promises: the markup holds no style, script, id or size, so a strict CSP lets it through, several may stand on one
page, and the style sheet sizes `.qr__code`. It brings its own white ground and quiet zone, so that it scans in
dark mode too. Everything from outside is escaped. Needs no image library.

It does not decide what a code says; upper-case texts give smaller codes (QR's alphanumeric mode).
"""

from html import escape
from itertools import groupby

import qrcode
from qrcode.exceptions import DataOverflowError

QUIET_ZONE = 4
_LEVELS = {
    "L": qrcode.constants.ERROR_CORRECT_L,
    "M": qrcode.constants.ERROR_CORRECT_M,
    "Q": qrcode.constants.ERROR_CORRECT_Q,
    "H": qrcode.constants.ERROR_CORRECT_H,
}


def matrix(text: str, level: str = "M") -> tuple[tuple[bool, ...], ...]:
    """Return the modules row by row, true for dark, without quiet zone: 17 + 4 · version rows of as many.

    `level` is the error correction L, M, Q or H (about 7, 15, 25, 30 % of the area may be lost).

    Raises:
        ValueError: an empty text, an unknown level, or more text than the largest QR code holds.
    """
    if not text or level not in _LEVELS:
        raise ValueError("a QR code needs a text and a level L, M, Q or H")
    code = qrcode.QRCode(error_correction=_LEVELS[level], border=0)
    code.add_data(text, optimize=0)
    try:
        code.make()
    except (DataOverflowError, ValueError) as error:
        # The library reports a text beyond version 40 as an invalid version 41.
        raise ValueError("this text is too long for a QR code") from error
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


def svg(text: str, *, level: str = "M", title: str = "") -> str:
    """Return an inline `<svg>` of the text; safe to mark as safe in a template.

    `title` is what a screen reader says; without one the image is hidden from it (the page says it in text).

    Raises:
        ValueError: as `matrix`.
    """
    rows = matrix(text, level)
    size = len(rows) + 2 * QUIET_ZONE
    name = f"<title>{escape(title)}</title>" if title else ""
    hidden = "" if title else ' aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr__code" viewBox="0 0 {size} {size}" role="img"'
        f'{hidden} shape-rendering="crispEdges">{name}<rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path fill="#000" d="{_path(rows)}"/></svg>'
    )


def _path(rows: tuple[tuple[bool, ...], ...]) -> str:
    """Return path data with one rectangle per run of dark modules: half the bytes of one per module."""
    steps = []
    for y, row in enumerate(rows, QUIET_ZONE):
        x = QUIET_ZONE
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                steps.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(steps)
