"""Days on both outside rails, in which everything goes wrong; see tests.rails_day."""

import sys

from tests.rails_day import story
from tests.rails_day.day import Day
from tests.rails_day.random_days import random_day
from tests.rails_day.reduce import differs, fewest
from tests.soak.progress import Progress

# Days by which the steps of a difference are made fewer.
LOOKS = 60


def run(days: int, seed: int) -> str | None:
    """So many days, one after the other; what is different after the fewest steps, if anything."""
    progress = Progress("rails", days, "days")
    with Day.on_a_stack() as day:
        for number in range(days):
            steps = random_day(seed + number, besides=20)
            try:
                story.run(day, steps)
            except story.Different as different:
                found = str(different)
                break
            progress.show(number + 1)
        else:
            progress.end()
            return None
    progress.end()
    print(f"soak: rails: seed {seed + number}: {found}", file=sys.stderr, flush=True)
    # Some differences need what the days before have left.
    left = fewest(steps, differs, LOOKS) if differs(steps) else None
    return f"seed {seed + number}: {differs(left) if left else found}"
