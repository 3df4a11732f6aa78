"""A stand-in for "Log in with Telegram" (OpenID Connect): it tells no address, and without the
scope `profile` nothing but a number."""

from typing import Any

from stack.stand_ins.openid import Account, OpenId


class Telegram(OpenId):
    """As OpenId. client_id: the number of the bot."""

    name, known_as = "Telegram", "custom:telegram"
    # Its number is all that is asked for, so that nothing else is kept.
    scopes, email_optional = "openid", True
    client_id = "7000000001"
    client_secret = "stand-in-of-telegram"
    page_path = "/auth"
    token_path = "/token"
    keys_path = "/.well-known/jwks.json"
    takes_basic = True

    def claims(self, person: Account, scopes: frozenset[str]) -> dict[str, Any]:
        if "profile" not in scopes:
            return {}
        return {
            "id": int(person.sub), "name": person.name, "preferred_username": person.name.lower(),
            "picture": f"{self.url}/photo/{person.sub}.jpg",
        }  # fmt: skip
