"""POST /clock of the local stack: whoever has the secret key moves the clock on."""

import hmac
import json
import re
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from stack.http_events import Answer, Request

if TYPE_CHECKING:
    from stack.stack import Stack

PATH = "/clock"
MOST = timedelta(days=30)
"""At once: monthly partitions are made by a schedule, and it has to keep up."""

_LENGTH = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?")


def length(text: str) -> timedelta:
    """1h, 90m, 2d12h, 30s. Raises ValueError: no such length, nothing, or more than MOST."""
    match = _LENGTH.fullmatch(text)
    numbers = [int(each or 0) for each in match.groups()] if match else [0] * 4
    found = timedelta(**dict(zip(("days", "hours", "minutes", "seconds"), numbers, strict=True)))
    if not timedelta() < found <= MOST:
        raise ValueError("BY is a length like 1h, 90m or 2d12h, above nothing and up to 30d")
    return found


def answer(stack: "Stack", request: Request) -> Answer:
    """POST {"by": "1h"} with the secret key -> {"now", "ahead_seconds"}.

    The key, so that no page of a browser on this machine does it.
    """
    if request.method != "POST":
        return Answer.message(405, "Method Not Allowed")
    given = dict((name.lower(), value) for name, value in request.headers).get("apikey", "")
    if not hmac.compare_digest(given.encode(), stack.api_keys.secret.encode()):
        return Answer.message(401, "The secret key is needed as apikey")
    try:
        by = length(json.loads(request.body)["by"])
    except (ValueError, KeyError, TypeError) as error:
        wrong = isinstance(error, ValueError) and not isinstance(error, json.JSONDecodeError)
        return Answer.message(422, str(error) if wrong else 'The body is {"by": "1h"}')
    stack.advance(by)
    told = {
        "now": stack.clock.now().astimezone(UTC).isoformat(timespec="seconds"),
        "ahead_seconds": int(stack.clock.ahead().total_seconds()),
    }
    return Answer(200, (("content-type", "application/json"),), json.dumps(told).encode())
