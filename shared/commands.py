"""Commands of callers: read with the token of the caller, then commit. The database says who the
caller is, never the request."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.caller import CallerToken
from shared.db import Database
from shared.errors import Forbidden, Problem
from shared.idempotency import CommandKey, answer
from shared.refusals import refusal
from shared.responses import answers
from shared.text import Words

ATTEMPTS = 3

Read = tuple[str, Mapping[str, Any]]
"""A function that the caller asks first, and its parameters beside the key. It answers with the
caller (or has them as `actor`), or with the `answer` that the key got before."""

WHOAMI: Read = ("whoami", {})

Fields = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""What a command says; as a function, made of what was read: a stranger learns nothing by it, and
what is asked outside is asked for nobody who may not."""

# Why an operator does something, for whoever asks later.
OperatorReason = Annotated[Words, Field(min_length=1, max_length=500)]


class Asked(BaseModel):
    """Nothing is done yet: it is more than one operator does alone. A second one confirms it at
    /operator-requests/{request_id}/confirm with its command_hash, until deadline_at."""

    model_config = ConfigDict(extra="forbid")
    request_id: UUID
    state: str
    command_hash: str
    deadline_at: datetime


class _Answered(Exception):
    """The key of this command got its answer before."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        super().__init__()
        self.stored = stored


def operator_answers(model: type[BaseModel], description: str) -> Any:
    """The `responses` of a command that may wait for a second operator."""
    return answers(model, description) | answers(Asked, "A second operator must confirm it.", 202)


def command(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    name: str,
    fields: Fields,
    *,
    read: Read = WHOAMI,
    keyed: bool = True,
    needs: Callable[[Mapping[str, Any]], None] | None = None,
    shown: Callable[[dict[str, Any]], Mapping[str, Any]] | None = None,
    status: int = 200,
) -> Response[Any]:
    """Give a command of schema `service` in the caller's name; or the answer its key got before.

    read: see commit. keyed=False: what is read does not know the answer of the key, only the
    command does. needs: raises Problem when the caller may not. shown: what the caller gets to
    see of the answer, old or new. Raises Problem: idempotency_key_reused (409), and what the
    command raises.
    """

    def params(seen: Mapping[str, Any]) -> Mapping[str, Any]:
        actor = seen.get("actor", seen)
        if needs:
            needs(actor)
        said = fields(seen) if callable(fields) else fields
        return {"command": {**said, **signed(key, actor)}}

    asked = (read[0], {**read[1], **(key.params() if keyed else {})})
    result = commit(db, caller, asked, name, params)
    waits = needs is operator and "request_id" in result and result["state"] == "open"
    return answer(shown(result) if shown else result, 202 if waits else status)


def commit(
    db: Database,
    caller: CallerToken,
    read: Read,
    name: str,
    params: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    *,
    again_on: str | None = None,
) -> dict[str, Any]:
    """Read with the caller's token, make the parameters of it, call schema `service` with them.

    again_on: a code that says that somebody else was quicker: all is done anew, at most twice.
    Raises Problem.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            seen = unanswered(db.rpc(read[0], read[1], token=caller.token, repeatable=True))
            given = params(seen)
        except _Answered as before:
            return dict(before.stored)
        try:
            return dict(db.service_rpc(name, given, repeatable=True))
        except Problem as problem:
            if attempt == ATTEMPTS or problem.slug != again_on:
                raise
    raise AssertionError("the last attempt answers or raises")


def unanswered(read: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was read inside of a command, which ends here when its key has its answer already."""
    if "answer" in read:
        raise _Answered(read["answer"])
    return read


def signed(key: CommandKey, actor: Mapping[str, Any]) -> dict[str, Any]:
    """What every command says of itself: who asks, and the key."""
    return {**key.params(), "actor_id": actor["id"], "aal": actor["aal"]}


def operator(actor: Mapping[str, Any]) -> None:
    """An operator with a second factor; the command checks both again. Its answer is 202 when it
    waits for a second operator. Raises Problem: operator_only, step_up_required (403)."""
    if "operator" not in actor["roles"]:
        raise Forbidden("operator_only", "Only an operator may do this.")
    if actor["aal"] != "aal2":
        raise refusal("step_up_required")
