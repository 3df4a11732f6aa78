"""Bodies of the commands about the own account, and the answers they get."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.text import Line


class DeviceName(Body):
    """name: what the owner calls the device; empty: nothing any more."""

    name: Annotated[Line, Field(max_length=60)]


class RecoveryCode(Body):
    """code: one of the ten, with or without its dashes, in large or small letters."""

    code: Annotated[str, Field(min_length=25, max_length=40)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SessionRevoked(_Answer):
    """A session that was ended."""

    session_id: UUID


class SessionsRevoked(_Answer):
    """ended: how many sessions were."""

    ended: int


class DeviceRevoked(_Answer):
    """A device whose next sign-in is one from a new device. ended: how many sessions it had."""

    device_id: UUID
    ended: int


class DeviceNamed(_Answer):
    """A device. name: what its owner calls it."""

    device_id: UUID
    name: str


class RecoveryCodes(_Answer):
    """codes: shown once. Of a command that is repeated later they are empty: make new ones."""

    codes: list[str]


class RecoveryCodeUsed(_Answer):
    """What a recovery code did. factors_removed: second factors that are gone. sessions_ended: the
    other sessions. codes_left: of those made with it. money_out_from: from when on
    money leaves again, and new destinations are named."""

    factors_removed: int
    sessions_ended: int
    codes_left: int
    money_out_from: datetime
