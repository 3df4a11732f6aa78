"""Bad input to every function of the API: refused with a code, and nothing has changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stack.people import OLGA
from stack.stack import Stack
from tests.world.bad_input import nasty
from tests.world.bad_input.catalog import Catalog
from tests.world.bad_input.fingerprint import Fingerprint
from tests.world.bad_input.rest_client import Rest, flaw
from tests.world.bad_input.right_commands import COMMANDS, MOVES, Make, fresh
from tests.world.rails import Worker, apply
from tests.world.screenings import all_clear
from tests.world.world import World

PAYLOAD = {
    "amount": "amount", "payer_amount": "amount", "payee_amount": "amount", "offer_id": "uuid",
    "arbiter_id": "uuid", "provider_time": "time", "offer_expires_at": "time",
}  # fmt: skip

# What a right command may leave out although this one does not.
OPTIONAL = {
    "ledger_move_external": {"memo"},
    "escrow_claim": {"description"},
    "escrow_rail_case": {"reason", "due_by"},
    "escrow_case_close": {"amount", "resolution"},
    "webhook_endpoint_create": {"party_id", "description", "event_types"},
    "webhook_ping": {"aal"},
    "webhook_resend": {"event_ids", "since", "until", "after", "aal"},
    "profile_verify": {"tier"},
    "verification_event": {"provider_reference"},
    "payout_destination_set": {"party_id", "currency", "is_default"},
    "sessions_revoke_others": {"current_session_id"},
    "device_name": {"name"},
    "api_key_create": {"party_id", "ip_allow", "expires_at"},
    "api_key_rotate": {"overlap_seconds"},
    "api_key_revoke": {"aal"},
    "wallet_deposit_begin": {"party_id"},
    "withdrawal_request": {"party_id"},
    "merchant_create": {"website", "tax_id"},
    "invoice_create": {
        "amount",
        "lines",
        "merchant_order_id",
        "description",
        "metadata",
        "customer_email",
        "language",
        "currencies",
        "expires_in",
    },
    "invoice_method_place": {"chain_id", "token"},
    "invoice_refund_make": {"currency", "reason"},
    "order_reprice": {"price", "min_order_amount"},
    "payout_record": {"reason", "next_in"},
    "rail_report": {"reason"},
    "rail_cost": {"memo"},
    "rail_discrepancy": {"purpose", "reference_id"},
    "fiat_rate_set": {"as_of"},
    "screening_record": {"categories", "risk_score"},
    "perform": {"aal", "payload"},
    "accept_split": {"aal", "deadline_at", "expires_at"},
    "dispute": {"aal", "description"},
    "discord_link": {"discord_id"},
    "party_suspend": {"until"},
    "freeze": {"aal"},
    "statement": {"aal"},
    "evidence": {"aal", "name", "media_type", "size_bytes"},
    "assign": {"aal"},
    "concede": {"aal", "payload"},
    "funds_confirmed": {"aal", "actor_id", "idempotency_key", "reason"},
    "funds_mismatch": {"aal", "actor_id", "idempotency_key", "provider_time"},
}
# Nothing reads these: an escrow that ends has no deadline, a rail is nobody, a flag no tier.
UNREAD = {
    ("accept_split", "deadline_at"), ("accept_split", "expires_at"),
    ("concede", "deadline_at"), ("concede", "expires_at"),
    ("funds_mismatch", "provider_time"), ("profile_verify", "tier"),
    ("funds_mismatch", "actor_id"), ("funds_confirmed", "actor_id"),
    ("payout_retry", "confirms"), ("payout_keep", "confirms"),
}  # fmt: skip
# Where nothing is a right amount.
MAY_BE_ZERO = {
    ("escrow_case_close", "amount"), ("offer_split", "payee_amount"),
    ("concede", "payee_amount"), ("concede", "fee_amount"), ("order_take", "max_slippage_bps"),
    ("payout_record", "next_in"), ("rail_cost", "amount"), ("screening_record", "risk_score"),
    ("api_key_rotate", "overlap_seconds"),
    ("rail_discrepancy", "amount"),
}  # fmt: skip
# Below zero it is given back.
MAY_BE_NEGATIVE = {("rail_cost", "amount"), ("rail_discrepancy", "amount")}
# Whoever comes second with another is told so, and nothing has changed.
TOO_LATE = {
    ("payout_record", "version"): ("recorded", False),
    ("screening_record", "screening_id"): ("outcome", "late"),
}
_RIGHT: dict[str, Any] = {
    "uuid": str(OLGA.id), "time": "2026-01-01", "text": "b" * 64, "word": "sell", "integer": 1,
}  # fmt: skip
# A provider may know somebody whom we do not: that is noted. Everything comes after nothing.
MAY_BE_ANYBODY = {
    ("verification_event", "party_id"), ("discord_event", "party_id"), ("webhook_resend", "after"),
    ("rail_discrepancy", "reference_id"),
}  # fmt: skip
# What makes a command count once, each in its way.
ONCE_BY = {
    "idempotency_key", "provider_event_id", "version", "screening_id", "case_id", "reference",
    "provider_reference", "as_of", "invoice_token",
}  # fmt: skip
# Validated field by field once; other moves only differ in their payload.
WHOLE_DECISIONS = ("perform", "accept_split", "funds_confirmed")


@pytest.fixture(scope="module")
def service(stack: Stack, http: httpx.Client) -> Rest:
    return Rest(stack, http, stack.service_key)


@pytest.fixture(scope="module")
def person(stack: Stack, http: httpx.Client) -> Rest:
    return Rest(stack, http, stack.token(OLGA.id, aal="aal2"))


def may_pass(label: str, field: str, kind: str, value: Any, right: Any) -> bool:
    """Whether a value is right, or nobody's business, where it stands."""
    if value is nasty.MISSING or value is None:
        return field in OPTIONAL.get(label, ()) or right is None
    if value in nasty.TOO_LONG and kind == "text":
        return True
    if (label, field) in UNREAD:
        return value not in nasty.ALWAYS
    if value == str(UUID(int=0)):
        return (label, field) in MAY_BE_ANYBODY
    if value in ("-1", -1):
        return (label, field) in MAY_BE_NEGATIVE
    return (label, field) in MAY_BE_ZERO and type(value) is int and value == 0


def too_late(label: str, field: str, answer: httpx.Response) -> bool:
    """Whether an answer says that somebody else was first."""
    said = TOO_LATE.get((label, field))
    return answer.status_code == 200 and said is not None and said in answer.json().items()


class Sender:
    """Sends one command in many bad forms and collects what was not refused well."""

    def __init__(
        self, service: Rest, world: World, fingerprint: Fingerprint,
        name: str, parameter: str, label: str, make: Make,
    ) -> None:  # fmt: skip
        self._service = service
        self._world = world
        self._fingerprint = fingerprint
        self._name = name
        self._parameter = parameter
        self._label = label
        self._make = make
        self.flaws: list[str] = []
        self._renew()

    def _renew(self) -> None:
        self.right = fresh(self._world, self._make)
        self._before = self._fingerprint.take()

    def _send(self, command: Any) -> httpx.Response:
        return self._service.rpc("service", self._name, {self._parameter: command})

    def accepts_the_right_one(self) -> None:
        answer = self._send(self.right)
        assert answer.status_code == 200, answer.text
        self._renew()

    def spoil(self, field: str, kind: str, inside: str | None = None) -> None:
        """Every nasty value of a kind in a field, of the command or of an object inside."""
        for value in nasty.values(kind):
            holder = self.right if inside is None else self.right.get(inside) or {}
            bad = nasty.changed(holder, field, value)
            answer = self._send(bad if inside is None else {**self.right, inside: bad})
            fault = flaw(answer)
            passes = may_pass(self._label, field, kind, value, holder.get(field))
            if answer.status_code == 200 and passes:
                self._renew()
            elif fault and not too_late(self._label, field, answer):
                self.flaws.append(f"{self._label}.{field} {nasty.shown(value)}: {fault}")
                self._renew()
        self.unchanged(field)

    def unchanged(self, after: str) -> None:
        now = self._fingerprint.take()
        different = [table for table in now if now[table] != self._before[table]]
        if different:
            self.flaws.append(f"{self._label}.{after} changed {different}")
            self._before = now


def test_every_function_is_tried_here(catalog: Catalog) -> None:
    commands = {
        name for name, function in catalog.functions.items()
        if function.schema == "service" and list(function.parameters.values()) == ["object"]
    }  # fmt: skip
    lists = {
        "escrow_commit", "escrow_commit_many", "escrow_timers_failed", "prices_record",
        "chain_scanned", "chain_slice_read", "chain_reread", "chain_payout_store",
        "chain_looked", "chain_coins_looked", "mempool_record", "webhook_receive",
    }  # fmt: skip
    assert commands == {*COMMANDS, *lists}, "each has a right example in right_commands.py"
    for name in COMMANDS:
        fields = catalog.fields(name)
        assert ONCE_BY & set(fields), name
        assert len(fields) >= 2, name


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(
    name: str, catalog: Catalog, service: Rest, world: World, fingerprint: Fingerprint
) -> None:
    (parameter,) = catalog.functions[name].parameters
    sender = Sender(service, world, fingerprint, name, parameter, name, COMMANDS[name])
    sender.accepts_the_right_one()
    fields = catalog.fields(name)
    assert set(sender.right) - {"idempotency_key", "request_hash"} <= set(fields)
    for field, kind in fields.items():
        sender.spoil(field, kind)
    assert not sender.flaws, "\n".join([*sender.flaws, "What may pass: OPTIONAL, UNREAD"])


@pytest.mark.parametrize("event", MOVES)
def test_decisions(
    event: str, catalog: Catalog, service: Rest, world: World, fingerprint: Fingerprint
) -> None:
    sender = Sender(
        service, world, fingerprint, "escrow_commit", "decision", event, MOVES[event]
    )  # fmt: skip
    sender.accepts_the_right_one()
    if event in WHOLE_DECISIONS:
        for field, kind in catalog.decision().items():
            sender.spoil(field, kind)
    for field in sender.right["payload"]:
        sender.spoil(field, PAYLOAD.get(field, "text"), inside="payload")
    assert not sender.flaws, "\n".join(sender.flaws)


def test_many_decisions(service: Rest, world: World, fingerprint: Fingerprint) -> None:
    right = fresh(world, MOVES["perform"])
    before = fingerprint.take()
    for value in (*nasty.WORDS, *nasty.ALWAYS, True, 1, -1.5, {}, right, [1], ["x"], [[]]):
        answer = service.rpc("service", "escrow_commit_many", {"decisions": value})
        assert not flaw(answer), (nasty.shown(value), flaw(answer))
    for field, value in (("escrow_id", "x"), ("expected_version", 2**40), ("payload", nasty.NUL)):
        bad = [nasty.changed(right, field, value)]
        answer = service.rpc("service", "escrow_commit_many", {"decisions": bad})
        assert not flaw(answer), (field, flaw(answer))
    # Losers of a race come back with their refusal instead.
    for field in ("expected_version", "escrow_id", "event"):
        bad = [nasty.changed(right, field, None)]
        answer = service.rpc("service", "escrow_commit_many", {"decisions": bad})
        assert answer.status_code == 200, answer.text
        assert [each["refusal"] is not None for each in answer.json()] == [True]
    assert fingerprint.take() == before


def test_prices(service: Rest, fingerprint: Fingerprint) -> None:
    before = fingerprint.take()
    now = datetime.now(UTC).isoformat()
    quotes = [
        {"source": name, "price": "5", "as_of": now, "outcome": "used"} for name in ("one", "two")
    ]
    pair = {"cryptocurrency": "BTC", "fiat_currency": "USD", "quotes": quotes,
            "index": {"price": "5", "as_of": now}}  # fmt: skip
    kinds = {"source": "text", "price": "amount", "as_of": "time", "outcome": "word"}
    bad: list[Any] = [nasty.changed(pair, name, value) for name in pair for value in nasty.WORDS]
    for name, kind in kinds.items():
        for value in nasty.values(kind):
            spoiled = nasty.changed(quotes[0], name, value)
            bad.append({**pair, "quotes": [spoiled, quotes[1]]})
    flaws = []
    for each in bad:
        answer = service.rpc("service", "prices_record", {"command": {"pairs": [each]}})
        if fault := flaw(answer):
            flaws.append(f"{ascii(each)[:900]}: {fault}")
    assert not flaws, "\n".join(flaws)
    assert fingerprint.take() == before


def test_functions_with_plain_parameters(
    catalog: Catalog, service: Rest, person: Rest, world: World, fingerprint: Fingerprint
) -> None:
    # Outages that other tests declared, traders whose trades they ended, messages, documents and
    # receipts that they left are work to do, not bad input.
    for work in (
        "outage_credit",
        "reputation_refresh",
        "webhook_enqueue",
        "contract_documents_due",
        "invoices_expire",
    ):
        while service.rpc("service", work, {}).json():
            continue
    all_clear(Worker(world))
    apply(world)
    before = fingerprint.take()
    flaws = []
    tried = 0
    for function in catalog.functions.values():
        caller = service if function.schema == "service" else person
        for field, kind in function.parameters.items():
            if kind == "object":
                continue
            required = list(function.parameters)[: function.required]
            right: dict[str, Any] = {name: _RIGHT[function.parameters[name]] for name in required}
            for value in nasty.values(kind):
                tried += 1
                answer = caller.rpc(
                    function.schema, function.name, nasty.changed(right, field, value)
                )
                # A question may be odd, but it is no reason to fail.
                if answer.status_code != 200 and (fault := flaw(answer)):
                    flaws.append(f"{function.name}.{field} {nasty.shown(value)}: {fault}")
    assert not flaws, "\n".join(flaws)
    assert tried > 200
    after = fingerprint.take()
    # A name that nobody has is a name, however odd: a password tried at it is kept.
    assert {each for each in after if after[each] != before[each]} <= {"public.login_attempts"}


EVENT = {
    "provider": "stripe", "event_id": "evt_1", "type": "charge.refunded", "body": "{}",
    "source": "webhook", "occurred_at": "2026-01-01T00:00:00Z",
}  # fmt: skip
# Of a type only the beginning is kept, a body is kept as it came.
BAD_IN_EVENTS = {
    "provider": nasty.TOO_LONG, "event_id": nasty.TOO_LONG, "type": (), "body": (),
    "source": nasty.BY_KIND["word"], "occurred_at": nasty.BY_KIND["time"],
}  # fmt: skip


def test_events_of_rails(service: Rest, fingerprint: Fingerprint) -> None:
    before = fingerprint.take()
    bad: list[Any] = [{}, 1, "x", [1], [None], [[]], [EVENT, {}]]
    for field, values in BAD_IN_EVENTS.items():
        for value in (nasty.MISSING, None, *nasty.ALWAYS, *values):
            bad.append([nasty.changed(EVENT, field, value)])
    for each in bad:
        answer = service.rpc("service", "webhook_receive", {"events": each})
        assert not flaw(answer), (ascii(each)[:300], flaw(answer))
    assert fingerprint.take() == before


def test_outcomes_of_events_of_rails(service: Rest, fingerprint: Fingerprint) -> None:
    assert service.rpc("service", "webhook_receive", {"events": [EVENT]}).json() == 1
    before = fingerprint.take()
    right = {"event_id": "evt_1", "status": "done", "detail": ""}
    bad: list[Any] = [{}, 1, "x", [1], [[]]]
    for value in (nasty.MISSING, None, "received", *nasty.ALWAYS, *nasty.BY_KIND["word"]):
        bad.append([nasty.changed(right, "status", value)])
    for each in bad:
        body = {"provider": "stripe", "outcomes": each}
        answer = service.rpc("service", "webhook_events_done", body)
        assert not flaw(answer) or answer.json() == 0, (ascii(each)[:300], flaw(answer))
    assert fingerprint.take() == before
    body = {"provider": "stripe", "outcomes": [right]}
    assert service.rpc("service", "webhook_events_done", body).json() == 1


@pytest.mark.parametrize(
    "failures", [None, {}, 1, "x", [1], [None], [{}], [{"escrow_id": "x"}], [{"version": "x"}]]
)
def test_failures_of_timers(service: Rest, fingerprint: Fingerprint, failures: Any) -> None:
    before = fingerprint.take()
    answer = service.rpc("service", "escrow_timers_failed", {"failures": failures})
    assert answer.status_code == 200 or not flaw(answer)
    assert fingerprint.take() == before


BODIES: list[bytes] = [
    b"", b"x", b"{", b"[]", b"[{}]", b'"x"', b"1", b"null", b"true", b"NaN", b'{"command": NaN}',
    b'{"command": Infinity}', b"\xff\xfe", b'{"command": "\xff"}', b'{"command": {}',
    b'{"nobody": 1}', b'{"command": {}, "nobody": 1}', b"\x00", b'{"command": {"a": 1e999999}}',
    b"[" * 500 + b"]" * 500, b'{"command": ' + b"[" * 500 + b"]" * 500 + b"}",
]  # fmt: skip


def test_bodies_that_are_no_commands(
    catalog: Catalog, service: Rest, fingerprint: Fingerprint
) -> None:
    before = fingerprint.take()
    flaws = []
    for function in catalog.functions.values():
        if list(function.parameters.values()) != ["object"] or function.schema != "service":
            continue
        for body in BODIES:
            answer = service.rpc("service", function.name, body)
            if fault := flaw(answer):
                flaws.append(f"{function.name} {body[:40]!r}: {fault}")
        for kind in ("text/plain", "application/xml", "multipart/form-data", "nonsense"):
            answer = service.rpc("service", function.name, b"<x/>", **{"Content-Type": kind})
            if fault := flaw(answer):
                flaws.append(f"{function.name} as {kind}: {fault}")
    assert not flaws, "\n".join(flaws)
    assert fingerprint.take() == before


def test_names_that_are_no_functions(service: Rest, person: Rest) -> None:
    for name in ("nothing", "escrow_commit;drop", "pg_sleep", "set_config", "clock", "post", "%00"):
        for schema in ("public", "service", "private", "ledger", "pg_catalog", "auth", "'"):
            for caller in (service, person):
                fault = flaw(caller.rpc(schema, name, {}))
                assert not fault, (schema, name, fault)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from([nasty.SQL, nasty.NUL, nasty.HALF_PAIR, "infinity", "NaN", "1e400", "-1"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def unmoved(fingerprint: Fingerprint) -> Iterator[None]:
    before = fingerprint.take()
    yield
    assert fingerprint.take() == before


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@pytest.mark.usefixtures("unmoved")
def test_structured_nonsense(data: st.DataObject, catalog: Catalog, service: Rest) -> None:
    name = data.draw(st.sampled_from([*COMMANDS, "escrow_commit"]))
    (parameter,) = catalog.functions[name].parameters
    fields = catalog.decision() if name == "escrow_commit" else catalog.fields(name)
    command = data.draw(st.dictionaries(st.sampled_from(sorted(fields)), JSON) | JSON)
    answer = service.rpc("service", name, {parameter: command})
    assert not flaw(answer), (name, flaw(answer))
