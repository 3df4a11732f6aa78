"""Sessions, devices and recovery codes as their owner meets them over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from stack.people import OLGA, OSKAR, email_of, password_of
from stack.sign_in import Client, SignInFailed
from stack.stack import Stack
from stack.user import add
from tests.world.accounts import IPHONE, enrol, sign_in
from tests.world.http.desk import Desk

OWN = (
    "sessions",
    "user_devices",
    "session_audits",
    "login_attempts",
    "identities",
    "refresh_tokens",
)


class Person:
    """Somebody with sessions, whose tokens name them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.id = desk.stack.create_user()
        self.here = self.session()
        self.phone = self.session(IPHONE)

    def session(self, *agent: str) -> UUID:
        with self.desk.stack.connect() as connection:
            return sign_in(connection, self.id, *agent)

    def headers(self, session: UUID, aal: str = "aal2") -> dict[str, str]:
        token = self.desk.stack.token(self.id, aal=aal, session_id=str(session))
        return {"Authorization": f"Bearer {token}"}

    def post(
        self, path: str, body: Any = None, *, session: UUID | None = None, aal: str = "aal2",
        key: str | None = None,
    ) -> Any:  # fmt: skip
        headers = self.headers(session or self.here, aal)
        return self.desk.post(self.id, path, body, key=key, **headers)

    def sessions(self) -> set[str]:
        return {row["id"] for row in self.desk.read(self.id, "/sessions")}


@pytest.fixture
def person(desk: Desk) -> Person:
    return Person(desk)


def test_a_revoked_session_commands_nothing_from_then_on(person: Person) -> None:
    key = str(uuid4())
    destination = {"rail": "stripe", "address": "acct_1"}
    assert person.post("/payout-destinations", destination, session=person.phone).status == 201
    for _ in range(2):
        reply = person.post(f"/sessions/{person.phone}/revoke", key=key, aal="aal1")
        assert (reply.status, reply.body) == (200, {"session_id": str(person.phone)})
    assert reply.replayed
    for path, body in (
        ("/payout-destinations", destination),
        ("/recovery-codes", None),
        ("/webhook-endpoints", {"url": "https://hooks.example.com/in"}),
    ):
        reply = person.post(path, body, session=person.phone)
        assert (reply.status, reply.code) == (401, "session_ended"), path
    assert person.sessions() == {str(person.here)}
    gone = person.post(f"/sessions/{person.phone}/revoke")
    assert (gone.status, gone.code) == (404, "session_not_found")


def test_others_and_devices_are_ended_by_their_owner(person: Person) -> None:
    desk, other = person.desk, Person(person.desk)
    tablet = person.session(f"{IPHONE} device/tablet-0001")
    (device,) = desk.read(person.id, "/user_devices?order=first_seen_at.desc&limit=1")
    assert device["family"] == "Safari on iOS"
    assert other.post(f"/devices/{device['id']}/revoke").code == "device_not_found"
    named = person.post(f"/devices/{device['id']}/name", {"name": "Tablet"})
    assert named.body == {"device_id": device["id"], "name": "Tablet"}
    revoked = person.post(f"/devices/{device['id']}/revoke")
    assert revoked.body == {"device_id": device["id"], "ended": 1}
    assert str(tablet) not in person.sessions()
    assert person.post("/sessions/revoke-others").body == {"ended": 1}
    assert person.sessions() == {str(person.here)}
    assert other.sessions() == {str(other.here), str(other.phone)}


def test_each_reads_the_own_account_and_no_other(person: Person) -> None:
    stranger = person.desk.stack.create_user()
    for table in OWN[:3]:
        assert len(person.desk.read(person.id, f"/{table}")) == 2, table
    for table in OWN:
        assert person.desk.read(stranger, f"/{table}") == [], table


def test_ten_codes_are_shown_once_and_one_gets_in_without_the_factor(person: Person) -> None:
    with person.desk.stack.connect() as connection:
        enrol(connection, person.id)
    assert person.post("/recovery-codes", aal="aal1").code == "step_up_required"
    key = str(uuid4())
    made = person.post("/recovery-codes", key=key)
    assert made.status == 201
    codes = made.body["codes"]
    assert len(set(codes)) == 10
    # Nobody keeps them, so nobody can show them again.
    again = person.post("/recovery-codes", key=key)
    assert (again.status, again.replayed, again.body) == (201, True, {"codes": []})
    with person.desk.stack.connect() as connection:
        for table in ("private.recovery_codes", "private.idempotency_keys", "private.outbox"):
            kept = connection.execute(
                f"select count(*) from {table} as t where t::text like any (%s)".encode(),
                [[f"%{each}%" for each in codes]],
            ).fetchone()
            assert kept == (0,), table
    wrong = person.post("/recovery-codes/use", {"code": "A" * 25}, aal="aal1")
    assert (wrong.status, wrong.code) == (403, "recovery_code_wrong")
    used = person.post("/recovery-codes/use", {"code": codes[4].lower()}, aal="aal1")
    assert used.status == 200
    assert (used.body["factors_removed"], used.body["sessions_ended"], used.body["codes_left"]) == (
        1,
        1,
        9,
    )
    twice = person.post("/recovery-codes/use", {"code": codes[4]}, aal="aal1")
    assert twice.code == "recovery_code_wrong"
    ended = person.post("/recovery-codes", session=person.phone)
    assert (ended.status, ended.code) == (401, "session_ended")
    stopped = person.post("/payout-destinations", {"rail": "stripe", "address": "acct_2"})
    assert (stopped.status, stopped.code) == (403, "recovery_waits")


def test_a_lost_factor_is_taken_off_by_two_operators_and_not_at_once(
    person: Person, advanced: Stack
) -> None:
    desk = person.desk
    with desk.stack.connect() as connection:
        enrol(connection, person.id)
    asked = person.post("/factor-resets", aal="aal1")
    assert (asked.status, asked.body["state"]) == (201, "asked")
    body = {"reason": "seen by video", "evidence_hash": "e" * 64}
    path = f"/parties/{person.id}/reset-factors"
    assert person.post(path, body).code == "operator_only"
    request = desk.post(OLGA.id, path, body)
    assert request.status == 202
    confirm = f"/operator-requests/{request.body['request_id']}/confirm"
    hashed = {"command_hash": request.body["command_hash"]}
    assert desk.post(OLGA.id, confirm, hashed).code == "second_operator_required"
    done = desk.post(OSKAR.id, confirm, hashed)
    assert (done.status, done.body["answer"]["state"]) == (200, "waiting")
    cancel = f"/factor-resets/{asked.body['reset_id']}/cancel"
    assert Person(desk).post(cancel).code == "factor_reset_not_found"
    # From the telephone that is still signed in, without the factor.
    kept = person.post(cancel, session=person.phone, aal="aal1")
    assert (kept.status, kept.body["state"]) == (200, "cancelled")
    again = desk.post(OLGA.id, path, body)
    hashed = {"command_hash": again.body["command_hash"]}
    confirm = f"/operator-requests/{again.body['request_id']}/confirm"
    assert desk.post(OSKAR.id, confirm, hashed).status == 200
    advanced.tick("EscrowExpireFunction")
    assert len(desk.read(person.id, "/factor_resets?select=id&state=eq.waiting")) == 1
    advanced.clock.advance(hours=48, seconds=1)
    with desk.stack.connect() as connection:
        connection.execute("update private.sweep_ticks set last_at = null")
    assert advanced.tick("EscrowExpireFunction")["factor_resets"] == 1
    over = person.post("/recovery-codes")
    assert (over.status, over.code) == (401, "session_ended")


def test_whoever_guesses_at_auth_is_locked_out_and_so_is_the_right_password(desk: Desk) -> None:
    stack = desk.stack
    add(stack.url, stack.anon_key, stack.service_key, "erin")
    client = Client(stack.url, stack.anon_key)
    email, right = email_of("erin"), password_of("erin")
    assert client.by_password(email, right)
    said = set()
    for password in (*["not it at all"] * 5, "not it either", right):
        with pytest.raises(SignInFailed) as refused:
            client.by_password(email, password)
        said.add(str(refused.value))
    assert len(said) == 1
    assert "Invalid login credentials" in said.pop()
