import math
from random import Random

import pytest

from bench.measures import Measure, median, medians, percentile
from bench.pgbench_script import BadScript, Query, SetVariable, parse

_RANDOM = Random(1)


@pytest.mark.parametrize(
    ("part", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1), (0.0, 1)]
)
def test_percentile_is_a_value_that_was_measured(part: float, expected: float) -> None:
    assert percentile(range(1, 101), part) == expected


def test_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 0.5))


def test_measure_sorts_latencies() -> None:
    measure = Measure.of(3, 10, [9.0, 1.0, 5.0])
    assert (measure.p50, measure.p99) == (5.0, 9.0)


def test_median_takes_each_figure_by_itself() -> None:
    rounds = [Measure(1, 30, 1, 9), Measure(2, 10, 3, 7), Measure(3, 20, 2, 8)]
    middle = median(rounds)
    assert (middle.count, middle.rate, middle.p50, middle.p99) == (2, 20, 2, 8)
    assert medians([{"a": each} for each in rounds]).keys() == {"a"}


def test_script_knows_variables_statements_and_stored_rows() -> None:
    first, second, third = parse(
        "\\set n :turn * 2 + :client_id\nselect f(:n::text)\nas x \\gset\nselect '50%', :x;\n"
    )
    assert isinstance(first, SetVariable)
    assert first.value({"turn": 3, "client_id": 1}, _RANDOM) == 7
    assert second == Query("select f(%(n)s::text)\nas x", True)
    assert third == Query("select '50%%', %(x)s", False)


def test_script_draws_within_bounds() -> None:
    step = SetVariable("n", "10 + random(1, :people)")
    assert {step.value({"people": 2}, _RANDOM) for _ in range(50)} == {11, 12}


def test_script_refuses_a_statement_without_end() -> None:
    with pytest.raises(BadScript, match="no end"):
        parse("select 1")


def test_script_refuses_functions_it_does_not_know() -> None:
    with pytest.raises(BadScript):
        SetVariable("n", "gauss(1)").value({}, _RANDOM)
