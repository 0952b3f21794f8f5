"""Loads the scripts under ``.ci/`` as modules, so that they can be tested like any other code.

The folder's name starts with a dot and is no package; the scripts import each other by bare name, as they do when
one of them is run.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parent.parent / ".ci"


def load(name: str) -> ModuleType:
    """Return the script ``.ci/<name>.py`` as a module."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    module = importlib.import_module(name)
    assert module.__file__ == str(FOLDER / f"{name}.py"), f"another module is called {name}"
    return module
