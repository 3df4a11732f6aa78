"""A whole day: deals begin, steps are made, everything comes to rest, all money is looked for."""

from collections.abc import Sequence

from tests.rails_day import accounts, payments, rest
from tests.rails_day.day import Day
from tests.rails_day.deals import open_deal
from tests.rails_day.steps import Step, do


class Different(AssertionError):
    """Money is not where it should be, or something failed; says after which steps."""


def run(day: Day, steps: Sequence[Step]) -> None:
    """One day after others. Raises Different."""
    day.deals.clear()
    day.dropped.clear()
    try:
        for rail in ("stripe", "base"):
            open_deal(day, rail, ("100", "50.5"))
            open_deal(day, rail, ("80",))
        for step in steps:
            do(day, step)
        rest.settle(day)
        _compare(day)
        rest.end(day)
        _compare(day)
    except Exception as error:
        listed = "\n".join(f"    {step}," for step in steps)
        raise Different(f"{error}\n  after the steps [\n{listed}\n  ]") from error


def _compare(day: Day) -> None:
    found = [*accounts.differences(day), *payments.differences(day)]
    assert not found, "\n".join(found)
