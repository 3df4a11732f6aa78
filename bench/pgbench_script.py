"""The part of pgbench's script language that the scripts here use, for psycopg to run."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

_VARIABLE = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


class BadScript(ValueError):
    """A script uses more of the language than is understood here."""


@dataclass(frozen=True)
class SetVariable:
    r"""\set name expression."""

    name: str
    expression: str

    def value(self, variables: Mapping[str, int | str], random: Random) -> int:
        text = _VARIABLE.sub(lambda match: str(variables[match[1]]), self.expression)
        return _evaluate(ast.parse(text, mode="eval").body, random)


@dataclass(frozen=True)
class Query:
    """One statement with %(name)s parameters; stores: its columns become variables."""

    text: str
    stores: bool


def _evaluate(node: ast.expr, random: Random) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(left, random), _evaluate(right, random))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, random)
        case ast.Call(func=ast.Name(id="random"), args=[low, high]):
            return random.randint(_evaluate(low, random), _evaluate(high, random))
    raise BadScript(ast.dump(node))


def parse(script: str) -> list[SetVariable | Query]:
    r"""The steps of a script: \set lines, and statements ended by ; or \gset."""
    steps: list[SetVariable | Query] = []
    pending: list[str] = []
    for line in script.splitlines():
        words = line.split(None, 2)
        if not pending and words and words[0] == "\\set":
            steps.append(SetVariable(words[1], words[2]))
            continue
        pending.append(line)
        stores = line.rstrip().endswith("\\gset")
        if stores or line.rstrip().endswith(";"):
            text = "\n".join(pending).strip().removesuffix("\\gset").rstrip().removesuffix(";")
            steps.append(Query(_VARIABLE.sub(r"%(\1)s", text.replace("%", "%%")), stores))
            pending = []
    if any(line.strip() for line in pending):
        raise BadScript("the last statement has no end")
    return steps
