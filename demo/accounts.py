"""What everybody in a story owned before and owns after; nothing may be lost between."""

from collections.abc import Callable
from decimal import Decimal

from demo.console import Console
from demo.users import Balance, User, balance
from shared.money import format_amount

PLATFORM = "00000000-0000-4000-8000-000000000001"
FEES = "fees"
PLATFORM_WALLETS = (FEES, "losses", "receivables", "costs")


class Accounts:
    """Balances of the people of one story in one currency, what they have outside of Holdfast,
    and what the platform earned, lost and paid."""

    def __init__(self, operator: User, currency: str) -> None:
        self.currency = currency
        self._operator = operator
        self._people: list[User] = []
        self._before: dict[str, Balance] = {}
        self._trades: list[str] = []
        self._outside: dict[str, Callable[[], Decimal]] = {}

    def open(self, person: User) -> None:
        """From here on what this person owns is watched."""
        self._people.append(person)
        self._before[person.name] = person.balance(self.currency)

    def watch(self, trade: str) -> None:
        """What this trade pays the platform belongs to the story."""
        self._trades.append(trade)

    def open_outside(self, name: str, owned: Callable[[], Decimal]) -> None:
        """From here on what is there, outside of Holdfast, is watched."""
        self._outside[name] = owned
        self._before[name] = Balance(owned(), Decimal(0))

    def close(self, console: Console) -> tuple[Decimal, Decimal]:
        """Print the table; what all owned together before and own now."""
        after = {person.name: person.balance(self.currency) for person in self._people}
        after |= {name: Balance(owned(), Decimal(0)) for name, owned in self._outside.items()}
        before = dict(self._before)
        for wallet in PLATFORM_WALLETS:
            found = self._platform(wallet)
            if found or wallet == FEES:
                after[wallet], before[wallet] = Balance(found, Decimal(0)), balance("0")
        header = [self.currency, "before", "locked", "after", "locked"]
        console.table(header, [_row(name, before[name], after[name]) for name in after])
        return (
            sum((each.total for each in before.values()), Decimal(0)),
            sum((each.total for each in after.values()), Decimal(0)),
        )

    def _platform(self, kind: str) -> Decimal:
        # By trade: a timer may end, in this story, what a failed one left open.
        rows = [
            row
            for wallet in self._operator.read(
                "wallets", "id", party_id=PLATFORM, currency=self.currency, type=kind
            )
            for trade in self._trades
            for row in self._operator.read(
                "transactions", "amount", wallet_id=wallet["id"], reference_id=trade
            )
        ]
        return sum((Decimal(row["amount"]) for row in rows), Decimal(0))


def _row(name: str, before: Balance, after: Balance) -> list[str]:
    amounts = (before.available, before.locked, after.available, after.locked)
    return [name, *(format_amount(amount) for amount in amounts)]
