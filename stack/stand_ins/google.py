"""A stand-in for Google's sign-in: it tells the address of whoever agrees."""

from typing import Any

from stack.stand_ins.openid import Account, OpenId


class Google(OpenId):
    """As OpenId."""

    name, known_as = "Google", "google"
    scopes, email_optional = "email profile", False
    client_id = "holdfast.apps.google.test"
    client_secret = "GOCSPX-stand-in"
    page_path = "/o/oauth2/v2/auth"
    token_path = "/token"
    keys_path = "/oauth2/v3/certs"
    takes_basic = False

    def claims(self, person: Account, scopes: frozenset[str]) -> dict[str, Any]:
        told: dict[str, Any] = {"name": person.name} if "profile" in scopes else {}
        if "email" in scopes:
            told |= {"email": person.email, "email_verified": person.is_verified}
        return told
