"""A person asks to be erased over HTTP, and is: nobody signs in, and the other side reads on."""

from typing import Any
from uuid import UUID

import pytest

from stack.people import OLGA, email_of, password_of
from stack.sign_in import Client, SignInFailed
from stack.stack import Stack
from stack.user import add
from tests.world.http.desk import Desk


def _requests(desk: Desk, who: Any) -> list[Any]:
    found: list[Any] = desk.read(who, "/erasure_requests?select=state,in_the_way")
    return found


def _book(desk: Desk, kind: str, who: UUID) -> None:
    fields = {"party_id": str(who), "currency": "BTC", "amount": "1", "reference": f"{kind} {who}"}
    desk.done(OLGA.id, f"/{kind}s", fields)


def test_a_person_is_erased(desk: Desk, advanced: Stack) -> None:
    made = add(advanced.url, advanced.anon_key, advanced.service_key, "frank")
    who, client = UUID(made["FRANK_ID"]), Client(advanced.url, advanced.anon_key)
    assert client.by_password(email_of("frank"), password_of("frank"))
    _book(desk, "deposit", who)
    refused = desk.post(who, "/erasure-requests")
    assert (refused.status, refused.code) == (409, "erasure_in_the_way")
    assert refused.body["in_the_way"] == ["money"]
    _book(desk, "withdrawal", who)
    assert desk.post(who, "/erasure-requests", aal="aal1").code == "step_up_required"
    first = desk.post(who, "/erasure-requests")
    assert (first.status, first.body["state"]) == (201, "waiting")
    cancelled = desk.post(who, f"/erasure-requests/{first.body['erasure_id']}/cancel", aal="aal1")
    assert (cancelled.status, cancelled.body["state"]) == (200, "cancelled")
    assert desk.post(who, "/erasure-requests").status == 201
    assert advanced.tick("ErasuresFunction") == {"steps": 0, "rows": 0, "erased": 0}
    assert _requests(desk, who)[-1]["state"] == "waiting"
    advanced.clock.advance(days=14)
    advanced.tick("EscrowExpireFunction")
    done = advanced.tick("ErasuresFunction")
    assert done["erased"] == 1
    with pytest.raises(SignInFailed):
        client.by_password(email_of("frank"), password_of("frank"))
    # The token is alive still, and commands nothing.
    assert desk.post(who, "/erasure-requests").code == "party_closed"
    assert advanced.tick("ErasuresFunction")["steps"] == 0
    # The address is free for somebody new.
    again = add(advanced.url, advanced.anon_key, advanced.service_key, "frank")
    assert again["FRANK_ID"] != str(who)


def test_an_operator_holds_it_up(desk: Desk) -> None:
    who = desk.stack.create_user()
    path = f"/parties/{who}/hold"
    held = {"until": "2035-01-01T00:00:00Z", "reason": "a court asks"}
    assert desk.post(who, path, held).code == "operator_only"
    assert desk.post(OLGA.id, path, held).status == 200
    assert desk.post(who, "/erasure-requests").body["in_the_way"] == ["legal_hold"]
    assert [row["party_id"] for row in desk.read(OLGA.id, "/legal_holds")] == [str(who)]
    assert desk.read(who, "/legal_holds") == []
