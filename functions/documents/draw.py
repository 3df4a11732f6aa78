"""draw: a contract as PDF. The same contract gives the same bytes: no clock, no chance."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .page import Page
from .words import rules

ATTACHED = "contract.json"


def draw(document: str, document_hash: str, signatures: Sequence[dict[str, Any]]) -> bytes:
    """A PDF of a contract's document, with who signed it and when.

    document: the canonical JSON that is signed; it is attached byte by byte. signatures:
    {role, signed_by, signed_at (UTC, as text)}, in the order they are shown.
    """
    told = json.loads(document)
    page = Page(datetime.fromisoformat(told["made_at"]))
    page.heading(f"Contract: {told['listing']['title']}", 16)
    page.say(f"{told['contract_id']}, made {told['made_at']}")
    page.heading("Parties")
    for role in ("buyer", "seller"):
        page.say(f"{role.capitalize()}: {told[role]['name']} ({told[role]['id']})")
    page.heading("What is sold")
    page.say(told["listing"]["description"])
    for image in told["listing"]["images"]:
        page.say(f"Picture, sha256 {image}")
    for each in told["listing"]["snapshots"]:
        asset = f"{each['provider']} {each['kind']} {each['asset_id']}"
        page.say(f"{asset}, as of snapshot {each['id']}, sha256 {each['sha256']}")
    page.heading("Milestones")
    page.table(
        ("", "Milestone", "Days", f"Amount in {told['currency']}"),
        *(
            (str(number), each["title"], str(each["days"]), each["amount"])
            for number, each in enumerate(told["milestones"], 1)
        ),
        ("", "Total", "", told["total"]),
    )
    for number, each in enumerate(told["milestones"], 1):
        page.say(f"{number}. {each['description']}")
    if told["conditions"]:
        page.heading("Conditions")
        page.say(told["conditions"])
    page.heading(f"Rules ({told['policy']['id']}, rail {told['rail']})")
    for rule in rules(told["policy"]):
        page.say(rule)
    page.heading("Signatures")
    page.say(
        f"What is signed is not this document but the attached file {ATTACHED}: the contract as "
        f"canonical JSON, whose sha256 is {document_hash}. Where the two differ, the file counts."
    )
    for each in signatures:
        name = told[each["role"]]["name"]
        page.say(f"{name} ({each['role']}) signed on {each['signed_at']}, user {each['signed_by']}")
    if not signatures:
        page.say("Nobody had signed when this document was made.")
    return page.bytes_with(ATTACHED, document.encode())
