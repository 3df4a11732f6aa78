"""A second operator over HTTP: asked, confirmed or refused, and shown to operators only."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from stack.people import ALICE, OLGA, OSKAR
from tests.world.bad_input.right_commands import COMMANDS
from tests.world.http.desk import Desk
from tests.world.http.rails import behind


@pytest.fixture
def strict(desk: Desk) -> Iterator[None]:
    """While a test runs, one operator alone books at most 1 BTC."""
    change = "update public.operator_limits set above = %s where kind = 'deposit'"
    with desk.stack.connect() as connection:
        connection.execute(change, [1])
    yield
    with desk.stack.connect() as connection:
        connection.execute(change, [10**18])


def _deposit(party: UUID, amount: str = "1.5") -> dict[str, str]:
    return {"party_id": str(party), "currency": "BTC", "amount": amount, "reference": str(uuid4())}


def _balance(desk: Desk, party: UUID) -> list[str]:
    return [row["available"] for row in desk.read(party, "/wallets?select=available")]


@pytest.mark.usefixtures("strict")
def test_two_operators_book_what_is_more_than_one_does_alone(desk: Desk) -> None:
    party, key = desk.stack.create_user(), str(uuid4())
    body = _deposit(party)
    asked = desk.post(OLGA.id, "/deposits", body, key=key)
    again = desk.post(OLGA.id, "/deposits", body, key=key)
    assert (asked.status, again.status, again.replayed) == (202, 202, True)
    assert asked.body == again.body
    path = f"/operator-requests/{asked.body['request_id']}/confirm"
    seen = {"command_hash": asked.body["command_hash"]}
    (row,) = desk.read(OSKAR.id, f"/operator_requests?id=eq.{asked.body['request_id']}")
    assert (row["state"], row["amount"], row["parties"]) == ("open", "1.5", [str(party)])
    assert row["asked_for"]["reference"] == body["reference"]
    assert row["command_hash"] == seen["command_hash"]
    assert _balance(desk, party) == []
    refusals = [
        desk.post(OLGA.id, path, seen).code,
        desk.post(ALICE.id, path, seen).code,
        desk.post(OSKAR.id, path, seen, aal="aal1").code,
        desk.post(OSKAR.id, path, {"command_hash": "0" * 64}).code,
        desk.post(OSKAR.id, path, {}).code,
    ]
    assert refusals == [
        "second_operator_required", "operator_only", "step_up_required", "request_differs",
        "invalid_request",
    ]  # fmt: skip
    done = desk.post(OSKAR.id, path, seen, key=key)
    assert (done.status, done.body["state"]) == (200, "confirmed")
    assert set(done.body["answer"]) == {"transfer_id"}
    assert desk.post(OSKAR.id, path, seen, key=key).replayed
    assert _balance(desk, party) == ["1.5"]
    assert desk.post(OSKAR.id, path, seen).code == "request_closed"
    # The same bank transfer, as another person types it.
    twice = body | {"reference": f" {body['reference'].upper()}."}
    assert desk.post(OSKAR.id, "/deposits", twice).code == "reference_used"


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("state", ["rejected", "withdrawn"])
def test_a_request_is_closed(desk: Desk, state: str) -> None:
    party = desk.stack.create_user()
    asked = desk.post(OLGA.id, "/deposits", _deposit(party)).body
    path = f"/operator-requests/{asked['request_id']}/close"
    closer = {"rejected": OSKAR, "withdrawn": OLGA}[state]
    assert desk.post(closer.id, path, {}).code == "invalid_request"
    closed = desk.done(closer.id, path, {"reason": "It is not on the statement."})
    assert closed["state"] == state
    assert _balance(desk, party) == []


@pytest.mark.usefixtures("strict")
def test_a_request_that_nobody_confirmed_ends_with_the_timer(desk: Desk) -> None:
    asked = desk.post(OLGA.id, "/deposits", _deposit(desk.stack.create_user())).body
    desk.stack.clock.advance(days=3)
    try:
        desk.stack.tick("EscrowExpireFunction")
        (row,) = desk.read(OLGA.id, f"/operator_requests?id=eq.{asked['request_id']}&select=state")
        assert row == {"state": "expired"}
    finally:
        desk.stack.clock.reset()


def test_requests_and_limits_are_for_operators(desk: Desk) -> None:
    stranger = desk.stack.create_user()
    for table in ("operator_requests", "operator_limits", "operator_commands", "outside_transfers"):
        assert desk.read(stranger, f"/{table}") == []
    assert {row["kind"] for row in desk.read(OLGA.id, "/operator_limits")} >= {"deposit"}


@pytest.mark.parametrize("path", ["/deposits", "/withdrawals"])
def test_money_is_booked_under_a_reference(desk: Desk, path: str) -> None:
    body = _deposit(desk.stack.create_user())
    del body["reference"]
    assert desk.post(OLGA.id, path, body).code == "invalid_request"
    assert desk.post(OLGA.id, path, body | {"reference": " - "}).code == "reference_required"


def test_an_operator_books_nothing_for_herself(desk: Desk) -> None:
    body = _deposit(OLGA.id)
    assert desk.post(OLGA.id, "/deposits", body).code == "not_your_move"
    desk.deposit(OSKAR.id)
    assert desk.post(OSKAR.id, "/withdrawals", _deposit(OSKAR.id)).code == "not_your_move"


def test_two_operators_write_off_a_debt_and_lift_one(desk: Desk) -> None:
    """Over HTTP: 202 whatever the amount, then another operator confirms; the party reads it."""
    with behind(desk.stack) as world:
        receivable = COMMANDS["receivable_write_off"](world)["receivable_id"]
        debtor = world.one("select party_id from public.receivables where id = %s", receivable)
        until = (world.now() + timedelta(days=3)).isoformat()
    path = f"/receivables/{receivable}"
    for word, body in (("write-off", {"amount": "35"}), ("lift", {"until": until})):
        asked = desk.post(OLGA.id, f"{path}/{word}", {**body, "reason": "bankrupt"})
        assert (asked.status, asked.body["state"]) == (202, "open")
        seen = {"command_hash": asked.body["command_hash"]}
        confirm = f"/operator-requests/{asked.body['request_id']}/confirm"
        assert desk.post(OLGA.id, confirm, seen).code == "second_operator_required"
        assert desk.post(OSKAR.id, confirm, seen).body["answer"]["owed"] == "60"
    (row,) = desk.read(debtor, f"/receivables?id=eq.{receivable}")
    assert (row["written_off_amount"], row["lifted_until"] is None) == ("35", False)
    assert desk.post(OLGA.id, f"{path}/write-off", {"amount": "60.01", "reason": "x"}).code == (
        "more_than_owed"
    )
    assert desk.post(debtor, f"{path}/write-off", {"amount": "1", "reason": "x"}).code == (
        "operator_only"
    )


def test_an_operator_stops_a_party_and_lets_it_go_on(desk: Desk) -> None:
    person = desk.stack.create_user()
    path = f"/parties/{person}"
    assert desk.post(person, f"{path}/suspend", {"reason": "mine"}).code == "operator_only"
    weak = desk.post(OLGA.id, f"{path}/suspend", {"reason": "reported"}, aal="aal1")
    assert weak.code == "step_up_required"
    stopped = desk.done(OLGA.id, f"{path}/suspend", {"reason": "reported"})
    assert (stopped["status"], stopped["suspended_until"]) == ("suspended", None)
    endpoint = {"url": "https://hooks.example.com/in"}
    assert desk.post(person, "/webhook-endpoints", endpoint).code == "party_suspended"
    assert desk.done(OLGA.id, f"{path}/restore", {"reason": "looked into"})["status"] == "active"
    again = desk.post(OLGA.id, f"{path}/restore", {"reason": "twice"})
    assert (again.status, again.code) == (409, "party_not_suspended")
    late = {"reason": "late", "until": "2020-01-01T00:00:00Z"}
    assert desk.post(OLGA.id, f"{path}/suspend", late).code == "suspension_end_past"


def test_an_operator_reads_a_balance_after_opening_the_file(desk: Desk) -> None:
    person = desk.stack.create_user()
    desk.done(OLGA.id, "/deposits", _deposit(person, "0.5"))
    wallets = f"/wallet_balances?select=available&party_id=eq.{person}"
    assert desk.read(OLGA.id, wallets, aal="aal2") == []
    path, why = f"/parties/{person}/open-file", {"reason": "asks where a deposit is"}
    assert desk.post(person, path, why).code == "operator_only"
    assert desk.post(OLGA.id, path, {"reason": ""}).code == "invalid_request"
    opened = desk.done(OLGA.id, path, why)
    assert opened["party_id"] == str(person)
    assert desk.read(OLGA.id, wallets, aal="aal2") == [{"available": "0.5"}]
    assert desk.read(OLGA.id, wallets) == []
    assert desk.read(OSKAR.id, wallets, aal="aal2") == []


def test_one_operator_halts_and_two_lift(desk: Desk) -> None:
    body = {"kind": "price_source", "name": "kraken", "reason": "it lies"}
    with desk.stack.connect() as connection:
        connection.execute(
            "insert into public.price_sources values ('kraken', now(), now())"
            " on conflict do nothing"
        )
    halted = desk.done(OLGA.id, "/halts", body)
    assert desk.post(OLGA.id, "/halts", body | {"kind": "party"}).code == "invalid_request"
    assert desk.post(OLGA.id, "/halts", body | {"name": "nobody"}).code == "halt_unknown"
    assert desk.post(ALICE.id, "/halts", body).code == "operator_only"
    path = f"/halts/{halted['halt_id']}/lift"
    asked = desk.post(OSKAR.id, path, {"reason": "mended"})
    assert asked.status == 202
    seen = {"command_hash": asked.body["command_hash"]}
    confirm = f"/operator-requests/{asked.body['request_id']}/confirm"
    (shown,) = desk.read(ALICE.id, "/rpc/halted")
    assert (shown["kind"], shown["name"]) == ("price_source", "kraken")
    assert desk.read(ALICE.id, "/halts") == []
    assert desk.post(OSKAR.id, confirm, seen).code == "second_operator_required"
    assert desk.done(OLGA.id, confirm, seen)["answer"]["still_halted"] is False
    assert desk.read(ALICE.id, "/rpc/halted") == []


def test_two_operators_give_a_role_and_its_session_ends_with_it(desk: Desk) -> None:
    person, reader = desk.stack.create_user(), desk.stack.create_user()

    def by_two(event: str, role: str) -> None:
        body = {"role": role, "reason": "as agreed"}
        asked = desk.post(OLGA.id, f"/staff/{person}/{event}", body)
        assert asked.status == 202
        seen = {"command_hash": asked.body["command_hash"]}
        confirm = f"/operator-requests/{asked.body['request_id']}/confirm"
        assert desk.post(person, confirm, seen).code in ("operator_only", "not_your_move")
        desk.done(OSKAR.id, confirm, seen)

    by_two("grant", "operator")
    own = f"/staff/{person}/grant"
    assert desk.post(person, own, {"role": "arbiter", "reason": "x"}).code == "not_your_move"
    assert desk.post(OLGA.id, own, {"role": "owner", "reason": "x"}).code == "invalid_request"
    file = f"/parties/{reader}/open-file"
    assert desk.post(person, file, {"reason": "a question"}).status == 200
    by_two("withdraw", "operator")
    assert desk.post(person, file, {"reason": "a question"}).code == "operator_only"
    (first, _) = desk.read(OLGA.id, f"/staff_changes?user_id=eq.{person}&order=created_at")
    assert (first["event"], first["role"]) == ("granted", "operator")


def test_a_setting_is_changed_over_http(desk: Desk) -> None:
    path = "/settings"
    row = {"product": "p2p", "code": "other"}
    (before,) = (
        each["weight"]
        for each in desk.read(OLGA.id, "/rpc/setting_rows?setting=dispute_reasons")
        if (each["product"], each["code"]) == ("p2p", "other")
    )
    body = {"setting": "dispute_reasons", "row": row, "values": {"weight": str(before)},
            "reason": "as decided"}  # fmt: skip
    done = desk.done(OLGA.id, path, body)
    assert done["after"] == {"weight": str(before)}
    wrong = desk.post(OLGA.id, path, body | {"values": {"weight": "51"}})
    assert (wrong.status, wrong.code) == (422, "setting_out_of_bounds")
    assert wrong.body["errors"][0]["field"] == "values.weight"
    assert desk.post(OLGA.id, path, body | {"values": {"name": "x"}}).code == "setting_fixed"
    assert desk.post(OLGA.id, path, body | {"values": {"weight": 3}}).code == "invalid_request"
    assert desk.post(OLGA.id, path, body | {"setting": "acts"}).code == "setting_unknown"
    assert desk.post(ALICE.id, path, body).code == "operator_only"
    asked = desk.post(
        OLGA.id, path,
        {"setting": "network_costs", "row": {"rail": "base", "currency": "USDC_BASE"},
         "values": {"amount": "0.2"}, "reason": "gas is dear"},
    )  # fmt: skip
    assert asked.status == 202
    shown = desk.read(OLGA.id, "/setting_columns?setting=eq.network_costs")
    assert [(c["column_name"], c["needs_second"]) for c in shown] == [("amount", True)]
    assert desk.read(ALICE.id, "/settings") == []
