"""What each step of steps.mjs comes to."""

from typing import Any

_INVALID = (400, "invalid_credentials", "Invalid login credentials")
REFUSALS = {
    "sign in unconfirmed": (400, "email_not_confirmed", "Email not confirmed"),
    "confirm with a wrong code": (403, "otp_expired", "Token has expired or is invalid"),
    "sign up weak": (422, "weak_password", "Password should be at least 12 characters."),
    "sign in wrong": _INVALID,
    "sign in nobody": _INVALID,
    "same password": (
        422, "same_password", "New password should be different from the old password."
    ),
    "weak password": (422, "weak_password", "Password should be at least 12 characters."),
    "enroll the same name": (
        422, "mfa_factor_name_conflict",
        'A factor with the friendly name "phone" for this user already exists',
    ),
    "verify wrong": (422, "mfa_verification_failed", "Invalid TOTP code entered"),
    "same challenge again": (
        422, "mfa_ip_address_mismatch", "Challenge and verify IP addresses mismatch."
    ),
    "password without the factor": (
        401, "insufficient_aal",
        "AAL2 session is required to update email or password when MFA is enabled.",
    ),
    "enroll without the factor": (
        403, "insufficient_aal", "AAL2 required to enroll a new factor"
    ),
    "unenroll without the factor": (
        422, "insufficient_aal", "AAL2 required to unenroll verified factor"
    ),
    "the same code again": (403, "otp_expired", "Token has expired or is invalid"),
    "code for nobody": (422, "otp_disabled", "Signups not allowed for otp"),
    "anonymous": (422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled"),
    "sign in banned": (400, "user_banned", "User is banned"),
    "list as a person": (403, "not_admin", "User not allowed"),
    "sign in deleted": _INVALID,
    "read nobody": (404, "user_not_found", "User not found"),
    "refresh after local": (
        400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found"
    ),
}  # fmt: skip
ENDED = (
    "other session after it", "weaker session after it", "there after others",
    "there after global",
)  # fmt: skip
ANSWERS: dict[str, dict[str, Any]] = {
    "sign up": {"email": "ann@js.test", "session": None, "name": "Ann"},
    "confirm": {"aal": "aal1", "confirmed": True},
    "read": {"own": True},
    "refresh": {"changed": True, "amr": ["password"]},
    "claims by the published key": {"role": "authenticated", "alg": "ES256"},
    "update": {"data": {"display_name": "Ann", "town": "Kisumu"}},
    "new password": {},
    "own session after it": {},
    "new address": {},
    "one of two agrees": {"session": False},
    "both agree": {"email": "ann2@js.test"},
    "enroll": {"uri": "otpauth://totp/holdfast:", "picture": "data:image/svg+xml"},
    "challenge": {"type": "totp"},
    "verify": {"aal": "aal2", "amr": ["totp", "password"]},
    "level": {"current": "aal2", "next": "aal2"},
    "factors": {"status": ["verified"]},
    "unenroll": {},
    "level after it": {"aal": "aal1"},
    "recover": {},
    "recover nobody": {},
    "get back in": {"session": True},
    "code for a stranger": {},
    "stranger gets in": {"session": True},
    "code for a friend": {},
    "friend by the link": {"session": True},
    "create": {"app": {"provider": "email", "providers": ["email"], "tier": 2}},
    "list": {"users": 2, "next": 2, "enough": True},
    "link": {
        "properties": [
            "action_link", "email_otp", "hashed_token", "redirect_to", "verification_type",
        ]
    },
    "follow the link": {"status": 303, "token": True},
    "ban": {"until": True},
    "sign in forgiven": {},
    "mark deleted": {},
    "read the deleted": {"deleted": True},
    "here after others": {},
    "here after local": {},
}  # fmt: skip
IN_FULL = ("sign up again", "sign in", "follow it twice", "delete")
