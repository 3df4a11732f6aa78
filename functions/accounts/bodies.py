"""Bodies of the commands about the own account, and the answers they get."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.identifier import Id
from shared.text import Line, LineOfWords
from shared.times import Moment

Scope = Annotated[str, Field(max_length=60, pattern=r"^[a-z_]+:[a-z_]+$")]
Network = Annotated[str, Field(max_length=49, pattern=r"^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$")]


class DeviceName(Body):
    """name: what the owner calls the device; empty: nothing any more."""

    name: Annotated[Line, Field(max_length=60)]


class RecoveryCode(Body):
    """code: one of the ten, with or without its dashes, in large or small letters."""

    code: Annotated[str, Field(min_length=25, max_length=40)]


class Password(Body):
    """email: whose account, in large or small letters. password: of the account."""

    email: Annotated[str, Field(min_length=1, max_length=255)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class FactorCode(Body):
    """factor_id: of Auth, as its list of factors has it. code: what the authenticator shows."""

    factor_id: Id
    code: Annotated[str, Field(min_length=1, max_length=16)]


class NewApiKey(Body):
    """party_id: for whom the key acts, the caller by default; of another party the caller is an
    owner. name: what its owner calls it. scopes: what it may do, rows of api_scopes. ip_allow:
    networks (CIDR) from which it is exchanged; left out: from everywhere. expires_at: when it ends;
    left out: when it is revoked."""

    name: Annotated[LineOfWords, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=50)]
    party_id: Id | None = None
    ip_allow: Annotated[list[Network], Field(max_length=20)] | None = None
    expires_at: Moment | None = None


class Rotation(Body):
    """overlap_seconds: how long the old secret lives on, at most seven days."""

    overlap_seconds: Annotated[int, Field(ge=0, le=604_800)] = 0


class SignedIn(BaseModel):
    """A session, in Auth's own words: `setSession` of a client of Supabase takes it.
    access_token, refresh_token: of the session. token_type: bearer. expires_in: seconds that
    access_token is good for. user: as Auth knows the person."""

    access_token: str
    token_type: str
    expires_in: int
    expires_at: int
    refresh_token: str
    user: dict[str, Any]


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


class FactorReset(_Answer):
    """A reset of the second factor. deadline_at: waiting: when the factors are removed; asked:
    until when operators answer; null once over."""

    reset_id: UUID
    state: str
    deadline_at: datetime | None


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


class Erasure(_Answer):
    """A request to be erased. erasure_id: names it. erase_from: when it begins; until then it can
    be cancelled."""

    erasure_id: UUID
    state: str
    erase_from: datetime


class ApiKey(_Answer):
    """A key. prefix: the part of it that names it, after hf_live_. api_key: the whole key, in the
    first answer only; null in the answer of a command that is repeated: rotate it, or make
    another."""

    key_id: UUID
    party_id: UUID
    name: str
    prefix: str
    last4: str
    scopes: list[str]
    ip_allow: list[str]
    expires_at: datetime | None
    api_key: str | None


class RotatedApiKey(ApiKey):
    """A key with its new secret. old_until: until when the one before is good."""

    old_until: datetime


class RevokedApiKey(_Answer):
    """A key that is good no more. revoked_at: since when."""

    key_id: UUID
    revoked_at: datetime


class ApiToken(_Answer):
    """access_token: to be sent as bearer token, to commands and to PostgREST. expires_in: seconds;
    ask for the next one before. key_id: the key, as an actor. party_id: for whom it acts. scopes:
    what it may do."""

    access_token: str
    token_type: str
    expires_in: int
    key_id: UUID
    party_id: UUID
    scopes: list[str]
