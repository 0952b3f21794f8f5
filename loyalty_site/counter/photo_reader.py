"""Reads QR codes out of a photograph, in memory: for devices whose browser can't use the camera.

Promises: no more than `MAX_PIXELS` are ever unpacked, whatever a file claims; only three formats are opened; nothing is
written anywhere. A file that is no photo, is broken or was made to hurt is a `PhotoProblem` and nothing else. What the
codes say is returned and not looked at; some may spend, so no text is logged.
"""

import struct
import warnings
import zlib
from enum import StrEnum
from io import BytesIO

import numpy as np
import zxingcpp
from PIL import Image, ImageOps

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 50_000_000
#: Codes are found well at this size; larger photos are only slower.
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
# What Pillow raises for files that are not what they say; the base classes of nearly all of it.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)
_TOO_BIG = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError, OverflowError)


class PhotoProblemReason(StrEnum):
    """Why a photo can't be read."""

    TOO_LARGE = "too_large"
    NOT_A_PHOTO = "not_a_photo"
    NO_CODE = "no_code"


class PhotoProblem(ValueError):
    """A photo without a readable code; the message is the reason alone."""

    def __init__(self, reason: PhotoProblemReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def codes_in(photo: bytes) -> list[str]:
    """Return the texts of the QR codes in a photo, at least one, as the decoder found them.

    Raises:
        PhotoProblem: too large, no photo in a known format, or no code in it; nothing else is ever raised.
    """
    if len(photo) > MAX_BYTES:
        raise PhotoProblem(PhotoProblemReason.TOO_LARGE)
    gray = _gray(photo)
    found = zxingcpp.read_barcodes(gray, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
    texts = [barcode.text for barcode in found if barcode.text]
    if not texts:
        raise PhotoProblem(PhotoProblemReason.NO_CODE)
    return texts


def _gray(photo: bytes) -> np.ndarray:
    """Return the photo upright, in gray, at most `LONGEST_SIDE` long."""
    try:
        with warnings.catch_warnings():
            # A phone's damaged notes about its photo (EXIF) are no reason to refuse what the photo shows.
            warnings.simplefilter("ignore", UserWarning)
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decoded(photo)
    except PhotoProblem:
        raise
    except _TOO_BIG as error:
        raise PhotoProblem(PhotoProblemReason.TOO_LARGE) from error
    except _BROKEN as error:
        raise PhotoProblem(PhotoProblemReason.NOT_A_PHOTO) from error


def _decoded(photo: bytes) -> np.ndarray:
    with Image.open(BytesIO(photo), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PhotoProblem(PhotoProblemReason.TOO_LARGE)
        # A JPEG is unpacked at a fraction of its size right away.
        image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        return np.ascontiguousarray(np.asarray(_flattened(upright), dtype=np.uint8))


def _flattened(image: Image.Image) -> Image.Image:
    """Return the image in gray; what is transparent becomes white paper."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("L")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("L")
