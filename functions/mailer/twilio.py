"""SMS through Twilio's HTTP face, or what speaks like it."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping

import httpx

from shared.http_client import MAX_BYTES

from .provider import Outgoing, ProviderFailed, Refused

# Numbers that are none, cannot get SMS, or asked for no more.
_FINAL = frozenset({21211, 21408, 21610, 21612, 21614})
_EVENTS = {"delivered": "deliver", "undelivered": "fail", "failed": "fail"}
# No such number; no phone that takes SMS.
_NEVER = frozenset({"30005", "30006"})


class Twilio:
    """account: its sid. receipts: address below which the id of a message names where its receipts
    go. seconds: for one call, which is made once."""

    name = "twilio"

    def __init__(
        self, origin: str, account: str, token: str, sender: str, receipts: str, seconds: float
    ) -> None:
        self._path = f"{origin.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        self._sender = sender
        self._receipts = receipts
        timeout = httpx.Timeout(seconds, connect=seconds / 2)
        self._http = httpx.Client(auth=(account, token), timeout=timeout, trust_env=False)

    def send(self, message: Outgoing) -> str:
        form = {
            "To": message.to,
            "From": self._sender,
            "Body": message.text,
            "StatusCallback": f"{self._receipts}/{message.delivery_id}",
        }
        try:
            answer = self._http.post(self._path, data=form)
        except httpx.HTTPError as error:
            raise ProviderFailed(type(error).__name__) from None
        told = _told(answer)
        if answer.status_code == 201 and isinstance(told.get("sid"), str):
            return str(told["sid"])[:200]
        if told.get("code") in _FINAL:
            raise Refused("number_refused")
        raise ProviderFailed(f"status_{answer.status_code}", _seconds(answer))


def is_signed(tokens: Iterable[str], url: str, form: Mapping[str, str], signature: str) -> bool:
    """Whether a receipt was signed with one of the tokens: the address it was sent to, and after
    it each field with its value, in the order of their names."""
    told = (url + "".join(name + form[name] for name in sorted(form))).encode()
    return any(
        hmac.compare_digest(
            base64.b64encode(hmac.new(token.encode(), told, hashlib.sha1).digest()).decode(),
            signature,
        )
        for token in tokens
    )


def event_of(form: Mapping[str, str]) -> tuple[str, str] | None:
    """The event of a receipt for service.message_receipt, and its detail; None when nothing has
    come of the message yet."""
    event = _EVENTS.get(form.get("MessageStatus", ""))
    code = form.get("ErrorCode", "")
    if event is None:
        return None
    return "bounce" if event == "fail" and code in _NEVER else event, code[:20]


def _told(answer: httpx.Response) -> Mapping[str, object]:
    try:
        told = answer.json() if len(answer.content) <= MAX_BYTES else None
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}


def _seconds(answer: httpx.Response) -> int:
    asked = answer.headers.get("retry-after", "")
    return int(asked[:6]) if asked.isascii() and asked.isdigit() else 0
