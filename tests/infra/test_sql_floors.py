"""Migrations refer downward: to files that are applied before them, and to the register."""

from pathlib import Path

import pytest

from tests.infra.sql_references import REGISTER, migrations, references, upward

# References to later files that stand today, by the file that makes them. They run, since a
# function looks a name up when a line first runs; a reader of the lower file has to know the upper
# one. The list only shrinks, to nothing: what is gone is taken out, and nothing is added.
UPWARD = {
    "identity": "may_act texts escrow_read",
    "may_act": "texts",
    "receivables": "ledger_post",
    "ledger_commands": "operators texts debts",
    "escrow_guard": "escrow_holds",
    "escrow_holds": "reversals outages escrow_decision",
    "operators": "outages fiat_rates",
    "escrow_event_guards": "outages dispute_reasons rail_reports evidence_files",
    "escrow_judge": "outages bounds",
    "bounds": "escrow_cases debts rail_reports",
    "escrow_apply": "outages",
    "escrow_file": "dispute_desk evidence_files dispute_reasons",
    "evidence_files": "escrow_read outages",
    "reversals": "refused_reports",
    "fiat_rates": "prices",
    "p2p_commands": "p2p_limits",
    "p2p_limits": "reputation",
    "p2p_book": "reputation",
    "screening_commands": "security_events",
    "listings": "asset_snapshots",
    "contracts": "contract_commands",
    "refused_reports": "rail_reports security_events",
    "chain_watch": "quarantine security_events",
    "quarantine": "security_events",
    "webhook_resend": "relay",
}
KNOWN = {(each, other) for each, others in UPWARD.items() for other in others.split()}


def test_no_file_refers_to_a_later_one_but_those_that_did() -> None:
    new = {pair: sorted(names) for pair, names in upward(migrations()).items() if pair not in KNOWN}
    assert new == {}, "move what is named into a lower file, or ask the register"


def test_references_that_are_gone_are_out_of_the_list() -> None:
    assert KNOWN - upward(migrations()).keys() == set(), "take them out"


def _texts(**code: str) -> dict[str, str]:
    return {"below": "create table public.below (id int);", **code}


@pytest.mark.parametrize(
    "code",
    [
        "create function private.f() returns int as $$ select id from public.above $$;",
        "select private.make_embed('public.above');",
        "create trigger t after insert on public.below execute function public.above();",
        "alter table public.below add other int references public.above (id);",
    ],
)
def test_a_name_of_a_later_file_is_found_wherever_it_stands(code: str) -> None:
    texts = _texts(middle=code, above="create table public.above (id int);")
    assert upward(texts) == {("middle", "above"): {"public.above"}}


def test_downward_and_to_the_register_is_not_upward() -> None:
    texts = _texts(
        middle="select private.asked() from public.below;",
        **{REGISTER: "create function private.asked() returns int as $$ select 1 $$;"},
    )
    assert upward(texts) == {}
    assert references(texts) == {
        ("middle", "below"): {"public.below"},
        ("middle", REGISTER): {"private.asked"},
    }


def test_a_name_belongs_to_the_file_that_makes_it_first() -> None:
    """An embed is a function with the name of the table that it gives rows of."""
    embed = "create function public.below(public.other) returns setof public.below as $$ $$;"
    assert upward(_texts(middle="select 1 from public.below;", embeds=embed)) == {}


def test_what_only_people_read_is_no_reference(tmp_path: Path) -> None:
    first, second = tmp_path / "1_lower.sql", tmp_path / "2_upper.sql"
    first.write_text(
        "-- As public.upper has it.\ncreate table public.lower (id int);\n"
        "comment on table public.lower is 'Rows beside public.upper; it''s so.';\n"
    )
    second.write_text("create table public.upper (id int);\n")
    assert references(migrations([first, second])) == {}
