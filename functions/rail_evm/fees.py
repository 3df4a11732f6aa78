"""What to bid for gas, in wei per unit, and how much more when a bid is stuck."""

from collections.abc import Sequence
from dataclasses import dataclass


class FeeTooHigh(Exception):
    """Gas costs more than the settings allow: wait, nothing is wrong."""


@dataclass(frozen=True, slots=True)
class FeeHistory:
    """What eth_feeHistory tells, oldest first.

    base_fees: one more than blocks, the last is the next block's. rewards: tips that blocks
    took, at the one percentile asked for; may be empty.
    """

    oldest_block: int
    base_fees: Sequence[int]
    rewards: Sequence[int]


@dataclass(frozen=True, slots=True)
class Limits:
    """ceiling: the most a unit of gas may ever cost. least_tip: what a tip never falls below."""

    ceiling: int
    least_tip: int


@dataclass(frozen=True, slots=True)
class Caps:
    """The two numbers of a transaction; max_priority_fee <= max_fee."""

    max_fee: int
    max_priority_fee: int


def price(history: FeeHistory) -> tuple[int, int]:
    """What a unit of gas costs in the next block: its base fee, and the usual tip."""
    return history.base_fees[-1], _median(history.rewards)


def caps(history: FeeHistory, limits: Limits) -> Caps:
    """A first bid: the usual tip, and room for the base fee to double while it waits.

    Raises FeeTooHigh when the next block alone is above the ceiling.
    """
    base, usual = price(history)
    tip = max(usual, limits.least_tip)
    if base + tip > limits.ceiling:
        raise FeeTooHigh
    return Caps(min(2 * base + tip, limits.ceiling), tip)


def replacement(previous: Caps, history: FeeHistory, limits: Limits) -> Caps:
    """A bid for the same nonce that nodes take over the previous one: both numbers at least
    an eighth higher, and no lower than a first bid of now.

    Raises FeeTooHigh when that is above the ceiling.
    """
    fresh = caps(history, limits)
    raised = Caps(
        max(fresh.max_fee, _an_eighth_more(previous.max_fee)),
        max(fresh.max_priority_fee, _an_eighth_more(previous.max_priority_fee)),
    )
    if raised.max_fee > limits.ceiling:
        raise FeeTooHigh
    return raised


def _an_eighth_more(wei: int) -> int:
    return max(-(-wei * 9 // 8), wei + 1)


def _median(tips: Sequence[int]) -> int:
    return sorted(tips)[len(tips) // 2] if tips else 0
