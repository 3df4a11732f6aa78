"""Auth as a client of somebody who vouches for people by OpenID Connect."""

from typing import Any

import httpx
import jwt

from stack.stand_ins.auth.refusals import failed
from stack.stand_ins.auth.settings import Provider


def page_of(provider: Provider) -> str:
    """Where the provider asks people. Raises Refused: it does not answer."""
    try:
        return str(_discovered(provider)["authorization_endpoint"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise failed("Error getting the provider's configuration") from error


def told(
    provider: Provider, code: str, place: str, verifier: str | None
) -> tuple[str, dict[str, Any]]:
    """The provider's token, and what it says of the person whose code came back. Raises Refused."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": place}
    if verifier:
        form["code_verifier"] = verifier
    client = (provider.client_id, provider.secret)
    try:
        known = _discovered(provider)
        basic = "client_secret_basic" in known["token_endpoint_auth_methods_supported"]
        if not basic:
            form |= {"client_id": client[0], "client_secret": client[1]}
        answer = httpx.post(
            known["token_endpoint"], data=form, auth=client if basic else None, timeout=10,
            trust_env=False,
        )  # fmt: skip
        answer.raise_for_status()
        found = answer.json()
        key = jwt.PyJWKClient(known["jwks_uri"]).get_signing_key_from_jwt(found["id_token"])
        claims = jwt.decode(
            found["id_token"], key.key, ["RS256"], audience=provider.client_id,
            issuer=provider.issuer,
        )  # fmt: skip
    except (httpx.HTTPError, jwt.PyJWTError, ValueError, KeyError) as error:
        raise failed("Unable to exchange external code") from error
    return found["access_token"], claims


def _discovered(provider: Provider) -> dict[str, Any]:
    place = f"{provider.issuer}/.well-known/openid-configuration"
    answer = httpx.get(place, timeout=10, trust_env=False)
    answer.raise_for_status()
    return dict(answer.json())
