"""A provider of SMS in a stand-in, of Twilio's shape: it takes messages, keeps them, and tells in
signed receipts what became of them. It can fail, hang, lose its answer, refuse numbers, and tell a
receipt late, twice or never.
"""

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass
from urllib.parse import parse_qsl

import httpx

from stack.stand_ins.behaviour import drop, hang, status, too_many
from stack.stand_ins.loopback import Behaviour, Loopback, Received, Wire

ACCOUNT = "AC" + "5" * 32
TOKEN = "token-of-the-stand-in"
NUMBER = "+15005550006"


@dataclass(frozen=True)
class Sms:
    """A message that was taken. callback: where its receipts go."""

    sid: str
    to: str
    body: str
    callback: str


class SmsProvider(Loopback):
    """Serves inside its block."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._sent: list[Sms] = []
        self._refused: set[str] = set()
        self._fault: Behaviour | None = None
        self._silent = False

    def variables(self) -> dict[str, str]:
        """The environment of functions that send here."""
        return {
            "HOLDFAST_SMS_PROVIDER": "twilio",
            "HOLDFAST_SMS_URL": self.url,
            "HOLDFAST_SMS_FROM": NUMBER,
        }

    @property
    def sent(self) -> list[Sms]:
        """Every message taken, in the order of arrival."""
        with self._lock:
            return list(self._sent)

    def behave(self) -> None:
        self._fault = None
        self._silent = False

    def fail(self, code: int = 500) -> None:
        self._fault = status(code, b"{}")

    def limit(self, retry_after: str = "60") -> None:
        self._fault = too_many(retry_after, b"{}")

    def drop_out(self) -> None:
        """Close the connection without an answer, and take nothing."""
        self._fault = drop()

    def hang(self) -> None:
        self._fault = hang()

    def lose_answers(self) -> None:
        """Take messages, and close the connection instead of an answer."""
        self._silent = True

    def refuse(self, number: str) -> None:
        """Say of a number that it is none."""
        self._refused.add(number)

    def receipt(
        self, sms: Sms, told: str, error: str = "", *, url: str | None = None, token: str = TOKEN
    ) -> httpx.Response:
        """Tell what became of a message: delivered, undelivered, failed. As often as it is
        called. url, token: as a stranger would have them."""
        form = {
            "AccountSid": ACCOUNT, "From": NUMBER, "To": sms.to, "MessageSid": sms.sid,
            "SmsSid": sms.sid, "MessageStatus": told, "SmsStatus": told,
        }  # fmt: skip
        if error:
            form["ErrorCode"] = error
        base = sms.callback + "".join(name + form[name] for name in sorted(form))
        digest = hmac.new(token.encode(), base.encode(), hashlib.sha1).digest()
        headers = {"x-twilio-signature": base64.b64encode(digest).decode()}
        return httpx.post(url or sms.callback, data=form, headers=headers, timeout=30)

    def answer(self, wire: Wire, request: Received) -> None:
        if self._fault:
            self._fault(wire, request)
        elif request.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            wire.reply(404, b'{"code": 20404, "message": "Not found"}')
        elif request.headers.get("authorization") != _basic():
            wire.reply(401, b'{"code": 20003, "message": "Authenticate"}')
        else:
            self._take(wire, dict(parse_qsl(request.body.decode())))

    def _take(self, wire: Wire, form: dict[str, str]) -> None:
        if form["To"] in self._refused:
            return wire.reply(400, b'{"code": 21211, "message": "Invalid To"}')
        with self._lock:
            sid = f"SM{len(self._sent):032x}"
            self._sent.append(Sms(sid, form["To"], form["Body"], form["StatusCallback"]))
        if self._silent:
            return wire.leave()
        told = {"sid": sid, "status": "queued", "price": None, "error_code": None}
        return wire.reply(201, json.dumps(told).encode(), {"content-type": "application/json"})


def _basic() -> str:
    return "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
