"""What Auth does in the database: it asks its hooks, and keeps sessions and factors."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from tests.world.world import World

Connection = psycopg.Connection[Any]

ADDRESS = "198.51.100.7"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)

_HOOKS: dict[str, LiteralString] = {
    "password": "select private.hook_password_verification(%s)",
    "mfa": "select private.hook_mfa_verification(%s)",
    "token": "select private.hook_custom_access_token(%s)",
    "sign_up": "select private.hook_before_user_created(%s)",
}


def hook(connection: Connection, name: str, event: Any) -> Any:
    """The answer of a hook to what Auth says."""
    row = connection.execute(_HOOKS[name], [Jsonb(event)]).fetchone()
    assert row
    return row[0]


def attempt(
    user: UUID, valid: bool, *, uuid: UUID | None = None, address: str | None = ADDRESS, **more: Any
) -> dict[str, Any]:
    """What Auth says of a password, or with factor_id and factor_type of a code."""
    metadata = {"uuid": str(uuid or uuid4()), "ip_address": address}
    return {"metadata": metadata, "user_id": str(user), "valid": valid, **more}


def guess(connection: Connection, user: UUID, times: int = 1, *, valid: bool = False) -> list[str]:
    """Passwords tried one after the other: the decisions."""
    return [hook(connection, "password", attempt(user, valid))["decision"] for _ in range(times)]


def sign_in(connection: Connection, user: UUID, agent: str = FIREFOX, aal: str = "aal1") -> UUID:
    """A new session of a person, as Auth makes it."""
    session = uuid4()
    connection.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip) "
        "values (%s, %s, now(), now(), %s, %s, %s)",
        [session, user, aal, agent, ADDRESS],
    )
    return session


def enrol(connection: Connection, user: UUID) -> UUID:
    """A verified TOTP factor."""
    factor = uuid4()
    connection.execute(
        "insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, secret, "
        "created_at, updated_at) values (%s, %s, %s, 'totp', 'unverified', 'S', now(), now())",
        [factor, user, f"phone {factor}"],
    )
    connection.execute("update auth.mfa_factors set status = 'verified' where id = %s", [factor])
    return factor


def code(user: UUID, factor: UUID, valid: bool, **more: Any) -> dict[str, Any]:
    """What Auth says of a code."""
    return attempt(user, valid, factor_id=str(factor), factor_type="totp", **more)


def verified(connection: Connection, session: UUID, at: datetime) -> None:
    """What Auth writes when a session has shown a right code, and when."""
    connection.execute("update auth.sessions set aal = 'aal2' where id = %s", [session])
    connection.execute(
        "insert into auth.mfa_amr_claims values (%s, %s, %s, 'totp', "
        "gen_random_uuid()) on conflict (session_id, authentication_method) "
        "do update set updated_at = excluded.updated_at",
        [session, at, at],
    )


def signed_in(world: World, user: UUID) -> None:
    """Somebody with an identity, a session and its token, a locked account, recovery codes, and a
    second factor that operators shall take off."""
    world.run(
        "insert into auth.identities (provider_id, user_id, identity_data, provider) "
        "values (gen_random_uuid(), %s, '{}', 'google')",
        user,
    )
    session = sign_in(world.connection, user)
    world.run(
        "insert into auth.refresh_tokens (token, user_id, session_id, created_at, updated_at) "
        "values (gen_random_uuid(), %s, %s, now(), now())",
        str(user), session,
    )  # fmt: skip
    guess(world.connection, user, 5)
    hashes = [f"{number:064x}" for number in range(10)]
    world.command("recovery_codes_make", actor_id=user, aal="aal2", code_hashes=hashes)
    enrol(world.connection, user)
    world.command("factor_reset_ask", actor_id=user)


def sprayed(world: World) -> None:
    """Twenty accounts that one address tried, a hook that failed, a person who got in by a code."""
    for _ in range(20):
        hook(world.connection, "password", attempt(uuid4(), False, address="203.0.113.9"))
    hook(world.connection, "password", {})
    recovered = world.user("recovered")
    hashes = [f"{number:064x}" for number in range(10)]
    world.command("recovery_codes_make", actor_id=recovered, aal="aal2", code_hashes=hashes)
    world.command("recovery_code_use", actor_id=recovered, code_hash=hashes[0])


def events(connection: Connection, user: UUID) -> list[str]:
    """Kinds of the security events about a person, oldest first."""
    query = "select kind from public.security_events where party_id = %s order by id, kind"
    return [kind for (kind,) in connection.execute(query, [user])]


def losses(connection: Connection) -> list[tuple[str, str]]:
    """Hook and class of error of what was noted as lost."""
    query = (
        "select detail ->> 'hook', detail ->> 'sqlstate' from public.security_events "
        "where subject_kind = 'hook' order by id"
    )
    return [(where, state) for where, state in connection.execute(query)]
