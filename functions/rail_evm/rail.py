"""Payments as transfers on the chain: signed once for a nonce, kept, sent, followed until final."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from shared.db import Database
from shared.errors import Problem
from shared.evm_address import parse_address
from shared.payouts import Outcome, Payout
from shared.telemetry import logger

from .answers import Receipt
from .attempts import Attempt, Attempts
from .fees import Caps, FeeTooHigh, caps, replacement
from .node import Node
from .proofs import Behind, Prover, Sent
from .rpc import NodeRefused, NodeUnknown
from .settings import Network
from .signer import Signer, SigningFailed
from .tokens import TokenDiffers, confirmed
from .transaction import Signed, Transaction, Transfer
from .units import wei_amount
from .wallet import GAS_LIMIT, CannotBePaid, HotWallet, NonceTaken, Short, transfer_of

# A block takes twelve seconds at most, so what waits this long has bid too little. Longer than a
# claim: when a worker dies, the same bytes are sent first.
STUCK_AFTER = timedelta(minutes=5)
POLL_SECONDS = 60


class EvmRail:
    """The rail of an EVM chain, as shared.payouts.pay uses it.

    nodes: the first is asked and sent to; what ends a payment for good all must say.
    alarm: told, in a word, what an operator must hear of (short, chain_nonce_taken,
    chain_answers_differ).
    """

    def __init__(
        self,
        db: Database,
        nodes: Sequence[Node],
        signer: Signer,
        network: Network,
        alarm: Callable[[str], None],
    ) -> None:
        self._db = db
        self._nodes, self._node = nodes, nodes[0]
        self._network = network
        self._confirmed: Network | None = None
        self._prover = Prover(nodes, network.decimals)
        self._signer = signer
        self._tokens = network.tokens
        self._limits = network.fees
        self._alarm = alarm
        self._wallet = HotWallet(db, self._node, signer.address)
        self._attempts = Attempts(db, network.chain_id)

    def send(self, payout: Payout) -> Outcome:
        """Sign for the next nonce, keep what was signed, and only then send it."""
        attempt = self._attempts.of(payout)
        return self._follow(payout, attempt) if attempt else self._first(payout)

    # What became of it, and sending it again, are one: the same bytes pay once.
    poll = send

    def _first(self, payout: Payout) -> Outcome:
        """Nothing was signed for this attempt, so nothing was sent."""
        try:
            attempt = self._signed_first(payout)
        except CannotBePaid as refused:
            return Outcome("fail", reason=str(refused))
        except NonceTaken:
            return self._nonce_taken(payout)
        except Short as short:
            self._alarm("short")
            logger.error("hot wallet short", reason=str(short))
            return _later(payout, "the hot wallet has to be filled", waits_for="float")
        except FeeTooHigh:
            return _later(payout, "gas costs too much")
        except TokenDiffers:
            return _later(payout, "the token counts otherwise than the books")
        except (NodeRefused, NodeUnknown, SigningFailed) as error:
            logger.warning("payment put off", payout_id=payout.id, reason=str(error))
            return _later(payout, type(error).__name__)
        if attempt is None:
            return _later(payout, "another worker was quicker")
        return self._broadcast(payout, attempt)

    def _signed_first(self, payout: Payout) -> Attempt | None:
        # Whoever signs has asked the contract itself.
        self._confirmed = self._confirmed or confirmed(self._nodes, self._network)
        token = self._confirmed.tokens.get(payout.currency)
        if token is None:
            raise TokenDiffers
        bid = caps(self._node.fee_history(), self._limits)
        nonce = self._wallet.next_nonce(payout, token, bid)
        signed = self._sign(nonce, bid, self._wallet.try_out(payout, token))
        return self._attempts.keep(payout, self._signer.address, nonce, 1, signed, bid)

    def _follow(self, payout: Payout, attempt: Attempt) -> Outcome:
        """Whichever of its transactions the chain took, or else the last one once more."""
        for kept in attempt.transactions:
            receipt = self._node.receipt(kept.signed.hash)
            if receipt:
                final, block = self._node.blocks("finalized", receipt.block_number)
                if (
                    final is None or block is None or block.hash != receipt.block_hash
                    or final.number < block.number
                ):  # fmt: skip
                    return _under_way(payout, kept.signed.hash)
                if self._is_doubted(payout, attempt, receipt):
                    return _under_way(payout, kept.signed.hash)
                logger.info("payment final", payout_id=payout.id, cost_wei=str(receipt.cost))
                self._book_gas(receipt)
                if receipt.succeeded:
                    return Outcome("confirm", kept.signed.hash)
                return Outcome("fail", kept.signed.hash, "the transfer was refused")
        if self._node.transaction_count(attempt.wallet, "finalized") > attempt.nonce:
            return self._nonce_taken(payout)
        stuck = payout.now - attempt.latest.signed_at >= STUCK_AFTER
        # Of a wallet that was replaced, only what it signed itself is sent on.
        if stuck and attempt.wallet == self._signer.address:
            attempt = self._raised(payout, attempt)
        return self._broadcast(payout, attempt)

    def _book_gas(self, receipt: Receipt) -> None:
        """What the network took is gone from the hot wallet: the platform's cost, once."""
        coin = self._network.coin
        if coin is None:
            return
        cost = {
            "rail": self._network.rail, "provider_event_id": f"gas:{receipt.transaction_hash}",
            "currency": coin.currency, "amount": wei_amount(receipt.cost),
            "memo": "Gas of a payout",
        }  # fmt: skip
        self._db.service_rpc("rail_cost", {"cost": cost}, repeatable=True)

    def _is_doubted(self, payout: Payout, attempt: Attempt, receipt: Receipt) -> bool:
        """Whether another answer says otherwise: confirmed nobody polls again, failed it is paid
        once more."""
        token = self._tokens[payout.currency]
        sent = Sent(
            token.address, attempt.wallet, parse_address(payout.destination), payout.amount,
            attempt.nonce,
        )  # fmt: skip
        try:
            why = self._prover.contradiction(receipt, sent)
        except Behind:
            return True
        if why:
            logger.error("answers of nodes differ", payout_id=payout.id, reason=why)
            self._tell("chain_answers_differ")
        return why is not None

    def _raised(self, payout: Payout, attempt: Attempt) -> Attempt:
        """The attempt with a transaction that bids more for the same nonce, or as it was."""
        token = self._tokens[payout.currency]
        try:
            bid = replacement(attempt.latest.bid, self._node.fee_history(), self._limits)
            signed = self._sign(attempt.nonce, bid, transfer_of(payout, token))
        except (FeeTooHigh, SigningFailed) as error:
            logger.warning("bid not raised", payout_id=payout.id, reason=type(error).__name__)
            return attempt
        number = len(attempt.transactions) + 1
        kept = self._attempts.keep(payout, attempt.wallet, attempt.nonce, number, signed, bid)
        return kept or attempt

    def _broadcast(self, payout: Payout, attempt: Attempt) -> Outcome:
        signed = attempt.latest.signed
        try:
            self._node.send(signed)
        except NodeUnknown as error:
            return _unanswered(payout, signed, str(error))
        except NodeRefused as refused:
            if refused.kind != "already_known":
                logger.warning("transaction not taken", payout_id=payout.id, kind=refused.kind)
                return _unanswered(payout, signed, refused.kind)
        return _under_way(payout, signed.hash)

    def _sign(self, nonce: int, bid: Caps, transfer: Transfer) -> Signed:
        return self._signer.sign(
            Transaction(
                chain_id=self._node.chain_id, nonce=nonce, max_priority_fee=bid.max_priority_fee,
                max_fee=bid.max_fee, gas_limit=GAS_LIMIT, to=transfer.to, data=transfer.data,
                value=transfer.value,
            )
        )  # fmt: skip

    def _nonce_taken(self, payout: Payout) -> Outcome:
        logger.error("a nonce of the hot wallet was used by nothing of ours", payout_id=payout.id)
        self._tell("chain_nonce_taken")
        return _later(payout, "the hot wallet was used by somebody else")

    def _tell(self, kind: str) -> None:
        """Whoever watches, and whoever reads the security events."""
        self._alarm(kind)
        try:
            self._db.service_rpc("chain_alarm", {"kind": kind}, repeatable=True)
        except Problem as problem:
            logger.error("alarm not written", code=problem.slug)


def _later(payout: Payout, reason: str, *, waits_for: str = "") -> Outcome:
    """Nothing was sent now. What was claimed just now goes back; what may be on its way stays."""
    event = "postpone" if payout.state == "claimed" else "poll"
    return Outcome(event, reason=reason, next_in=POLL_SECONDS, waits_for=waits_for)


def _under_way(payout: Payout, transaction_hash: str) -> Outcome:
    event = "poll" if payout.state == "submitted" else "submit"
    return Outcome(event, transaction_hash, next_in=POLL_SECONDS)


def _unanswered(payout: Payout, signed: Signed, reason: str) -> Outcome:
    event = "lose" if payout.state == "claimed" else "poll"
    return Outcome(event, signed.hash, reason, next_in=POLL_SECONDS)
