"""Every read over all merchants is on this list, with its reason in the code beside it."""

import ast

from tests.architecture.sources import module_name, source_files

#: module -> how many reads over all merchants it makes
KNOWN = {
    "members.domain.tills": 2,  # a key or a pairing code at the door, before the merchant is known
    "loyalty_site.web.access": 1,  # which merchants a login works for
    "loyalty_site.web.front_door": 2,  # where a login belongs
    "loyalty_site.web.metrics": 3,  # figures of the whole installation, counts only
    "loyalty_site.outbox": 1,  # one worker serves all merchants
}


def test_reads_across_merchants_are_the_known_ones() -> None:
    found: dict[str, int] = {}
    for path in source_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "across_merchants"
        ]
        if calls:
            found[module_name(path)] = len(calls)
    assert found == KNOWN


def test_nobody_uses_the_unguarded_manager() -> None:
    users = [
        module_name(path)
        for path in source_files()
        if "_base_manager" in path.read_text(encoding="utf-8") and module_name(path) != "members.tenancy"
    ]
    assert users == []
