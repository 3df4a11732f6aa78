"""JSON-RPC as nodes of Bitcoin speak it. A question has three outcomes: an answer (a value), a
refusal (NodeRefused), or none (NodeUnknown)."""

import itertools
import json
import logging
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import httpx

PATIENCE_SECONDS = 30.0
# A block has at most four million bytes, twice as many letters; a page of answers less.
MAX_BYTES = 16 * 1024 * 1024

# Addresses of nodes often hold the key to them, and httpx logs addresses.
logging.getLogger("httpx").setLevel(logging.WARNING)

Question: TypeAlias = "tuple[str, Sequence[Any]]"


class NodeUnknown(Exception):
    """No answer, or none with sense. The text says how, without the node's words or address."""


class NodeRefused(Exception):
    """A JSON-RPC error. code: the node's own, such as -5: it knows of no such thing.

    message: the node's words, cut short; for logs, never for decisions.
    """

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message[:200]
        super().__init__(f"refused ({code})")


class Rpc:
    """One node. url: may hold a key, so it is never told to anyone. patience: seconds."""

    def __init__(self, url: str, patience: float = PATIENCE_SECONDS) -> None:
        self._url = url
        self._patience = patience
        self._http = httpx.Client(timeout=httpx.Timeout(patience, connect=2.0), trust_env=False)
        self._ids = itertools.count(1)

    def ask(self, method: str, *params: Any) -> Any:
        """The result. Raises NodeRefused, NodeUnknown."""
        number, body = self._question((method, params))
        return _result(self._post(body), number)

    def ask_all(self, *questions: Question) -> list[Any]:
        """The results of questions that one and the same server answers, in order; a refusal in
        the place of its own. Raises NodeUnknown."""
        asked = [self._question(each) for each in questions]
        answers = self._post([body for _, body in asked])
        if not isinstance(answers, list):
            raise NodeUnknown("one answer to several questions")
        by_id = {each.get("id"): each for each in answers if isinstance(each, dict)}
        return [_result_or_refusal(by_id.get(number), number) for number, _ in asked]

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def _question(self, question: Question) -> tuple[int, dict[str, Any]]:
        number = next(self._ids)
        method, params = question
        return number, {"jsonrpc": "1.0", "id": number, "method": method, "params": [*params]}

    def _post(self, body: Any) -> Any:
        give_up_at = time.monotonic() + self._patience
        try:
            with self._http.stream("POST", self._url, json=body) as answer:
                content = bytearray()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > MAX_BYTES:
                        raise NodeUnknown("the answer is too long")
                    if time.monotonic() > give_up_at:
                        raise NodeUnknown("the answer takes too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NodeUnknown(type(error).__name__) from None
        try:
            # A refusal comes with the status of a failure. An amount is never a float.
            return json.loads(content, parse_float=Decimal)
        except (ValueError, RecursionError):
            raise NodeUnknown(f"no JSON, with status {answer.status_code}") from None


def _result(answer: Any, number: int) -> Any:
    told = _result_or_refusal(answer, number)
    if isinstance(told, NodeRefused):
        raise told
    return told


def _result_or_refusal(answer: Any, number: int) -> Any:
    if not isinstance(answer, dict):
        raise NodeUnknown("no answer to this question")
    error = answer.get("error")
    if error is not None:
        code = error.get("code") if isinstance(error, dict) else None
        if not isinstance(code, int):
            raise NodeUnknown("an error without a code")
        return NodeRefused(code, str(error.get("message", "")))
    if answer.get("id") != number or "result" not in answer:
        raise NodeUnknown("no answer to this question")
    return answer["result"]
