"""The plan of a run."""

from bench.plan import MANY, Place, slots


def test_slots_have_keys_of_their_own() -> None:
    keys = [slot.key for slot in slots()]
    assert len(set(keys)) == len(keys)


def test_slots_that_are_compared_run_with_one_and_with_many_callers() -> None:
    closed = {(slot.name, slot.connections) for slot in slots() if slot.rate is None and slot.scene != "same"}
    assert {count for _, count in closed} == {1, MANY}
    assert {name for name, count in closed if count == 1} == {name for name, count in closed if count == MANY}


def test_slots_ask_the_product_on_both_databases() -> None:
    asked = {(slot.place, slot.scene) for slot in slots() if slot.connections == MANY}
    assert {(place, scene) for place in (Place.POSTGRES, Place.SQLITE) for scene in ("api", "counter")} <= asked
