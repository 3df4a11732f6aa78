"""make up: a stack on a fixed address that keeps its data until `make reset`."""

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.policies import PolicyFailed, apply_policies
from stack.clock import Clock
from stack.cluster import Cluster, ClusterFailed
from stack.dev_data import DevDataFailed, prices
from stack.home import CannotStart, Home
from stack.lambdas import FunctionFailed
from stack.migrations import MigrationFailed, push_migrations
from stack.paths import STATE, MissingPart, version
from stack.people import ALICE, PEOPLE
from stack.postgrest import PostgrestFailed
from stack.prepared import SeedFailed
from stack.processes import PortTaken, exit_on_sigterm, port_is_free
from stack.sign_in import DAY, TOKEN_SECONDS, SignInFailed, signed_in
from stack.stack import Options, Stack


def _upgrade(cluster: Cluster, home: Home) -> None:
    print("up: applying what changed in supabase/ …", flush=True)
    cluster.start()
    try:
        push_migrations(cluster.url("postgres"))
        apply_policies(cluster.url("postgres"))
        home.remember()
    finally:
        cluster.stop()


def _variables(stack: Stack, kept: dict[str, str]) -> dict[str, str]:
    found = {"URL": stack.url, "ANON_KEY": stack.anon_key, "SERVICE_KEY": stack.service_key}
    keys = stack.api_keys
    found |= {"PUBLISHABLE_KEY": keys.publishable, "SECRET_KEY": keys.secret}
    return found | signed_in(stack, kept)


def _greeting(stack: Stack, file: Path) -> str:
    people = ", ".join(f"{each.name} ({each.part})" for each in PEOPLE)
    lines = [
        f"Holdfast {version()} is at {stack.url}  (Ctrl-C stops everything)",
        f"  rows              {stack.rest_url}",
        f"  commands          {stack.url}/docs",
        f"  messages sent     {stack.url}/mailbox",
        f"  database          {stack.db_url}",
        f"  function logs     {stack.lambdas.log}",
        f"Keys, and tokens of {people} for {TOKEN_SECONDS // DAY} days: source {file}",
        f"To sign in: {ALICE.email}, {ALICE.password}, and the code of ALICE_TOTP; others alike.",
        "One more person: make user NAME=carol; an hour later: make clock BY=1h",
        'Try: curl -H "apikey: $ANON_KEY" -H "authorization: Bearer $ALICE" '
        "$URL/rest/v1/wallet_balances",
    ]
    return "\n".join(["", *lines, ""])


@contextlib.contextmanager
def _stack(cluster: Cluster, home: Home, port: int) -> Iterator[Stack]:
    # Prices are as old as the product believes, also after `make clock`.
    with prices(Clock(cluster).now) as source:
        options = Options(port=port, schedules=True, reload=True, variables=source.variables())
        with Stack.on(cluster, home.folder, home.keys(), options) as stack:
            yield stack


def run(port: int, folder: Path) -> None:
    """Serve until interrupted. Raises CannotStart, PortTaken and what Stack.start raises."""
    for wanted in (port, port + 1):
        if not port_is_free(wanted):
            raise PortTaken(wanted)
    home = Home(folder)
    with home.held():
        home.prepare()
        cluster = Cluster(home.data, port=port + 1, durable=True)
        if not home.up_to_date():
            _upgrade(cluster, home)
        with _stack(cluster, home, port) as stack:
            stack.mailbox()
            for voucher in stack.vouchers():
                voucher.people = [voucher.account(name) for name in ("alice", "nina")]
            # Until something has a price, only small trades are open; the schedule comes later.
            stack.tick("PricesFunction")
            home.add_dev_data(stack)
            variables = _variables(stack, home.variables())
            home.environment.touch(mode=0o600)
            home.environment.write_text(
                "".join(f"export {name}={value}\n" for name, value in variables.items())
            )
            print(_greeting(stack, home.environment), flush=True)
            while True:
                time.sleep(3600)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make up", description=__doc__)
    parser.add_argument("--port", type=int, default=54321, help="the database takes the next one")
    parser.add_argument("--folder", type=Path, default=STATE / "up", help="where its data is kept")
    exit_on_sigterm()
    try:
        given = parser.parse_args()
        run(given.port, given.folder.resolve())
    except KeyboardInterrupt:
        print("\nup: stopped; the data is kept (`make reset` forgets it)")
    except PortTaken as error:
        print(f"up: {error} (make up PORT=…)", file=sys.stderr)
        return 1
    except (
        CannotStart, ClusterFailed, FunctionFailed, DevDataFailed, MigrationFailed, MissingPart,
        PolicyFailed, PostgrestFailed, SeedFailed, SignInFailed,
    ) as error:  # fmt: skip
        print(f"up: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
