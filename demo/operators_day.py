from demo.stage import Stage
from demo.users import User

_TAKE = {"amount": "0.04", "expected_price": "50000"}


def operators_day(stage: Stage) -> None:
    """Operators: one halts a pair, two let it go on, and two change a limit"""
    alice = stage.person("alice", deposit="0.1")
    bob, carol = stage.person("bob"), stage.person("carol")
    order = stage.sells(alice, "0.1")
    trade = stage.takes(bob, order, "0.04")
    halted = stage.command(
        stage.olga, "halts BTC/USD at once, alone", "/halts",
        {"kind": "pair", "name": "BTC/USD", "reason": "Somebody moves the price."}, aal="aal2",
        expect="200",
    ).body  # fmt: skip
    stage.command(
        carol, "wants to take", f"/orders/{order}/take", _TAKE, expect="409 halted"
    )  # fmt: skip
    stage.move(bob, trade, "pays: what runs goes on", "mark-paid", expect="200 performed")
    stage.move(
        alice, trade, "releases", "release", {"payer_name_matches": True},
        aal="aal2", expect="200 released",
    )  # fmt: skip
    _by_two(stage, "the halt to be lifted", f"/halts/{halted['halt_id']}/lift",
            {"reason": "The price is right again."})  # fmt: skip
    stage.claim("nothing is halted", carol.call("halted"), [])
    second = stage.takes(carol, order, "0.04")
    stage.cancels(alice, order)
    stage.move(carol, second, "pays", "mark-paid", expect="200 performed")
    stage.move(
        alice, second, "releases", "release", {"payer_name_matches": True},
        aal="aal2", expect="200 released",
    )  # fmt: skip
    _by_two(stage, "a daily limit of 600 USD for new people", "/settings",
            {"setting": "verification_tiers", "row": {"id": "0"},
             "values": {"daily_limit": "600"}, "reason": "As decided on Monday."})  # fmt: skip
    (tier,) = carol.read("verification_tiers", "daily_limit", id="0")
    stage.claim("everybody reads the new limit", tier["daily_limit"], "600")
    (kept,) = stage.olga.read("setting_changes", "before,after,reason")
    stage.claim("who and why is kept", kept["reason"], "As decided on Monday.")


def _by_two(stage: Stage, what: str, path: str, body: dict[str, object]) -> None:
    """One operator asks, another looks at what is asked for, and confirms it."""
    asked = stage.command(
        stage.olga, f"asks for {what}", path, body, aal="aal2", expect="202 open"
    ).body
    confirm = f"/operator-requests/{asked['request_id']}/confirm"
    said = {"command_hash": asked["command_hash"]}
    _refused(stage, stage.olga, confirm, said)
    stage.command(
        stage.oskar, "has looked at it and confirms", confirm, said, aal="aal2",
        expect="200 confirmed",
    )  # fmt: skip


def _refused(stage: Stage, who: User, path: str, body: dict[str, object]) -> None:
    stage.command(
        who, "cannot confirm it alone", path, body, aal="aal2",
        expect="403 second_operator_required",
    )  # fmt: skip
