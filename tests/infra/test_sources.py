"""The stack's imitation of SQS event sources and of what stores, on throw-away functions."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from stack.sources import Drained
from stack.sqs_events import failed_ids
from stack.stack import Stack

_TEMPLATE = """
Globals:
  Function:
    CodeUri: code/
    Timeout: 5
    Environment:
      Variables:
        SEEN: !Ref Seen
        SECRET: !Ref PartnerSecret
        HOLDFAST_EVIDENCE_BUCKET: !Ref Evidence
        QUEUE_URL: !Ref Jobs
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 600
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Whole:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2}
  Dead: {Type: AWS::SQS::Queue}
  Seen: {Type: AWS::SQS::Queue}
  PartnerSecret: {Type: AWS::SecretsManager::Secret}
  Evidence:
    Type: AWS::S3::Bucket
    Properties:
      ObjectLockEnabled: true
      VersioningConfiguration: {Status: Enabled}
      ObjectLockConfiguration:
        ObjectLockEnabled: Enabled
        Rule: {DefaultRetention: {Mode: COMPLIANCE, Days: 30}}
      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true}
  JobsFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: job.main.handler
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
            BatchSize: 4
            FunctionResponseTypes: [ReportBatchItemFailures]
  WholeFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: job.main.handler
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Whole.Arn}}
  ForwardFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: job.main.handler
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Seen.Arn, Enabled: false}}
"""
# Does what a message says, and tells each one it was given to the queue Seen.
_HANDLER = """
import boto3, json, os

def handler(event, context):
    if "Records" not in event:
        return dict(os.environ)
    sqs = boto3.client("sqs")
    failed = []
    bodies = [record["body"] for record in event["Records"]]
    sqs.send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(event))
    for record in event["Records"]:
        match record["body"]:
            case "raise": raise ValueError("as asked")
            case "die": os._exit(1)
            case "fail": failed.append({"itemIdentifier": record["messageId"]})
            case "fail once":
                if record["attributes"]["ApproximateReceiveCount"] == "1":
                    failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""


def _start(folder: Path, **options: Any) -> Any:
    (folder / "template.yaml").write_text(_TEMPLATE)
    (folder / "code" / "job").mkdir(parents=True)
    (folder / "code" / "job" / "main.py").write_text(_HANDLER)
    return Stack.start(template=folder / "template.yaml", shared=True, **options)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with _start(tmp_path_factory.mktemp("jobs")) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _empty(request: pytest.FixtureRequest) -> None:
    if "jobs" in request.fixturenames:
        stack: Stack = request.getfixturevalue("jobs")
        for queue in ("Jobs", "Whole", "Dead", "Seen"):
            _take_all(stack, queue)


def _url(stack: Stack, queue: str) -> str:
    return stack.aws.resolver.text({"Ref": queue})


def _send(stack: Stack, queue: str, *bodies: str) -> None:
    for body in bodies:
        stack.aws.client("sqs").send_message(QueueUrl=_url(stack, queue), MessageBody=body)


def _waiting(stack: Stack, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = stack.aws.client("sqs").get_queue_attributes(
        QueueUrl=_url(stack, queue), AttributeNames=names
    )["Attributes"]
    return sum(int(attributes[name]) for name in names)


def _take_all(stack: Stack, queue: str) -> list[str]:
    """The bodies of what waits in a queue, in order; it is empty afterwards."""
    bodies = []
    sqs, url = stack.aws.client("sqs"), _url(stack, queue)
    while found := sqs.receive_message(QueueUrl=url).get("Messages"):
        bodies.append(found[0]["Body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
    return bodies


def _events(stack: Stack) -> list[list[dict[str, Any]]]:
    """The records of each event a function was given, in order."""
    return [json.loads(body)["Records"] for body in _take_all(stack, "Seen")]


def test_a_drained_queue_is_empty_and_came_in_batches(jobs: Stack) -> None:
    _send(jobs, "Jobs", *(f"job {number}" for number in range(10)))

    assert jobs.drain("JobsFunction") == Drained(done=10)

    assert _waiting(jobs, "Jobs") == 0
    events = _events(jobs)
    assert [len(records) for records in events] == [4, 4, 2]
    assert [each["body"] for records in events for each in records] == [
        f"job {number}" for number in range(10)
    ]


def test_nothing_is_read_before_somebody_asks(jobs: Stack) -> None:
    _send(jobs, "Jobs", "a", "b", "c")

    assert _waiting(jobs, "Jobs") == 3
    assert jobs.drain("JobsFunction", limit=2) == Drained(done=2)
    assert _waiting(jobs, "Jobs") == 1


def test_the_event_is_what_lambda_is_given(jobs: Stack) -> None:
    sent = jobs.aws.client("sqs").send_message(
        QueueUrl=_url(jobs, "Jobs"),
        MessageBody="hello",
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "test"},
            "raw": {"DataType": "Binary", "BinaryValue": b"\xff\x00"},
        },
    )
    jobs.drain("JobsFunction")

    ((record,),) = _events(jobs)
    assert record["messageId"] == sent["MessageId"]
    assert record["receiptHandle"]
    assert record["body"] == "hello"
    assert record["md5OfBody"] == hashlib.md5(b"hello").hexdigest()  # noqa: S324 - SQS's own
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == "arn:aws:sqs:eu-central-1:123456789012:Jobs"
    assert record["awsRegion"] == "eu-central-1"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"].keys() >= {
        "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp",
    }  # fmt: skip
    empty: dict[str, list[str]] = {"stringListValues": [], "binaryListValues": []}
    assert record["messageAttributes"] == {
        "kind": {"stringValue": "test", "dataType": "String"} | empty,
        "raw": {"binaryValue": base64.b64encode(b"\xff\x00").decode(), "dataType": "Binary"}
        | empty,
    }


def test_only_what_failed_comes_again(jobs: Stack) -> None:
    _send(jobs, "Jobs", "a", "fail once", "b")

    assert jobs.drain("JobsFunction") == Drained(done=3, failed=1)

    counts = [
        (record["body"], record["attributes"]["ApproximateReceiveCount"])
        for records in _events(jobs)
        for record in records
    ]
    assert counts == [("a", "1"), ("fail once", "1"), ("b", "1"), ("fail once", "2")]
    assert _waiting(jobs, "Jobs") == 0


def test_poison_ends_among_the_dead_letters(jobs: Stack) -> None:
    _send(jobs, "Jobs", "fail", "a")

    assert jobs.drain("JobsFunction") == Drained(done=1, failed=3)

    assert (_waiting(jobs, "Jobs"), _waiting(jobs, "Dead")) == (0, 1)


def test_without_retry_each_message_is_handed_over_once(jobs: Stack) -> None:
    _send(jobs, "Jobs", "fail once", "a", "b", "c", "d", "e")

    assert jobs.drain("JobsFunction", retry=False) == Drained(done=5, failed=1)
    assert _waiting(jobs, "Jobs") == 1
    assert jobs.drain("JobsFunction", retry=False) == Drained(done=1)


@pytest.mark.parametrize("way", ["raise", "die"])
def test_a_function_that_fails_has_done_nothing_of_its_batch(jobs: Stack, way: str) -> None:
    _send(jobs, "Jobs", "a", way)

    assert jobs.drain("JobsFunction", retry=False) == Drained(failed=2)
    assert _waiting(jobs, "Jobs") == 2


def test_an_answer_counts_only_where_the_template_says_so(jobs: Stack) -> None:
    _send(jobs, "Whole", "fail", "a")

    assert jobs.drain("WholeFunction") == Drained(done=2)
    assert _waiting(jobs, "Whole") == 0


def test_settle_drains_every_queue(jobs: Stack) -> None:
    _send(jobs, "Jobs", "a", "fail once")
    _send(jobs, "Whole", "b")

    assert jobs.settle() == Drained(done=3, failed=1)
    assert jobs.settle() == Drained()


def test_batches_run_at_the_same_time_and_none_twice(jobs: Stack) -> None:
    _send(jobs, "Jobs", *(f"job {number}" for number in range(40)))

    assert jobs.drain("JobsFunction", parallel=4) == Drained(done=40)

    bodies = [record["body"] for records in _events(jobs) for record in records]
    assert sorted(bodies) == sorted(f"job {number}" for number in range(40))


def test_a_function_without_a_queue_cannot_be_drained(jobs: Stack) -> None:
    with pytest.raises(KeyError, match="ForwardFunction"):
        jobs.drain("ForwardFunction")


def test_with_schedules_on_queues_are_read_by_themselves(tmp_path: Path) -> None:
    with _start(tmp_path, schedules=True) as stack:
        _send(stack, "Jobs", "a", "b")
        deadline = time.monotonic() + 60
        seen: list[str] = []
        while len(seen) < 2 and time.monotonic() < deadline:
            seen += [record["body"] for records in _events(stack) for record in records]
        assert sorted(seen) == ["a", "b"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, ""), ({}, ""), ({"batchItemFailures": []}, ""), ({"batchItemFailures": None}, ""),
        ({"batchItemFailures": [{"itemIdentifier": "b"}]}, "b"),
        ({"batchItemFailures": [{"itemIdentifier": "z"}]}, "ab"),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, "ab"),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, "ab"),
        ({"batchItemFailures": [{"wrong": "b"}]}, "ab"),
        ({"batchItemFailures": ["b"]}, "ab"), ({"batchItemFailures": "b"}, "ab"),
        ("done", "ab"), ([], "ab"),
    ],
)  # fmt: skip
def test_what_an_answer_says_of_its_batch(answer: Any, expected: str) -> None:
    assert failed_ids(answer, ["a", "b"]) == set(expected)


def test_the_environment_names_what_was_made(jobs: Stack) -> None:
    seen = jobs.invoke("JobsFunction", {})

    assert seen["QUEUE_URL"] == _url(jobs, "Jobs")
    assert seen["HOLDFAST_WEBHOOKS_LOCAL"] == "1"
    bucket = seen["HOLDFAST_EVIDENCE_BUCKET"]
    assert jobs.aws.client("s3").head_bucket(Bucket=bucket)["ResponseMetadata"]
    jobs.aws.put_secret("PartnerSecret", "whsec_new")
    secret = jobs.aws.client("secretsmanager").get_secret_value(SecretId=seen["SECRET"])
    assert secret["SecretString"] == "whsec_new"


def test_a_changed_variable_is_seen_by_the_next_event(jobs: Stack) -> None:
    assert "PARTNER_URL" not in jobs.invoke("JobsFunction", {})
    jobs.configure(PARTNER_URL="http://127.0.0.1:1")
    assert jobs.invoke("JobsFunction", {})["PARTNER_URL"] == "http://127.0.0.1:1"


def test_an_upload_goes_by_a_presigned_address_and_stays(jobs: Stack) -> None:
    """As a function signs it: with the environment's own credentials and endpoint."""
    bucket = jobs.aws.resolver.text({"Ref": "Evidence"})
    s3 = boto3.client(
        "s3", region_name="eu-central-1", endpoint_url=jobs.aws.endpoint,
        aws_access_key_id="local", aws_secret_access_key="local",
    )  # fmt: skip
    key, content = f"trades/{uuid4()}", b"a receipt"
    place = {"Bucket": bucket, "Key": key}

    # A bucket with a retention takes only uploads that carry a checksum.
    checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
    signed = place | {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": checksum}
    put = s3.generate_presigned_url("put_object", Params=signed, ExpiresIn=60)
    assert put.startswith(f"{jobs.aws.endpoint}/{bucket}/")
    headers = {"x-amz-checksum-sha256": checksum, "x-amz-sdk-checksum-algorithm": "SHA256"}
    assert httpx.put(put, content=content, headers=headers).status_code == 200
    form = s3.generate_presigned_post(bucket, f"{key}.form", ExpiresIn=60)
    posted = httpx.post(form["url"], data=form["fields"], files={"file": content})
    assert posted.status_code == 204

    for each in (key, f"{key}.form"):
        get = s3.generate_presigned_url("get_object", Params=place | {"Key": each})
        assert httpx.get(get).content == content
    version = s3.head_object(**place)["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(**place, VersionId=version)
    assert httpx.get(s3.generate_presigned_url("get_object", Params=place)).content == content
