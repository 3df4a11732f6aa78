"""Messages to people, through the addresses that people, Auth and carriers use."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from psycopg import sql

from stack.mailbox import HOOK_SECRET, Mailbox, Sent
from stack.stack import Stack
from stack.stand_ins.sms import SmsProvider
from tests.world.http.desk import ATTESTED, Desk, Trade, open_trade
from tests.world.http.mailer import (
    carry,
    email_call,
    hook,
    mails_to,
    ses_tells,
    sms_call,
)

OTHER_SECRET = "v1,whsec_YW5vdGhlci1zZWNyZXQtb2YtYXV0aC1ob29rcy0zMg=="


@pytest.fixture(scope="module")
def mailbox(stack: Stack) -> Mailbox:
    return stack.mailbox()


@pytest.fixture
def sms(stack: Stack, mailbox: Mailbox) -> Iterator[SmsProvider]:
    provider = stack.stand_in(SmsProvider)
    yield provider
    provider.behave()


def address_of(stack: Stack, person: UUID) -> str:
    with stack.connect() as connection:
        row = connection.execute("select email from auth.users where id = %s", [person]).fetchone()
    assert row
    return str(row[0])


def about(desk: Desk, person: UUID, trade: Trade) -> list[Sent]:
    """The e-mails to a person that name a trade."""
    sent = mails_to(desk.stack, address_of(desk.stack, person))
    return [each for each in sent if trade.id[:8] in each.subject]


def deliveries(desk: Desk, person: UUID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = desk.read(person, "/message_deliveries?order=id")
    return rows


def row_of(stack: Stack, call: dict[str, Any]) -> tuple[Any, ...]:
    """Id, status, why, attempts and cost of the one message of a call of Auth."""
    with stack.connect() as connection:
        (row,) = connection.execute(
            "select id::text, status, status_detail, attempt_count, cost "
            "from public.message_deliveries where source_id = %s",
            [call["metadata"]["uuid"]],
        ).fetchall()
    return tuple(row)


def test_a_trade_is_told_in_the_language_and_as_far_as_each_side_wants(
    desk: Desk, mailbox: Mailbox
) -> None:
    carry(desk.stack)
    trade = open_trade(desk)
    seller, buyer = trade.seller, trade.buyer
    settings = {"user_id": str(seller), "language": "sw", "time_zone": "Africa/Nairobi"}
    assert desk.write(seller, "POST", "/message_settings", settings).status == 201
    unwanted = {"user_id": str(buyer), "kind": "trade.opened", "is_wanted": False}
    unwanted["channel"] = "email"
    assert desk.write(buyer, "POST", "/message_preferences", unwanted).status == 201
    carry(desk.stack)
    carry(desk.stack)
    (told,) = about(desk, seller, trade)
    assert told.subject == f"Biashara {trade.id[:8]} imeanza"
    assert told.headers["Content-Language"] == "sw"
    assert f"{desk.stack.url}/escrow/{trade.id}" in told.text
    assert told.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (row,) = [r for r in deliveries(desk, seller) if r["kind"] == "trade.opened"]
    assert (row["status"], row["language"], row["provider"]) == ("sent", "sw", "ses")
    assert (row["provider_message_id"], row["cost"], row["currency"]) == (told.id, "0.0001", "USD")
    assert row["masked_address"].endswith("***.com")
    assert about(desk, buyer, trade) == []
    trade.done(buyer, "mark-paid")
    trade.done(seller, "release", ATTESTED)
    carry(desk.stack)
    kinds = [row["kind"] for row in deliveries(desk, buyer)]
    assert kinds.count("trade.paid") == kinds.count("trade.released") == 1
    assert not [r for r in deliveries(desk, buyer) if r["user_id"] != str(buyer)]


def test_one_click_unsubscribes_and_notices_cannot_be_turned_off(
    desk: Desk, mailbox: Mailbox
) -> None:
    trade = open_trade(desk)
    carry(desk.stack)
    told = mails_to(desk.stack, address_of(desk.stack, trade.buyer))[-1]
    link = told.headers["List-Unsubscribe"].strip("<>")
    for _ in range(2):
        answer = httpx.post(link, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.json()) == (200, {"kind": "trade.opened"})
    (row,) = desk.read(trade.buyer, "/message_preferences")
    assert (row["kind"], row["channel"], row["is_wanted"]) == ("trade.opened", "email", False)
    other = link.replace(str(trade.buyer), str(trade.seller))
    forged = httpx.post(other, data={"List-Unsubscribe": "One-Click"})
    assert (forged.status_code, forged.json()["code"]) == (404, "unsubscribe_link_unknown")
    as_json = httpx.post(link, json={})
    assert as_json.json()["code"] == "unsupported_media_type"
    fixed = {
        "user_id": str(trade.buyer), "kind": "security.destination", "channel": "email",
        "is_wanted": False,
    }  # fmt: skip
    refused = desk.write(trade.buyer, "POST", "/message_preferences", fixed)
    assert (refused.status, refused.body["message"]) == (422, "message_kind_fixed")
    unknown = {"user_id": str(trade.buyer), "time_zone": "Mars/Olympus"}
    refused = desk.write(trade.buyer, "POST", "/message_settings", unknown)
    assert refused.body["message"] == "time_zone_unknown"


def test_a_call_of_auth_is_sent_once_and_leaves_no_secret(
    stack: Stack, mailbox: Mailbox, sms: SmsProvider
) -> None:
    call = email_call("signup", "new.person@example.org")
    stack.aws.put_secret("AuthHookSecret", f"{OTHER_SECRET} {HOOK_SECRET}")
    stack.lambdas.retire()
    # The first of two that Auth joins with a comma is the one we know, or the second.
    newest = OTHER_SECRET.replace("YW5v", "bmV3")
    for secrets in ([HOOK_SECRET, newest], [newest, OTHER_SECRET], [HOOK_SECRET]):
        answer = hook(stack, "send-email", call, secrets=secrets)
        assert (answer.status_code, answer.json()) == (200, {})
    (told,) = mails_to(stack, "new.person@example.org")
    data = call["email_data"]
    assert (told.subject, told.headers["Content-Language"]) == ("Confirme seu endereço", "pt")
    assert f"/auth/v1/verify?token={data['token_hash']}&type=signup&redirect_to=https" in told.text
    assert data["token"] in told.text
    assert "List-Unsubscribe" not in told.headers
    texted = sms_call("254700000021", sms_type="mfa")
    assert hook(stack, "send-sms", texted).status_code == 200
    assert texted["sms"]["otp"] in sms.sent[-1].body
    assert row_of(stack, call)[1] == row_of(stack, texted)[1] == "sent"
    log = stack.lambdas.log.read_text(errors="replace")
    secret = [
        data["token"], data["token_hash"], texted["sms"]["otp"], "/verify?token", "/unsubscribe/",
        "new.person@example.org", "254700000021",
    ]  # fmt: skip
    assert [each for each in secret if each in log] == []
    with stack.connect() as connection:
        tables = connection.execute(
            "select n.nspname, c.relname from pg_class as c join pg_namespace as n "
            "on n.oid = c.relnamespace where c.relkind = 'r' "
            "and n.nspname in ('public', 'private', 'ledger')"
        ).fetchall()
        found = []
        for schema, table in tables:
            query = sql.SQL("select count(*) from {} as t where t::text like any (%s)")
            row = connection.execute(
                query.format(sql.Identifier(schema, table)), [[f"%{each}%" for each in secret]]
            ).fetchone()
            if row != (0,):
                found.append(table)
    assert (found, len(tables) > 100) == ([], True)


def test_traps_of_the_signature(stack: Stack, mailbox: Mailbox) -> None:
    call = email_call("recovery", "trapped@example.org")
    spaced = json.dumps(call, indent=1).encode()
    traps: tuple[dict[str, Any], ...] = (
        {"secrets": [OTHER_SECRET.replace("YW5v", "Ym5v")]},
        {"secrets": []},
        {"age": timedelta(minutes=6)},
        {"age": timedelta(minutes=-6)},
        {"sent": spaced},
    )
    for options in traps:
        answer = hook(stack, "send-email", call, **options)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")
    for wrong in ({}, {"user": {"id": str(uuid4())}}, email_call("unheard_of", "a@example.org")):
        assert hook(stack, "send-email", wrong).json()["code"] == "bad_event"
    assert mails_to(stack, "trapped@example.org") == []


@pytest.mark.parametrize(
    ("action", "word"),
    [
        ("recovery", "password"), ("invite", "invited"), ("magiclink", "Sign in"),
        ("email", "code"), ("reauthentication", "is you"),
        ("password_changed_notification", "password was changed"),
        ("phone_changed_notification", "phone number"),
        ("identity_linked_notification", "added"), ("identity_unlinked_notification", "removed"),
        ("mfa_factor_enrolled_notification", "second factor was added"),
        ("mfa_factor_unenrolled_notification", "second factor was removed"),
        ("email_change_current", "change of address"), ("email_change_new", "new address"),
    ],
)  # fmt: skip
def test_every_action_of_auth_has_its_text(
    stack: Stack, mailbox: Mailbox, action: str, word: str
) -> None:
    call = email_call(action, f"{action}@example.org", provider="google", factor_type="totp")
    call["user"] |= {"user_metadata": {"locale": "en"}, "new_email": f"new.{action}@example.org"}
    assert hook(stack, "send-email", call).json() == {}
    to = f"new.{action}@example.org" if action == "email_change_new" else f"{action}@example.org"
    (told,) = mails_to(stack, to)
    assert word in told.subject
    is_notice = action.endswith("_notification")
    assert (call["email_data"]["token"] in told.text) != (is_notice or action == "invite")
    assert ("/verify?" in told.text) != (is_notice or action in ("email", "reauthentication"))
    assert ("change your password now" in told.text) == is_notice


def test_a_change_of_address_goes_to_both_and_its_notice_to_the_old_one(
    stack: Stack, mailbox: Mailbox
) -> None:
    present, new, codes = "present@example.org", "renewed@example.org", ("12345678", "87654321")
    for present_code, new_code in (codes, codes[::-1]):
        # Whichever way round this version of Auth names the codes.
        call = email_call(
            "email_change", present, token=codes[0], token_new=codes[1],
            token_hash="pkce_" + hashlib.sha224((new + new_code).encode()).hexdigest(),
            token_hash_new="pkce_" + hashlib.sha224((present + present_code).encode()).hexdigest(),
        )  # fmt: skip
        call["user"]["new_email"] = new
        assert hook(stack, "send-email", call).json() == {}
        to_new, to_present = mails_to(stack, new)[-1], mails_to(stack, present)[-1]
        assert (new_code in to_new.text, present_code in to_present.text) == (True, True)
        assert call["email_data"]["token_hash"] in to_new.text
        assert call["email_data"]["token_hash_new"] in to_present.text
        assert new in to_present.text
    notice = email_call("email_changed_notification", new, old_email=present)
    assert hook(stack, "send-email", notice).json() == {}
    assert "endereço" in mails_to(stack, present)[-1].subject


def test_a_carrier_that_is_down_is_asked_again_and_nothing_is_kept(
    stack: Stack, sms: SmsProvider
) -> None:
    call = sms_call("254700000022")
    for fault in (sms.drop_out, sms.fail, sms.limit, sms.hang):
        fault()
        answer = hook(stack, "send-sms", call)
        assert (answer.status_code, answer.json()["code"]) == (503, "message_not_sent")
        assert answer.headers["retry-after"] == "1"
    sms.behave()
    for _ in range(2):
        assert hook(stack, "send-sms", call).json() == {}
    assert [each.to for each in sms.sent].count("+254700000022") == 1
    _, status, _, attempts, cost = row_of(stack, call)
    assert (status, attempts, f"{cost:f}") == ("sent", 5, "0.030000000000000000")
    lost = sms_call("254700000023")
    sms.lose_answers()
    assert hook(stack, "send-sms", lost).status_code == 503
    sms.behave()
    # It may have arrived: the same code goes twice rather than never.
    assert hook(stack, "send-sms", lost).json() == {}
    assert {each.body for each in sms.sent if each.to == "+254700000023"} == {
        f"{lost['sms']['otp']} is your Holdfast code. Never tell it to anybody."
    }
    sms.refuse("+254700000024")
    refused = hook(stack, "send-sms", sms_call("254700000024"))
    assert (refused.status_code, refused.json()["error"]["http_code"]) == (200, 422)


def test_receipts_of_sms_and_a_number_that_is_none(stack: Stack, sms: SmsProvider) -> None:
    call = sms_call("254700000025")
    hook(stack, "send-sms", call)
    sent = sms.sent[-1]
    delivery_id = row_of(stack, call)[0]
    assert sent.callback == f"{stack.url}/sms-receipts/{delivery_id}"
    assert sms.receipt(sent, "delivered", token="another").json()["code"] == "bad_signature"
    moved = sms.receipt(sent, "delivered", url=f"{stack.url}/sms-receipts/{uuid4()}")
    assert moved.json()["code"] == "bad_signature"
    told = [
        sms.receipt(sent, state).json()["outcome"] for state in ("sent", "delivered", "delivered")
    ]
    assert (told, row_of(stack, call)[1]) == (["noted", "applied", "noted"], "delivered")
    # Forward only: what comes late takes nothing back.
    assert sms.receipt(sent, "undelivered", "30008").json()["outcome"] == "noted"
    gone = sms_call("254700000026")
    hook(stack, "send-sms", gone)
    assert sms.receipt(sms.sent[-1], "undelivered", "30005").json() == {"outcome": "applied"}
    assert row_of(stack, gone)[1:3] == ("bounced", "30005")
    again = sms_call("254700000026")
    assert hook(stack, "send-sms", again).json() == {}
    assert row_of(stack, again)[1] == "suppressed"
    assert [each.to for each in sms.sent].count("+254700000026") == 1
    stack.clock.advance(days=31)
    try:
        later = sms_call("254700000026")
        hook(stack, "send-sms", later)
        assert row_of(stack, later)[1] == "sent"
    finally:
        stack.clock.reset()


def test_bounces_and_complaints_of_mail(desk: Desk, mailbox: Mailbox) -> None:
    stack = desk.stack
    first = open_trade(desk)
    carry(stack)
    for person, kind, more, status in (
        (first.seller, "Bounce", {"bounce": {"bounceType": "Permanent"}}, "bounced"),
        (first.buyer, "Complaint", {"complaint": {}}, "complained"),
    ):  # fmt: skip
        address = address_of(stack, person)
        row, sent = deliveries(desk, person)[-1], mails_to(stack, address)[-1]
        ses_tells(stack, "Bounce", sent, row["id"], bounce={"bounceType": "Transient"})
        ses_tells(stack, "Delivery", sent, row["id"])
        assert deliveries(desk, person)[-1]["status"] == "delivered"
        for _ in range(2):
            ses_tells(stack, kind, sent, row["id"], **more)
        assert deliveries(desk, person)[-1]["status"] == status
        ses_tells(stack, "Delivery", sent, row["id"])
        assert deliveries(desk, person)[-1]["status"] == status
        ses_tells(stack, kind, sent, str(uuid4()), **more)
    first.done(first.buyer, "mark-paid")
    carry(stack)
    for person in (first.seller, first.buyer):
        assert deliveries(desk, person)[-1]["status"] == "suppressed"
    # Whoever complained still hears of the account's security; an address that is dead does not.
    for person, status in ((first.buyer, "sent"), (first.seller, "suppressed")):
        call = email_call("password_changed_notification", address_of(stack, person).upper())
        assert hook(stack, "send-email", call).json() == {}
        assert row_of(stack, call)[1] == status


def test_a_day_and_a_prefix_have_a_limit(stack: Stack, sms: SmsProvider) -> None:
    with stack.connect() as connection:
        connection.execute(
            "insert into private.message_rates values ('sms', '+999', 1, 'USD', 2), "
            "('sms', '+99', 0.5, 'USD', 0)"
        )
    answers = [hook(stack, "send-sms", sms_call(f"99900000{n}")).json() for n in range(4)]
    assert [each.get("error", {}).get("http_code") for each in answers] == [None, None, 429, 429]
    assert hook(stack, "send-sms", sms_call("998000001")).json()["error"]["http_code"] == 429
    assert hook(stack, "send-sms", sms_call("254700000027")).json() == {}
    stack.clock.advance(days=1)
    try:
        assert hook(stack, "send-sms", sms_call("999000009")).json() == {}
    finally:
        stack.clock.reset()


def test_mail_waits_while_its_carrier_is_down(
    desk: Desk, mailbox: Mailbox, advanced: Stack
) -> None:
    trade = open_trade(desk)
    address = address_of(advanced, trade.buyer)
    before = len(mails_to(advanced, address))
    advanced.configure(AWS_ENDPOINT_URL_SESV2="http://127.0.0.1:9")
    carry(advanced)
    row = deliveries(desk, trade.buyer)[-1]
    assert (row["status"], row["status_detail"]) == ("waiting", "EndpointConnectionError")
    advanced.configure(AWS_ENDPOINT_URL_SESV2=advanced.aws.endpoint)
    carry(advanced)
    assert deliveries(desk, trade.buyer)[-1]["status"] == "waiting"
    advanced.clock.advance(seconds=31)
    carry(advanced)
    assert deliveries(desk, trade.buyer)[-1]["status"] == "sent"
    assert len(mails_to(advanced, address)) == before + 1


def test_the_mailbox_at_the_one_address(stack: Stack, mailbox: Mailbox) -> None:
    hook(stack, "send-email", email_call("magiclink", "reader@example.org"))
    listed = httpx.get(f"{stack.url}/mailbox.json").json()
    (found,) = [each for each in listed if each["to"] == "reader@example.org"]
    document = httpx.get(f"{stack.url}/mailbox/{found['id']}.json").json()
    assert document["html"].startswith('<!doctype html><html lang="pt" dir="ltr">')
    page = httpx.get(f"{stack.url}/mailbox")
    assert found["id"] in page.text
    assert "Entrar" in httpx.get(f"{stack.url}/mailbox/{found['id']}").text
    assert httpx.get(f"{stack.url}/mailbox/none").status_code == 404
