"""What a rule decides on: an actor, a command, a time. Only a permitted move becomes a decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from shared.generated.edges import EDGES, Edge
from shared.refusals import refusal

from .deadlines import Due
from .decision import Command, Decision
from .settlement import divide
from .snapshot import TERMINAL, Escrow, Snapshot

_MACHINES = frozenset({"timer", "rail", "system"})


@cache
def _edges() -> Mapping[tuple[str | None, str, str], tuple[Edge, ...]]:
    found: dict[tuple[str | None, str, str], tuple[Edge, ...]] = {}
    for edge in EDGES:
        if edge.machine == "escrow":
            key = (edge.from_state, edge.from_phase, edge.event)
            found[key] = (*found.get(key, ()), edge)
    return found


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule decides on."""

    snapshot: Snapshot
    command: Command
    now: datetime

    @property
    def escrow(self) -> Escrow:
        return self.snapshot.escrow

    def side(self) -> str | None:
        """The actor's side: payer, payee, or None for everybody else."""
        roles = self.snapshot.actor.roles
        # Whoever acts for both sides acts as the first of them by name, in every move.
        return next((side for side in ("payee", "payer") if side in roles), None)

    def permit(self, event: str, gross: Decimal | None = None) -> "Move":
        """The move of this event by this actor, now.

        gross: what it gives the payee, for moves whose step-up depends on that.
        Raises Problem with a code of private.refusals, in the order in which the
        database would decide.
        """
        escrow = self.escrow
        if self.command.expected_version not in (None, escrow.version):
            raise refusal("stale_version")
        if escrow.state in TERMINAL:
            raise refusal("escrow_closed")
        edges = _edges().get((escrow.state, escrow.phase, event))
        if not edges:
            raise refusal("illegal_move")
        roles = self.snapshot.actor.roles
        edge = min(
            (edge for edge in edges if edge.actor in roles), key=lambda e: e.actor, default=None
        )
        if edge is None:
            raise refusal("not_your_move")
        if escrow.frozen and not edge.while_frozen:
            raise refusal("escrow_frozen")
        self._check_time(edge)
        if edge.step_up and self.snapshot.actor.aal != "aal2" and (gross is None or gross > 0):
            raise refusal("step_up_required")
        return Move(self, edge)

    def _check_time(self, edge: Edge) -> None:
        expires_at = self.escrow.expires_at
        if expires_at is None or self.escrow.frozen:
            return
        # What the timer may do to a held escrow waits for the end of a reason, not for the clocks.
        if edge.actor == "timer" and not edge.while_frozen and self.now < expires_at:
            raise refusal("not_due")
        if edge.before_deadline and edge.actor != "rail" and self.now > expires_at:
            raise refusal("deadline_passed")


@dataclass(frozen=True, slots=True)
class Move:
    """A permitted move. edge: the first that fits; the settlement may choose another end."""

    context: Context
    edge: Edge

    @property
    def role(self) -> str:
        """As whom the actor moves."""
        return self.edge.actor

    def decision(
        self,
        *,
        due: Due | None = None,
        gross: Decimal | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> Decision:
        """The decision to make it.

        due: the deadline it sets. gross: what a settling move gives the payee before the
        fee. payload: what the history keeps.
        """
        context, escrow, actor = self.context, self.context.escrow, self.context.snapshot.actor
        machine = self.role in _MACHINES
        parts = (
            None if gross is None else divide(escrow.amount, gross, escrow.fee_bps, escrow.decimals)
        )
        return Decision(
            escrow_id=escrow.id,
            expected_version=escrow.version,
            event=self.edge.event,
            actor_kind=self.role if machine else "user",
            actor_id=None if machine else actor.id,
            aal=None if machine else actor.aal,
            idempotency_key=context.command.idempotency_key,
            request_hash=context.command.request_hash,
            deadline_at=due.deadline_at if due else None,
            expires_at=due.expires_at if due else None,
            payer_amount=parts.payer_amount if parts else None,
            payee_amount=parts.payee_amount if parts else None,
            fee_amount=parts.fee_amount if parts else None,
            payload=payload or {},
        )
