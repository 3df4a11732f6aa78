"""A batch of messages: sent at the same time, each with an end of its own."""

import json
import threading
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from functions.webhooks import deliver
from functions.webhooks.send import Answer
from shared.errors import Unavailable

IDS = [str(UUID(int=number)) for number in range(10)]
SILENT, UNKNOWN = IDS[0], IDS[4]


class _Database:
    """shared.db.Database with ten messages; it cannot be asked about one of them."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.recorded: list[tuple[str, str]] = []

    def rpc(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("a sender has no token")

    def service_rpc(self, name: str, params: Mapping[str, Any], **_: Any) -> Any:
        if name == "webhook_record":
            with self.changed:
                self.recorded.append((params["delivery_id"], params["outcome"]))
                self.changed.notify_all()
            return True
        if params["delivery_id"] == UNKNOWN:
            raise Unavailable
        return {
            "url": params["delivery_id"],
            "now": "2026-11-21T12:00:00+00:00",
            "event_id": params["delivery_id"],
            "event": "escrow.accept",
            "event_at": "2026-11-21T12:00:00+00:00",
            "object_type": "escrow",
            "object_id": "e",
            "sequence": 1,
            "payload": {},
            "schedule_step": 0,
            "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        }


def test_one_silent_receiver_holds_up_no_other_of_its_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It says nothing until the others have been sent and written down; it comes first."""
    database = _Database()
    others = {(each, "succeed") for each in IDS if each not in (SILENT, UNKNOWN)}
    seen: list[bool] = []

    def post(url: str, *_: Any, **__: Any) -> Answer:
        if url != SILENT:
            return Answer(200)
        with database.changed:
            seen.append(database.changed.wait_for(lambda: others <= {*database.recorded}, 60))
        return Answer(None, error="timeout")

    monkeypatch.setattr(deliver, "database", lambda: database)
    monkeypatch.setattr(deliver, "post", post)
    records = [
        {"messageId": f"m-{each}", "body": json.dumps({"delivery_id": each, "attempt": 0})}
        for each in IDS
    ]
    assert deliver.run({"Records": records}, None) == {
        "batchItemFailures": [{"itemIdentifier": f"m-{UNKNOWN}"}]
    }
    assert seen == [True]
    assert (set(database.recorded[:-1]), database.recorded[-1]) == (others, (SILENT, "retry"))
