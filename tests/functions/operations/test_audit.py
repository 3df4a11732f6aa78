"""The audit log, through the addresses that clients use: one row for each change that was made."""

from typing import Any
from uuid import uuid4

import httpx

from stack.people import OLGA
from tests.world.http.desk import Desk


def _logged(desk: Desk, request: str) -> list[tuple[Any, ...]]:
    with desk.stack.connect() as owner:
        return owner.execute(
            "select table_name, action, actor_id, before ->> 'full_name', after ->> 'full_name' "
            "from public.audit_log where request_id = %s order by id",
            [request],
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
        ("profile_verifications", "insert", OLGA.id), ("profiles", "update", OLGA.id),
    }  # fmt: skip
    assert len(logged) == 2
