"""Scheduled: finds transfers to deposit addresses, and credits them once their block is safe or
final. Runs most of each minute."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.batches import run_batches
from shared.db import Database, database
from shared.polling import poll_until_idle
from shared.telemetry import instrumented, logger, metrics

from . import settings
from .address_forms import transfer_of_ours, transfer_of_theirs
from .answers import Block
from .coins import Coins, Looked
from .fees import price
from .health import Health
from .logs import BadLog
from .node import Node, Reorganised, Tag
from .proofs import Behind, Proof, Prover
from .reader import Reader
from .rpc import NodeRefused, NodeUnknown
from .settings import Network
from .tokens import confirmed

# Headers in one question; with the two tags below what providers take.
MOST_BLOCKS = 48
# Deposits proved in one poll: each costs a question to every node.
MOST_PROOFS = 20


@dataclass(slots=True)
class Watched:
    """found: transfers read. moved: deposits credited, dropped, settled or lost. rewound: times
    that reading went back. failed: questions that a node did not answer. doubted: deposits that
    an answer contradicted. decided: quarantined deposits whose time was over. odd: blocks with a
    log that still could not be read."""

    found: int = 0
    moved: int = 0
    rewound: int = 0
    failed: int = 0
    doubted: int = 0
    decided: int = 0
    odd: int = 0


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What was found over the rail of the event. Raises Problem when the database is gone: the
    next tick goes on."""
    done = Watched()
    if settings.works(event["rail"]):
        db = database()
        network = settings.network(db, event["rail"])
        # What nobody decided about in time is decided, whether or not a node answers.
        done.decided = run_batches(db, "quarantines_expire", context)
        with settings.nodes(network) as nodes:
            health = Health(db, nodes)
            watch = Watch(db, nodes, network, done)
            poll_until_idle(context, lambda: watch.poll(health))
            watch.keep_gas_price()
        metrics.add_metric("NetworksDown", MetricUnit.Count, int(health.state != "up"))
        metrics.add_metric("DepositsMoved", MetricUnit.Count, done.moved)
        metrics.add_metric("ChainReadsFailed", MetricUnit.Count, done.failed)
        metrics.add_metric("ChainAnswersDiffer", MetricUnit.Count, done.doubted)
        logger.info("chain read", extra={"rail": network.rail, **asdict(done)})
    return asdict(done)


class Watch:
    """One poll after the other of one chain."""

    def __init__(
        self, db: Database, nodes: Sequence[Node], network: Network, done: Watched
    ) -> None:
        self._db = db
        self._nodes, self._node = nodes, nodes[0]
        self._network = network
        self._done = done
        self._confirmed = False
        self._turn = 0
        self._coins = Coins(db, nodes, network)
        self._read_tokens_of(network)
        # Deposits whose block was gone, for which the chain was read again since.
        self._searched: set[tuple[Any, ...]] = set()

    def poll(self, health: Health) -> bool:
        """Read on, verify what is watched; whether there was something. A node that does not
        answer costs the poll, nothing else: all of it is asked again."""
        found = self._poll()
        health.tell(self._reader.head)
        return found

    def keep_gas_price(self) -> None:
        """What gas costs now, for who asks what a payout would. Raises Problem."""
        if self._network.coin is None:
            # Nothing is paid out there.
            return
        try:
            base_fee, tip = price(self._node.fee_history())
        except (NodeUnknown, NodeRefused) as error:
            logger.warning("the price of gas is not known", reason=type(error).__name__)
            return
        self._ask("gas_price_record", base_fee=base_fee, tip=tip)

    def _poll(self) -> bool:
        self._reader.head = None
        try:
            return self._polled()
        except Reorganised:
            return self._safely(self._reader.go_back)
        except (NodeUnknown, NodeRefused, BadLog) as error:
            return self._failed(error)

    def _polled(self) -> bool:
        if not self._confirmed:
            self._read_tokens_of(confirmed(self._nodes, self._network))
            self._confirmed = True
        known = self._ask("chain_due")
        found = self._reader.read_on(known["cursor"])
        self._done.found += found or 0
        if found is not None:
            known = self._ask("chain_due")
        self._read_once_more(known["odd"])
        coins = self._look_at_coins()
        rest = self._read_slice(known)
        return self._record_verdicts(known) or found is not None or rest or coins

    def _read_tokens_of(self, network: Network) -> None:
        self._reader = Reader(self._db, self._node, network)
        self._prover = Prover(self._nodes, network.decimals)

    def _look_at_coins(self) -> bool:
        """A node that does not know what addresses hold holds up nothing else."""
        try:
            return self._counted(self._coins.look_at_active())
        except (NodeUnknown, NodeRefused) as error:
            return self._failed(error)

    def _counted(self, looked: Looked) -> bool:
        self._done.found += looked.found
        self._done.moved += looked.found
        self._done.doubted += looked.stuck
        return bool(looked.found)

    def _read_slice(self, known: Mapping[str, Any]) -> bool:
        """A part of what is read once a day; a node that refuses it holds up nothing else."""
        if known["slice"] is None:
            return False
        try:
            self._counted(self._coins.look_at_slice(known["slice"]["slice"]))
        except (NodeUnknown, NodeRefused) as error:
            self._failed(error)
        try:
            return self._reader.read_slice(known["slice"], known["cursor"]["number"])
        except (NodeUnknown, NodeRefused, BadLog) as error:
            return self._failed(error)

    def _read_once_more(self, numbers: Sequence[int]) -> None:
        """Blocks that had an odd log; none of them holds up another, or what is watched."""
        for number in numbers:
            try:
                if not self._reader.read_once_more(number):
                    self._done.odd += 1
                    logger.error("a log of the chain cannot be read", block=number)
            except (NodeUnknown, NodeRefused, BadLog) as error:
                self._failed(error)

    def _record_verdicts(self, known: Mapping[str, Any]) -> bool:
        form, cursor = self._network.form, known["cursor"]
        deposits = [transfer_of_ours(form, each) for each in known["deposits"]]
        # In the order of the database: what waits to be credited first.
        numbers = list(dict.fromkeys(each["block_number"] for each in deposits))[:MOST_BLOCKS]
        if not numbers:
            return False
        # Some chains have no safe block: only what the policy of the chain names is asked for.
        tags: list[Tag] = sorted({"finalized", *(each["block_tag"] for each in deposits)})
        told = self._node.blocks(*tags, *numbers)
        sure: dict[str, int] = {tag: _sure(block) for tag, block in zip(tags, told, strict=False)}
        blocks = dict(zip(numbers, told[len(tags) :], strict=True))
        verdicts, missing, claims = [], [], []
        for each in deposits:
            event = verdict(each, blocks.get(each["block_number"]), sure)
            if event in ("drop", "lose") and not self._was_searched(each, cursor["number"]):
                missing.append(each["block_number"])
            elif event in ("credit", "lose"):
                claims.append((each, event))
            elif event:
                verdicts.append({**each, "event": event})
        verified = self._verified(claims)
        missing += [
            each["block_number"]
            for each in verified
            if each["event"] == "doubt" and not self._was_searched(each, cursor["number"])
        ]
        if missing:
            # It may be in another block that was read as something else: read once more first.
            self._done.rewound += 1
            self._reader.read_again_from(min(missing))
        verdicts += verified
        self._done.moved += self._ask("chain_verdicts_record", verdicts=verdicts) if verdicts else 0
        return bool(missing or verdicts)

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
        if isinstance(found, Proof):
            return {
                **deposit,
                "event": "credit",
                "proof": transfer_of_theirs(self._network.form, found.document()),
            }
        return {**deposit, "event": "doubt", "reason": found.reason}

    def _was_searched(self, deposit: Mapping[str, Any], read_up_to: int) -> bool:
        key = (deposit["transaction_hash"], deposit["log_index"], deposit["block_hash"])
        if key in self._searched:
            return bool(read_up_to >= deposit["block_number"])
        self._searched.add(key)
        return False

    def _safely(self, go_back: Any) -> bool:
        self._done.rewound += 1
        logger.warning("the chain was reorganised")
        try:
            go_back()
        except (NodeUnknown, NodeRefused) as error:
            return self._failed(error)
        return True

    def _failed(self, error: Exception) -> bool:
        self._done.failed += 1
        logger.warning("the chain was not read", reason=f"{type(error).__name__}: {error}")
        return False

    def _ask(self, name: str, **params: Any) -> Any:
        asked = {"chain_id": self._node.chain_id, **params}
        return self._db.service_rpc(name, asked, repeatable=True)


def _sure(block: Block | None) -> int:
    if block is None:
        raise NodeUnknown("no block is safe")
    return block.number


def verdict(deposit: Mapping[str, Any], block: Block | None, sure: Mapping[str, int]) -> str | None:
    """What the chain says of a deposit: credit, drop, settle, lose, or nothing yet.

    block: that the chain has now at the deposit's height. sure: numbers of the last blocks, by
    the tags that count on the chain.
    """
    if block is None:
        return None
    there = block.hash == deposit["block_hash"]
    final = sure["finalized"] >= block.number
    if deposit["state"] == "seen":
        if not there:
            return "drop"
        return "credit" if sure[deposit["block_tag"]] >= block.number else None
    if not final:
        return None
    return "settle" if there else "lose"


handler = instrumented(run)
