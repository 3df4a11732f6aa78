"""The queue between relay and deliver. Only the relay imports this: boto3 is slow to load."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.telemetry import logger

AT_ONCE = 10
_PATIENCE = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})


def enqueue(messages: Sequence[Mapping[str, Any]]) -> int:
    """Put messages into the queue, ten at a time; how many were taken. What was not is logged
    and comes back when its lease ends."""
    starts = range(0, len(messages), AT_ONCE)
    return sum(_send(messages[start : start + AT_ONCE]) for start in starts)


def _send(batch: Sequence[Mapping[str, Any]]) -> int:
    entries = [
        {"Id": str(number), "MessageBody": json.dumps(message)}
        for number, message in enumerate(batch)
    ]
    try:
        answer = _sqs().send_message_batch(
            QueueUrl=os.environ["HOLDFAST_MAIL_QUEUE_URL"], Entries=entries
        )
    except (BotoCoreError, ClientError) as error:
        logger.error("queue not reachable", error=type(error).__name__)
        return 0
    if failed := answer.get("Failed", []):
        logger.error("queue refused messages", codes=sorted({each["Code"] for each in failed}))
    return len(answer.get("Successful", []))


@cache
def _sqs() -> Any:
    return boto3.client("sqs", config=_PATIENCE)
