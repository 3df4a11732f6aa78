"""The connection to Stripe: its address, and our key."""

import os
from functools import cached_property
from urllib.parse import urlsplit

from shared.settings import SettingsError, secret_values

from .api import StripeApi

KEY_VARIABLE = "HOLDFAST_STRIPE_KEY_SECRET"
BASE_VARIABLE = "HOLDFAST_STRIPE_API_BASE"


def stripe_api() -> StripeApi:
    """The platform's account by the environment: the first key in the secret that it names.

    Raises SettingsError, and Unavailable when Secrets Manager does not give it.
    """
    keys = secret_values(KEY_VARIABLE)
    if not keys:
        raise SettingsError(f"the secret of {KEY_VARIABLE} is empty")
    return StripeApi(keys[0], _base())


class Connection:
    """The platform's account at Stripe, for one run of a schedule; made at the first use."""

    @cached_property
    def api(self) -> StripeApi:
        """Raises as stripe_api()."""
        return stripe_api()


def _base() -> str | None:
    """Where a test's stand-in is. Stripe's key goes nowhere else by a variable's mistake."""
    base = os.environ.get(BASE_VARIABLE, "").strip()
    if base and urlsplit(base).hostname != "127.0.0.1":
        raise SettingsError(f"{BASE_VARIABLE} is for tests, on 127.0.0.1 only")
    return base or None
