"""Ways in which a person is stopped, as the owner of the database does it."""

from typing import LiteralString
from uuid import UUID

from tests.world.world import World

_STATUS: LiteralString = (
    "with why as (select set_config('holdfast.reason', 'reported', true)) "
    "update public.parties set status = {} from why where id = %s"
)

STOPS: dict[str, LiteralString] = {
    "suspended": _STATUS.replace("{}", "'suspended'"),
    "closed": _STATUS.replace("{}", "'closed'"),
    "deleted": "update public.profiles set deleted_at = private.clock() where id = %s",
    "banned": "update auth.users set banned_until = private.clock() + interval '1 day' "
    "where id = %s",
    "anonymous": "update auth.users set is_anonymous = true where id = %s",
}
"""Statement that gives a person a standing."""

CODES = {
    "suspended": "party_suspended",
    "closed": "party_closed",
    "deleted": "party_closed",
    "banned": "user_banned",
    "anonymous": "sign_in_required",
    "recovered": "recovery_waits",
    "erased": "party_closed",
}

STANDINGS: dict[str, LiteralString] = STOPS | {
    "recovered": "insert into private.account_recoveries "
    "values (%s, private.clock() + interval '72 hours')",
    "erased": "update public.profiles set erased_at = private.clock() where id = %s",
}
"""As STOPS, and what bounds a person without stopping what they offer."""

ALWAYS = {"read", "receive", "settle"}
MAY = {
    "suspended": ALWAYS | {"settings"},
    "closed": ALWAYS,
    "deleted": ALWAYS,
    "banned": ALWAYS,
    "anonymous": ALWAYS | {"settings"},
    "recovered": ALWAYS | {"settings", "business", "staff"},
    "erased": {"receive"},
}
"""Kinds of acts that each standing has."""


def stop(world: World, party: UUID, standing: str = "suspended") -> None:
    """Stop a party; of a merchant only its status can be changed."""
    assert world.run(STANDINGS[standing], party) == 1


def restore(world: World, party: UUID) -> None:
    """Make a suspended or closed party active again."""
    assert world.run(_STATUS.replace("{}", "'active'"), party) == 1
