"""make user: one more person in a running `make up`, signed in."""

import argparse
import re
import sys
from pathlib import Path

import httpx

from stack.home import Home
from stack.paths import STATE
from stack.people import email_of, password_of
from stack.sign_in import Client, SignInFailed


def add(url: str, anon_key: str, service_key: str, name: str) -> dict[str, str]:
    """Make somebody of that name who has proved their address. NAME, NAME_ID, NAME_PASSWORD.

    Raises SignInFailed, as when there is one.
    """
    email, password, shown = email_of(name), password_of(name), name.upper()
    body = {
        "email": email, "password": password, "email_confirm": True,
        "user_metadata": {"display_name": name},
    }  # fmt: skip
    made = Client(url, service_key).send("POST", "/admin/users", body)
    token = Client(url, anon_key).by_password(email, password)
    return {shown: token, f"{shown}_ID": made["id"], f"{shown}_PASSWORD": password}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make user", description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--folder", type=Path, default=STATE / "up")
    given = parser.parse_args()
    if not re.fullmatch(r"[a-z][a-z0-9]{1,30}", given.name):
        print("user: NAME is 2 to 31 small letters and digits (make user NAME=carol)",
              file=sys.stderr)  # fmt: skip
        return 1
    known = Home(given.folder.resolve()).variables()
    try:
        found = add(known["URL"], known["ANON_KEY"], known["SERVICE_KEY"], given.name)
    except (KeyError, httpx.ConnectError):
        print("user: `make up` is not running", file=sys.stderr)
        return 1
    except SignInFailed as error:
        print(f"user: {error}", file=sys.stderr)
        return 1
    for name, value in found.items():
        print(f"export {name}={value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
