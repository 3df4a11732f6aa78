"""Many at the same moment: a thread and a door of its own for each."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from stack.cluster import Cluster
from tests.world.races.direct_db import Door

T = TypeVar("T")


class Crowd:
    """Keeps its doors open from one rush to the next."""

    def __init__(self, cluster: Cluster, size: int) -> None:
        self._doors = [Door(cluster) for _ in range(size)]
        self._pool = ThreadPoolExecutor(size)

    def rush(self, tasks: Sequence[Callable[[Door], T]]) -> list[T]:
        """Run the tasks, as many at once as there are doors; answers in their order.

        Raises what a task raised, after all have ended.
        """
        size = min(len(self._doors), len(tasks))
        line = threading.Barrier(size)
        waiting = iter(list(enumerate(tasks)))
        answers: dict[int, T] = {}

        def run(door: Door) -> None:
            line.wait(timeout=30)
            # Taking the next one is a single step under the interpreter's lock.
            for number, task in waiting:
                answers[number] = task(door)

        running = [self._pool.submit(run, door) for door in self._doors[:size]]
        for each in running:
            each.exception()
        for each in running:
            each.result()
        return [answers[number] for number in range(len(tasks))]

    def close(self) -> None:
        self._pool.shutdown()
        for door in self._doors:
            door.close()
