"""Keys and tokens as the platform's own sign-in would issue them."""

import time
import uuid
from typing import Any

import jwt

ISSUER = "holdfast-stack"
_FAR_AWAY = 4_102_444_800  # 2100-01-01: keys of a project do not expire with a session


def role_key(secret: str, role: str) -> str:
    """The project key of a role (anon, service_role)."""
    claims = {"iss": ISSUER, "role": role, "exp": _FAR_AWAY}
    return jwt.encode(claims, secret, algorithm="HS256")


def user_token(
    secret: str,
    user_id: uuid.UUID | str,
    *,
    aal: str = "aal1",
    role: str = "authenticated",
    expires_in: int = 3600,
    **claims: Any,
) -> str:
    """A signed-in person's token; aal2 means a second factor was given. Seconds."""
    now = int(time.time())
    method = {"aal1": ["password"], "aal2": ["password", "totp"]}.get(aal, ["password"])
    payload = {
        "iss": ISSUER,
        "aud": "authenticated",
        "sub": str(user_id),
        "role": role,
        "aal": aal,
        "amr": [{"method": name, "timestamp": now} for name in method],
        "is_anonymous": False,
        "app_metadata": {},
        "user_metadata": {},
        "iat": now,
        "exp": now + expires_in,
    }
    return jwt.encode(payload | claims, secret, algorithm="HS256")
