"""Somebody of a market day, who keeps count of what the commands answered."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from demo.users import Answer, User
from stack.stack import Stack
from tests.exchange.choose_move import Move

LIVE = ("funded", "performed", "disputed", "decided")
ESCROW = "id,state,phase,payer_id,payee_id,amount,claim_until"


@dataclass
class Tally:
    """What was answered to whom: (command, status and code or state)."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, word: str, answer: Answer) -> None:
        said = str(answer.body.get("code", "done")) if answer.status >= 400 else "done"
        self.count(word, f"{answer.status} {said}")

    def count(self, word: str, said: str) -> None:
        self.answers[word, said] += 1

    def done(self, word: str) -> int:
        return sum(
            number for (each, said), number in self.answers.items()
            if each == word and said.endswith(" done")
        )  # fmt: skip

    def failures(self) -> dict[tuple[str, str], int]:
        """Answers that no client may ever get."""
        return {key: number for key, number in self.answers.items() if key[1] >= "5"}

    def merge(self, other: "Tally") -> None:
        self.answers.update(other.answers)


class Client(User):
    """A user who keeps count of what the commands answered."""

    def __init__(
        self, stack: Stack, http: httpx.Client, name: str, user_id: Any, seed: int
    ) -> None:
        super().__init__(stack, http, name, user_id)
        self.rng = Random(f"{seed} {name}")
        self.tally = Tally()

    def command(
        self, word: str, path: str, body: Mapping[str, Any] | None = None, aal: str = "aal1"
    ) -> Answer:
        answer = self.post(path, body, aal=aal)
        self.tally.add(word, answer)
        return answer

    def move(self, escrow_id: str, move: Move) -> Answer:
        return self.command(move.word, f"/escrows/{escrow_id}/{move.word}", move.body, move.aal)
