"""What operators may do: nothing for a party of theirs, one transfer once, not all of it alone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.world.bad_input.right_commands import COMMANDS, MOVES
from tests.world.operators import close, confirm, limit
from tests.world.prices import record_price
from tests.world.refused import refused
from tests.world.scenes import ONCE
from tests.world.trades import p2p_trade
from tests.world.world import OUTSIDE, World

Touched = Callable[[World, dict[str, Any]], list[UUID]]


def _party(world: World, command: dict[str, Any]) -> list[UUID]:
    return [UUID(str(command["party_id"]))]


def _user(world: World, command: dict[str, Any]) -> list[UUID]:
    return [UUID(str(command["user_id"]))]


def _asked(query: str, name: str) -> Touched:
    def touched(world: World, command: dict[str, Any]) -> list[UUID]:
        found: list[UUID] = world.one(query, command[name])
        return found

    return touched


_OF_TRANSFER = _asked(
    "select array_agg(w.party_id) from public.ledger_entries as e"
    " join public.wallets as w on w.id = e.wallet_id"
    f" where e.transfer_id = %s and w.party_id <> '{OUTSIDE}'",
    "transfer_id",
)
_OF_CASE = _asked(
    "select array[e.payer_id, e.payee_id] from public.escrow_cases as c"
    " join private.escrow_transactions as e on e.id = c.escrow_id where c.id = %s",
    "case_id",
)
_OF_PAYOUT = _asked("select array[party_id] from public.payouts where id = %s", "payout_id")
_OF_HIT = _asked("select party_ids from public.wallet_screenings where id = %s", "screening_id")
_OF_DEPOSIT = _asked(
    "select array[e.payer_id, e.payee_id] from public.deposit_quarantines as q"
    " join public.chain_deposits as d using (chain_id, transaction_hash, log_index)"
    " join public.deposit_requests as r on r.id = d.request_id"
    " join private.escrow_transactions as e on e.id = r.reference_id where q.id = %s",
    "quarantine_id",
)
_OF_DEBT = _asked("select array[party_id] from public.receivables where id = %s", "receivable_id")
_OF_REFUSED = _asked(
    "select array[e.payer_id, e.payee_id] from public.refused_reports as r"
    " join private.escrow_transactions as e on e.id = r.reference_id where r.id = %s",
    "refused_report_id",
)
_OF_REQUEST = _asked("select parties from public.operator_requests where id = %s", "request_id")
_OF_ESCROW = _asked(
    "select array[payer_id, payee_id] from private.escrow_transactions where id = %s", "escrow_id"
)


def _guild(world: World) -> dict[str, Any]:
    guild = world.one(
        "insert into public.guilds (name, created_by) values ('smiths', %s) returning id",
        world.user("founder"),
    )
    return {"guild_id": guild, "discord_id": "123456789012345678", "reason": "seen"}


def _members(world: World, command: dict[str, Any]) -> list[UUID]:
    return [
        row[0]
        for row in world.rows(
            "select user_id from public.guild_members where guild_id = %s", command["guild_id"]
        )
    ]


def _withdrawal(world: World) -> dict[str, Any]:
    party = world.user()
    world.deposit(party, "2")
    return COMMANDS["ledger_move_external"](world) | {"kind": "withdrawal", "party_id": party}


# Every kind of command: a right one, and whom it touches.
def _merchant(world: World, command: dict[str, Any]) -> list[UUID]:
    return [command["merchant_id"]]


TOUCHING: dict[str, tuple[str, Callable[[World], dict[str, Any]], Touched]] = {
    "deposit": ("ledger_move_external", COMMANDS["ledger_move_external"], _party),
    "withdrawal": ("ledger_move_external", _withdrawal, _party),
    "reversal": ("ledger_reverse", COMMANDS["ledger_reverse"], _OF_TRANSFER),
    "case_close": ("escrow_case_close", COMMANDS["escrow_case_close"], _OF_CASE),
    "payout_retry": ("payout_retry", COMMANDS["payout_retry"], _OF_PAYOUT),
    "verification": ("profile_verify", COMMANDS["profile_verify"], _party),
    "discord_link": ("discord_link", COMMANDS["discord_link"], _party),
    "discord_link of a guild": ("discord_link", _guild, _members),
    "screening_clear": ("screening_clear", COMMANDS["screening_clear"], _OF_HIT),
    "quarantine_accept": ("quarantine_accept", COMMANDS["quarantine_accept"], _OF_DEPOSIT),
    "party_open_file": ("party_open_file", COMMANDS["party_open_file"], _party),
    "party_suspend": ("party_suspend", COMMANDS["party_suspend"], _party),
    "party_restore": ("party_restore", COMMANDS["party_restore"], _party),
    "party_hold": ("party_hold", COMMANDS["party_hold"], _party),
    "staff_grant": ("staff_grant", COMMANDS["staff_grant"], _user),
    "staff_withdraw": ("staff_withdraw", COMMANDS["staff_withdraw"], _user),
    "party_erase": ("party_erase", COMMANDS["party_erase"], _party),
    "merchant_verify": ("merchant_verify", COMMANDS["merchant_verify"], _merchant),
    "factor_reset": ("factor_reset_agree", COMMANDS["factor_reset_agree"], _party),
    "write_off": ("receivable_write_off", COMMANDS["receivable_write_off"], _OF_DEBT),
    "lift": ("receivable_lift", COMMANDS["receivable_lift"], _OF_DEBT),
    "refused_report": ("refused_report_close", COMMANDS["refused_report_close"], _OF_REFUSED),
    "request_confirm": (
        "operator_request_confirm", COMMANDS["operator_request_confirm"], _OF_REQUEST,
    ),
    "request_close": ("operator_request_close", COMMANDS["operator_request_close"], _OF_REQUEST),
    "freeze": ("escrow_commit", MOVES["freeze"], _OF_ESCROW),
    "unfreeze": (
        "escrow_commit",
        lambda world: ONCE["frozen_funded"](world, "p2p_crypto").decision(
            "unfreeze", "operator"
        ),
        _OF_ESCROW,
    ),
    "assign": ("escrow_commit", MOVES["assign"], _OF_ESCROW),
}  # fmt: skip
# About nobody in particular.
TOUCHES_NOBODY = {
    "outage", "setback", "fiat_rate", "rail_difference", "halt", "halt_lift", "setting_change",
}  # fmt: skip


def test_every_command_of_operators_is_in_the_matrix(world: World) -> None:
    kinds = {kind for (kind,) in world.rows("select kind from public.operator_commands")}
    assert kinds == {kind.split(" ")[0] for kind in TOUCHING} | TOUCHES_NOBODY
    moves = world.rows(
        "select distinct event from private.state_edges"
        " where actor = 'operator' and machine = 'escrow'"
    )
    assert {event for (event,) in moves} <= kinds


def test_every_command_of_operators_asks_the_one_function(world: World) -> None:
    # What is given by operators only, or by operators too, begins there, with a kind of its own.
    begun = world.rows(
        "select p.proname, m[1] from pg_proc as p"
        " cross join regexp_matches(p.prosrc, 'begin_operator_command\\(\\s*''?(\\w+)', 'g') as m"
        " where p.pronamespace in ('service'::regnamespace, 'private'::regnamespace)"
        " and p.proname <> 'begin_operator_command'"
    )
    kinds = {kind for (kind,) in world.rows("select kind from public.operator_commands")}
    assert {kind for _, kind in begun} - {"v_kind"} <= kinds
    by_function = world.rows(
        "select distinct function_name from public.operator_commands"
        " where function_name is not null"
    )
    assert {name for (name,) in by_function} <= {name for name, _ in begun} | {"payout_retry"}
    # Who is an operator is asked nowhere else, but where rows are shown.
    asking = world.rows(
        "select proname from pg_proc where prosrc ~ 'is_(acting_)?staff\\([^\n]*''operator''' and"
        " pronamespace::regnamespace::text in ('service', 'private', 'ledger')"
    )
    shown = {
        "operator_sees_from",
        "operator_sees_to",
        "visible_arbiter_loads",
        "setting_rows",
        "failing_endpoints",
        "deposit_holdings",
        "deposits_to_sweep",
    }
    deciding = {"begin_operator_command", "operator_may", "begin_payout_command"}
    assert {name for (name,) in asking} - shown == deciding


@pytest.mark.parametrize("kind", TOUCHING)
def test_nobody_commands_for_a_party_of_theirs(world: World, kind: str) -> None:
    function, make, touched = TOUCHING[kind]
    command = make(world)
    operator = world.second_operator
    command |= {"actor_id": operator, "aal": "aal2"}
    parties = touched(world, command)
    assert parties
    for party in parties:
        for role in ("owner", "operator", "signer", "viewer"):
            if kind == "payout_retry" and role in ("owner", "operator"):
                continue  # Then it is the party's own command.
            with world.connection.transaction(force_rollback=True):
                world.join(party, operator, role)
                with refused(world.connection, "not_your_move"):
                    _give(world, function, command)
    _give(world, function, command)


@pytest.mark.parametrize("kind", ["deposit", "withdrawal", "verification", "discord_link"])
def test_nobody_commands_for_themselves(world: World, kind: str) -> None:
    function, make, _ = TOUCHING[kind]
    command = make(world)
    with refused(world.connection, "not_your_move"):
        _give(world, function, command | {"party_id": world.operator})


def _give(world: World, function: str, command: dict[str, Any]) -> None:
    world.command(function, **command)


# --- One outside transfer is booked once.


def _book(world: World, party: UUID, reference: Any, **changes: Any) -> dict[str, Any]:
    command = {"kind": "deposit", "party_id": party, "currency": "BTC", "amount": "1",
               "reference": reference, "actor_id": world.operator,
               "aal": "aal2"} | changes  # fmt: skip
    answer: dict[str, Any] = world.command("ledger_move_external", **command)
    return answer


@pytest.mark.parametrize(
    "spelled",
    ["RF18 5390 0754 7034", "rf18539007547034", "RF18-5390/0754.7034", " RF18 5390\t07547034 ",
     "\uff32\uff26\uff11\uff18539007547034"],
)  # fmt: skip
def test_a_transfer_is_booked_once_however_it_is_spelled(world: World, spelled: str) -> None:
    one, other = world.user(), world.user()
    _book(world, one, "RF18 5390 0754 7034")
    for party in (one, other):
        with refused(world.connection, "reference_used"):
            _book(world, party, spelled)
    with refused(world.connection, "reference_used"):
        _book(world, other, spelled, actor_id=world.second_operator)
    # Money that goes out, and another currency, are other transfers.
    _book(world, one, spelled, kind="withdrawal", amount="0.5")
    _book(world, one, spelled, currency="ETH")
    assert world.balance(other) == (0, 0, 0)


@pytest.mark.parametrize("reference", [None, "", " ", "-/.", "​"])
def test_a_transfer_without_a_name_is_not_booked(world: World, reference: str | None) -> None:
    with refused(world.connection, "reference_required"):
        _book(world, world.user(), reference)


def test_a_name_that_is_too_long_is_refused(world: World) -> None:
    with refused(world.connection, "reference_too_long"):
        _book(world, world.user(), "1" * 141)


def test_a_replay_answers_and_an_undone_booking_may_be_made_again(world: World) -> None:
    wrong, right = world.user(), world.user()
    first = _book(world, wrong, "slip 7", idempotency_key="slip")
    assert _book(world, wrong, "slip 7", idempotency_key="slip") == first | {"replayed": True}
    world.command("ledger_reverse", transfer_id=first["transfer_id"], reason="wrong person",
                  actor_id=world.operator, aal="aal2")  # fmt: skip
    _book(world, right, "slip 7")
    with refused(world.connection, "reference_used"):
        _book(world, wrong, "slip 7")
    assert (world.balance(wrong)[0], world.balance(right)[0]) == (0, 1)
    with refused(world.connection, "append_only"):
        world.run("update public.outside_transfers set reference = 'other'")
    with refused(world.connection, "append_only"):
        world.run("delete from public.outside_transfers")


# --- More than one operator does alone.


def _open_case(world: World) -> dict[str, Any]:
    made = p2p_trade(world)
    made.commit("concede", "payee")
    case = world.command("escrow_claim", escrow_id=made.id, actor_id=made.payer, reason="late")
    return {"case_id": case["case_id"], "event": "uphold", "amount": "0.05", "resolution": "ours"}


ASKING: dict[str, Callable[[World], tuple[str, dict[str, Any]]]] = {
    "deposit": lambda world: ("ledger_move_external", COMMANDS["ledger_move_external"](world)),
    "withdrawal": lambda world: ("ledger_move_external", _withdrawal(world)),
    "reversal": lambda world: ("ledger_reverse", COMMANDS["ledger_reverse"](world)),
    "case_close": lambda world: ("escrow_case_close", _open_case(world)),
}


def _books(world: World) -> list[tuple[Any, ...]]:
    return world.rows(
        "select party_id, currency, type, available::numeric, pending::numeric, locked::numeric"
        " from public.wallet_balances"
        " where available <> 0 or pending <> 0 or locked <> 0 order by 1, 2, 3"
    )


@pytest.mark.parametrize("kind", ASKING)
def test_above_the_limit_a_second_operator_confirms(world: World, kind: str) -> None:
    function, command = ASKING[kind](world)
    command |= {"actor_id": world.operator, "aal": "aal2"}
    before = _books(world)
    with limit(world, kind, "BTC", "0"):
        asked = world.command(function, **command, idempotency_key="ask")
        assert asked["state"] == "open"
        assert _books(world) == before
        again = world.command(function, **command, idempotency_key="ask")
        assert again == asked | {"replayed": True}
        with refused(world.connection, "request_open"):
            world.command(function, **command)
        with refused(world.connection, "second_operator_required"):
            confirm(world, asked, actor_id=world.operator)
        with refused(world.connection, "request_differs"):
            confirm(world, asked, command_hash="0" * 64)
        with refused(world.connection, "operator_only"):
            confirm(world, asked, actor_id=world.arbiters[0])
        with refused(world.connection, "step_up_required"):
            confirm(world, asked, aal="aal1")
        done = confirm(world, asked, idempotency_key="yes")
        assert done["state"] == "confirmed"
        assert confirm(world, asked, idempotency_key="yes") == done | {"replayed": True}
        assert _books(world) != before
        with refused(world.connection, "request_closed"):
            confirm(world, asked)
        with refused(world.connection, "request_closed"):
            close(world, asked)
    row = world.rows(
        "select state, asked_by, decided_by, deadline_at, answer from public.operator_requests"
    )
    assert row == [("confirmed", world.operator, world.second_operator, None, done["answer"])]
    assert world.one("select count(*) from private.operator_runs") == 0
    told = world.rows(
        "select event, parties from private.outbox"
        " where object_type = 'operator_request' order by id"
    )
    platform = [UUID("00000000-0000-4000-8000-000000000001")]
    assert told == [
        ("operator_request.ask", platform), ("operator_request.confirm", platform),
    ]  # fmt: skip
    assert world.problems() == []


def test_who_confirms_is_told_what_cannot_be_done(world: World) -> None:
    """What is wrong is refused when it is asked for, and again when it is confirmed."""
    party = world.user()
    world.deposit(party, "1")
    with limit(world, "withdrawal", "BTC", "0.1"):
        with refused(world.connection, "insufficient_funds"):
            _book(world, party, "out 1", kind="withdrawal", amount="2")
        assert world.one("select count(*) from public.operator_requests") == 0
        asked = _book(world, party, "out 2", kind="withdrawal", amount="1")
    _book(world, party, "out 3", kind="withdrawal", amount="0.5")
    with refused(world.connection, "insufficient_funds"):
        confirm(world, asked)
    assert world.one("select state from public.operator_requests") == "open"
    world.deposit(party, "0.5")
    confirm(world, asked)
    assert world.balance(party) == (0, 0, 0)


def test_many_small_commands_are_one_large_one(world: World) -> None:
    party = world.user()
    with limit(world, "deposit", "BTC", "1"):
        assert "transfer_id" in _book(world, party, "a", amount="0.6")
        assert "transfer_id" in _book(world, party, "b", amount="0.4")
        asked = _book(world, party, "c", amount="0.00000001")
        assert asked["state"] == "open"
        # Another operator has a day of their own; what a second one confirmed does not count.
        assert "transfer_id" in _book(world, party, "d", amount="1", actor_id=world.second_operator)
        confirm(world, asked)
        world.advance(hours=25)
        assert "transfer_id" in _book(world, party, "e", amount="1")


@pytest.mark.parametrize(
    ("currency", "amount", "waits"),
    [("LTC", "1", True), ("KES", "1", True), ("USD", "1000", False), ("USDT_TRON", "1000", False)],
)
def test_of_unknown_worth_is_above_every_limit(
    world: World, currency: str, amount: str, waits: bool
) -> None:
    answer = _book(world, world.user(), "x", currency=currency, amount=amount)
    assert ("request_id" in answer) is waits


def test_the_worth_decides_where_the_currency_has_no_limit(world: World) -> None:
    record_price(world, "100", pair=("LTC", "USD"))
    party = world.user()
    with limit(world, "deposit", None, "1000"):
        assert "transfer_id" in _book(world, party, "a", currency="LTC", amount="9.9")
        assert "request_id" in _book(world, party, "b", currency="LTC", amount="0.2")


def test_a_request_that_nobody_confirms_ends(world: World) -> None:
    party = world.user()
    with limit(world, "deposit", "BTC", "0"):
        asked = _book(world, party, "slip")
    world.advance(days=3)
    with refused(world.connection, "deadline_passed"):
        confirm(world, asked)
    assert world.one("select service.operator_requests_expire()") == 1
    assert world.one("select service.operator_requests_expire()") == 0
    assert world.rows("select state, decided_by, deadline_at from public.operator_requests") == [
        ("expired", None, None)
    ]
    assert world.balance(party) == (0, 0, 0)
    # Nothing was booked under its name.
    _book(world, party, "slip")


@pytest.mark.parametrize("who", ["operator", "second_operator"])
def test_a_request_is_rejected_or_withdrawn(world: World, who: str) -> None:
    with limit(world, "deposit", "BTC", "0"):
        asked = _book(world, world.user(), "slip")
    with refused(world.connection, "reason_required"):
        close(world, asked, reason="")
    closed = close(world, asked, actor_id=getattr(world, who))
    assert closed["state"] == {"operator": "withdrawn", "second_operator": "rejected"}[who]
    with refused(world.connection, "request_closed"):
        confirm(world, asked)


def test_who_is_no_operator_any_more_has_asked_for_nothing(world: World) -> None:
    with limit(world, "deposit", "BTC", "0"):
        asked = _book(world, world.user(), "slip")
    world.run("delete from public.party_members where user_id = %s", world.operator)
    with refused(world.connection, "request_closed"):
        confirm(world, asked)


@pytest.mark.parametrize("claims", ["own", "other", "unknown"])
def test_no_word_of_a_command_says_that_it_is_confirmed(world: World, claims: str) -> None:
    party = world.user()
    with limit(world, "deposit", "BTC", "0"):
        asked = _book(world, party, "slip")
        other = _book(world, party, "slip 2")
        confirm(world, other)
        said = {"own": asked["request_id"], "other": other["request_id"], "unknown": uuid4()}
        with refused(world.connection, "request_differs"):
            _book(world, party, "slip", confirms=said[claims])
    assert world.balance(party)[0] == 1


def test_what_was_asked_for_never_changes(world: World) -> None:
    with limit(world, "deposit", "BTC", "0"):
        _book(world, world.user(), "slip")
    for change in (
        "asked_for = asked_for || '{\"amount\": \"9\"}'", "command_hash = repeat('0', 64)",
        "parties = '{}'", "amount = 2", "asked_by = gen_random_uuid()", "kind = 'withdrawal'",
    ):  # fmt: skip
        with refused(world.connection, "append_only"):
            world.run(f"update public.operator_requests set {change}")
    with refused(world.connection, "illegal_move"):
        world.run("update public.operator_requests set state = 'expired', deadline_at = null")
    with refused(world.connection, "append_only"):
        world.run("delete from public.operator_requests")


def test_a_request_that_is_not_there_is_not_found(world: World) -> None:
    named = {"request_id": uuid4(), "actor_id": world.operator, "aal": "aal2"}
    with refused(world.connection, "request_not_found"):
        world.command("operator_request_confirm", **named, command_hash="b" * 64)
    with refused(world.connection, "request_not_found"):
        world.command("operator_request_close", **named, reason="not on the statement")
