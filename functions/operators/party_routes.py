"""HTTP commands of operators about a party: stop it, let it go on, read its money, take off a lost
second factor, keep it from being erased."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.commands import OperatorReason, command, operator, operator_answers
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers
from shared.times import Moment


class Suspend(Body):
    """until: when it ends by itself; none: when an operator ends it. reason: for operators only."""

    reason: OperatorReason
    until: Moment | None = None


class Restore(Body):
    reason: OperatorReason


class OpenFile(Body):
    """reason: why it is looked at; kept for good, for operators only."""

    reason: OperatorReason


class ResetFactors(Body):
    """reason: for operators only. evidence_hash: SHA-256 of what proved who asks, in hex."""

    reason: OperatorReason
    evidence_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class FactorResetAgreed(BaseModel):
    """A reset of a second factor. deadline_at: when the factors are removed."""

    model_config = ConfigDict(extra="forbid")
    reset_id: UUID
    state: str
    deadline_at: datetime


class EraseParty(Body):
    """reason: how they asked, and how they were known; for operators only."""

    reason: OperatorReason


class PartyErasure(BaseModel):
    """A request to be erased. erasure_id: names it. erase_from: when it begins."""

    model_config = ConfigDict(extra="forbid")
    erasure_id: UUID
    state: str
    erase_from: datetime


class PartyFile(BaseModel):
    """closes_at: until then this operator reads the money of the party."""

    model_config = ConfigDict(extra="forbid")
    file_id: UUID
    party_id: UUID
    closes_at: datetime


class LegalHold(Body):
    """until: when it ends by itself, ten years away at most; a time that is past ends it now.
    reason: for operators only."""

    until: Moment
    reason: OperatorReason


class LegalHoldSet(BaseModel):
    """ends_at: until then the person is not erased."""

    model_config = ConfigDict(extra="forbid")
    party_id: UUID
    ends_at: datetime


class PartyStanding(BaseModel):
    """The party now. suspended_until: when it ends by itself."""

    model_config = ConfigDict(extra="forbid")
    party_id: UUID
    status: str
    suspended_until: datetime | None


routes = Routes()
_STANDING = answers(PartyStanding, "The party after the command.")


@routes.post("/parties/<party_id>/suspend", responses=_STANDING)
def suspend(
    party_id: Id, body: Suspend, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator stops a party: nothing new, no money out; what runs goes on to its end (aal2)."""
    fields = {"party_id": str(party_id), **body.model_dump(mode="json", exclude_none=True)}
    return command(db, caller, key, "party_suspend", fields, needs=operator)


@routes.post("/parties/<party_id>/restore", responses=_STANDING)
def restore(
    party_id: Id, body: Restore, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator ends the suspension of a party (aal2)."""
    fields = {"party_id": str(party_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "party_restore", fields, needs=operator)


@routes.post(
    "/parties/<party_id>/open-file", responses=answers(PartyFile, "The file, open for 15 minutes.")
)
def open_file(
    party_id: Id, body: OpenFile, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator reads the money of a party for 15 minutes: balances, entries, transfers, holds,
    payouts and deposits (aal2)."""
    fields = {"party_id": str(party_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "party_open_file", fields, needs=operator)


@routes.post("/parties/<party_id>/hold", responses=answers(LegalHoldSet, "Until when it is held."))
def hold(
    party_id: Id, body: LegalHold, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator keeps a person from being erased for a time (aal2)."""
    fields = {"party_id": str(party_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "party_hold", fields, needs=operator)


@routes.post(
    "/parties/<party_id>/reset-factors",
    responses=operator_answers(
        FactorResetAgreed, "The reset, once a second operator has confirmed it."
    ),
)
def reset_factors(
    party_id: Id, body: ResetFactors, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator has a person's second factor taken off, whom its loss keeps out (aal2); a second
    one confirms it. The person may cancel it for 48 hours; then every factor is removed, every
    session ends, and no money leaves for 72 hours."""
    fields = {"party_id": str(party_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "factor_reset_agree", fields, needs=operator)


@routes.post(
    "/parties/<party_id>/erase",
    responses=operator_answers(PartyErasure, "The request, once a second operator confirmed it."),
)
def erase(
    party_id: Id, body: EraseParty, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator has a person erased who has no sign-in to ask with (aal2); a second one confirms
    it. It waits for 14 days, and nothing may be in the way."""
    fields = {"party_id": str(party_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "party_erase", fields, needs=operator)
