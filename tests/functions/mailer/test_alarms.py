"""Alarms of messages: what a function writes is what the alarm of the template reads, and enough of
it rings. CloudWatch takes metrics out of the log, as is done here, and keeps them in moto."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stack.stack import Stack
from stack.stand_ins.sms import SmsProvider
from stack.template import load, resources
from tests.world.http.desk import Desk, open_trade
from tests.world.http.mailer import carry, hook, mails_to, ses_tells, sms_call

ALARMS = resources(load(), "AWS::CloudWatch::Alarm")


class Watch:
    """CloudWatch, which has read the log of the functions as far as `read` was called."""

    def __init__(self, stack: Stack) -> None:
        self._cloudwatch = stack.aws.client("cloudwatch")
        self._log = stack.lambdas.log
        self._log.touch()
        self._seen = self._log.stat().st_size

    def read(self) -> None:
        with self._log.open("rb") as log:
            log.seek(self._seen)
            lines = log.read().splitlines(keepends=True)
        for line in lines:
            self._seen += len(line)
            try:
                said = json.loads(line)
            except ValueError:
                continue
            for each in said.get("_aws", {}).get("CloudWatchMetrics", ()) if said else ():
                self._keep(each, said)

    def _keep(self, told: dict[str, Any], said: dict[str, Any]) -> None:
        for names in told["Dimensions"]:
            dimensions = [{"Name": name, "Value": said[name]} for name in names]
            for metric in told["Metrics"]:
                values = said[metric["Name"]]
                self._cloudwatch.put_metric_data(
                    Namespace=told["Namespace"],
                    MetricData=[
                        {"MetricName": metric["Name"], "Dimensions": dimensions, "Value": value}
                        for value in (values if isinstance(values, list) else [values])
                    ],
                )

    def rings(self, alarm: str) -> bool:
        """Whether an alarm of the template would ring by what was read."""
        self.read()
        known, now = ALARMS[alarm], datetime.now(UTC)
        found = self._cloudwatch.get_metric_statistics(
            Namespace=known["Namespace"], MetricName=known["MetricName"],
            Dimensions=known["Dimensions"], Statistics=[known["Statistic"]],
            Period=known["Period"], StartTime=now - timedelta(seconds=known["Period"]),
            EndTime=now + timedelta(seconds=60),
        )  # fmt: skip
        assert known["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        values = [point[known["Statistic"]] for point in found["Datapoints"]]
        return bool(sum(values) >= known["Threshold"])


@pytest.fixture
def watch(stack: Stack) -> Watch:
    stack.mailbox()
    return Watch(stack)


@pytest.fixture
def sms(stack: Stack) -> Iterator[SmsProvider]:
    provider = stack.stand_in(SmsProvider)
    yield provider
    provider.behave()


def test_ten_bounces_in_an_hour_ring(desk: Desk, watch: Watch) -> None:
    stack, trade = desk.stack, open_trade(desk)
    carry(stack)
    with stack.connect() as connection:
        row = connection.execute(
            "select u.email, d.id::text from auth.users as u join public.message_deliveries as d "
            "on d.user_id = u.id where u.id = %s and d.status = 'sent' order by d.id desc",
            [trade.seller],
        ).fetchone()
    assert row
    address, delivery = row
    sent = mails_to(stack, address)[-1]
    ses_tells(stack, "Bounce", sent, delivery, bounce={"bounceType": "Transient"})
    for _ in range(9):
        ses_tells(stack, "Bounce", sent, delivery, bounce={"bounceType": "Permanent"})
    assert not watch.rings("MailBouncedAlarm")
    ses_tells(stack, "Complaint", sent, delivery, complaint={})
    assert watch.rings("MailBouncedAlarm")


def test_a_limit_that_is_met_by_auth_rings(stack: Stack, sms: SmsProvider, watch: Watch) -> None:
    with stack.connect() as connection:
        connection.execute(
            "insert into private.message_rates values ('sms', '+888', 1, 'USD', 0) "
            "on conflict do nothing"
        )
    assert hook(stack, "send-sms", sms_call("254700000077")).json() == {}
    assert not watch.rings("MessageLimitAlarm")
    assert hook(stack, "send-sms", sms_call("888000001")).json()["error"]["http_code"] == 429
    assert watch.rings("MessageLimitAlarm")


def test_a_limit_that_is_met_by_events_rings(desk: Desk, watch: Watch) -> None:
    change = b"update private.message_rates set daily_limit = %s where channel = 'email'"
    with desk.stack.connect() as connection:
        row = connection.execute(
            "select daily_limit from private.message_rates where channel = 'email'"
        ).fetchone()
        assert row
        connection.execute(change, [0])
    try:
        open_trade(desk)
        carry(desk.stack)
    finally:
        with desk.stack.connect() as connection:
            connection.execute(change, row)
    assert watch.rings("MessageLimitAlarm")
