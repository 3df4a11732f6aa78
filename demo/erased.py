from demo.stage import Stage

_WORDS = "I have been in Lisbon since May."


def erased(stage: Stage) -> None:
    """Erasure: dora leaves; her words go, the books stay as they were"""
    dora, bob = stage.person("dora", deposit="0.01"), stage.person("bob")
    trade = stage.takes(bob, stage.sells(dora, "0.01"), "0.01")
    dora.write("trade_messages", trade_id=trade, body=_WORDS)
    refused = stage.command(
        dora, "asks to be erased", "/erasure-requests", aal="aal2", expect="409 erasure_in_the_way"
    ).body
    stage.table(["in the way"], [[each] for each in refused["in_the_way"]])
    stage.move(bob, trade, "pays", "mark-paid", expect="200 performed")
    stage.move(
        dora, trade, "releases", "release", {"payer_name_matches": True},
        aal="aal2", expect="200 released",
    )  # fmt: skip
    stage.wait(days=4)
    asked = stage.command(
        dora, "asks again", "/erasure-requests", aal="aal2", expect="201 waiting"
    ).body
    stage.command(
        dora, "changes her mind", f"/erasure-requests/{asked['erasure_id']}/cancel",
        expect="200 cancelled",
    )  # fmt: skip
    stage.command(dora, "and leaves after all", "/erasure-requests", aal="aal2",
                  expect="201 waiting")  # fmt: skip
    read = {"trade_id": trade, "author_id": dora.id}
    stage.claim("bob reads what she wrote", bob.read("trade_messages", "body", **read),
                [{"body": _WORDS}])  # fmt: skip
    stage.wait(days=14)
    stage.schedule("ErasuresFunction", "takes her words away", ["rows", "erased"])
    stage.claim("they are gone", bob.read("trade_messages", "body", **read), [{"body": None}])
    (party,) = bob.call("party", party_id=dora.id)
    stage.claim("and so is her name", party["display_name"], "erased")
