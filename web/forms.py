"""Forms that a page sends: read, and refused when another site sent them."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from shared.body import FORM_TYPE, check_body
from shared.errors import BadRequest, Forbidden
from web.cookies import Cookies

TOKEN = "form_token"  # noqa: S105 - the name of a field
_MAX_FIELDS = 50


def form_token(cookies: Cookies) -> str:
    """What every form of this browser carries: the value of a cookie that no other site can read
    or plant."""
    if not (token := cookies.get("form")):
        token = secrets.token_urlsafe(24)
        cookies.set("form", token)
    return token


def renew(cookies: Cookies) -> None:
    """A new one for whoever signs in or out: forms of before are void."""
    cookies.set("form", secrets.token_urlsafe(24))


def read(event: Mapping[str, Any], cookies: Cookies, site: str) -> dict[str, str]:
    """The fields of a form. site: scheme and host of our pages.

    Raises Forbidden form_expired (403) when it was not sent by a page that this browser got from
    us; BadRequest; and what check_body raises.
    """
    check_body(event, FORM_TYPE)
    body = event.get("body") or ""
    text = base64.b64decode(body).decode() if event.get("isBase64Encoded") else body
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise BadRequest("bad_form", "This is no form of ours.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadRequest("bad_form", "A field stands twice.")
    sender = (event.get("headers") or {}).get("origin", site)
    given, ours = fields.pop(TOKEN, ""), cookies.get("form")
    if sender != site or not ours or not hmac.compare_digest(given.encode(), ours.encode()):
        raise Forbidden("form_expired", "This form is too old. Load the page again.")
    return fields
