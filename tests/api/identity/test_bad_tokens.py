"""Bad tokens at every door: nobody gets in, and nothing has changed."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from stack import tokens
from stack.people import ALICE, OLGA
from stack.stack import Stack
from stack.stand_ins.chain.accounts import deposits_xpub
from stack.stand_ins.roblox import Roblox
from tests.world.bad_input.catalog import Catalog
from tests.world.bad_input.fingerprint import Fingerprint
from tests.world.bad_input.http_client import Commands, flaw
from tests.world.bad_input.openapi_routes import ROUTES
from tests.world.bad_input.rest_client import Rest
from tests.world.bad_input.rest_client import flaw as rest_flaw
from tests.world.world import World

FOREIGN = "another secret, of at least the length that ours has"


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _unsigned(stack: Stack) -> str:
    claims = {"role": "service_role", "sub": str(OLGA.id), "exp": int(time.time()) + 60}
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def _altered(stack: Stack) -> str:
    head, _, sign = stack.token(ALICE.id, aal="aal2").split(".")
    claims = {"role": "authenticated", "sub": str(OLGA.id), "aal": "aal2"}
    return f"{head}.{_part({**claims, 'exp': int(time.time()) + 60})}.{sign}"


def _other_algorithm(stack: Stack) -> str:
    claims = {"role": "authenticated", "sub": str(OLGA.id), "exp": int(time.time()) + 60}
    return jwt.encode(claims, stack.keys.secret * 2, algorithm="HS512")


def _encoded(stack: Stack, claims: Any) -> str:
    return jwt.api_jws.encode(json.dumps(claims).encode(), stack.keys.secret, algorithm="HS256")


def _claiming(stack: Stack, **odd: Any) -> str:
    told = jwt.decode(stack.token(OLGA.id, aal="aal2"), options={"verify_signature": False})
    return _encoded(stack, told | odd)


def _without(stack: Stack, name: str) -> str:
    told = jwt.decode(stack.token(OLGA.id, aal="aal2"), options={"verify_signature": False})
    del told[name]
    return _encoded(stack, told)


# Where there is nothing to read, nobody asks who reads it.
_NOBODY = {"bad_token", "bad_value", "contract_not_found"}
_NOBODY_NAMED = {
    "bad_token", "escrow_not_found", "order_not_found", "contract_not_found", "image_not_found",
}  # fmt: skip
_NO_ROLE = {"forbidden", "bad_token", "bad_value"}

# Olga is an operator: with a good token each of these would be let in.
TOKENS: dict[str, tuple[Callable[[Stack], str], set[str]]] = {
    "expired": (lambda s: s.token(OLGA.id, aal="aal2", expires_in=-60), {"token_expired"}),
    "foreign": (lambda s: tokens.user_token(FOREIGN, OLGA.id, aal="aal2"), {"bad_token"}),
    "foreign service key": (lambda s: tokens.role_key(FOREIGN, "service_role"), {"bad_token"}),
    "unsigned": (_unsigned, {"bad_token"}),
    "altered": (_altered, {"bad_token"}),
    "other algorithm": (_other_algorithm, {"bad_token"}),
    "cut": (lambda s: s.token(OLGA.id)[:-4], {"bad_token"}),
    "not yet": (
        lambda s: s.token(OLGA.id, aal="aal2", nbf=int(time.time()) + 3600), {"bad_token"},
    ),
    "empty parts": (lambda s: "..", {"bad_token"}),
    "nonsense": (lambda s: "nonsense", {"bad_token"}),
    "statement": (lambda s: "'; drop table public.wallets; --", {"bad_token"}),
    "long": (lambda s: "x" * 9_000, {"bad_token"}),
    "anon": (lambda s: s.anon_key, {"forbidden"}),
    "service key": (lambda s: s.service_key, {"forbidden", "operator_only"}),
    "owner": (lambda s: s.token(OLGA.id, aal="aal2", role="postgres"), _NO_ROLE),
    "unknown role": (lambda s: s.token(OLGA.id, role="nobody"), _NO_ROLE),
    "role is a list": (lambda s: s.token(OLGA.id, role=["x"]), _NO_ROLE),
    "no person": (lambda s: s.token("nobody", aal="aal2"), _NOBODY),
    "nobody named": (lambda s: _without(s, "sub"), _NOBODY_NAMED),
    "null as person": (lambda s: _claiming(s, sub=None), _NOBODY_NAMED),
    "number as person": (lambda s: _claiming(s, sub=1), {"bad_token"}),
    "no text for a person": (lambda s: _claiming(s, sub=""), _NOBODY),
    "no role": (lambda s: _without(s, "role"), _NO_ROLE | {"unauthorized"}),
    "null as role": (lambda s: _claiming(s, role=None), _NO_ROLE),
    "number as role": (lambda s: _claiming(s, role=1), _NO_ROLE),
    "expiry is text": (lambda s: _claiming(s, exp="tomorrow"), {"bad_token"}),
    "expired long ago": (lambda s: _claiming(s, exp=-1), {"bad_token", "token_expired"}),
    "audience is a number": (lambda s: _claiming(s, aud=1), {"bad_token"}),
    "issued tomorrow": (lambda s: _claiming(s, iat=int(time.time()) + 86_400), {"bad_token"}),
    "claims that no database keeps": (lambda s: _claiming(s, note="a\x00b"), _NOBODY),
    "claims are a list": (lambda s: _encoded(s, []), {"bad_token"}),
    "claims are text": (lambda s: _encoded(s, "x"), {"bad_token"}),
    "statement as person": (lambda s: s.token("' or 1=1 --"), _NOBODY),
    "unknown person": (
        lambda s: s.token(uuid4(), aal="aal2"),
        {"operator_only", "escrow_not_found", "order_not_found", "webhook_endpoint_not_found",
         "webhook_delivery_not_found", "webhook_url_refused", "invalid_request",
         "listing_not_found", "offer_not_found", "contract_not_found", "asset_not_found",
         "image_not_found", "payout_not_found", "owner_only", "api_key_not_found",
        "not_your_party", "not_your_move",
         "deposit_not_found", "destination_not_found", "device_not_found", "party_closed",
         "export_not_found", "invoice_not_found", "merchant_not_found",
         "merchant_invitation_not_found"},
    ),
}  # fmt: skip

HEADERS = ("", "Bearer", "Basic YTpi", "bearer a b", "Token x", "Bearer '--", "x" * 9_000)


@pytest.fixture(scope="module", autouse=True)
def outside(stack: Stack) -> Iterator[None]:
    """What functions ask before they ask who is asking, or without which a rail is off."""
    with Roblox() as roblox:
        stack.configure(**roblox.variables(), HOLDFAST_EVM_RAILS="base",
                        HOLDFAST_EVM_XPUB=deposits_xpub(),
                        HOLDFAST_COIN_RAILS="bitcoin,litecoin",
                        HOLDFAST_BITCOIN_XPUB=deposits_xpub(),
                        HOLDFAST_LITECOIN_XPUB=deposits_xpub())  # fmt: skip
        yield


@pytest.fixture(scope="module")
def commands(stack: Stack, http: httpx.Client) -> Commands:
    return Commands(stack, http)


@pytest.mark.parametrize("name", TOKENS)
def test_commands(name: str, stack: Stack, commands: Commands, fingerprint: Fingerprint) -> None:
    make, codes = TOKENS[name]
    authorization = f"Bearer {make(stack)}"
    before = fingerprint.take()
    flaws = []
    for route in ROUTES.values():
        body, path = route.right_body(), route.at(uuid4())
        answer = commands.post(None, path, body, Authorization=authorization)
        if fault := flaw(answer, *codes):
            flaws.append(f"{path}: {fault}")
    assert not flaws, "\n".join(flaws)
    assert fingerprint.take() == before


def test_commands_of_nobody(commands: Commands, fingerprint: Fingerprint) -> None:
    before = fingerprint.take()
    for route in ROUTES.values():
        for header in (None, *HEADERS):
            answer = commands.post(
                None, route.at(uuid4()), route.right_body(), Authorization=header
            )
            fault = flaw(answer, "bad_token" if header and header.strip() else "unauthorized")
            assert not fault, (route.path, header, fault)
            assert answer.status_code == 401
    assert fingerprint.take() == before


# The others get in, or ask without being anybody.
_IN = (
    "service key", "unknown person", "no person", "statement as person", "nobody named",
    "null as person", "no text for a person", "claims that no database keeps",
)  # fmt: skip
STRANGERS = [name for name in TOKENS if name not in _IN]


@pytest.mark.parametrize("name", [*STRANGERS, *_IN[1:], "nobody", "authenticated"])
def test_functions_of_schema_service(
    name: str, stack: Stack, http: httpx.Client, catalog: Catalog, fingerprint: Fingerprint
) -> None:
    token = {"nobody": None, "authenticated": stack.token(OLGA.id, aal="aal2")}.get(
        name, TOKENS[name][0](stack) if name in TOKENS else None
    )
    caller = Rest(stack, http, token)
    before = fingerprint.take()
    flaws = []
    for function in catalog.functions.values():
        if function.schema != "service":
            continue
        right: dict[str, Any] = {each: {} for each in function.parameters}
        answer = caller.rpc("service", function.name, right)
        if fault := rest_flaw(answer):
            flaws.append(f"{function.name}: {fault}")
        elif answer.status_code not in (400, 401, 403):
            flaws.append(f"{function.name}: {answer.status_code} {answer.text}")
    assert not flaws, "\n".join(flaws)
    assert fingerprint.take() == before


@pytest.mark.parametrize("name", [each for each in STRANGERS if each not in ("anon", "no role")])
def test_functions_of_schema_public(
    name: str, stack: Stack, http: httpx.Client, catalog: Catalog, world: World
) -> None:
    caller = Rest(stack, http, TOKENS[name][0](stack))
    rights: dict[str, Any] = {
        "uuid": str(OLGA.id), "time": "2026-01-01", "text": "x", "word": "sell", "integer": 1,
        "amount": "1",
    }  # fmt: skip
    for function in catalog.functions.values():
        if function.schema == "public":
            right = {each: rights[kind] for each, kind in function.parameters.items()}
            fault = rest_flaw(caller.rpc("public", function.name, right))
            assert not fault, (function.name, fault)
