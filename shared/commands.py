"""Commands of members: who asks is what the database says, never the request."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.caller import CallerToken
from shared.db import Database
from shared.idempotency import CommandKey, answer


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
