"""Runs a part of the bench inside Django: ``python -m bench.inside MODULE ARGUMENTS``.

Sets Django up first, with the settings to be measured, so that those modules can import models as any other module
does. What they return is printed as JSON.
"""

import importlib
import json
import sys

import django

PARTS = ("bench.shop", "bench.statements", "bench.bookkeeping", "bench.bare.shop")


def main(arguments: list[str]) -> None:
    """Run the named part and print what it returns.

    Raises:
        ValueError: there is no such part.
    """
    name, *rest = arguments
    if name not in PARTS:
        raise ValueError(f"no part of the bench: {name}")
    django.setup()
    json.dump(importlib.import_module(name).main(rest), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
