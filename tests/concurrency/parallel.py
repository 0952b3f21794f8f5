"""Run a function in many threads at once, each with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connection

ResultT = TypeVar("ResultT")


def at_once(tasks: Sequence[Callable[[], ResultT]]) -> list[ResultT | Exception]:
    """Start all tasks behind one barrier; return each result or the exception it ended with, in order."""
    barrier = threading.Barrier(len(tasks))
    results: list[ResultT | Exception] = [RuntimeError("did not run")] * len(tasks)

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            results[index] = tasks[index]()
        except Exception as error:  # handed to the test, which judges it
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
