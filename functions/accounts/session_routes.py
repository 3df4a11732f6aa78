"""HTTP commands about the own sessions and devices. They are read as public.sessions and
public.user_devices."""

from collections.abc import Mapping
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


def current_session(seen: Mapping[str, Any]) -> dict[str, Any]:
    """The session of the caller's token, as a field of a command; none where it has none."""
    session = seen["session_id"]
    return {"current_session_id": session} if session else {}


@routes.post(
    "/sessions/<session_id>/revoke",
    responses=answers(bodies.SessionRevoked, "The session that was ended."),
)
def revoke(
    session_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A person ends a session of theirs: it commands nothing from then on."""
    return command(db, caller, key, "session_revoke", {"session_id": str(session_id)})


@routes.post(
    "/sessions/revoke-others",
    responses=answers(bodies.SessionsRevoked, "How many sessions were ended."),
)
def revoke_others(body: Nothing, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A person ends every session of theirs but the one that asks."""
    return command(db, caller, key, "sessions_revoke_others", current_session)


@routes.post(
    "/devices/<device_id>/revoke",
    responses=answers(bodies.DeviceRevoked, "The device."),
)
def revoke_device(
    device_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A person ends every session from a device. If it signs in again, they are told."""
    return command(db, caller, key, "device_revoke", {"device_id": str(device_id)})


@routes.post(
    "/devices/<device_id>/name",
    responses=answers(bodies.DeviceNamed, "The device."),
)
def name_device(
    device_id: Id, body: bodies.DeviceName, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A person names a device."""
    fields = {"device_id": str(device_id), "name": body.name}
    return command(db, caller, key, "device_name", fields)
