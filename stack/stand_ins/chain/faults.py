"""A node between the functions and the chain that can fail as providers of nodes do."""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from stack.stand_ins.behaviour import drop, hang, status, too_many
from stack.stand_ins.loopback import Behaviour, Loopback, Received, Wire

Call = dict[str, Any]


class RealNode(Protocol):
    """What questions are handed on to."""

    def forward(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to any request."""
        ...

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a call."""
        ...


class FaultyNode(Loopback):
    """Forwards everything until told otherwise. A fault of a method meets only its calls; None
    means every method."""

    def __init__(self, real: RealNode) -> None:
        super().__init__()
        self._real = real
        self.behave()

    def behave(self) -> None:
        """Be a good node again."""
        self._faults: dict[str | None, Behaviour] = {}
        self._answers: dict[str, Callable[[Call], Any]] = {}
        self._behind: dict[str, int] = {}
        self._lies: dict[str, tuple[Callable[[Any], Any], int]] = {}
        self._choose: Callable[[Received], Behaviour | None] = lambda _: None
        self._most_blocks: int | None = None

    def most_blocks(self, most: int) -> None:
        """Refuse to look for logs in more blocks at once."""
        self._most_blocks = most

    def choose(self, choose: Callable[[Received], Behaviour | None]) -> None:
        """Ask each time what to do with a request; None: what it should."""
        self._choose = choose

    def hang(self, method: str | None = None) -> None:
        """Take the question, do nothing, never answer."""
        self._faults[method] = hang()

    def drop(self, method: str | None = None) -> None:
        """Do nothing and close the connection."""
        self._faults[method] = drop()

    def drop_after_forwarding(self, method: str | None = None) -> None:
        """Do what was asked, then close the connection without a word."""

        def behave(wire: Wire, request: Received) -> None:
            self._real.forward(request.body)
            wire.leave()

        self._faults[method] = behave

    def limit(self, method: str | None = None, retry_after: str = "60") -> None:
        """429."""
        self._faults[method] = too_many(retry_after)

    def fail(
        self,
        method: str | None = None,
        code: int = 503,
        body: bytes = b"<html>Be right back</html>",
    ) -> None:
        """An HTTP status instead of an answer."""
        self._faults[method] = status(code, body)

    def refuse(self, method: str, code: int, message: str) -> None:
        """A JSON-RPC error."""
        self._answers[method] = lambda _: {"error": {"code": code, "message": message}}

    def tell(self, method: str, result: Any) -> None:
        """A result of the caller's choice."""
        self._answers[method] = lambda _: {"result": result}

    def lie(self, method: str, change: Callable[[Any], Any], times: int = 1) -> None:
        """Change what is answered, so many times; then tell the truth again. change: makes another
        result of the true one; what it leaves as it is was no lie."""
        self._lies[method] = (change, times)

    def wrong_chain(self, chain_id: int = 1) -> None:
        """Be a node of another chain, as far as it says."""
        self.tell("eth_chainId", hex(chain_id))

    def lag(self, tag: str, blocks: int) -> None:
        """Tell of safe, finalized or latest what was so that many blocks ago."""
        self._behind[tag] = blocks

    def answer(self, wire: Wire, request: Received) -> None:
        if chosen := self._choose(request):
            chosen(wire, request)
            return
        asked = json.loads(request.body)
        calls: list[Call] = asked if isinstance(asked, list) else [asked]
        for method in (None, *(call["method"] for call in calls)):
            if fault := self._faults.get(method):
                fault(wire, request)
                return
        if refused := self._batch_refusal(len(calls)):
            wire.reply(200, json.dumps(refused).encode(), {"content-type": "application/json"})
            return
        answers = [self._told(call) for call in calls]
        body = json.dumps(answers if isinstance(asked, list) else answers[0])
        wire.reply(200, body.encode(), {"content-type": "application/json"})

    def _batch_refusal(self, calls: int) -> Mapping[str, Any] | None:
        """What refuses so many questions at once, as a whole; None: they are taken."""
        return None

    def _told(self, call: Call) -> Mapping[str, Any]:
        if made_up := self._answers.get(call["method"]):
            return {"jsonrpc": "2.0", "id": call["id"], **made_up(call)}
        if call["method"] == "eth_getBlockByNumber":
            call = self._lagging(call)
        elif call["method"] == "eth_getLogs" and self._is_too_long(call["params"][0]):
            error = {"code": -32005, "message": "query exceeds the block range"}
            return {"jsonrpc": "2.0", "id": call["id"], "error": error}
        _, content = self._real.forward(json.dumps(call).encode())
        answer: dict[str, Any] = json.loads(content)
        if "result" in answer:
            answer["result"] = self._lied(call["method"], answer["result"])
        return answer

    def _is_too_long(self, wanted: Mapping[str, str]) -> bool:
        blocks = int(wanted["toBlock"], 16) - int(wanted["fromBlock"], 16) + 1
        return self._most_blocks is not None and blocks > self._most_blocks

    def _lied(self, method: str, result: Any) -> Any:
        change, left = self._lies.get(method, (None, 0))
        if change is None or left == 0:
            return result
        told = change(copy.deepcopy(result))
        if told != result:
            self._lies[method] = (change, left - 1)
        return told

    def _lagging(self, call: Call) -> Call:
        tag, *rest = call["params"]
        if tag not in self._behind:
            return call
        block = self._real.ask("eth_getBlockByNumber", tag, False)
        number = max(int(block["number"], 16) - self._behind[tag], 0)
        return {**call, "params": [hex(number), *rest]}
