"""Who carries messages, behind a port: chosen by setting, one for each channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Refused(Exception):
    """The provider will never take this message; the text says why, in one word of ours."""


class ProviderFailed(Exception):
    """It did not take the message now, or nobody knows whether it did; the text says why, in one
    word. retry_after: seconds it asked for, 0 when it did not."""

    def __init__(self, word: str, retry_after: int = 0) -> None:
        super().__init__(word)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way, with everything that must stand in no log: it has no repr.

    html, subject and headers: of e-mails. delivery_id: comes back in receipts.
    """

    delivery_id: str
    to: str = field(repr=False)
    text: str = field(repr=False)
    subject: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Carrier(Protocol):
    """name: as message_deliveries keeps it."""

    name: str

    def send(self, message: Outgoing) -> str:
        """The provider's id of a message that it took. Raises Refused, ProviderFailed."""
