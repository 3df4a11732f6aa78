"""JSON-RPC over HTTP. A question to a node has three outcomes: an answer (a value), a refusal
(NodeRefused), or none (NodeUnknown). After none, a transaction may be on its way."""

import itertools
import json
import logging
import re
import time
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import httpx

TIMEOUT = httpx.Timeout(10.0, connect=2.0)
PATIENCE_SECONDS = 20.0
MAX_BYTES = 8 * 1024 * 1024

# Addresses of nodes often hold the key to them, and httpx logs addresses.
logging.getLogger("httpx").setLevel(logging.WARNING)

Kind: TypeAlias = Literal[
    "already_known", "nonce_too_low", "underpriced", "insufficient_funds", "reverted", "other"
]
# Nodes agree on words more than on codes; these are geth's, op-geth's, reth's and anvil's.
_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"already (known|imported)"), "already_known"),
    (re.compile(r"nonce too low"), "nonce_too_low"),
    (re.compile(r"underpriced|(less|lower) than (the )?(block )?base fee"), "underpriced"),
    (re.compile(r"insufficient funds"), "insufficient_funds"),
    (re.compile(r"revert"), "reverted"),
)
_TOO_MANY = frozenset({-32005, -32016, -32029, 429})
# Some have the same code for a question whose answer would be too long: waiting does not help.
_TOO_LONG = re.compile(r"results|range|logs|blocks")


class NodeUnknown(Exception):
    """No answer, or none with sense. The text says how, without the node's words or address."""


class Limited(NodeUnknown):
    """Asked too often. retry_after: seconds, when the node tells."""

    def __init__(self, retry_after: int | None = None) -> None:
        super().__init__("asked too often")
        self.retry_after = retry_after


class NodeRefused(Exception):
    """A JSON-RPC error. Of a transaction sent it proves only that this node did not take it
    now: the same bytes may be known to others, or in a block already.

    message: the node's own words, cut short; for logs, never for decisions.
    """

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message[:200]
        self.kind = _kind(code, message.lower())
        super().__init__(f"{self.kind} ({code})")


Question: TypeAlias = "tuple[str, Sequence[Any]]"


class Rpc:
    """One node. url: may hold a key, so it is never told to anyone."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=False)
        self._ids = itertools.count(1)

    def ask(self, method: str, *params: Any) -> Any:
        """The result. Raises NodeRefused, NodeUnknown."""
        number, body = self._question((method, params))
        return _result(self._post(body), number)

    def ask_all(self, *questions: Question) -> list[Any]:
        """The results of questions that one and the same server answers.

        Raises NodeRefused for the first that is refused, NodeUnknown.
        """
        asked = [self._question(each) for each in questions]
        answers = self._post([body for _, body in asked])
        if not isinstance(answers, list):
            # A node refuses a batch as a whole with one error.
            if isinstance(answers, dict):
                _result(answers, answers.get("id"))
            raise NodeUnknown("one answer to several questions")
        by_id = {each.get("id"): each for each in answers if isinstance(each, dict)}
        return [_result(by_id.get(number), number) for number, _ in asked]

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def _question(self, question: Question) -> tuple[int, dict[str, Any]]:
        number = next(self._ids)
        method, params = question
        return number, {"jsonrpc": "2.0", "id": number, "method": method, "params": [*params]}

    def _post(self, body: Any) -> Any:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        try:
            with self._http.stream("POST", self._url, json=body) as answer:
                if answer.status_code == 429:
                    raise Limited(_seconds(answer.headers.get("retry-after", "")))
                content = _read(answer, give_up_at)
                if answer.status_code != 200 and not _is_refusal(content):
                    raise NodeUnknown(f"status {answer.status_code}")
                return _parsed(content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NodeUnknown(type(error).__name__) from None


def _read(answer: httpx.Response, give_up_at: float) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MAX_BYTES:
            raise NodeUnknown("the answer is too long")
        if time.monotonic() > give_up_at:
            raise NodeUnknown("the answer takes too long")
    return bytes(body)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise NodeUnknown("the answer is no JSON") from None


def _is_refusal(body: bytes) -> bool:
    """Whether a body that came with the status of a failure is a JSON-RPC error all the same."""
    try:
        answer = _parsed(body)
    except NodeUnknown:
        return False
    return isinstance(answer, dict) and isinstance(answer.get("error"), dict)


def _result(answer: Any, number: int | None) -> Any:
    if not isinstance(answer, dict):
        raise NodeUnknown("no answer to this question")
    error = answer.get("error")
    # Who cannot read a question refuses it without its number.
    if error is not None and answer.get("id") in (number, None):
        raise _refusal(error)
    if answer.get("id") != number or "result" not in answer:
        raise NodeUnknown("no answer to this question")
    return answer["result"]


def _refusal(error: Any) -> Exception:
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, int):
        return NodeUnknown("an error without a code")
    message = str(error.get("message", ""))
    if code in _TOO_MANY and not _TOO_LONG.search(message.lower()):
        return Limited()
    return NodeRefused(code, message)


def _kind(code: int, words: str) -> Kind:
    if code == 3:  # geth's code of a call that reverts.
        return "reverted"
    return next((kind for pattern, kind in _KINDS if pattern.search(words)), "other")


def _seconds(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None
