"""What the token of an API key says, and from where it was asked for."""

from ipaddress import IPv6Address, ip_address
from typing import Any

TOKEN_SECONDS = 300


def claims_for(key_id: str, token_id: str, now: float) -> dict[str, Any]:
    """Claims of a token. What the key may, the database looks up at each request: a token names
    the key alone. aal2: scopes are given with a second factor. now: seconds since 1970."""
    issued = int(now)
    return {
        "iss": "holdfast", "aud": "authenticated", "role": "api_key", "sub": key_id, "aal": "aal2",
        "jti": token_id, "iat": issued, "exp": issued + TOKEN_SECONDS,
    }  # fmt: skip


def address_of(source: str) -> str:
    """An address as networks name it: of an IPv4 address in the form of IPv6 the IPv4 address."""
    address = ip_address(source)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
