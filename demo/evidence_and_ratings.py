import hashlib

import httpx

from demo.stage import Stage, StoryFailed
from demo.users import User, balance

_RECEIPT = b"%PDF-1.7 Transfer of 5000 USD to Alice Adams, executed."


def evidence_and_ratings(stage: Stage) -> None:
    """Evidence: a file with a receipt, the arbiters' queue, ratings opened together"""
    alice = stage.person("alice", deposit="0.1")
    bob = stage.person("bob")
    trade = stage.takes(bob, stage.sells(alice, "0.1"), "0.1")
    stage.move(bob, trade, "says he sent 5000 USD", "mark-paid", expect="200 performed")
    stage.wait(hours=1)
    stage.move(
        bob, trade, "hears nothing and opens a dispute", "dispute",
        {"reason": "not_released"}, expect="200 disputed · statements",
    )  # fmt: skip
    _submits(stage, bob, trade)
    for person, body in ((bob, "My bank confirms it."), (alice, "I was away, I look now.")):
        answer = person.post(f"/escrows/{trade}/statement", {"body": body})
        stage.tell(person.name, "states a side", answer.outcome, "POST /escrows/…/statement")
    (line,) = stage.olga.read("dispute_queue", "reason,priority,score,phase", escrow_id=trade)
    stage.table(["reason", "priority", "score", "phase"], [
        [line["reason"], line["priority"], str(line["score"]), line["phase"]]
    ])  # fmt: skip
    arbiter = stage.arbiter(alice, trade)
    stage.move(arbiter, trade, "takes the case", "acknowledge", expect="200 disputed · decide")
    sha256 = hashlib.sha256(_RECEIPT).hexdigest()
    address = stage.move(
        arbiter, trade, "reads the file", "evidence-downloads", {"sha256": sha256}, expect="200"
    )
    read = httpx.get(str(address.body["url"]), timeout=60).content
    stage.claim("byte by byte what bob submitted", read, _RECEIPT)
    stage.move(
        arbiter, trade, "decides: the money had arrived", "decide",
        {
            "payer_amount": "0", "payee_amount": "0.1", "reason": "paid",
            "grounds": "The bank's confirmation names alice's account.",
        },
        aal="aal2", expect="200 decided",
    )  # fmt: skip
    stage.move(alice, trade, "accepts", "accept-decision", expect="200 decided")
    stage.move(bob, trade, "accepts", "accept-decision", expect="200 released")
    _rate(stage, alice, bob, trade)
    stage.claim("bob has 0.1 BTC less 0.5% fee", bob.balance("BTC"), balance("0.0995"))


def _submits(stage: Stage, who: User, trade: str) -> None:
    sha256 = hashlib.sha256(_RECEIPT).hexdigest()
    file = {
        "sha256": sha256, "name": "transfer.pdf", "media_type": "application/pdf",
        "size_bytes": len(_RECEIPT),
    }  # fmt: skip
    opened = stage.move(who, trade, "announces a file", "evidence-uploads", file, expect="201")
    put = httpx.put(
        str(opened.body["url"]), content=_RECEIPT, headers=opened.body["headers"], timeout=60
    )
    stage.tell(who.name, "uploads it to object storage", str(put.status_code), "PUT …")
    if put.status_code != 200:
        raise StoryFailed(f"the upload was refused: {put.text}")
    done = stage.move(
        who, trade, "hands it in and gets a receipt", "evidence", {"sha256": sha256},
        expect="200 disputed · statements",
    )  # fmt: skip
    stage.claim("the receipt names its hash", done.body["receipt"]["sha256"], sha256)


def _rate(stage: Stage, alice: User, bob: User, trade: str) -> None:
    bob.write("p2p_ratings", trade_id=trade, score=2, comment="I had to ask an arbiter.")
    stage.tell("bob", "rates alice", "201", "POST /rest/v1/p2p_ratings")
    unread = alice.read("p2p_ratings", "score", trade_id=trade)
    stage.claim("alice cannot read it before she has rated", unread, [])
    alice.write("p2p_ratings", trade_id=trade, score=5, comment="Paid at once.")
    stage.tell("alice", "rates bob", "201", "POST /rest/v1/p2p_ratings")
    scores = sorted(row["score"] for row in alice.read("p2p_ratings", "score", trade_id=trade))
    stage.claim("now both read both", scores, [2, 5])
    stage.schedule("ReputationRefreshFunction", "computes the public profiles")
    columns = ("completed_trades", "volume", "rating_average", "dispute_loss_bps")
    rows = [
        [who.name, *(str(row[name]) for name in columns)]
        for who in (alice, bob)
        for row in bob.call("trader", party_id=who.id)
    ]
    stage.table(["trader", "trades", "volume", "rating", "lost disputes bps"], rows)
    stage.claim("alice lost a dispute, bob did not", [row[-1] for row in rows], ["10000", "0"])
