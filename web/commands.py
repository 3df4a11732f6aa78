"""Commands that a form gives, in the name of whoever is signed in."""

from typing import Any

from shared.commands import Fields, command
from shared.db import database
from shared.idempotency import CommandKey, idempotency_key, request_hash
from web.visit import Visit

FORM_ID = "form_id"
"""The field that names a form as it was shown: sent twice, it acts once."""


def give(visit: Visit, name: str, fields: Fields, *said: str) -> dict[str, Any]:
    """Give a command of schema `service`; its answer, also where the form was sent before.

    said: the fields of the form that it is made of. Raises Problem, SignInFirst.
    """
    key = idempotency_key({"idempotency-key": visit.field(FORM_ID)})
    said_fields = {each: visit.field(each) for each in said}
    hashed = request_hash("POST", visit.path, said_fields)
    answer: Any = command(database(), visit.caller, CommandKey(key, hashed), name, fields).body
    return dict(answer)
