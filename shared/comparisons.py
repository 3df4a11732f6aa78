"""Comparing books and a rail, whichever it is: the rail says what it holds, the database says what
it should, and each difference is a case there."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from shared.db import Database
from shared.telemetry import logger

# Where the books must rest while the rail is asked: how often it is asked again.
LOOKS = 20
REST_SECONDS = 0.5


class NoFigures(Exception):
    """The rail does not say what it holds: nothing is compared. The message says why."""


@dataclass(frozen=True, slots=True)
class Position:
    """The books before the rail is asked. mark: changes when they do. now: by the database's clock.
    since: from when on the rail may have moved what the books do not have. references: what the
    rail calls payouts that have not ended."""

    mark: str
    now: datetime
    since: datetime
    references: Sequence[str]


@dataclass(frozen=True, slots=True)
class Holding:
    """What a rail holds for us. as_of: of which moment. held: by currency. told: what it knows of
    money under way, as service.rail_compare takes it. mark: of the position where the figures only
    count if the books did not move meanwhile, None where told says what they contain."""

    as_of: datetime
    held: Mapping[str, Decimal]
    told: Mapping[str, Any] = field(default_factory=dict)
    mark: str | None = None


class Figures(Protocol):
    """What each rail gives for the comparison."""

    def read(self, position: Position) -> Holding | None:
        """What the rail holds now; None when money moved meanwhile: ask again. Raises NoFigures,
        Problem."""


def compare(db: Database, rail: str, figures: Figures) -> dict[str, int]:
    """Compare once: currencies compared, those that differ, differences that are new, and those
    that have gone. Raises NoFigures, Problem: then nothing was compared, or not all."""
    for _ in range(LOOKS):
        told = db.service_rpc("rail_position", {"rail": rail}, repeatable=True)
        if told is None:
            # Nobody ever paid over it.
            return _counts([])
        holding = figures.read(_position(told))
        answer = holding and _compared(db, rail, holding)
        if answer:
            return _told(rail, answer)
        time.sleep(REST_SECONDS)
    raise NoFigures("money never rested while the rail was asked")


def _position(told: Mapping[str, Any]) -> Position:
    times = {name: datetime.fromisoformat(told[name]) for name in ("now", "since")}
    return Position(mark=told["mark"], references=told["references"], **times)


def _compared(db: Database, rail: str, holding: Holding) -> Any:
    held = [{"currency": code, "amount": each} for code, each in sorted(holding.held.items())]
    comparison = {
        "rail": rail,
        "as_of": holding.as_of.isoformat(),
        "mark": holding.mark,
        "held": held,
        **holding.told,
    }
    # Repeatable: the same figures find nothing new the second time.
    return db.service_rpc("rail_compare", {"comparison": comparison}, repeatable=True)


def _told(rail: str, answer: Mapping[str, Any]) -> dict[str, int]:
    for each in answer["compared"]:
        if Decimal(each["difference"]):
            logger.error("books and rail differ", extra={"rail": rail, "comparison": each})
    if answer["unknown"]:
        raise NoFigures(f"it holds what the books do not know: {', '.join(answer['unknown'])}")
    return _counts(answer["compared"])


def _counts(compared: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {
        "compared": len(compared),
        "differ": sum(bool(Decimal(each["difference"])) for each in compared),
        "found": sum(bool(Decimal(each["found"])) for each in compared),
        "vanished": sum(each["vanished"] for each in compared),
    }
