"""HTTP commands about the end of the own account: a person asks to be erased, and takes it back."""

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
    "/erasure-requests",
    responses=answers(bodies.Erasure, "The request, and when it begins.", status=201),
)
def ask(body: Nothing, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A person asks to be erased (aal2). While money, trades or claims are open it is refused, and
    in_the_way says what is. It waits for 14 days."""
    return command(db, caller, key, "erasure_ask", {}, status=201)


@routes.post(
    "/erasure-requests/<erasure_id>/cancel",
    responses=answers(bodies.Erasure, "The request, which was taken back."),
)
def cancel(
    erasure_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A person takes back the request to be erased while it waits."""
    return command(db, caller, key, "erasure_cancel", {"erasure_id": str(erasure_id)})
