"""Loads the scripts under ``.ci/`` as modules, so that they can be tested like any other code.

The folder's name starts with a dot and is no package, hence by path.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parent.parent / ".ci"


def load(name: str) -> ModuleType:
    """Return the script ``.ci/<name>.py`` as a module, executed once per test process."""
    module_name = f"ci_{name}"
    if module_name in sys.modules:
        return sys.modules[module_name]
    spec = importlib.util.spec_from_file_location(module_name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses look their module up here
    spec.loader.exec_module(module)
    return module
