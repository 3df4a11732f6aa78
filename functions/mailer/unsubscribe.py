"""The link that turns a kind of e-mail off with one click (RFC 8058), and the token in it."""

import base64
import hmac
import os
from collections.abc import Mapping

from shared.errors import NotFound
from shared.settings import secret_values

SECRET = "HOLDFAST_UNSUBSCRIBE_SECRET"  # noqa: S105 - the name of a variable


def unsubscribe_headers(user_id: str, kind: str) -> Mapping[str, str]:
    """The headers by which mail programs show a button, or a browser a page. Raises Unavailable
    not_configured."""
    # The page takes a form from its own host only; without pages the button still works.
    base = (os.environ.get("HOLDFAST_PAGES_URL") or os.environ["HOLDFAST_API_URL"]).rstrip("/")
    return {
        "List-Unsubscribe": f"<{base}/unsubscribe/{_token(user_id, kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def opened(token: str) -> tuple[str, str]:
    """Whose and which kind a token names. Raises NotFound unsubscribe_link_unknown when it is not
    ours, Unavailable not_configured."""
    user_id, _, rest = token.partition(".")
    kind, _, signature = rest.rpartition(".")
    given = any(
        hmac.compare_digest(_sign(secret, user_id, kind), signature)
        for secret in secret_values(SECRET)
    )
    if not given:
        raise NotFound("unsubscribe_link_unknown", "This link is not one of ours.")
    return user_id, kind


def _token(user_id: str, kind: str) -> str:
    """It does not end: neither does the message it is in."""
    return f"{user_id}.{kind}.{_sign(secret_values(SECRET)[0], user_id, kind)}"


def _sign(secret: str, user_id: str, kind: str) -> str:
    digest = hmac.digest(secret.encode(), f"unsubscribe {user_id} {kind}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
