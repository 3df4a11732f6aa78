"""The audit log, through the addresses that clients use: one row for each sign-in and each change
that was made, with where the request came from."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from stack.people import OLGA, email_of, password_of
from stack.sign_in import Client
from tests.world.http.desk import Desk


def _logged(desk: Desk, request: str) -> list[tuple[Any, ...]]:
    with desk.stack.connect() as owner:
        return owner.execute(
            "select table_name, action, actor_id, before ->> 'full_name', after ->> 'full_name' "
            "from public.audit_log where request_id = %s order by id",
            [request],
        ).fetchall()


def _origins(desk: Desk, column: str, value: Any) -> list[tuple[Any, ...]]:
    with desk.stack.connect() as owner:
        return owner.execute(
            "select distinct action, endpoint, host(address), user_agent from public.audit_log "
            f"where {column} = %s".encode(),
            [value],
        ).fetchall()


def test_security_a_change_leaves_one_row_with_who_what_and_which_request(desk: Desk) -> None:
    user, request = desk.stack.create_user(), str(uuid4())
    headers = {
        "Authorization": f"Bearer {desk.stack.token(user, aal='aal2')}",
        "X-Request-Id": request,
    }
    profile = f"{desk.stack.url}/rest/v1/profiles?id=eq.{user}"
    for name in ("Ada", "Ada Lovelace"):
        answer = httpx.patch(profile, json={"full_name": name}, headers=headers, timeout=60)
        assert answer.status_code == 204, answer.text
    logged = _logged(desk, request)
    assert [row[:3] for row in logged] == [("profiles", "update", user)] * 2
    # From what to what is seen by the hashes of the names: the same name has the same one.
    (none, ada), (before, lovelace) = (row[3:] for row in logged)
    assert none == ""
    assert before == ada != lovelace
    assert ada.startswith("sha256:")
    # What was refused as a whole leaves nothing, also of the part that was allowed.
    both = {"full_name": "Countess", "verification_tier": 3}
    assert httpx.patch(profile, json=both, headers=headers, timeout=60).status_code == 403
    assert _logged(desk, request) == logged


def test_security_a_command_is_logged_in_the_name_of_who_gave_it(desk: Desk) -> None:
    user, request = desk.stack.create_user(), str(uuid4())
    body = {"flag": "id_document", "reason": "seen at the desk"}
    options = {"X-Request-Id": request}
    path = f"/profiles/{user}/verify"
    assert desk.post(OLGA.id, path, body, aal="aal1", **options).status == 403
    assert _logged(desk, request) == []
    answer = desk.post(OLGA.id, path, body, **options)
    assert answer.status in (200, 201), answer.body
    logged = _logged(desk, request)
    assert {row[:3] for row in logged} == {
        ("profile_verifications", "create", OLGA.id), ("profiles", "update", OLGA.id),
    }  # fmt: skip
    assert len(logged) == 2


AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
# What anybody can write, and only our functions are believed in.
LIES = {
    "X-Holdfast-Address": "203.0.113.66", "X-Holdfast-Endpoint": "POST /nothing",
    "X-Holdfast-User-Agent": "nobody",
}  # fmt: skip


def test_security_a_row_written_over_postgrest_says_what_the_edge_saw(desk: Desk) -> None:
    user = desk.stack.create_user()
    seen = {
        "203.0.113.9": {"CF-Connecting-IP": "203.0.113.9", "X-Forwarded-For": "198.51.100.1"},
        # The gateway here adds whom it saw, as every proxy does.
        "127.0.0.1": {"X-Forwarded-For": "203.0.113.66"},
        None: {"CF-Connecting-IP": "nonsense"},
    }
    for address, edge in seen.items():
        request = str(uuid4())
        headers = {
            "Authorization": f"Bearer {desk.stack.token(user, aal='aal2')}",
            "X-Request-Id": request, "User-Agent": AGENT, **LIES, **edge,
        }  # fmt: skip
        profile = f"{desk.stack.url}/rest/v1/profiles?id=eq.{user}"
        answer = httpx.patch(profile, json={"full_name": str(address)}, headers=headers, timeout=60)
        assert answer.status_code == 204, answer.text
        assert _origins(desk, "request_id", request) == [
            ("update", "PATCH /profiles", address, AGENT)
        ]


def test_security_a_command_says_who_asked_the_function(desk: Desk) -> None:
    user, request = desk.stack.create_user(), str(uuid4())
    body = {"flag": "id_document", "reason": "seen at the desk"}
    options = {"X-Request-Id": request, "User-Agent": AGENT, **LIES}
    assert desk.post(OLGA.id, f"/profiles/{user}/verify", body, **options).status in (200, 201)
    # The route, without the id in it; the address of whoever asked, not that of the function.
    assert {row[1:] for row in _origins(desk, "request_id", request)} == {
        ("POST /profiles/{party_id}/verify", "127.0.0.1", AGENT)
    }


def test_security_a_sign_in_is_a_row(desk: Desk) -> None:
    account = {"email": email_of("laura"), "password": password_of("laura")}
    body = {**account, "email_confirm": True}
    made = Client(desk.stack.url, desk.stack.service_key).send("POST", "/admin/users", body)
    user = UUID(made["id"])
    answer = httpx.post(
        f"{desk.stack.url}/sign-in", json=account, headers={"User-Agent": AGENT}, timeout=60
    )
    assert answer.status_code == 200, answer.text
    logins = [row for row in _origins(desk, "actor_id", user) if row[0] == "login"]
    assert logins == [("login", None, "127.0.0.1", AGENT)]
    assert desk.read(
        OLGA.id, f"/audit_log?actor_id=eq.{user}&select=action,table_name,address"
    ) == [{"action": "login", "table_name": "sessions", "address": "127.0.0.1"}]
    assert desk.read(user, "/audit_log?select=id") == []
