from demo.stage import Stage
from demo.users import balance

_IBAN = "DE89370400440532013000"


def payment_details(stage: Stage) -> None:
    """Payment details: two methods, an account only bob sees, and who paid"""
    alice = stage.person("alice", deposit="0.1")
    bob, carol = stage.person("bob"), stage.person("carol")
    alice.write(
        "payment_accounts", user_id=alice.id, method="sepa", label="savings",
        fields={"holder": "Alice Adams", "iban": _IBAN},
    )  # fmt: skip
    stage.tell("alice", "writes down where she is paid", "201", "POST /rest/v1/payment_accounts")
    account = alice.read("payment_accounts", "id")[0]["id"]
    order = stage.drafts(alice, "0.1", payment_methods=["sepa", "pix"])
    alice.write("p2p_order_accounts", order_id=order, account_id=account)
    alice.write("p2p_auto_replies", order_id=order, auto_reply="From your own account, please.")
    stage.publishes(alice, order, "0.1")
    stage.claim("nobody reads her account", bob.read("payment_accounts", "id"), [])
    trade = stage.takes(bob, order, "0.1", payment_method="sepa")
    details = bob.read("p2p_payment_details", "fields", trade_id=trade)
    stage.claim("bob reads where to pay", details[0]["fields"]["iban"], _IBAN)
    stage.claim("carol does not", carol.read("p2p_payment_details", "fields"), [])
    said = bob.read("trade_messages", "body", trade_id=trade)
    stage.claim("alice's auto reply is there", said, [{"body": "From your own account, please."}])
    bob.write("trade_messages", trade_id=trade, body="The money is on its way.")
    stage.tell("bob", "writes to alice", "201", "POST /rest/v1/trade_messages")
    step = bob.read("escrow_next_steps", "next_roles,next_action,on_silence", escrow_id=trade)
    stage.table(["next", "does", "on silence"], [
        ["+".join(row["next_roles"]), str(row["next_action"]), str(row["on_silence"])]
        for row in step
    ])  # fmt: skip
    stage.wait(minutes=9)
    stage.move(bob, trade, "says he sent 5000 USD", "mark-paid", expect="200 performed")
    stage.wait(minutes=30)
    stage.move(
        alice, trade, "does not say who paid", "release", aal="aal2",
        expect="422 attestation_required",
    )  # fmt: skip
    stage.move(
        alice, trade, "it came from bob's own account", "release", {"payer_name_matches": True},
        aal="aal2", expect="200 released",
    )  # fmt: skip
    stage.claim("the details are gone", bob.read("p2p_payment_details", trade_id=trade), [])
    stage.claim("bob has 0.1 BTC less 0.5% fee", bob.balance("BTC"), balance("0.0995"))
    stage.table(["what happened", "by", "to"], [
        [row["event"], str(row["actor_role"]), str(row["to_state"] or "")]
        for row in alice.call("trade_timeline", trade_id=trade)
    ])  # fmt: skip
