"""What bank money is worth: from the list of a central bank, or from an operator."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from stack.people import ALICE, OLGA
from stack.stack import Stack
from stack.stand_ins.price_source import PriceSource
from tests.world.http.desk import Desk

FUNCTION = "PricesFunction"


@pytest.fixture
def source(stack: Stack) -> Iterator[PriceSource]:
    """Sources that answer; every test begins without a rate."""
    with stack.connect() as connection:
        connection.execute("delete from public.fiat_rates")
    with PriceSource(clock=stack.clock.now) as source:
        stack.configure(**source.variables())
        yield source


def _rates(desk: Desk) -> dict[str, tuple[str, str]]:
    rows = desk.read(ALICE.id, "/fiat_rates?select=currency,rate,source")
    return {row["currency"]: (row["rate"], row["source"]) for row in rows}


def test_the_list_of_a_central_bank_is_recorded(desk: Desk, source: PriceSource) -> None:
    done = desk.stack.tick(FUNCTION)
    assert (done["rates"], done["failed"]) == (3, 0)
    # 1.08 dollars a euro: 0.86 pounds and 17,200 rupiah a euro.
    assert _rates(desk) == {
        "EUR": ("1.08", "ecb"), "GBP": ("1.255813953488", "ecb"), "IDR": ("0.000062790698", "ecb"),
    }  # fmt: skip
    # Once an hour is enough.
    assert desk.stack.tick(FUNCTION)["rates"] == 0


@pytest.mark.parametrize("fault", ["fail", "drop_out", "talk_nonsense", "limit"])
def test_a_list_that_does_not_come_changes_nothing(
    desk: Desk, source: PriceSource, fault: str
) -> None:
    getattr(source.ecb, fault)()
    done = desk.stack.tick(FUNCTION)
    assert (done["rates"], done["failed"]) == (0, 1)
    assert _rates(desk) == {}
    source.ecb.behave()
    assert desk.stack.tick(FUNCTION)["rates"] == 3


@pytest.mark.parametrize(
    "body",
    [b"CURRENCY,TIME_PERIOD,OBS_VALUE\nUSD,2026-01-01,-1\n",
     b"CURRENCY,TIME_PERIOD\nUSD,2026-01-01\n",
     b"CURRENCY,TIME_PERIOD,OBS_VALUE\nUSD,soon,1.1\n", b"CURRENCY,TIME_PERIOD,OBS_VALUE\n",
     b"CURRENCY,TIME_PERIOD,OBS_VALUE\nGBP,2026-01-01,0.86\n", b"\xff\xfe", b""],
)  # fmt: skip
def test_a_list_that_is_none_fails(desk: Desk, source: PriceSource, body: bytes) -> None:
    source.ecb.talk_nonsense(body)
    done = desk.stack.tick(FUNCTION)
    assert (done["rates"], done["failed"]) == (0, 1)


def test_an_operator_says_what_no_list_has(desk: Desk, source: PriceSource) -> None:
    body: dict[str, Any] = {
        "currency": "KES", "rate": "0.0077", "source": "Central Bank of Kenya, indicative rates",
        "ends_at": (desk.stack.clock.now() + timedelta(days=7)).isoformat(), "reason": "weekly",
    }  # fmt: skip
    key = str(uuid4())
    done = desk.post(OLGA.id, "/fiat-rates", body, key=key)
    assert (done.status, done.body["rate"]) == (200, "0.0077")
    assert desk.post(OLGA.id, "/fiat-rates", body, key=key).replayed
    assert _rates(desk)["KES"] == ("0.0077", "Central Bank of Kenya, indicative rates")
    assert desk.post(ALICE.id, "/fiat-rates", body).code == "operator_only"
    assert desk.post(OLGA.id, "/fiat-rates", body, aal="aal1").code == "step_up_required"
    assert desk.post(OLGA.id, "/fiat-rates", body | {"currency": "USD"}).code == "bad_rate"
    assert desk.post(OLGA.id, "/fiat-rates", body | {"rate": "0"}).code == "invalid_request"
    late = (desk.stack.clock.now() + timedelta(days=60)).isoformat()
    assert desk.post(OLGA.id, "/fiat-rates", body | {"ends_at": late}).code == "bad_rate"
