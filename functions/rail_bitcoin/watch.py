"""Scheduled: finds payments to deposit addresses, and credits them once enough blocks stand on
theirs. Runs most of each minute."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.batches import run_batches
from shared.db import Database, database
from shared.polling import poll_until_idle
from shared.telemetry import instrumented, logger, metrics

from . import settings
from .mempool import Mempool
from .node import Node
from .proofs import LOST_AFTER, Behind, Prover, Refused
from .reader import Reader, Reorganised
from .rpc import NodeRefused, NodeUnknown
from .settings import Chain

# Blocks after which what was credited is looked at no more.
FINAL_AFTER = 100
# Deposits proved in one poll: each costs a question to every node.
MOST_PROOFS = 20


@dataclass(slots=True)
class Watched:
    """found: payments read. seen: changes of what waits for a block. moved: deposits credited,
    dropped, settled or lost. rewound: times that reading went back. failed: questions that a node
    did not answer. doubted: deposits that an answer contradicted. decided: quarantined deposits
    whose time was over."""

    found: int = 0
    seen: int = 0
    moved: int = 0
    rewound: int = 0
    failed: int = 0
    doubted: int = 0
    decided: int = 0


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What was found over the rail of the event. Raises Problem when the database is gone: the
    next tick goes on."""
    done = Watched()
    if settings.works(event["rail"]):
        db = database()
        chain = settings.chain(db, event["rail"])
        # What nobody decided about in time is decided, whether or not a node answers.
        done.decided = run_batches(db, "quarantines_expire", context)
        with settings.nodes(chain) as nodes:
            poll_until_idle(context, Watch(db, nodes, chain, done).poll)
        metrics.add_metric("DepositsMoved", MetricUnit.Count, done.moved)
        metrics.add_metric("ChainReadsFailed", MetricUnit.Count, done.failed)
        metrics.add_metric("ChainAnswersDiffer", MetricUnit.Count, done.doubted)
        logger.info("chain read", extra={"rail": chain.rail, **asdict(done)})
    return asdict(done)


class Watch:
    """One poll after the other of one chain."""

    def __init__(self, db: Database, nodes: Sequence[Node], chain: Chain, done: Watched) -> None:
        self._db = db
        self._node = nodes[0]
        self._chain = chain
        self._done = done
        self._turn = 0
        self._reader = Reader(db, self._node, chain)
        self._mempool = Mempool(db, self._node, chain, self._reader)
        self._prover = Prover(nodes, chain.coin)

    def poll(self) -> bool:
        """Read on, verify what is watched; whether there was something. A node that does not
        answer costs the poll, nothing else: all of it is asked again."""
        try:
            return self._polled()
        except Reorganised:
            return self._went_back()
        except (NodeUnknown, NodeRefused) as error:
            return self._failed(error)

    def _polled(self) -> bool:
        known = self._ask("chain_due")
        found = self._reader.read_on(known["cursor"])
        self._done.found += found or 0
        if found is not None:
            known = self._ask("chain_due")
        moved = self._record_verdicts(known)
        if moved or found is not None:
            return True
        # Once all blocks are read: what is in one does not wait any more.
        seen = self._mempool.look(known["cursor"]["number"])
        self._done.seen += seen
        return bool(seen)

    def _record_verdicts(self, known: Mapping[str, Any]) -> bool:
        """Of blocks that were read: until the place of reading stands, no deposit is judged."""
        read_up_to = known["cursor"]["number"]
        deposits = [each for each in known["deposits"] if each["block_number"] <= read_up_to]
        if not deposits:
            return False
        numbers = sorted({each["block_number"] for each in deposits})
        height = self._node.height()
        place, *told = self._node.hashes([read_up_to, *numbers])
        if place != known["cursor"]["hash"]:
            raise Reorganised
        hashes = dict(zip(numbers, told, strict=True))
        verdicts, claims = [], []
        for each in deposits:
            event = verdict(each, hashes[each["block_number"]], height)
            if event in ("credit", "lose"):
                claims.append((each, event))
            elif event:
                verdicts.append({**each, "event": event})
        verdicts += self._verified(claims)
        if verdicts:
            self._done.moved += self._ask("chain_verdicts_record", verdicts=verdicts)
        return bool(verdicts)

    def _verified(self, claims: Sequence[tuple[Mapping[str, Any], str]]) -> list[dict[str, Any]]:
        """Verdicts of what moves money for good: one answer is not believed."""
        # Another few each time, so that none that nobody can answer for keeps the rest waiting.
        start = self._turn % max(len(claims), 1)
        self._turn += MOST_PROOFS
        verdicts = []
        for deposit, event in [*claims[start:], *claims[:start]][:MOST_PROOFS]:
            try:
                found = self._verdict(deposit, event)
            except Behind:
                continue
            except (NodeUnknown, NodeRefused) as error:
                self._failed(error)
                continue
            if found["event"] == "doubt":
                self._done.doubted += 1
                logger.error("answers of nodes differ", extra={"deposit": found})
            verdicts.append(found)
        return verdicts

    def _verdict(self, deposit: Mapping[str, Any], event: str) -> dict[str, Any]:
        if event == "lose":
            gone = self._prover.is_gone(deposit)
            return {**deposit, "event": "lose" if gone else "doubt", "reason": "not_gone"}
        found = self._prover.prove(deposit)
        if isinstance(found, Refused):
            return {**deposit, "event": "doubt", "reason": found.reason}
        return {**deposit, "event": "credit", "proof": found}

    def _went_back(self) -> bool:
        self._done.rewound += 1
        logger.warning("the chain was reorganised")
        try:
            self._reader.go_back()
        except (NodeUnknown, NodeRefused) as error:
            return self._failed(error)
        return True

    def _failed(self, error: Exception) -> bool:
        self._done.failed += 1
        logger.warning("the chain was not read", reason=f"{type(error).__name__}: {error}")
        return False

    def _ask(self, name: str, **params: Any) -> Any:
        asked = {"chain_id": self._chain.chain_id, **params}
        return self._db.service_rpc(name, asked, repeatable=True)


def verdict(deposit: Mapping[str, Any], hash_: str | None, height: int) -> str | None:
    """What the chain says of a deposit: credit, drop, settle, lose, or nothing yet.

    hash_: of the block that the chain has now at the deposit's height. height: of the chain.
    """
    if hash_ is None:
        return None
    there = hash_ == deposit["block_hash"]
    depth = height - deposit["block_number"] + 1
    if deposit["state"] == "seen":
        if not there:
            return "drop"
        return "credit" if depth >= int(deposit["block_tag"]) else None
    if not there:
        return "lose" if depth >= LOST_AFTER else None
    return "settle" if depth >= FINAL_AFTER else None


handler = instrumented(run)
