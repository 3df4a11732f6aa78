"""The key that signs tokens of API keys: one that the project of Supabase was told of."""

import json
from functools import lru_cache
from typing import Any

import jwt

from shared.settings import not_configured, variable_secret
from shared.telemetry import logger


class SigningKey:
    """A private key (ES256) with the name by which verifiers know it."""

    def __init__(self, jwk: str) -> None:
        """jwk: as `supabase gen signing-key --algorithm ES256` writes it. Raises ValueError."""
        try:
            told = json.loads(jwk)
            self._kid = str(told["kid"])
            self._key = jwt.PyJWK(told, algorithm="ES256").key
        except (TypeError, KeyError, jwt.PyJWTError) as error:
            raise ValueError(f"no private key: {type(error).__name__}") from None

    def sign(self, claims: dict[str, Any]) -> str:
        """A token with these claims."""
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": self._kid})


def signing_key() -> SigningKey:
    """The key of this deployment. Raises SettingsError, and Unavailable not_configured."""
    try:
        return _read(variable_secret("HOLDFAST_TOKEN_KEY_SECRET"))
    except ValueError as error:
        logger.error("signing key not readable", reason=str(error))
        raise not_configured() from None


@lru_cache(maxsize=2)
def _read(jwk: str) -> SigningKey:
    return SigningKey(jwk)
