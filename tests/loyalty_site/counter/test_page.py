"""What every page finds in its context: the camera's decoder only where all of it is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from loyalty_site.counter.page import CameraView, camera

DECODER = ("iife/ponyfill.js", "reader/zxing_reader.wasm")


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Look the decoder up anew in each test, and afterwards."""
    camera.cache_clear()
    yield
    camera.cache_clear()


def _install(folder: Path, names: tuple[str, ...]) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("decoder", encoding="ascii")


@pytest.mark.parametrize("debug", [True, False])
def test_decoder_with_both_files_is_offered(settings: LazySettings, tmp_path: Path, debug: bool) -> None:
    _install(tmp_path / "vendor", DECODER)
    settings.DEBUG = debug
    settings.STATICFILES_DIRS = [("vendor", tmp_path / "vendor")] if debug else []
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    assert camera() == CameraView("/static/vendor/iife/ponyfill.js", "/static/vendor/reader/zxing_reader.wasm")


@pytest.mark.parametrize("names", [(), DECODER[:1], DECODER[1:]])
def test_decoder_that_is_not_complete_is_not_offered(
    settings: LazySettings, tmp_path: Path, names: tuple[str, ...]
) -> None:
    _install(tmp_path / "vendor", names)
    settings.DEBUG = True
    settings.STATICFILES_DIRS = [("vendor", tmp_path / "vendor")] if names else []
    assert camera() == CameraView()
