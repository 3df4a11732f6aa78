"""The people of the development data (supabase/seed.sql)."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Person:
    name: str
    id: UUID
    part: str

    @property
    def email(self) -> str:
        return email_of(self.name)

    @property
    def password(self) -> str:
        return password_of(self.name)


def email_of(name: str) -> str:
    """The address of somebody of `make up`."""
    return f"{name}@holdfast.test"


def password_of(name: str) -> str:
    """What somebody of `make up` signs in with. It is no secret."""
    return f"{name}-holdfast-local"


ALICE = Person("alice", UUID("00000000-0000-4000-8000-00000000a11c"), "trader")
BOB = Person("bob", UUID("00000000-0000-4000-8000-000000000b0b"), "trader")
ARTHUR = Person("arthur", UUID("00000000-0000-4000-8000-0000000a4b17"), "arbiter")
AGNES = Person("agnes", UUID("00000000-0000-4000-8000-0000000a4b18"), "arbiter")
ANTON = Person("anton", UUID("00000000-0000-4000-8000-0000000a4b19"), "arbiter")
OLGA = Person("olga", UUID("00000000-0000-4000-8000-0000000000a9"), "operator")
OSKAR = Person("oskar", UUID("00000000-0000-4000-8000-0000000000aa"), "operator")

UNLIMITED = (
    "insert into public.profile_verifications (party_id, change, tier, source)"
    " values (%s, 'grant_tier', 3, 'operator')"
)
"""Statement of the owner: somebody whom no limit holds up."""

UNTOLD = "delete from private.outbox where object_type = 'profile' and object_id = %s"
"""Statement of the owner: nobody is told how that person came to be unlimited."""

KNOWN = (
    "insert into public.payout_reserves (rail, party_id, new_for, hold_for)"
    " values ('stripe', %s, '0', '0')"
)
"""Statement of the owner: a payee whose earnings wait for nothing."""

PEOPLE = (ALICE, BOB, ARTHUR, AGNES, ANTON, OLGA, OSKAR)
