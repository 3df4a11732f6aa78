"""Messages that a queue hands over in a batch."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

# As many as a batch has: a slow one holds up no other.
AT_ONCE = 10
FAILED = "failed"

Record = Mapping[str, Any]


def outcomes_of(records: Sequence[Record], handle: Callable[[Record], str]) -> list[str]:
    """What handle says of each record, all at the same time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tasks = [pool.submit(copy_context().run, handle, record) for record in records]
        return [task.result() for task in tasks]


def to_come_again(
    records: Sequence[Record], outcomes: Sequence[str]
) -> dict[str, list[dict[str, str]]]:
    """The answer to the queue: of a batch, those that are FAILED come again."""
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]}
            for record, outcome in zip(records, outcomes, strict=True)
            if outcome == FAILED
        ]
    }
