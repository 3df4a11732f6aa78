"""E-mail through Amazon SES."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .mime import mime_of
from .provider import Outgoing, ProviderFailed, Refused

# Of this message, and for good. Everything else may pass.
_FINAL = frozenset({"MessageRejected", "BadRequestException"})


class Ses:
    """sender: the From header. configuration: the set whose events are our receipts. seconds: for
    one call, which is made once: a second one would send twice."""

    name = "ses"

    def __init__(self, sender: str, configuration: str, seconds: float) -> None:
        self._sender = sender
        self._configuration = configuration
        self._client: Any = boto3.client(
            "sesv2",
            config=Config(
                connect_timeout=seconds / 2,
                read_timeout=seconds,
                retries={"total_max_attempts": 1},
            ),
        )

    def send(self, message: Outgoing) -> str:
        named = {"ConfigurationSetName": self._configuration} if self._configuration else {}
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [message.to]},
                Content={"Raw": {"Data": mime_of(message, self._sender)}},
                EmailTags=[{"Name": "delivery_id", "Value": message.delivery_id}],
                **named,
            )
        except ClientError as error:
            # Its words may quote the address.
            code = error.response["Error"]["Code"]
            if code in _FINAL:
                raise Refused("rejected") from None
            raise ProviderFailed(code[:60]) from None
        except BotoCoreError as error:
            raise ProviderFailed(type(error).__name__) from None
        return str(answer["MessageId"])
