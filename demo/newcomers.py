"""Somebody who has to sign up first: tokens come from Auth, codes from the mail."""

import re
from typing import Any, cast

import httpx
from supabase_auth.errors import AuthApiError

from demo.users import User
from stack.mailbox import Mailbox
from stack.stack import Stack
from stack.stand_ins.auth import totp
from supabase import ClientOptions, create_client

_PATIENCE = 60.0


class Newcomer(User):
    """A person who signed up; what they did not do, no token says."""

    def __init__(self, stack: Stack, http: httpx.Client, name: str, password: str) -> None:
        self.email = f"{name}@demo.test"
        self._mailbox: Mailbox = stack.mailbox()
        # A function that starts for the first message may take its time, on a machine that is busy.
        stack.auth.hook_budget = _PATIENCE
        patient = ClientOptions(httpx_client=httpx.Client(timeout=_PATIENCE))
        self._client = create_client(stack.url, stack.anon_key, patient)
        signed_up = self._client.auth.sign_up(
            {"email": self.email, "password": password, "options": {"data": {"language": "en"}}}
        )
        user = cast("Any", signed_up.user)
        self._client.auth.verify_otp(
            {"type": "email", "email": self.email, "token": self.mailed_code()}
        )
        super().__init__(stack, http, name, user.id)
        # Reads and drafts with the session that Auth gave.
        self.rest = self._client

    def token(self, aal: str) -> str:
        """That of the present session, whatever level a command wants."""
        session = cast("Any", self._client.auth.get_session())
        return str(session.access_token)

    def mailed_code(self) -> str:
        """The code of the last message to this person."""
        mail = [each for each in self._mailbox.sent() if each.to == self.email][-1]
        return cast("re.Match[str]", re.search(r"\b\d{6}\b", mail.text))[0]

    def mails(self) -> list[str]:
        """Subjects of all messages to this person."""
        return [each.subject for each in self._mailbox.sent() if each.to == self.email]

    def sign_in(self, password: str) -> str:
        """What Auth says to a password: signed in, or its refusal."""
        try:
            self._client.auth.sign_in_with_password({"email": self.email, "password": password})
        except AuthApiError as refused:
            return str(refused)
        return "signed in"

    def recover(self, password: str) -> None:
        """A new password by the code of a message."""
        self._client.auth.reset_password_for_email(self.email)
        said = {"type": "recovery", "email": self.email, "token": self.mailed_code()}
        self._client.auth.verify_otp(cast("Any", said))
        self._client.auth.update_user({"password": password})

    def add_factor(self) -> None:
        """An authenticator app; from its first code on the session is of the second level."""
        factors = self._client.auth.mfa
        made = cast("Any", factors.enroll({"factor_type": "totp", "friendly_name": "phone"}))
        code = totp.code(made.totp.secret)
        factors.challenge_and_verify({"factor_id": made.id, "code": code})
