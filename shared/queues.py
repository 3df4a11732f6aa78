"""Messages into a queue. It loads boto3, which is slow: only who puts some in imports it."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.telemetry import logger

AT_ONCE = 10
_PATIENCE = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})


def put(queue_url: str, messages: Sequence[Mapping[str, Any]]) -> int:
    """Put messages into a queue, ten at a time; how many were taken. What was not is logged: its
    lease ends, and it comes back."""
    starts = range(0, len(messages), AT_ONCE)
    return sum(_send(queue_url, messages[start : start + AT_ONCE]) for start in starts)


def _send(queue_url: str, batch: Sequence[Mapping[str, Any]]) -> int:
    entries = [
        {"Id": str(number), "MessageBody": json.dumps(message)}
        for number, message in enumerate(batch)
    ]
    try:
        answer = _sqs().send_message_batch(QueueUrl=queue_url, Entries=entries)
    except (BotoCoreError, ClientError) as error:
        logger.error("queue not reachable", error=type(error).__name__)
        return 0
    if failed := answer.get("Failed", []):
        logger.error("queue refused messages", codes=sorted({each["Code"] for each in failed}))
    return len(answer.get("Successful", []))


@cache
def _sqs() -> Any:
    return boto3.client("sqs", config=_PATIENCE)
