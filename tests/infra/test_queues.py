"""The template: whoever reads a queue may, in time; endpoints that fail have senders apart."""

from typing import Any

import pytest

from stack.template import functions, load, resources
from tests.infra.rights import allowed

DOCUMENT = load()
FUNCTIONS = functions(DOCUMENT)
QUEUES = resources(DOCUMENT, "AWS::SQS::Queue")
ALARMS = resources(DOCUMENT, "AWS::CloudWatch::Alarm")
READ = [(name, source) for name, each in FUNCTIONS.items() for source in each.sources]


def _allowed(function: str, action: str) -> list[Any]:
    """On what a function may do something."""
    role = resources(DOCUMENT, "AWS::Serverless::Function")[function]["Role"]["Fn::GetAtt"][0]
    return allowed(DOCUMENT, role, action)


@pytest.mark.parametrize(("name", "source"), READ, ids=[f"{n}-{s.name}" for n, s in READ])
def test_a_queue_is_read_by_somebody_who_may(name: str, source: Any) -> None:
    queue = QUEUES[source.queue["Fn::GetAtt"][0]]
    assert source.queue in _allowed(name, "sqs:ReceiveMessage")
    assert source.queue in _allowed(name, "sqs:DeleteMessage")
    # A message is not shown to a second reader while the first may still be at it.
    assert queue["VisibilityTimeout"] > FUNCTIONS[name].timeout
    assert source.partial
    assert source.concurrency


def test_endpoints_that_fail_have_a_queue_and_senders_of_their_own() -> None:
    working, failing = FUNCTIONS["DeliverFunction"].sources
    assert (failing.concurrency or 0) < (working.concurrency or 0)
    named = [each.queue["Fn::GetAtt"][0] for each in (working, failing)]
    variables = ("HOLDFAST_WEBHOOK_QUEUE_URL", "HOLDFAST_WEBHOOK_SLOW_QUEUE_URL")
    environment = FUNCTIONS["RelayFunction"].environment
    assert [environment[each]["Ref"] for each in variables] == named
    assert named == ["WebhookQueue", "WebhookSlowQueue"]
    for each in (working, failing):
        assert each.queue in _allowed("RelayFunction", "sqs:SendMessage")
    dead = [QUEUES[each]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] for each in named]
    assert len({*dead, *named}) == 4
    watched = [each["Dimensions"] for each in ALARMS.values() if each["Namespace"] == "AWS/SQS"]
    for each in dead:
        assert [{"Name": "QueueName", "Value": {"Fn::GetAtt": [each, "QueueName"]}}] in watched
