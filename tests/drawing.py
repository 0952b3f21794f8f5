"""Skips what draws PDFs where the drawing library's system part is missing; `make test-services` installs it."""

import ctypes.util

import pytest


def require_pango() -> None:
    """Skip the calling test or module, saying what is missing."""
    if ctypes.util.find_library("pango-1.0") is None:
        pytest.skip("needs Pango to draw PDFs (Debian: libpango-1.0-0)", allow_module_level=True)
