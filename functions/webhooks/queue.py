"""The queues between relay and deliver. Only the relay imports this: boto3 is slow to load."""

import json
import os
from collections.abc import Sequence
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.telemetry import logger

AT_ONCE = 10
_PATIENCE = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})


def enqueue(messages: Sequence[dict[str, Any]]) -> int:
    """Put messages into their queues, ten at a time; how many were taken. What was not is
    logged and comes back when its lease ends."""
    # An endpoint that fails or is slow holds its sender: those wait behind each other only.
    slow = [each for each in messages if each["lane"] == "slow"]
    fast = [each for each in messages if each["lane"] == "fast"]
    return _put("HOLDFAST_WEBHOOK_QUEUE_URL", fast) + _put("HOLDFAST_WEBHOOK_SLOW_QUEUE_URL", slow)


def _put(queue: str, messages: Sequence[dict[str, Any]]) -> int:
    starts = range(0, len(messages), AT_ONCE)
    return sum(_send(os.environ[queue], messages[start : start + AT_ONCE]) for start in starts)


def _send(url: str, batch: Sequence[dict[str, Any]]) -> int:
    entries = [
        {"Id": str(number), "MessageBody": json.dumps(_body(message))}
        for number, message in enumerate(batch)
    ]
    try:
        answer = _sqs().send_message_batch(QueueUrl=url, Entries=entries)
    except (BotoCoreError, ClientError) as error:
        logger.error("queue not reachable", error=type(error).__name__)
        return 0
    if failed := answer.get("Failed", []):
        logger.error("queue refused messages", codes=sorted({each["Code"] for each in failed}))
    return len(answer.get("Successful", []))


def _body(message: dict[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in ("delivery_id", "attempt")}


@cache
def _sqs() -> Any:
    return boto3.client("sqs", config=_PATIENCE)
