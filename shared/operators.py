"""Commands of operators: who asks is what the database says, never the request."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.caller import CallerToken
from shared.db import Database
from shared.errors import Forbidden
from shared.idempotency import CommandKey, answer
from shared.refusals import refusal


def operator_command(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    name: str,
    fields: Mapping[str, Any],
) -> Response[Any]:
    """Give a command of schema `service` in the name of an operator with a second factor.

    The command checks both again. Raises Problem: operator_only, step_up_required (403),
    idempotency_key_reused (409), and what the command raises.
    """
    asked = {"idempotency_key": key.key, "request_hash": key.request_hash}
    actor = db.rpc("whoami", asked, token=caller.token, repeatable=True)
    if "answer" in actor:
        return answer(actor["answer"])
    if "operator" not in actor["roles"]:
        raise Forbidden("operator_only", "Only an operator may do this.")
    if actor["aal"] != "aal2":
        raise refusal("step_up_required")
    command = {**fields, **asked, "actor_id": actor["id"], "aal": actor["aal"]}
    return answer(db.service_rpc(name, {"command": command}, repeatable=True))
