"""Who takes part: people, the companies they act for, and the staff of the platform."""

from dataclasses import dataclass, field
from uuid import UUID

PLATFORM = UUID("00000000-0000-4000-8000-000000000001")
OUTSIDE = UUID("00000000-0000-4000-8000-000000000002")

ACTING = frozenset({"owner", "operator"})


@dataclass
class People:
    """users: everybody who signs in. members: (party, user, role) beside the users' own."""

    users: list[UUID]
    companies: list[UUID]
    members: set[tuple[UUID, UUID, str]] = field(default_factory=set)

    @property
    def parties(self) -> list[UUID]:
        """Whoever can own money and trade."""
        return [*self.users, *self.companies]

    def staff(self, role: str) -> list[UUID]:
        """Arbiters or operators of the platform."""
        return sorted(user for party, user, r in self.members if (party, r) == (PLATFORM, role))

    def acts_for(self, user: UUID | None, party: UUID) -> bool:
        return user == party or any(
            (party, user, role) in self.members for role in ACTING if user is not None
        )

    def belongs_to(self, user: UUID, party: UUID) -> bool:
        return user == party or any(m[0] == party and m[1] == user for m in self.members)

    def impartial(self, user: UUID, payer: UUID, payee: UUID) -> bool:
        """An arbiter without any part in either side."""
        return user in self.staff("arbiter") and not (
            self.belongs_to(user, payer) or self.belongs_to(user, payee)
        )
