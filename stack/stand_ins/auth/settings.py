"""What supabase/config.toml says of Auth."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOOKS = {
    "before_user_created": "before-user-created",
    "custom_access_token": "customize-access-token",
    "password_verification_attempt": "password-verification",
    "mfa_verification_attempt": "mfa-verification",
    "send_email": "send-email",
    "send_sms": "send-sms",
}
"""Section of the file to the name that Auth gives the hook in its payload."""

NOTICES = ("password_changed", "email_changed", "mfa_factor_enrolled", "mfa_factor_unenrolled")

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(duration: str) -> float | None:
    """Seconds of a duration as Go writes it, such as 24h or 1h30m; None: it is none."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


@dataclass(frozen=True)
class Hook:
    """Where a hook is: pg-functions://postgres/schema/name or http(s); secrets sign the latter."""

    uri: str
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provider:
    """Who vouches for people, by OpenID Connect. issuer: where it answers. client_id, secret: what
    Auth is there. scopes: what Auth asks for. email_optional: people without an address come in."""

    issuer: str
    client_id: str
    secret: str
    scopes: str = "email profile"
    email_optional: bool = False


@dataclass(frozen=True)
class Settings:
    """Auth's settings. Durations are seconds; 0: without end."""

    site_url: str
    redirect_urls: tuple[str, ...] = ()
    sign_up: bool = True
    anonymous: bool = False
    phone: bool = False
    confirm_email: bool = True
    confirm_phone: bool = True
    confirm_both_addresses: bool = True
    reauthenticate: bool = False
    min_password: int = 6
    password_characters: tuple[str, ...] = ()
    token_seconds: int = 3600
    reuse_seconds: float = 10
    otp_seconds: float = 3600
    otp_length: int = 6
    timebox: float = 0
    inactivity: float = 0
    max_factors: int = 10
    totp: bool = True
    notices: frozenset[str] = frozenset()
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    manual_linking: bool = False
    providers: Mapping[str, Provider] = field(default_factory=dict)


_CHARACTERS = {
    "": (),
    "letters_digits": ("letters", "digits"),
    "lower_upper_letters_digits": ("lower", "upper", "digits"),
    "lower_upper_letters_digits_symbols": ("lower", "upper", "digits", "symbols"),
}


def _words(value: str | Iterable[str]) -> tuple[str, ...]:
    listed = re.split(r"[|,]\s*(?=v1)", value) if isinstance(value, str) else value
    return tuple(word for word in listed if word)


def _hooks(sections: Mapping[str, Any]) -> dict[str, Hook]:
    return {
        HOOKS[name]: Hook(section["uri"], _words(section.get("secrets", "")))
        for name, section in sections.items()
        if name in HOOKS and section.get("enabled")
    }


def _providers(sections: Mapping[str, Any]) -> dict[str, Provider]:
    return {
        name: Provider(
            section["url"],
            section["client_id"],
            section["secret"],
            email_optional=section.get("email_optional", False),
        )
        for name, section in sections.items()
        if section.get("enabled")
    }


def _resolved(value: Any, local: str, url: str) -> Any:
    if isinstance(value, dict):
        return {name: _resolved(part, local, url) for name, part in value.items()}
    if isinstance(value, list):
        return [_resolved(part, local, url) for part in value]
    if isinstance(value, str):
        if named := re.fullmatch(r"env\((\w+)\)", value):
            return os.environ.get(named[1], "")
        return value.replace(local, url)
    return value


def read(file: Path, url: str) -> Settings:
    """The settings of a project's config.toml, for a stack that answers at `url`."""
    document = tomllib.loads(file.read_text()) if file.exists() else {}
    local = f"http://127.0.0.1:{document.get('api', {}).get('port', 54321)}"
    auth = _resolved(document.get("auth", {}), local, url)
    email, sms, mfa = auth.get("email", {}), auth.get("sms", {}), auth.get("mfa", {})
    sessions, totp = auth.get("sessions", {}), mfa.get("totp", {})
    notices = email.get("notification", {})
    return Settings(
        site_url=auth.get("site_url", url),
        redirect_urls=tuple(auth.get("additional_redirect_urls", ())),
        sign_up=auth.get("enable_signup", True) and email.get("enable_signup", True),
        anonymous=auth.get("enable_anonymous_sign_ins", False),
        phone=sms.get("enable_signup", False),
        confirm_email=email.get("enable_confirmations", False),
        confirm_phone=sms.get("enable_confirmations", True),
        confirm_both_addresses=email.get("double_confirm_changes", True),
        manual_linking=auth.get("enable_manual_linking", False),
        reauthenticate=email.get("secure_password_change", False),
        min_password=auth.get("minimum_password_length", 6),
        password_characters=_CHARACTERS[auth.get("password_requirements", "")],
        token_seconds=auth.get("jwt_expiry", 3600),
        reuse_seconds=auth.get("refresh_token_reuse_interval", 10),
        otp_seconds=email.get("otp_expiry", 3600),
        otp_length=email.get("otp_length", 6),
        timebox=seconds(sessions.get("timebox", "")) or 0,
        inactivity=seconds(sessions.get("inactivity_timeout", "")) or 0,
        max_factors=mfa.get("max_enrolled_factors", 10),
        totp=totp.get("enroll_enabled", True) and totp.get("verify_enabled", True),
        notices=frozenset(name for name in NOTICES if notices.get(name, {}).get("enabled")),
        hooks=_hooks(auth.get("hook", {})),
        providers=_providers(auth.get("external", {})),
    )
