"""The page behind the link that unsubscribes: asking changes nothing, the button does."""

import re

import httpx
import pytest

from stack.stack import Stack
from tests.world.http.desk import Desk, Trade, open_trade
from tests.world.http.mailer import carry, mails_to
from web.language import LANGUAGES, texts


def _link(stack: Stack, trade: Trade) -> str:
    with stack.connect() as connection:
        row = connection.execute(
            "select email from auth.users where id = %s", [trade.buyer]
        ).fetchone()
    assert row
    return mails_to(stack, row[0])[-1].headers["List-Unsubscribe"].strip("<>")


@pytest.fixture(scope="module")
def trade(desk: Desk) -> Trade:
    desk.stack.mailbox()
    made = open_trade(desk)
    carry(desk.stack)
    return made


def _unwanted(trade: Trade) -> list[str]:
    rows = trade.desk.read(trade.buyer, "/message_preferences?is_wanted=is.false")
    return [row["kind"] for row in rows]


def test_asking_for_the_page_changes_nothing_and_its_button_does(
    stack: Stack, trade: Trade
) -> None:
    link = _link(stack, trade)
    with httpx.Client(timeout=60) as browser:
        # As programs do that look through mail.
        for method in ("GET", "GET", "HEAD"):
            shown = browser.request(method, link)
        shown = browser.get(link)
        assert shown.status_code == 200
        assert "<script" not in shown.text
        assert "trade.opened" in shown.text
        assert _unwanted(trade) == []
        (action,) = re.findall(r'action="([^"]+)"', shown.text)
        fields = dict(re.findall(r'name="(form_\w+)" value="([^"]*)"', shown.text))
        # A form of nobody, or of another site, is none.
        for sent, origin in (({}, stack.url), (fields, "https://evil.example")):
            refused = browser.post(stack.url + action, data=sent, headers={"Origin": origin})
            assert refused.status_code == 403
        assert _unwanted(trade) == []
        done = browser.post(stack.url + action, data=fields, headers={"Origin": stack.url})
        assert (done.status_code, texts("en")["unsubscribe.done"] in done.text) == (200, True)
    assert _unwanted(trade) == ["trade.opened"]


def test_it_is_in_the_language_of_the_browser(stack: Stack, trade: Trade) -> None:
    link = _link(stack, trade)
    for language in LANGUAGES:
        shown = httpx.get(link, headers={"Accept-Language": language}, timeout=60)
        assert texts(language)["unsubscribe.button"] in shown.text
        assert f'lang="{language}"' in shown.text


def test_a_link_that_is_not_ours_is_a_page_that_says_so(stack: Stack, trade: Trade) -> None:
    forged = _link(stack, trade).replace(str(trade.buyer), str(trade.seller))
    shown = httpx.get(forged, timeout=60)
    assert shown.status_code == 404
    assert texts("en")["problem.unsubscribe_link_unknown"] in shown.text
