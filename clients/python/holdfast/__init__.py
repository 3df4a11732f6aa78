"""Client of Holdfast: typed commands over httpx, reading and writing over postgrest."""

from holdfast.client import Holdfast
from holdfast.problem import Problem
from holdfast.types import Amount

__all__ = ["Amount", "Holdfast", "Problem"]
