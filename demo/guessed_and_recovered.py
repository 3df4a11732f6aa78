from demo.stage import Stage
from demo.users import balance

_PASSWORD, _NEW = "the sea is not blue", "but the sky is, mostly"
_REFUSED = "Invalid login credentials"


def guessed_and_recovered(stage: Stage) -> None:
    """Newcomer: carla signs up, somebody guesses, she recovers and trades"""
    carla = stage.newcomer("carla", _PASSWORD)
    stage.tell("carla", "signs up and types the code of the message", "signed in", "POST /signup")
    said = {carla.sign_in(f"guess {number}") for number in range(8)}
    stage.tell("somebody", "guesses her password 8 times", ", ".join(said), "POST /token")
    stage.claim("a guesser learns nothing", said, {_REFUSED})
    stage.claim("nor does who knows it, for a minute", carla.sign_in(_PASSWORD), _REFUSED)
    events = {row["kind"] for row in carla.read("security_events", "kind")}
    stage.claim("carla reads of it while she is signed in", "account_locked" in events, True)
    carla.recover(_NEW)
    stage.tell("carla", "takes a new password by a code in the mail", "200", "POST /recover")
    stage.wait(minutes=2)
    stage.claim("the old password is worth nothing", carla.sign_in(_PASSWORD), _REFUSED)
    stage.wait(minutes=2)
    stage.claim("the new one is", carla.sign_in(_NEW), "signed in")
    carla.add_factor()
    stage.tell("carla", "adds an authenticator app", "aal2", "POST /factors/…/verify")
    told = {row["kind"] for row in carla.read("security_events", "kind")}
    stage.claim("all of it is in her events", told >= {"password_changed", "factor_added"}, True)
    stage.command(
        stage.olga, "has checked carla's phone: tier 1", f"/profiles/{carla.id}/verify",
        {"flag": "phone", "reason": "She answered the code."}, aal="aal2", expect="200",
    )  # fmt: skip
    alice = stage.person("alice", deposit="0.01")
    order = stage.drafts(alice, "0.01", min_order_amount="0.001")
    stage.publishes(alice, order, "0.01")
    trade = stage.takes(carla, order, "0.002")
    stage.move(
        carla, trade, "has sent 100 USD from her bank", "mark-paid", {"reference": "HF-2"},
        expect="200 performed",
    )  # fmt: skip
    stage.move(
        alice, trade, "has the money and releases", "release", {"payer_name_matches": True},
        aal="aal2", expect="200 released",
    )  # fmt: skip
    stage.cancels(alice, order)
    stage.claim("carla has 0.002 BTC less 0.5% fee", carla.balance("BTC"), balance("0.00199"))
