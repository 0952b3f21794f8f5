"""QR codes in photographs: read whatever way up, and nothing else than a reason for what is no photo."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from loyalty_site.counter.photo_reader import MAX_BYTES, PhotoProblem, PhotoProblemReason, codes_in
from tests.loyalty_site.counter.photographs import photo_of

TEXT = "K.4DJJW4FWA05W"
GOOD = {kind: photo_of(TEXT, kind=kind, side=400) for kind in ("JPEG", "PNG", "WEBP")}


def _png_that_claims(width: int, height: int) -> bytes:
    """Return a tiny PNG file whose header claims a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turned", [0, 12, 90, 180])
def test_code_in_a_photo_is_read_whatever_way_it_lies(kind: str, turned: int) -> None:
    assert codes_in(photo_of(TEXT, kind=kind, turned=turned)) == [TEXT]


def test_code_in_a_photo_taken_on_its_side_is_read() -> None:
    assert codes_in(photo_of(TEXT, orientation=6)) == [TEXT]


def test_several_codes_in_a_photo_are_all_returned() -> None:
    assert set(codes_in(photo_of(TEXT, "https://example.org/"))) == {TEXT, "https://example.org/"}


def test_transparent_drawing_is_read_as_on_white_paper() -> None:
    gray = Image.open(BytesIO(GOOD["PNG"])).convert("L")
    ink = gray.point([255 if value < 100 else 0 for value in range(256)])
    image = Image.merge("LA", (Image.new("L", gray.size, 0), ink))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    assert codes_in(buffer.getvalue()) == [TEXT]


def test_half_a_photo_yields_no_card() -> None:
    """Whether half a picture opens depends on what else the process has loaded; it never yields a code."""
    with pytest.raises(PhotoProblem) as caught:
        codes_in(GOOD["PNG"][: len(GOOD["PNG"]) // 2])
    assert caught.value.reason in {PhotoProblemReason.NOT_A_PHOTO, PhotoProblemReason.NO_CODE}


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (b"", PhotoProblemReason.NOT_A_PHOTO),
        (b"not a photo", PhotoProblemReason.NOT_A_PHOTO),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, PhotoProblemReason.NOT_A_PHOTO),
        (b"GIF89a" + b"\1\0\1\0\0\0\0;", PhotoProblemReason.NOT_A_PHOTO),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotoProblemReason.NOT_A_PHOTO),
        (b"x" * (MAX_BYTES + 1), PhotoProblemReason.TOO_LARGE),
        (_png_that_claims(30_000, 30_000), PhotoProblemReason.TOO_LARGE),
        (_png_that_claims(9_000, 9_000), PhotoProblemReason.TOO_LARGE),
        (_png_that_claims(65_000, 65_000), PhotoProblemReason.TOO_LARGE),
        (photo_of(), PhotoProblemReason.NO_CODE),
    ],
)
def test_what_is_no_photo_of_a_code_is_refused_with_the_reason(photo: bytes, reason: PhotoProblemReason) -> None:
    with pytest.raises(PhotoProblem) as caught:
        codes_in(photo)
    assert caught.value.reason is reason
    assert str(caught.value) == reason.value


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(sorted(GOOD)),
    cut=st.integers(min_value=0, max_value=20_000),
    changes=st.lists(st.tuples(st.integers(min_value=0, max_value=5_000), st.integers(0, 255)), max_size=12),
)
def test_damaged_photo_is_read_or_refused_and_raises_nothing_else(
    kind: str, cut: int, changes: list[tuple[int, int]]
) -> None:
    damaged = bytearray(GOOD[kind])
    for place, value in changes:
        damaged[place % len(damaged)] = value
    try:
        assert codes_in(bytes(damaged[: len(damaged) - cut % len(damaged)]))
    except PhotoProblem as problem:
        assert problem.reason in PhotoProblemReason


def test_photo_with_damaged_notes_about_itself_is_read_all_the_same() -> None:
    """The EXIF block promises an entry that is cut off; the picture is whole."""
    notes = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0"
    segment = b"\xff\xe1" + struct.pack(">H", len(notes) + 2) + notes
    photo = GOOD["JPEG"][:2] + segment + GOOD["JPEG"][2:]
    with pytest.warns(UserWarning, match="Tag data|EXIF"):
        ImageOps.exif_transpose(Image.open(BytesIO(photo)))

    assert codes_in(photo) == [TEXT]
