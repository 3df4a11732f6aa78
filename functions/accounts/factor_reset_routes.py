"""HTTP commands of whoever has lost the second factor without recovery codes. Resets are read as
public.factor_resets."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import bodies

routes = Routes()


@routes.post(
    "/factor-resets",
    responses=answers(bodies.FactorReset, "What operators are asked for.", status=201),
)
def ask(body: Nothing, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A person who is signed in without the second factor asks operators to take it off. They ask
    who you are; two of them agree, and 48 hours later it is gone."""
    return command(db, caller, key, "factor_reset_ask", {}, status=201)


@routes.post(
    "/factor-resets/<reset_id>/cancel",
    responses=answers(bodies.FactorReset, "The reset that is over."),
)
def cancel(
    reset_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A person keeps the second factor: from any session that lives, with the factor or without."""
    return command(db, caller, key, "factor_reset_cancel", {"reset_id": str(reset_id)})
