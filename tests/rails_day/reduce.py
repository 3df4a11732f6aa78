"""The fewest steps after which a difference is still there."""

from collections.abc import Callable, Sequence

from tests.rails_day import story
from tests.rails_day.day import Day
from tests.rails_day.steps import Step


def differs(steps: Sequence[Step]) -> str | None:
    """What is different after these steps, on a stack of their own."""
    with Day.on_a_stack() as day:
        try:
            story.run(day, steps)
        except story.Different as error:
            return str(error)
    return None


def fewest(
    steps: Sequence[Step], wrong: Callable[[Sequence[Step]], object], looks: int = 1000
) -> list[Step]:
    """Leaves out halves, quarters and so on, as long as it is still wrong without them; at last
    single steps, and troubles. looks: how often it tries at most."""
    tries = iter(range(looks))

    def is_wrong(some: Sequence[Step]) -> bool:
        return next(tries, None) is not None and bool(wrong(some))

    left, size = list(steps), len(steps) // 2
    while size:
        start = 0
        while start < len(left):
            without = left[:start] + left[start + size :]
            if is_wrong(without):
                left = without
            else:
                start += size
        size //= 2
    for number, step in enumerate(left):
        fair = [*left[:number], Step(step.word, step.rail, step.part), *left[number + 1 :]]
        if step.trouble and is_wrong(fair):
            left = fair
    return left
