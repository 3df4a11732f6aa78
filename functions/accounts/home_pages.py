"""Pages: the own account, where one is signed in, and what happened to it."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from web.commands import give
from web.language import known
from web.reads import rows
from web.site import PageRoutes
from web.visit import Visitor

from .session_routes import current_session

SESSIONS = "/account/sessions"

routes = PageRoutes()


@routes.get("/account")
def home(visit: Visitor) -> Response[Any]:
    who = visit.signed_in
    found = rows(
        who, "security_events", select="kind,created_at", party_id=f"eq.{who.user_id}",
        subject_kind="eq.account", order="id.desc", limit="10",
    )  # fmt: skip
    events = [{**each, "key": known(f"event.{each['kind']}", "event.other")} for each in found]
    return visit.page("account/home.html", who=who, events=events)


@routes.get(SESSIONS)
def sessions(visit: Visitor) -> Response[Any]:
    who = visit.signed_in
    open_now = rows(who, "sessions", order="started_at.desc", limit="100")
    devices = rows(who, "user_devices", order="last_seen_at.desc", limit="100")
    return visit.page("account/sessions.html", sessions=open_now, devices=devices)


@routes.post("/account/sessions/revoke")
def revoke(visit: Visitor) -> Response[Any]:
    fields = {"session_id": visit.id_field("session_id")}
    give(visit, "session_revoke", fields, "session_id")
    return visit.go(SESSIONS, done="revoked")


@routes.post("/account/sessions/revoke-others")
def revoke_others(visit: Visitor) -> Response[Any]:
    give(visit, "sessions_revoke_others", current_session)
    return visit.go(SESSIONS, done="revoked")


@routes.post("/account/devices/revoke")
def revoke_device(visit: Visitor) -> Response[Any]:
    give(visit, "device_revoke", {"device_id": visit.id_field("device_id")}, "device_id")
    return visit.go(SESSIONS, done="revoked")


@routes.post("/account/devices/name")
def name_device(visit: Visitor) -> Response[Any]:
    fields = {"device_id": visit.id_field("device_id"), "name": visit.field("name").strip()[:60]}
    give(visit, "device_name", fields, "device_id", "name")
    return visit.go(SESSIONS, done="named")
