"""Commands of members and of operators: who asks is what the database says, never the request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.caller import CallerToken
from shared.db import Database
from shared.errors import Forbidden
from shared.idempotency import CommandKey, answer
from shared.refusals import refusal
from shared.responses import answers
from shared.text import Words

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


def operator_answers(model: type[BaseModel], description: str) -> Any:
    """The `responses` of a command that may wait for a second operator."""
    return answers(model, description) | answers(Asked, "A second operator must confirm it.", 202)


def member_command(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    name: str,
    fields: Mapping[str, Any],
    status: int = 200,
) -> Response[Any]:
    """Give a command of schema `service` in the caller's name.

    Raises Problem: idempotency_key_reused (409), and what the command raises.
    """
    asked = {"idempotency_key": key.key, "request_hash": key.request_hash}
    actor = db.rpc("whoami", asked, token=caller.token, repeatable=True)
    if "answer" in actor:
        return answer(actor["answer"], status)
    command = {**fields, **asked, "actor_id": actor["id"], "aal": actor["aal"]}
    return answer(db.service_rpc(name, {"command": command}, repeatable=True), status)


def operator_command(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    name: str,
    fields: Mapping[str, Any],
) -> Response[Any]:
    """Give a command of schema `service` in the name of an operator with a second factor.

    202 when it waits for a second operator. The command checks both again. Raises Problem:
    operator_only, step_up_required (403), idempotency_key_reused (409), and what the
    command raises.
    """
    asked = {"idempotency_key": key.key, "request_hash": key.request_hash}
    actor = db.rpc("whoami", asked, token=caller.token, repeatable=True)
    if "answer" in actor:
        return _answered(actor["answer"])
    if "operator" not in actor["roles"]:
        raise Forbidden("operator_only", "Only an operator may do this.")
    if actor["aal"] != "aal2":
        raise refusal("step_up_required")
    command = {**fields, **asked, "actor_id": actor["id"], "aal": actor["aal"]}
    return _answered(db.service_rpc(name, {"command": command}, repeatable=True))


def _answered(result: Mapping[str, Any]) -> Response[Any]:
    waits = "request_id" in result and result["state"] == "open"
    return answer(result, 202 if waits else 200)
