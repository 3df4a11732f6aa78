"""One escrow in a world, and the right decision for each of its moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, LiteralString
from uuid import UUID, uuid4

from tests.world.moves import words
from tests.world.world import World, plain

BODY = "The bank shows the payment as sent on Monday."
GROUNDS = "The bank statement proves a part of the payment."
TERMS_HASH = "7" * 64
FILE_HASH = "f" * 64

# Whose moves come without a person.
MACHINES = ("timer", "rail", "system")

# Why machines hold an escrow.
_REASONS = {
    "rail": {"kind": "chargeback", "reason": "chargeback", "reference": "dp_1", "amount": "1"},
    "system": {"kind": "outage", "reason": "outage", "reference": "2026-11-21"},
}

# Moves that begin a duty, and so come with its deadline.
BEGINS_A_DUTY = words(
    "perform countersign fund funds_confirmed funds_mismatch top_up accept_partial "
    "request_revision dispute timeout_dispute statement_reply timeout_statements assign "
    "acknowledge timeout_acknowledge timeout_decide decide propose_decision approve_decision "
    "reject_decision appeal statement rail_dispute"
)


@dataclass(frozen=True)
class Row:
    """What a function would have read of the escrow."""

    state: str
    phase: str
    version: int
    amount: Decimal
    currency: str
    decimals: int
    fee_bps: int


class Escrow:
    """An escrow with its people; moves it through service.escrow_commit only."""

    def __init__(self, world: World, escrow_id: UUID, payer: UUID, payee: UUID) -> None:
        self.world = world
        self.id = escrow_id
        self.payer = payer
        self.payee = payee
        self.stranger = world.user("stranger")
        self._read: dict[Any, list[tuple[Any, ...]]] | None = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read each thing once: nothing moves inside the block."""
        self._read = {}
        yield
        self._read = None

    def _rows(self, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
        if self._read is None:
            return self.world.rows(query, *values)
        key = (query, values)
        if key not in self._read:
            self._read[key] = self.world.rows(query, *values)
        return self._read[key]

    def _now(self) -> datetime:
        moment: datetime = self._rows("select private.clock()")[0][0]
        return moment

    def row(self) -> Row:
        found = self._rows(
            "select e.state, e.phase, e.version, e.amount::numeric, e.currency, c.decimals, "
            "e.fee_bps from private.escrow_transactions as e "
            "join public.currencies as c on c.code = e.currency where e.id = %s",
            self.id,
        )
        return Row(*found[0])

    @property
    def place(self) -> tuple[str, str]:
        """State and phase."""
        row = self.row()
        return row.state, row.phase

    def dispute(self) -> dict[str, Any]:
        """The pending dispute, or nothing."""
        rows = self._rows(
            "select to_jsonb(d) from public.disputes as d "
            "where escrow_id = %s and status = 'pending'",
            self.id,
        )
        return dict(rows[0][0]) if rows else {}

    @property
    def arbiter(self) -> UUID | None:
        """The arbiter who has the dispute now."""
        name = self.dispute().get("arbiter_id")
        return UUID(name) if name else None

    def spare_arbiter(self) -> UUID | None:
        """An arbiter who never had this dispute."""
        used = {
            row[0]
            for row in self._rows(
                "select a.arbiter_id from public.dispute_assignments as a "
                "join public.disputes as d on d.id = a.dispute_id where d.escrow_id = %s",
                self.id,
            )
        }
        return next((one for one in reversed(self.world.arbiters) if one not in used), None)

    def actor(self, role: str) -> tuple[str, UUID | None]:
        """Kind and id of whoever plays a role."""
        if role in MACHINES:
            return role, None
        people = {
            "payer": self.payer,
            "payee": self.payee,
            "stranger": self.stranger,
            "operator": self.world.operator,
            "arbiter": self.arbiter or next(iter(self.world.arbiters), None),
            "other_arbiter": self.spare_arbiter() or next(reversed(self.world.arbiters), None),
        }
        return "user", people[role]

    def open_offer(self, role: str) -> tuple[UUID, Decimal] | None:
        """The open split offer of the other side: id and payee's part."""
        rows = self._rows(
            "select id, payee_amount::numeric from public.escrow_offers where escrow_id = %s "
            "and kind = 'split' and status = 'open' and author_role::text <> %s",
            self.id, role,
        )  # fmt: skip
        return rows[0] if rows else None

    def hold_of(self, role: str) -> UUID | None:
        """The oldest open reason of a role."""
        rows = self._rows(
            "select h.id from public.escrow_holds as h join public.hold_kinds as k "
            "on k.kind = h.kind where h.escrow_id = %s and h.closed_at is null "
            "and (k.owner_role::text = %s or %s = 'timer') order by h.opened_version limit 1",
            self.id, role, role,
        )  # fmt: skip
        return rows[0][0] if rows else None

    def holds(self) -> list[str]:
        """Kinds of the open reasons, oldest first."""
        return [row[0] for row in self._rows(
            "select kind from public.escrow_holds where escrow_id = %s and closed_at is null "
            "order by opened_version", self.id,
        )]  # fmt: skip

    def suspense(self) -> Decimal:
        held = self._rows("select private.suspense_of(%s, %s)", self.id, self.row().currency)
        return Decimal(held[0][0])

    def undecided(self, row: Row) -> Decimal:
        """Payee's part when nobody decides: all to the only side that spoke."""
        file = self.dispute()
        if file.get("level") == 2:
            return Decimal(str(file["first_award_payee_amount"]))
        spoke = {
            item[0]
            for item in self._rows(
                "select s.author_role::text from public.dispute_statements as s "
                "join public.disputes as d on d.id = s.dispute_id where d.escrow_id = %s",
                self.id,
            )
        }
        if len(spoke) == 1:
            return Decimal(0) if spoke == {"payer"} else row.amount
        bps = self._rows(
            "select undecided_payee_bps from public.escrow_policies as p "
            "join private.escrow_transactions as e on e.policy_id = p.id where e.id = %s",
            self.id,
        )[0][0]
        return rounded(row.amount * bps / 10000, row.decimals)

    def award(self) -> Decimal:
        value = self.dispute().get("award_payee_amount")
        return Decimal(str(value)) if value is not None else Decimal(0)

    def payee_part(self, event: str, role: str, row: Row) -> Decimal | None:
        """The part that the rule of a settling move gives to the payee, before the fee."""
        if event in ("accept", "timeout_release"):
            return row.amount
        if event in ("concede", "timeout_refund", "rail_return"):
            return Decimal(0)
        if event == "accept_split":
            offer = self.open_offer(role)
            return offer[1] if offer else Decimal(0)
        if event in ("settle_decision", "timeout_settle"):
            return self.award()
        if event == "timeout_hold" and row.state == "funded":
            return Decimal(0)
        return self.undecided(row) if event in ("timeout_undecided", "timeout_hold") else None

    def payload(self, event: str, role: str, row: Row) -> dict[str, Any]:
        """What a right command of this kind says."""
        if event == "accept_split":
            offer = self.open_offer(role)
            return {"offer_id": offer[0] if offer else uuid4()}
        if event == "assign":
            return {"arbiter_id": self.spare_arbiter()}
        if event in ("funds_confirmed", "funds_mismatch", "top_up"):
            part = {"funds_mismatch": row.amount / 2, "top_up": row.amount - self.suspense()}
            return {
                "amount": rounded(part.get(event, row.amount), row.decimals),
                "currency": row.currency, "reason": "under", "provider_time": self._now(),
            }  # fmt: skip
        if event.startswith("rail_"):
            held = self.suspense() if row.state == "funding_exception" else row.amount
            share = {"rail_take": 20, "rail_dispute": 2, "rail_restore": 20}.get(event, 1)
            amount = rounded(held / share, row.decimals)
            return {"amount": amount, "currency": row.currency, "reference": "dp_1"}
        if event == "unfreeze":
            return {"hold_id": self.hold_of(role) or uuid4()}
        if event in ("decide", "propose_decision"):
            payee = rounded(row.amount / 4, row.decimals)
            return {"payer_amount": row.amount - payee, "payee_amount": payee,
                    "reason": "other", "grounds": GROUNDS}  # fmt: skip
        fixed: dict[str, dict[str, Any]] = {
            "accept": {"confirm": True, "payer_name_matches": True},
            "dispute": {"reason": "other", "description": "Nothing has arrived."},
            "sign": {"terms_hash": TERMS_HASH},
            "countersign": {"terms_hash": TERMS_HASH},
            "offer_split": {"payee_amount": rounded(row.amount / 4, row.decimals)},
            "statement": {"body": BODY},
            "statement_reply": {"body": BODY},
            "evidence": {"sha256": FILE_HASH, "name": "receipt.pdf",
                         "media_type": "application/pdf", "size_bytes": 1024},
            "freeze": _REASONS.get(role, {"kind": "operator", "reason": "compliance"}),
        }  # fmt: skip
        return fixed.get(event, {})

    def decision(self, event: str, role: str, **changes: Any) -> dict[str, Any]:
        """A decision as a function would send it; `changes` replace fields."""
        row = self.row()
        kind, actor_id = self.actor(role)
        if event == "evidence" and role in ("payer", "payee"):
            self.announce(role)
        made: dict[str, Any] = {
            "escrow_id": self.id, "expected_version": row.version, "event": event,
            "actor_kind": kind, "actor_id": actor_id, "aal": "aal2",
            "payload": self.payload(event, role, row),
        }  # fmt: skip
        if event in BEGINS_A_DUTY:
            now = self._now()
            made["deadline_at"] = now + timedelta(hours=1)
            made["expires_at"] = now + self._at_most(event, timedelta(hours=2))
        part = self.payee_part(event, role, row)
        if part is not None:
            fee = rounded(part * row.fee_bps / 10000, row.decimals)
            made |= {"payer_amount": row.amount - part, "payee_amount": part - fee,
                     "fee_amount": fee}  # fmt: skip
        return made | changes

    def _at_most(self, event: str, within: timedelta) -> timedelta:
        """As long as the policy lets a payer wait for money, else as asked for."""
        if event != "countersign":
            return within
        fund: timedelta = self.world.one(
            "select p.fund_within from public.escrow_policies as p"
            " join private.escrow_transactions as e on e.policy_id = p.id where e.id = %s",
            self.id,
        )
        return min(within, fund)

    def announce(self, role: str, sha256: str = FILE_HASH) -> None:
        """A side has announced a file, which it may then submit."""
        self.world.run(
            "insert into public.evidence_uploads (id, escrow_id, author_role, author_id, purpose, "
            "sha256, name, media_type, size_bytes, created_at) values (gen_random_uuid(), %s, %s, "
            "%s, 'evidence', %s, 'receipt.pdf', 'application/pdf', 1024, private.clock()) "
            "on conflict do nothing",
            self.id, role, self.payer if role == "payer" else self.payee, sha256,
        )  # fmt: skip

    def commit(self, event: str, role: str, **changes: Any) -> dict[str, Any]:
        """Make a move; the answer. Raises what the database raises."""
        answer: dict[str, Any] = self.world.command(
            "escrow_commit", **self.decision(event, role, **changes)
        )
        return answer

    def try_many(self, *decisions: dict[str, Any]) -> list[dict[str, Any]]:
        """Commit decisions as timers do; refusals come back instead of being raised."""
        answers: list[dict[str, Any]] = self.world.call("escrow_commit_many", plain(decisions))
        return answers

    def expire(self) -> None:
        """Let the time of the present duty run out."""
        self.world.advance_to(
            self.world.one(
                "select expires_at + interval '1 second' from private.escrow_transactions "
                "where id = %s",
                self.id,
            )
        )

    def outlive_rail(self) -> None:
        """Let the time run out for which the rail holds the money, unless it holds for ever."""
        until = self.world.one(
            "select nullif(rail_hold_until, 'infinity') from private.escrow_transactions "
            "where id = %s",
            self.id,
        )
        if until is not None:
            self.world.advance_to(until)

    def facts(self) -> tuple[Any, ...]:
        """Everything a refused command must leave as it was."""
        found = self.world.rows(
            "select e::text, "
            "(select count(*) from private.escrow_events where escrow_id = e.id), "
            "(select string_agg(w::text, ';' order by w.id) from public.wallets as w), "
            "(select count(*) from public.ledger_entries), "
            "(select string_agg(h::text, ';' order by h::text) from public.ledger_holds as h), "
            "(select string_agg(o::text, ';' order by o.id) from public.escrow_offers as o "
            " where o.escrow_id = e.id), "
            "(select string_agg(d::text, ';' order by d.id) from public.disputes as d "
            " where d.escrow_id = e.id), "
            "(select count(*) from private.outbox), "
            "(select count(*) from private.idempotency_keys) "
            "from private.escrow_transactions as e where e.id = %s",
            self.id,
        )
        return found[0]


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """Cut to the decimals of a currency, as the one rounding rule does."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)
