"""Supabase's publishable and secret keys: no tokens, so the gateway puts one in their place."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

_PREFIX = "sb_"
# What exactly Supabase takes for a browser is not written down.
_BROWSER = re.compile("Mozilla|AppleWebKit|Chrome|Safari|Firefox|Edg|Opera", re.IGNORECASE)


class KeyRefused(ValueError):
    """The key is none of this project, or a browser shows a secret one; the text says which."""


@dataclass(frozen=True)
class ApiKeys:
    """Keys of one project. publishable and secret are sent as `apikey` only."""

    publishable: str
    secret: str
    _roles: Mapping[str, str]

    @classmethod
    def of(cls, jwt_secret: str, anon_key: str, service_key: str) -> "ApiKeys":
        """The keys of a stack, the same as long as its secret is; the two others are the role
        keys that they stand for."""
        publishable, secret = (_key(jwt_secret, kind) for kind in ("publishable", "secret"))
        return cls(publishable, secret, {publishable: anon_key, secret: service_key})

    def is_secret(self, apikey: str) -> bool:
        """Whether a key is one of the project's servers."""
        return apikey in (self.secret, self._roles[self.secret])

    def authorization(self, authorization: str, apikey: str, agent: str = "") -> str:
        """What PostgREST is told, given what the client sent: its own token if it has one, else
        the role of its key. A key that clients repeat as a token is no token. Raises KeyRefused.
        """
        if apikey.startswith(_PREFIX) and apikey not in self._roles:
            raise KeyRefused("Invalid API key")
        if apikey == self.secret and _BROWSER.search(agent):
            raise KeyRefused("Forbidden use of secret API key in browser")
        if authorization and authorization != f"Bearer {apikey}":
            return authorization
        return f"Bearer {self._roles.get(apikey, apikey)}" if apikey else ""


def _key(jwt_secret: str, kind: str) -> str:
    digest = hmac.digest(jwt_secret.encode(), kind.encode(), hashlib.sha256)
    text = base64.urlsafe_b64encode(digest).decode()
    return f"{_PREFIX}{kind}_{text[:22]}_{text[22:30]}"
