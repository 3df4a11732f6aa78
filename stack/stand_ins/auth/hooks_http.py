"""Hooks over HTTP, signed by Standard Webhooks."""

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook

from stack.stand_ins.auth.refusals import Refused, failed
from stack.stand_ins.auth.settings import Hook

_ATTEMPTS = 3
_PAUSE = 2.0
_MOST = 200 * 1024
_UNUSUAL = {400: "Invalid payload sent to hook", 401: "Hook requires authorization token"}
_UNKNOWN = "Unexpected status code returned from hook: {}"


def ask(hook: Hook, content: dict[str, Any], *, budget: float) -> Any:
    """What the hook answers, read; None: nothing. Raises Refused: it cannot be had.

    budget: seconds for all attempts and the pauses between them together.
    """
    body = json.dumps(content)
    deadline = time.monotonic() + budget
    for _ in range(_ATTEMPTS):
        try:
            response = httpx.post(
                hook.uri,
                content=body,
                headers=_signed(hook, body),
                timeout=max(deadline - time.monotonic(), 0.001),
            )
        except httpx.HTTPError:
            if time.monotonic() + _PAUSE >= deadline:
                message = f"Failed to reach hook within maximum time of {budget:f} seconds"
                raise Refused(422, "hook_timeout", message) from None
            time.sleep(_PAUSE)
        else:
            if response.status_code not in (429, 503):
                return _read(response)
            if not response.headers.get("retry-after"):
                break
    raise failed("Service currently unavailable due to hook")


def _signed(hook: Hook, body: str) -> dict[str, str]:
    # A new id for each attempt, with the same body.
    identifier, moment = str(uuid.uuid4()), datetime.now(UTC)
    signatures = [
        Webhook(secret.strip().removeprefix("v1,")).sign(identifier, moment, body)
        for secret in hook.secrets
    ]
    return {
        "content-type": "application/json", "accept-encoding": "identity",
        "webhook-id": identifier, "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": ", ".join(signatures),
    }  # fmt: skip


def _read(response: httpx.Response) -> Any:
    kind = response.headers.get("content-type", "")
    if response.status_code not in (200, 202, 204):
        raise failed(_UNUSUAL.get(response.status_code) or _UNKNOWN.format(response.status_code))
    if not kind and response.status_code == 204:
        return None
    if kind.partition(";")[0].strip().lower() != "application/json":
        message = f"Invalid JSON response. Received content-type: {kind}"
        raise Refused(400, "hook_payload_invalid_content_type", message)
    if len(response.content) > _MOST:
        message = f"Payload size exceeded size limit of {_MOST} bytes"
        raise Refused(422, "hook_payload_over_size_limit", message)
    try:
        return response.json()
    except ValueError:
        raise failed("Error unmarshaling JSON output.") from None
