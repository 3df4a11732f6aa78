"""Signing in by somebody who vouches: what the browser keeps while it is away, and names."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

_NAMES = {"google": "Google", "custom:telegram": "Telegram"}

Purpose = Literal["in", "link"]


def name_of(provider: str) -> str:
    """What people call a provider; of one that is not known here Auth's own word for it."""
    return _NAMES.get(provider, provider.removeprefix("custom:").capitalize())


@dataclass(frozen=True, slots=True)
class Away:
    """What a browser keeps while its person is at a provider. verifier: of PKCE; who does not have
    it cannot use the code that comes back. purpose: in, to sign in; link, for a further way in.
    next_path: the page to come, as it was asked for."""

    verifier: str
    purpose: Purpose
    next_path: str = ""

    @classmethod
    def begun(cls, draw: Callable[[int], str], purpose: Purpose, next_path: str = "") -> "Away":
        """draw: text out of so many random bytes."""
        return cls(draw(32), purpose, next_path)

    @classmethod
    def read(cls, kept: str) -> "Away | None":
        """What `kept` made; None: that is none."""
        verifier, _, rest = kept.partition("~")
        purpose, _, path = rest.partition("~")
        if not verifier or purpose not in ("in", "link"):
            return None
        try:
            next_path = base64.urlsafe_b64decode(path).decode()
        except ValueError:
            return None
        return cls(verifier, "in" if purpose == "in" else "link", next_path)

    @property
    def kept(self) -> str:
        """As the value of a cookie."""
        path = base64.urlsafe_b64encode(self.next_path[:500].encode()).decode()
        return f"{self.verifier}~{self.purpose}~{path}"

    @property
    def challenge(self) -> str:
        """What Auth is shown of the verifier (S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
