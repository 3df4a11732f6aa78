"""What of a PL/pgSQL function can run for some events and actors: its source without the branches
that are for others only. Read from the text, so a branch whose condition is not plain stays."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_TOKEN = re.compile(
    r"'(?:[^']|'')*'|--[^\n]*|\bend\s+(?:if|case|loop)\b|\b(?:case|if|elsif|when|then|else|end|loop|begin)\b",
    re.IGNORECASE,
)
_OPENS = {"case", "if", "loop", "begin"}
_EVENT = re.compile(r"(?:p_event|v_event|\w+\.event|\w+\.last_event)")
_ACTOR = re.compile(r"(?:p_role|v_role|\w+\.actor|\w+\.actor_kind)")
_WORD = re.compile(r"'([a-z_]+)'")
_ALIKE = re.compile(r"([\w.]+)\s*(?:=\s*('[a-z_]+')|in\s*\(([^()]+))\)", re.IGNORECASE)
_AND, _OR = (re.compile(rf"\b(?:{word})\b", re.IGNORECASE) for word in ("and", "or|case"))


@dataclass(frozen=True)
class Possible:
    """Events and actors that there can be."""

    events: frozenset[str]
    actors: frozenset[str]

    def meets(self, subject: str, words: Collection[str]) -> bool:
        """Whether what a subject stands for may be one of the words; yes if nobody can tell."""
        if _EVENT.fullmatch(subject):
            return not self.events.isdisjoint(words)
        if _ACTOR.fullmatch(subject):
            return not self.actors.isdisjoint(words)
        return True

    def allows(self, condition: str) -> bool:
        """Whether a condition may hold: of a chain of `and` each `x = 'word'` and each
        `x in ('word', …)` has to."""
        if _OR.search(condition):
            return True
        parts = (_ALIKE.fullmatch(each.strip(" ()\n") + ")") for each in _AND.split(condition))
        return all(self.meets(part[1], _WORD.findall(part[2] or part[3])) for part in parts if part)


def live(source: str, possible: Possible) -> str:
    """The source without branches of `case` and `if` that cannot be."""
    return _Reader(source, possible).read()


class _Reader:
    def __init__(self, source: str, possible: Possible) -> None:
        self._source, self._possible = source, possible
        self._tokens = [
            (each[0].lower().split()[0] if each[0][0] not in "'-" else "", each.start(), each.end())
            for each in _TOKEN.finditer(source)
        ]
        self._next = 0

    def read(self) -> str:
        """Up to the end of the source."""
        return self._until(set(), 0)[0]

    def _until(self, stops: set[str], start: int) -> tuple[str, str, int]:
        """Text from start to one of the stop words of this level: text, that word, its end."""
        told, since = "", start
        while self._next < len(self._tokens):
            word, at, end = self._tokens[self._next]
            if word in stops:
                return told + self._source[since:at], word, end
            self._next += 1
            if word in _OPENS:
                told += self._source[since:at]
                inner, since = self._block(word, at, end)
                told += inner
        return told + self._source[since:], "", len(self._source)

    def _block(self, word: str, at: int, end: int) -> tuple[str, int]:
        """What of a block can run, and where it ends."""
        if word in ("loop", "begin"):
            text, _, after = self._until({"end"}, end)
            self._next += 1
            return self._source[at:end] + text, after
        told, subject, stop, after = "", "", "when", end
        if word == "case":
            head, stop, after = self._stop({"when", "end"}, end)
            told, subject = head, head.strip()
        may_be = stop != "end"
        while may_be:
            condition, _, after = self._stop({"then"}, after)
            branch, stop, after = self._stop({"when", "elsif", "else", "end"}, after)
            if self._is_live(subject, condition):
                told += f" {condition} {branch} "
            if stop == "else":
                branch, stop, after = self._stop({"end"}, after)
                told += branch
            may_be = stop != "end"
        return told + " ", after

    def _stop(self, stops: set[str], start: int) -> tuple[str, str, int]:
        found = self._until(stops, start)
        self._next += 1
        return found

    def _is_live(self, subject: str, condition: str) -> bool:
        if subject:
            return self._possible.meets(subject, _WORD.findall(condition))
        return self._possible.allows(condition)
