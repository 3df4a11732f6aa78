"""What Auth's hooks for e-mail and SMS ask for."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field, ValidationError

from shared.body import Told, read_json
from shared.errors import BadRequest, Problem
from shared.identifier import Id

# With a code and a link; with a code; with a link.
_BOTH = frozenset({"signup", "recovery", "magiclink"})
_CODE = frozenset({"email", "reauthentication"})
_NOTICES = frozenset(
    {
        "password_changed", "email_changed", "phone_changed", "identity_linked",
        "identity_unlinked", "mfa_factor_enrolled", "mfa_factor_unenrolled",
    }
)  # fmt: skip


class _Metadata(Told):
    uuid: Id | None = None


class _User(Told):
    id: Id
    email: str | None = None
    new_email: str | None = None
    user_metadata: dict[str, Any] | None = None


class _EmailData(Told):
    email_action_type: str
    token: str = ""
    token_hash: str = ""
    redirect_to: str = ""
    token_new: str = ""
    token_hash_new: str = ""
    old_email: str = ""
    provider: str = ""
    factor_type: str = ""


class _Sms(Told):
    otp: str
    phone: str
    sms_type: str | None = None


class _Hook(Told):
    user: _User
    metadata: _Metadata = Field(default_factory=_Metadata)
    email_data: _EmailData | None = None
    sms: _Sms | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that Auth asks for. What must be kept nowhere has no repr.

    source_id: of the call, the same when Auth comes again. number: 2 of the second of two.
    language: what the person said at sign-up, if anything.
    """

    kind: str
    user_id: UUID
    source_id: UUID
    address: str = field(repr=False)
    number: int = 1
    code: str = field(default="", repr=False)
    link: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Where links lead. auth: where Auth answers. confirm: our page for them; empty: none."""

    auth: str
    confirm: str = ""


def asked_of(text: str, message_id: str, places: Places) -> Sequence[Asked]:
    """The messages of a call: one, or two for a change of address; none where there is no address.

    Raises BadRequest bad_event.
    """
    try:
        hook = _Hook.model_validate(read_json(text))
    except (ValidationError, Problem):
        raise BadRequest("bad_event", "This is no call of Auth.") from None
    if hook.email_data:
        asked = list(_mails(hook, hook.email_data, message_id, places))
    elif hook.sms:
        kind = "auth.mfa_code" if hook.sms.sms_type == "mfa" else "auth.code"
        phone = "+" + hook.sms.phone.lstrip("+")
        asked = [_asked(hook, message_id, kind, phone, code=hook.sms.otp)]
    else:
        raise BadRequest("bad_event", "This is no call of Auth.")
    return [each for each in asked if each.address not in ("", "+")]


def _mails(hook: _Hook, data: _EmailData, message_id: str, places: Places) -> Sequence[Asked]:
    action = data.email_action_type
    present, new = hook.user.email or "", hook.user.new_email or ""
    notice = action.removesuffix("_notification")
    if notice != action and notice in _NOTICES:
        to = data.old_email if notice == "email_changed" else present
        fields = {"provider": data.provider, "factor": data.factor_type}
        return [_asked(hook, message_id, f"auth.{notice}", to, fields=fields)]
    if action.startswith("email_change"):
        return _changes(hook, data, message_id, places, present, new)
    if action not in _BOTH | _CODE | {"invite"}:
        raise BadRequest("bad_event", "This action of Auth is not known.")
    link = "" if action in _CODE else _link(places, action, data.token_hash, data.redirect_to)
    code = "" if action == "invite" else data.token
    return [_asked(hook, message_id, f"auth.{action}", present, code=code, link=link)]


def _changes(
    hook: _Hook, data: _EmailData, message_id: str, places: Places, present: str, new: str
) -> Sequence[Asked]:
    def one(kind: str, to: str, token_hash: str, code: str, number: int = 1) -> Asked:
        link = _link(places, "email_change", token_hash, data.redirect_to)
        fields = {"new_address": new}
        return _asked(
            hook, message_id, kind, to, code=code, link=link, fields=fields, number=number
        )

    current_kind, new_kind = "auth.email_change_current", "auth.email_change_new"
    if data.email_action_type == "email_change_current":
        return [one(current_kind, present, data.token_hash, data.token)]
    if not data.token_hash_new or data.email_action_type == "email_change_new":
        return [one(new_kind, new, data.token_hash, data.token or data.token_new)]
    # The names are crossed, and which code goes with which changed between versions of Auth:
    # token_hash is of the new address, token_hash_new of the present one, and a hash tells its
    # code.
    codes = (data.token_new, data.token)
    return [
        one(new_kind, new, data.token_hash, _code(new, data.token_hash, codes)),
        one(
            current_kind, present, data.token_hash_new,
            _code(present, data.token_hash_new, codes[::-1]), number=2,
        ),
    ]  # fmt: skip


def _code(address: str, token_hash: str, codes: Sequence[str]) -> str:
    """Which of the codes a hash is of; the first where none fits."""
    plain = token_hash.removeprefix("pkce_")
    for code in codes:
        if hashlib.sha224(f"{address}{code}".encode()).hexdigest() == plain:
            return code
    return codes[0]


def _link(places: Places, action: str, token_hash: str, redirect_to: str) -> str:
    if places.confirm and redirect_to == places.confirm:
        # A page of ours asks for it: the page gives the hash to Auth, once a person says so.
        return f"{redirect_to}?" + urlencode({"token_hash": token_hash, "type": action})
    query = {"token": token_hash, "type": action, "redirect_to": redirect_to}
    return f"{places.auth}/verify?" + urlencode({k: v for k, v in query.items() if v})


def _asked(hook: _Hook, message_id: str, kind: str, address: str, **rest: Any) -> Asked:
    said = hook.user.user_metadata or {}
    language = said.get("locale") or said.get("language")
    return Asked(
        kind,
        hook.user.id,
        hook.metadata.uuid or uuid5(NAMESPACE_URL, message_id),
        address,
        language=language if isinstance(language, str) else "",
        **rest,
    )
