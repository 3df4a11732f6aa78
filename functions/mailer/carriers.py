"""The carrier of each channel, by setting."""

import os
from functools import cache

from shared.settings import not_configured, secret_values
from shared.telemetry import logger

from .provider import Carrier
from .ses import Ses
from .twilio import Twilio

# Auth waits, and has two seconds for all of it: half of this to connect, and this for an answer.
# Nobody waits for the queue.
IN_A_CALL = 1.0
FROM_THE_QUEUE = 10.0


def carrier(channel: str, seconds: float) -> Carrier:
    """Who carries a channel. Raises Unavailable not_configured when nobody is set up."""
    provider = os.environ.get(f"HOLDFAST_{channel.upper()}_PROVIDER", "")
    if provider == "ses":
        return _ses(seconds)
    if provider == "twilio":
        return _twilio(*sms_account(), seconds)
    logger.error("nobody carries this channel", channel=channel)
    raise not_configured()


def sms_account() -> tuple[str, str]:
    """The account at the provider of SMS and its present token. Raises Unavailable."""
    account, *tokens = secret_values("HOLDFAST_SMS_SECRET")
    if not tokens:
        raise not_configured()
    return account, tokens[0]


@cache
def _ses(seconds: float) -> Carrier:
    sender = os.environ["HOLDFAST_MAIL_FROM"]
    return Ses(sender, os.environ.get("HOLDFAST_MAIL_CONFIGURATION", ""), seconds)


@cache
def _twilio(account: str, token: str, seconds: float) -> Carrier:
    receipts = os.environ["HOLDFAST_API_URL"].rstrip("/") + "/sms-receipts"
    origin, sender = os.environ["HOLDFAST_SMS_URL"], os.environ["HOLDFAST_SMS_FROM"]
    return Twilio(origin, account, token, sender, receipts, seconds)
