"""The mailer as people and Auth meet it: hooks, what they find in the mailbox, receipts."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from stack.mailbox import HOOK_SECRET, Sent
from stack.stack import Stack


def carry(stack: Stack) -> None:
    """Events into messages, messages to their carriers, until nothing waits."""
    stack.tick("RelayFunction")
    stack.tick("MessageRelayFunction")
    stack.drain("MessageDeliverFunction")


def mails_to(stack: Stack, address: str) -> list[Sent]:
    return [each for each in stack.mailbox().sent() if each.to == address]


def signature(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    """As Auth signs, apart from the code that checks it."""
    key = base64.b64decode(secret.removeprefix("v1,whsec_"))
    told = f"{message_id}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()


def hook(
    stack: Stack,
    name: str,
    payload: Any,
    *,
    secrets: Sequence[str] = (HOOK_SECRET,),
    age: timedelta = timedelta(),
    sent: bytes | None = None,
) -> httpx.Response:
    """One call of Auth, signed with all secrets and joined as Auth joins them; a webhook-id of its
    own, as each attempt has. sent: the bytes that go out, where they are not those signed."""
    body = json.dumps(payload).encode()
    message_id, seconds = f"msg_{uuid4()}", int((datetime.now(UTC) - age).timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": ", ".join(
            signature(each, message_id, seconds, body) for each in secrets
        ),
    }
    url = f"{stack.url}/auth-hooks/{name}"
    return httpx.post(url, content=sent or body, headers=headers, timeout=30)


def email_call(action: str, address: str, **data: str) -> dict[str, Any]:
    """What Auth hands over for an e-mail, with a code and a hash that nobody else has."""
    code, token_hash = str(uuid4().int)[:8], hashlib.sha224(uuid4().bytes).hexdigest()
    return {
        "metadata": {"uuid": str(uuid4()), "time": "2026-12-01T00:00:00Z", "name": "send-email"},
        "user": {"id": str(uuid4()), "email": address, "user_metadata": {"locale": "pt-BR"}},
        "email_data": {
            "token": code, "token_hash": token_hash, "redirect_to": "https://app.example.org/in",
            "email_action_type": action, "site_url": "https://auth.example.org", "token_new": "",
            "token_hash_new": "", "old_email": "", "old_phone": "", "provider": "",
            "factor_type": "", **data,
        },
    }  # fmt: skip


def sms_call(phone: str, user_id: UUID | None = None, **sms: str) -> dict[str, Any]:
    """What Auth hands over for an SMS; it writes numbers without a plus."""
    return {
        "metadata": {"uuid": str(uuid4()), "time": "2026-12-01T00:00:00Z", "name": "send-sms"},
        "user": {"id": str(user_id or uuid4()), "phone": phone, "user_metadata": None},
        "sms": {"otp": str(uuid4().int)[:8], "phone": phone, **sms},
    }


def ses_tells(stack: Stack, kind: str, sent: Sent, delivery_id: str, **more: Any) -> None:
    """SES tells its topic, the topic the queue; and the function reads it."""
    event = {
        "eventType": kind,
        "mail": {
            "messageId": sent.id,
            "destination": [sent.to],
            "tags": {"delivery_id": [delivery_id]},
        },
        **more,
    }
    url = stack.aws.resolver.text({"Ref": "MailReceiptsQueue"})
    stack.aws.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(event))
    stack.drain("MailReceiptsFunction")
