"""Photographs for tests: QR codes drawn with Pillow, on paper, turned, and as a phone would store them."""

from io import BytesIO

from PIL import Image

from members.qr import matrix

ORIENTATION = 0x0112


def code_image(text: str, *, module: int = 8, margin: int = 6) -> Image.Image:
    """Return the QR code of a text in gray, `module` pixels for each of its squares."""
    rows = matrix(text)
    size = (len(rows) + 2 * margin) * module
    image = Image.new("L", (size, size), 255)
    for y, row in enumerate(rows, margin):
        for x, dark in enumerate(row, margin):
            if dark:
                image.paste(0, (x * module, y * module, (x + 1) * module, (y + 1) * module))
    return image


def photo_of(*texts: str, kind: str = "JPEG", turned: int = 0, orientation: int = 0, side: int = 1200) -> bytes:
    """Return a photograph of codes on a table; `turned` in degrees, `orientation` as EXIF has it (6: on its side)."""
    table = Image.new("L", (side, side), 190)
    for index, text in enumerate(texts):
        code = code_image(text)
        table.paste(code.rotate(turned, expand=True, fillcolor=190), (40 + index * 560, 60))
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
        table = table.rotate(90, expand=True)
    return _stored(table, kind, exif)


def _stored(image: Image.Image, kind: str, exif: Image.Exif) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, exif=exif)
    return buffer.getvalue()
