"""Whether a chain works: each look at it tells the database its last block, or that there was no
answer, or two that contradict each other."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from shared.db import Database
from shared.telemetry import logger

from .answers import Block
from .node import Node
from .rpc import NodeRefused, NodeUnknown

# A chain stands still for minutes before anything comes of it.
EVERY_SECONDS = 15.0


class Health:
    """Of one chain. nodes: the first is the one that is read, whose last block is told here."""

    def __init__(self, db: Database, nodes: Sequence[Node]) -> None:
        self._db = db
        self._nodes = nodes
        self._told_at: float | None = None
        self.state = "up"

    def tell(self, head: Block | None) -> None:
        """head: last block of the first node; None: it did not answer. Raises Problem."""
        if self._told_at is not None and time.monotonic() - self._told_at < EVERY_SECONDS:
            return
        self._told_at = time.monotonic()
        look = {"chain_id": self._nodes[0].chain_id, **self._look(head)}
        self.state = str(self._db.service_rpc("chain_looked", {"look": look}, repeatable=True))
        if self.state != "up":
            logger.error("the network does not work", state=self.state)

    def _look(self, head: Block | None) -> dict[str, Any]:
        if head is None:
            return {"problem": "no_answer"}
        try:
            problem = None if self._agree() else "answers_differ"
        except (NodeUnknown, NodeRefused) as error:
            # Nothing is credited while one of them is silent.
            logger.warning("a node does not answer", reason=type(error).__name__)
            return {"problem": "no_answer"}
        made_at = datetime.fromtimestamp(head.timestamp, UTC)
        return {"number": head.number, "time": made_at.isoformat(), "problem": problem}

    def _agree(self) -> bool:
        """Whether all nodes have the same block at the last height that each holds for final."""
        if len(self._nodes) == 1:
            return True
        final = [node.block("finalized") for node in self._nodes]
        height = min(0 if block is None else block.number for block in final)
        return len({node.block(height) for node in self._nodes}) == 1
