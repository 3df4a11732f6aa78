from demo.stage import Stage
from demo.users import balance


def repeated_and_stolen(stage: Stage) -> None:
    """Repeated and stolen: a bad line sends twice, mallory wants what is not hers"""
    alice = stage.person("alice", deposit="0.1")
    bob = stage.person("bob")
    mallory = stage.person("mallory")
    trade = stage.takes(bob, stage.sells(alice, "0.1"), "0.1")

    key = f"paid-{trade}"
    paid = stage.move(
        bob, trade, "says he paid; the answer is lost", "mark-paid", {"reference": "HF-6"},
        key=key, expect="200 performed",
    )  # fmt: skip
    again = stage.move(
        bob, trade, "says it again with the same key", "mark-paid", {"reference": "HF-6"},
        key=key, expect="200 performed",
    )  # fmt: skip
    stage.claim("only the second is a replay", (paid.replayed, again.replayed), (False, True))
    stage.claim("both got the same answer", again.body, paid.body)
    stage.move(
        bob, trade, "uses that key for something else", "mark-paid", {"reference": "HF-7"},
        key=key, expect="409 idempotency_key_reused",
    )  # fmt: skip
    version = bob.read("escrow_transactions", "version", id=trade)[0]["version"]
    stage.claim("the trade has moved once since it was taken", version, paid.body["version"])

    stage.move(
        mallory, trade, "tries to release alice's trade", "release", aal="aal2",
        expect="404 escrow_not_found",
    )  # fmt: skip
    stage.move(
        mallory, trade, "tries with the key bob used", "mark-paid", {"reference": "HF-6"},
        key=key, expect="404 escrow_not_found",
    )  # fmt: skip
    seen = mallory.read("escrow_transactions", "id", id=trade)
    stage.claim("mallory does not even see it", seen, [])
    stage.move(
        bob, trade, "tries to release to himself", "release", aal="aal2",
        expect="403 not_your_move",
    )  # fmt: skip
    stage.move(
        alice, trade, "releases without her second factor", "release",
        expect="403 step_up_required",
    )  # fmt: skip
    stage.claim("nothing has moved", alice.balance("BTC"), balance("0", "0.1"))

    key = f"release-{trade}"
    for repeated in (False, True):
        answer = stage.move(
            alice, trade, "releases with it", "release", {"payer_name_matches": True}, aal="aal2",
            key=key,
            expect="200 released",
        )  # fmt: skip
        stage.claim("a replay" if repeated else "done now", answer.replayed, repeated)
    stage.claim("bob was paid once", bob.balance("BTC"), balance("0.0995"))
    stage.claim("mallory has nothing", mallory.balance("BTC"), balance("0"))
