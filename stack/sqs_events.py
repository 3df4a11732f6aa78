"""SQS batches: messages in the form of Lambda's event, and what its answer says of them."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def event_of(messages: Iterable[Mapping[str, Any]], arn: str, region: str) -> dict[str, Any]:
    """The event of messages as ReceiveMessage gives them."""
    return {"Records": [_record(message, arn, region) for message in messages]}


def _record(message: Mapping[str, Any], arn: str, region: str) -> dict[str, Any]:
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    }
    if checksum := message.get("MD5OfMessageAttributes"):
        record["md5OfMessageAttributes"] = checksum
    return record


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    if "StringValue" in value:
        given["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        given["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return given | {"dataType": value["DataType"]}


def failed_ids(answer: Any, ids: Sequence[str]) -> set[str]:
    """The messages of a batch that come again, by what the function answered.

    As Lambda does it: nothing and an empty list mean that all went well; an answer that
    cannot be understood, or that names a message nobody sent, means that nothing did.
    """
    if answer is None:
        return set()
    failures = (answer.get("batchItemFailures") or []) if isinstance(answer, dict) else None
    if not isinstance(failures, list):
        return set(ids)
    named = [each.get("itemIdentifier") if isinstance(each, dict) else None for each in failures]
    return {each for each in ids if each in named} if all(n in ids for n in named) else set(ids)
