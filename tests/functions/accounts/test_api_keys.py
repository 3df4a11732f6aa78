"""API keys over HTTP: shown once, exchanged for tokens, refused at the request after they end."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest

from stack.keys import AUDIENCE
from stack.stack import Stack
from tests.world.http.desk import Desk, Reply
from tests.world.scenes import EVERY_POLICY
from tests.world.stopping import stop
from tests.world.world import World

EVERYTHING = [
    "wallets:read", "escrows:read", "escrows:write", "orders:read", "orders:write", "trades:write",
    "withdrawals:read", "withdrawals:write", "deposits:write", "webhooks:read", "webhooks:send",
]  # fmt: skip


class Owner:
    """A person with API keys."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.id = desk.stack.create_user()

    def key(self, *scopes: str, **fields: Any) -> dict[str, Any]:
        body = {"name": "Books", "scopes": list(scopes or ["wallets:read"]), **fields}
        made: dict[str, Any] = self.desk.done(self.id, "/api-keys", body)
        return made

    def token(self, *scopes: str, **fields: Any) -> "Token":
        made = self.key(*scopes, **fields)
        return Token(self.desk, made["key_id"], self.exchanged(made["api_key"]))

    def exchange(self, api_key: str, **headers: str) -> Reply:
        return self.desk.post(None, "/api-tokens", Authorization=f"Bearer {api_key}", **headers)

    def exchanged(self, api_key: str) -> str:
        reply = self.exchange(api_key)
        assert reply.status == 200, reply.body
        return str(reply.body["access_token"])


class Token:
    """A program with the token of a key."""

    def __init__(self, desk: Desk, key_id: str, token: str) -> None:
        self.desk = desk
        self.key_id = key_id
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: Any = None, key: str | None = None) -> Reply:
        return self.desk.post(None, path, body, key=key, **self.headers)

    def read(self, path: str) -> Reply:
        answer = httpx.get(self.desk.stack.rest_url + path, headers=self.headers)
        return Reply(answer.status_code, answer.headers, answer.json())


@pytest.fixture
def owner(desk: Desk, stack: Stack) -> Owner:
    with stack.connect() as connection:
        connection.execute("delete from private.rate_buckets")
    return Owner(desk)


@pytest.fixture
def world(stack: Stack) -> Iterator[World]:
    with stack.connect() as connection:
        yield World(connection)


def test_a_key_is_shown_once_and_only_its_hash_is_kept(owner: Owner, world: World) -> None:
    key, body = str(uuid4()), {"name": "Books", "scopes": ["wallets:read"]}
    first = owner.desk.post(owner.id, "/api-keys", body, key=key)
    again = owner.desk.post(owner.id, "/api-keys", body, key=key)
    assert (first.status, again.status, again.replayed) == (201, 201, True)
    assert again.body == first.body | {"api_key": None}
    api_key = first.body["api_key"]
    assert api_key.startswith(f"hf_live_{first.body['prefix']}_")
    assert api_key.endswith(first.body["last4"])
    secret = api_key.rpartition("_")[2]
    for (table,) in world.rows(
        "select oid::regclass::text from pg_class where relkind in ('r', 'p') "
        "and relnamespace::regnamespace::text in ('public', 'private')"
    ):
        query = f"select from {table} as r where to_jsonb(r)::text like %s limit 1"
        found = world.connection.execute(query.encode(), [f"%{secret}%"]).fetchall()
        assert found == [], table
    (row,) = owner.desk.read(owner.id, "/api_keys")
    assert row["id"] == first.body["key_id"]
    assert "secret" not in str(row)
    assert owner.desk.read(owner.desk.stack.create_user(), "/api_keys") == []
    assert owner.desk.post(owner.id, "/api-keys", body, aal="aal1").code == "step_up_required"


def test_a_token_names_the_key_and_lasts_five_minutes(owner: Owner, stack: Stack) -> None:
    made = owner.key("wallets:read", "orders:read")
    reply = owner.exchange(made["api_key"])
    told = {name: reply.body[name] for name in ("key_id", "party_id", "scopes", "expires_in")}
    assert told == {
        "key_id": made["key_id"], "party_id": str(owner.id), "expires_in": 300,
        "scopes": ["orders:read", "wallets:read"],
    }  # fmt: skip
    published = jwt.PyJWKSet.from_dict(stack.keys.published)
    token = reply.body["access_token"]
    public = published[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, public.key, ["ES256"], audience=AUDIENCE)
    assert (claims["role"], claims["sub"]) == ("api_key", made["key_id"])
    assert claims["exp"] - claims["iat"] == 300


def test_a_token_reads_what_its_scope_names_and_nothing_else(owner: Owner) -> None:
    with owner.desk.stack.connect() as connection:
        World(connection).deposit(owner.id, "2")
    token = owner.token("wallets:read")
    assert token.read("/wallet_balances?select=party_id,available").body == [
        {"party_id": str(owner.id), "available": "2"}
    ]
    assert token.read("/orders").status == 404
    for path in ("/p2p_orders", "/escrow_transactions?select=id", "/payouts"):
        assert (token.read(path).status, token.read(path).body) == (200, []), path
    for path in ("/profiles", "/api_keys", "/notifications", "/sessions", "/parties"):
        assert token.read(path).status == 403, path
    embedded = token.read("/wallets?select=id,parties(display_name)")
    assert embedded.status >= 400
    for name in ("my_standing", "escrow_snapshot", "export_statement"):
        answer = httpx.post(
            f"{owner.desk.stack.rest_url}/rpc/{name}", headers=token.headers, json={}
        )
        assert answer.status_code >= 400, name
    written = httpx.patch(
        f"{owner.desk.stack.rest_url}/wallets", headers=token.headers, json={"type": "x"}
    )
    assert written.status_code == 403


def test_a_token_commands_what_its_scope_names_and_nothing_else(owner: Owner, world: World) -> None:
    desk = owner.desk
    world.deposit(owner.id, "2")
    order = desk.draft(owner.id)
    desk.done(owner.id, f"/orders/{order}/publish")
    reads, writes = owner.token("orders:read"), owner.token("orders:write")
    refused = reads.post(f"/orders/{order}/pause")
    assert (refused.status, refused.code) == (403, "scope_missing")
    key = str(uuid4())
    for replayed in (False, True):
        done = writes.post(f"/orders/{order}/pause", key=key)
        assert (done.status, done.body["status"], done.replayed) == (200, "paused", replayed)
    actor = world.one(
        "select actor_id from public.audit_log where table_name = 'p2p_orders' and row_id = %s "
        "order by id desc limit 1", order,
    )  # fmt: skip
    assert str(actor) == writes.key_id
    theirs = Owner(desk).token("orders:write").post(f"/orders/{order}/resume")
    assert (theirs.status, theirs.code) == (404, "order_not_found")


def test_an_escrow_is_moved_by_a_key_of_its_side(owner: Owner, world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "p2p_crypto")
    payer = Owner(owner.desk)
    payer.id = escrow.payer
    stranger = owner.token("escrows:write")
    assert stranger.post(f"/escrows/{escrow.id}/release").status == 404
    reads, writes = payer.token("escrows:read"), payer.token("escrows:write")
    refused = reads.post(f"/escrows/{escrow.id}/release", {"payer_name_matches": True})
    assert (refused.status, refused.code) == (403, "scope_missing")
    done = writes.post(f"/escrows/{escrow.id}/release", {"payer_name_matches": True})
    assert done.status == 200, done.body
    actor = world.one(
        "select actor_id from private.escrow_events where escrow_id = %s "
        "order by version desc limit 1", escrow.id,
    )  # fmt: skip
    assert str(actor) == writes.key_id


def test_no_key_makes_keys(owner: Owner) -> None:
    token = owner.token(*EVERYTHING)
    made = owner.key()
    for path, body in (
        ("/api-keys", {"name": "More", "scopes": ["wallets:read"]}),
        (f"/api-keys/{made['key_id']}/rotate", {}),
        (f"/api-keys/{made['key_id']}/revoke", None),
        (f"/api-keys/{token.key_id}/rotate", {}),
    ):
        reply = token.post(path, body)
        said = (reply.status, reply.code)
        assert said in ((403, "scope_missing"), (404, "api_key_not_found")), path
    assert token.post("/payout-destinations", {"rail": "stripe", "address": "acct_1"}).code in (
        "scope_missing", "not_your_move",
    )  # fmt: skip
    assert owner.exchange(token.headers["Authorization"][7:]).code == "api_key_refused"


def test_a_revoked_key_does_nothing_at_the_next_request(owner: Owner) -> None:
    token = owner.token("wallets:read", "orders:write")
    made = owner.key()
    assert token.read("/wallets").status == 200
    revoked = owner.desk.done(owner.id, f"/api-keys/{token.key_id}/revoke", aal="aal1")
    assert revoked["key_id"] == token.key_id
    read = token.read("/wallets")
    assert (read.status, read.body["message"]) == (401, "key_revoked")
    # Also what strangers may read.
    assert token.read("/currencies").status == 401
    commanded = token.post(f"/orders/{uuid4()}/pause")
    assert (commanded.status, commanded.code) == (401, "key_revoked")
    assert owner.exchange(made["api_key"]).status == 200


def test_a_stopped_owner_has_no_keys(owner: Owner, world: World) -> None:
    made = owner.key("wallets:read")
    token = Token(owner.desk, made["key_id"], owner.exchanged(made["api_key"]))
    stop(world, owner.id)
    assert owner.exchange(made["api_key"]).code == "api_key_refused"
    assert token.read("/wallets").status == 401


def test_whatever_is_wrong_is_refused_in_the_same_words(owner: Owner, stack: Stack) -> None:
    good, elsewhere = owner.key(), owner.key(ip_allow=["203.0.113.0/24"])
    revoked, other = owner.key(), owner.key()
    owner.desk.done(owner.id, f"/api-keys/{revoked['key_id']}/revoke")
    mixed = f"hf_live_{good['prefix']}_{other['api_key'].rpartition('_')[2]}"
    answers = [
        owner.exchange(key, **headers)
        for key, headers in (
            (elsewhere["api_key"], {"X-Forwarded-For": "203.0.113.7"}),
            (revoked["api_key"], {}),
            (mixed, {}),
            (good["api_key"][:-1] + "x", {}),
            ("hf_live_", {}),
            (stack.token(owner.id), {}),
            (stack.anon_key, {}),
        )
    ]
    said = [{**each.body, "request_id": ""} for each in answers]
    assert {each.status for each in answers} == {401}
    assert all(each == said[0] for each in said)
    assert said[0]["code"] == "api_key_refused"
    inside = owner.key(ip_allow=["127.0.0.1/32", "203.0.113.0/24"])
    assert owner.exchange(inside["api_key"]).status == 200


def test_ten_failures_are_enough_for_an_address_and_stop_no_right_key(owner: Owner) -> None:
    made, revoked = owner.key(), owner.key()
    owner.desk.done(owner.id, f"/api-keys/{revoked['key_id']}/revoke")
    codes = [owner.exchange(revoked["api_key"]).code for _ in range(11)]
    assert codes == ["api_key_refused"] * 10 + ["too_many_requests"]
    waits = owner.exchange(revoked["api_key"])
    assert (waits.status, 0 < int(waits.headers["retry-after"]) <= 6) == (429, True)
    assert owner.exchange(made["api_key"]).status == 200
    owner.desk.stack.clock.advance(seconds=6)
    assert owner.exchange(revoked["api_key"]).code == "api_key_refused"


def test_both_secrets_of_a_rotated_key_are_good_for_a_while(owner: Owner) -> None:
    made = owner.key("wallets:read")
    rotated = owner.desk.done(
        owner.id, f"/api-keys/{made['key_id']}/rotate", {"overlap_seconds": 3600}
    )
    assert rotated["prefix"] == made["prefix"]
    assert rotated["api_key"] != made["api_key"]
    assert [owner.exchange(each["api_key"]).status for each in (made, rotated)] == [200, 200]
    at_once = owner.desk.done(owner.id, f"/api-keys/{made['key_id']}/rotate")
    assert [owner.exchange(each["api_key"]).status for each in (made, rotated, at_once)] == [
        401,
        401,
        200,
    ]


def test_twenty_exchanges_at_once(owner: Owner) -> None:
    made = owner.key()
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: owner.exchange(made["api_key"]), range(20)))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body["access_token"] for reply in replies}) == 20
    (row,) = owner.desk.read(owner.id, "/api_keys")
    assert row["last_used_at"] is not None


def test_a_key_of_an_organisation_acts_for_it_alone(owner: Owner, world: World) -> None:
    party: UUID = world.one(
        "insert into public.parties (kind, display_name) values ('merchant', 'Shop') returning id"
    )
    world.join(party, owner.id, "owner")
    world.deposit(party, "3")
    world.deposit(owner.id, "2")
    token = owner.token("wallets:read", "orders:write", party_id=str(party))
    assert {row["party_id"] for row in token.read("/wallets").body} == {str(party)}
    order = owner.desk.draft(owner.id)
    # What its maker may do as a person.
    assert token.post(f"/orders/{order}/publish").status in (403, 404)


def test_its_owner_is_told(owner: Owner) -> None:
    made = owner.key()
    owner.desk.done(owner.id, f"/api-keys/{made['key_id']}/rotate")
    owner.desk.done(owner.id, f"/api-keys/{made['key_id']}/revoke")
    kinds = [row["kind"] for row in owner.desk.read(owner.id, "/security_events?order=id")]
    assert kinds == ["api_key_created", "api_key_rotated", "api_key_revoked"]


def test_a_key_and_its_party_have_a_bucket_each(owner: Owner, world: World) -> None:
    token, other = owner.token("orders:write"), owner.token("orders:write")
    path = f"/orders/{uuid4()}/pause"
    with _limits(world, "requests_of_key", 3, 60):
        left = [token.post(path).headers["ratelimit-remaining"] for _ in range(3)]
        assert left == ["2", "1", "0"]
        full = token.post(path)
        assert (full.status, full.code) == (429, "too_many_requests")
        told = {name: full.headers[f"ratelimit-{name}"] for name in ("limit", "remaining", "reset")}
        assert told == {"limit": "3", "remaining": "0", "reset": "3"}
        assert full.headers["retry-after"] == "1"
        assert other.post(path).status == 404
        owner.desk.stack.clock.advance(seconds=1)
        assert token.post(path).status == 404
        assert token.post(path).status == 429
        # People have limits of their own.
        assert "ratelimit-limit" not in owner.desk.post(owner.id, path).headers
    with _limits(world, "requests_of_party", 1, 1):
        assert [each.post(path).status for each in (token, other, other)] == [404, 429, 429]


@contextmanager
def _limits(world: World, limit: str, burst: int, per_minute: int) -> Iterator[None]:
    world.run(
        "update public.rate_limits set burst = %s, per_minute = %s where id = %s",
        burst, per_minute, limit,
    )  # fmt: skip
    yield
    world.run("update public.rate_limits set burst = 120, per_minute = 600 where id = %s", limit)


def test_twenty_requests_at_once_take_a_token_each(owner: Owner, world: World) -> None:
    token = owner.token("orders:write")
    path = f"/orders/{uuid4()}/pause"
    with _limits(world, "requests_of_key", 5, 1), ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(lambda _: token.post(path).status, range(20)))
    assert statuses == [404] * 5 + [429] * 15


def test_what_a_key_asked_is_counted_by_hour_and_day(owner: Owner, world: World) -> None:
    owner.desk.stack.tick("ApiUsageFunction")
    order = owner.desk.draft(owner.id)
    world.deposit(owner.id, "2")
    token, reads = owner.token("orders:write"), owner.token("wallets:read")
    assert token.post(f"/orders/{order}/publish").status == 200
    for _ in range(2):
        assert reads.post(f"/orders/{order}/pause").status == 403
    assert token.post("/nowhere").status == 404
    assert owner.desk.stack.tick("ApiUsageFunction") == {"requests": 3}
    assert owner.desk.stack.tick("ApiUsageFunction") == {"requests": 0}
    assert token.post(f"/orders/{order}/publish").status == 409
    # Added to what the hour has already.
    assert reads.post(f"/orders/{order}/pause").status == 403
    owner.desk.stack.tick("ApiUsageFunction")
    rows = owner.desk.read(owner.id, "/api_usage?order=status_class,route")
    found = {(row["route"], row["status_class"]): row for row in rows}
    pause, publish = "/orders/{order_id}/pause", "/orders/{order_id}/publish"
    assert {key: (row["n"], row["errors"]) for key, row in found.items()} == {
        (publish, 2): (1, 0), (pause, 4): (3, 3), (publish, 4): (1, 1),
    }  # fmt: skip
    assert all(sum(row["histogram"]) == row["n"] for row in rows)
    assert found[pause, 4]["key_id"] == reads.key_id
    days = owner.desk.read(owner.id, "/api_usage_days?select=n")
    assert sum(row["n"] for row in days) == 5
    assert owner.desk.read(owner.desk.stack.create_user(), "/api_usage") == []
    assert token.read("/api_usage").status == 403


def test_a_forged_token_spends_and_counts_nothing(owner: Owner, world: World) -> None:
    made = owner.key("orders:write")
    forged = jwt.encode({"role": "api_key", "sub": made["key_id"]}, "x" * 32, algorithm="HS256")
    token = Token(owner.desk, made["key_id"], forged)
    refused = token.post(f"/orders/{uuid4()}/pause")
    assert (refused.status, refused.code) == (401, "bad_token")
    counted = "select count(*) from private.api_requests where key_id = %s"
    assert world.one(counted, made["key_id"]) == 0
    spent = "select count(*) from private.rate_buckets where subject = %s"
    assert world.one(spent, made["key_id"]) == 0


def test_a_shop_asks_for_money_with_a_key_and_refunds_with_another(
    owner: Owner, world: World
) -> None:
    """The whole of a shop's server: an invoice that is made twice and found, and no refund by a key
    that was not given for it."""
    made = owner.desk.done(owner.id, "/merchants", {
        "name": "Forge", "legal_name": "Forge Ltd", "country": "DE",
        "support_email": "help@forge.example",
    })  # fmt: skip
    merchant = {"party_id": made["merchant_id"]}
    shop = owner.token("invoices:read", "invoices:write", **merchant)
    body = {"merchant_id": made["merchant_id"], "currency": "USD", "amount": "12.5",
            "merchant_order_id": "A-1"}  # fmt: skip
    first, again = shop.post("/invoices", body), shop.post("/invoices", body)
    assert (first.status, again.status) == (201, 201), first.body
    assert first.body["invoice_id"] == again.body["invoice_id"]
    rows = shop.read("/invoices?select=*,invoice_lines(*)").body
    assert [each["id"] for each in rows] == [first.body["invoice_id"]]
    # Who acted is the key; whoever made it stands where a person must.
    assert rows[0]["created_by"] == str(owner.id)
    refund = f"/invoices/{first.body['invoice_id']}/refunds"
    full = {"what": "full", "rate_of": "then"}
    assert shop.post(refund, full).code == "scope_missing"
    till = owner.token("refunds:write", **merchant)
    assert till.post(refund, full).code == "refund_too_large"
    assert till.post("/invoices", body).code == "scope_missing"
    assert owner.token("invoices:read").read("/invoices").body == []
    stranger = owner.token("invoices:write")
    assert stranger.post("/invoices", body).status in (403, 404)
