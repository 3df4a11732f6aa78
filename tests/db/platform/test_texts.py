# ruff: noqa: RUF001
"""What people write: no names that pretend, no empty words, nothing that hides or turns around."""

import re
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter, ValidationError

from shared.generated import characters
from shared.text import Line, LineOfWords, Prose, Words
from stack.identity import as_owner, as_user
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.world import World

_ZERO = "\u200b"
_EMPTY = (
    " ", "\t", "\n \n", "\u00a0", "\u3000", _ZERO, "\u200d", "\ufeff", "\u2060", "\u00ad",
    "\u0301", "\u0301\u0302", "\u115f", "\u3164", "\u2800", "\u034f", "\u202e", "\U000e0020",
    "\ufe0f", " \u200c \u0308 ",
)  # fmt: skip
_HIDDEN = (
    "Hold\u200bon", "\ufeffNova", "No\u00adva", "Nova\u202eevil", "\u2066Nova", "Nova\u2028x",
    "Nova\u0085x", "Nova\u0007", "N\u2060ova", "Nova\U000e0041",
)  # fmt: skip
_PRETENDING = (
    "Holdfast", "holdfast", "HOLDFAST Support", "H o l d f a s t", "Hold-fast", "H0ldfast",
    "Ho1dfast", "HoIdfast", "Hоldfаst", "Ηoldfast", "Ｈｏｌｄｆａｓｔ", "𝐇𝐨𝐥𝐝𝐟𝐚𝐬𝐭",
    "Hóldfäst", "myholdfastteam", "ʜoldfast", "admin", "Admin", "ADMIN 1", "admin123", "4dm1n",
    "a.d.m.i.n", "аdmin", "Аdmin Team", "The Admin", "Sup port", "Support", "S u p p o r t",
    "$upport", "ѕupport", "Operator", "0perator", "Arbiter", "аrbiter", "Arbiter 7", "Moderator",
    "Staff", "OFFICIAL", "Official-Desk", "modеrator",
)  # fmt: skip
_HONEST = (
    "Ada Lovelace", "Badminton Club", "José", "Ólafur", "Владимир", "Αλέξης", "山田太郎", "علی",
    "שרה",
    "สมชาย", "O'Neill", "Supporters of Malaga", "Administrative law", "hold on fast", "R2D2",
    "Anna-Maria", "👩‍👩‍👧 family", "علی‌رضا", "I", "Kim 2", "Systema",
)  # fmt: skip


def _problem(world: World, kind: str, text: str) -> str | None:
    found: str | None = world.one("select private.text_problem(%s, %s)", kind, text)
    return found


@pytest.mark.parametrize("text", _EMPTY)
def test_what_nobody_sees_is_no_word(world: World, text: str) -> None:
    assert world.one("select private.has_words(%s)", text) is False
    assert _problem(world, "prose", text) is not None
    with pytest.raises(ValidationError):
        TypeAdapter(Words).validate_python(text)
    with pytest.raises(ValidationError):
        TypeAdapter(LineOfWords).validate_python(text)


@pytest.mark.parametrize("text", [".", "ok", "好", "👍", "é", "١", "- \u200d", "a\u0301"])
def test_what_somebody_sees_is(world: World, text: str) -> None:
    assert world.one("select private.has_words(%s)", text) is True


@pytest.mark.parametrize("text", _HIDDEN)
@pytest.mark.parametrize("kind", ["name", "title", "line", "prose"])
def test_what_hides_or_turns_text_around_is_refused(world: World, kind: str, text: str) -> None:
    assert _problem(world, kind, text) is not None


@pytest.mark.parametrize(
    "text",
    ["two\nlines", "a\ttab", "Nova\u200dx", "\u200cNova", "علی\u200c\u200cرضا", "Nova\u200e",
     "Z" + "\u0301" * 12],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["name", "title", "line"])
def test_a_line_is_one_line_that_joins_nothing_in_secret(
    world: World, kind: str, text: str
) -> None:
    assert _problem(world, kind, text) is not None
    with pytest.raises(ValidationError):
        TypeAdapter(Line).validate_python(text)


@pytest.mark.parametrize("name", _PRETENDING)
def test_a_name_that_pretends_is_reserved(world: World, name: str) -> None:
    assert world.one("select private.is_reserved('name', %s)", name) is True
    guild: LiteralString = "insert into public.guilds (name, created_by) values (%s, %s)"
    with refused(world.connection, "name_reserved", "text_invalid"):
        world.run(guild, name, world.operator)
    with refused(world.connection, "name_reserved", "text_invalid"):
        world.run("update public.parties set display_name = %s where id = %s", name, world.operator)


@pytest.mark.parametrize("name", _HONEST)
def test_an_honest_name_is_not(world: World, name: str) -> None:
    assert world.one("select private.is_reserved('name', %s)", name) is False
    assert _problem(world, "name", name) is None
    assert TypeAdapter(LineOfWords).validate_python(name) == name
    world.run("update public.parties set display_name = %s where id = %s", name, world.operator)


def test_a_title_may_sell_support_but_not_the_platform(world: World) -> None:
    for title in ("Support for your server", "Admin panel", "Arbiter of taste"):
        assert world.one("select private.is_reserved('title', %s)", title) is False
    for title in ("Holdfast gift card", "H0ldfast", "Ηoldfast"):
        assert world.one("select private.is_reserved('title', %s)", title) is True


@pytest.mark.parametrize("name", ["Holdfast", "admin", " ", "a\nb", _ZERO, "x" * 500, "", None])
def test_nobody_fails_to_sign_up_for_a_name(world: World, name: str | None) -> None:
    made: UUID = world.one(
        "insert into auth.users (id, email, raw_user_meta_data) "
        "values (gen_random_uuid(), %s, jsonb_build_object('display_name', %s::text)) returning id",
        f"{uuid4()}@holdfast.test", name,
    )  # fmt: skip
    kept = world.one("select display_name from public.parties where id = %s", made)
    assert kept == ("x" * 80 if name == "x" * 500 else "user")


def test_text_is_kept_in_one_form(world: World) -> None:
    who = world.user()
    as_user(world.connection, who, aal="aal2")
    world.run(
        "update public.profiles set full_name = %s where id = %s",
        "  Jose\u0301 \u00a0 Nova ", who,
    )  # fmt: skip
    kept = world.one("select full_name from public.profiles where id = %s", who)
    as_owner(world.connection)
    assert kept == "José Nova"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "http://example.com/a.png", "https://", "//x.com",
     "https://a b.com", "https://x.com/<script>", 'https://x.com/"', "https://user@x.com/",
     "HTTPS://x.com", " https://x.com", "https://x.com/\n", "https://ex\u0430mple.com/",
     "ftp://x.com", "https://x.com/" + "a" * 500],
)  # fmt: skip
def test_a_picture_has_an_address_of_https(world: World, url: str) -> None:
    who = world.user()
    with refused(world.connection, "text_invalid"):
        as_user(world.connection, who)
        world.run("update public.profiles set avatar_url = %s where id = %s", url, who)
    as_owner(world.connection)


def test_a_plain_address_is_taken(world: World) -> None:
    for url in (
        "",
        "https://x.com",
        "https://cdn.x.com:8443/a/b.png?s=1&t=%20#f",
        "https://1.2.3.4/",
    ):
        assert _problem(world, "url", url) is None, url


@pytest.mark.parametrize("value", [{"a": "x\u200by"}, {"a": {"b": ["x", "\u202e"]}}, {"\u200b": 1}])
def test_texts_inside_of_json_count_too(world: World, value: Any) -> None:
    who = world.user()
    with refused(world.connection, "text_invalid"):
        as_user(world.connection, who)
        world.run("update public.profiles set preferences = %s where id = %s", Jsonb(value), who)
    as_owner(world.connection)


# Moves whose words count: scene, event, role, the rest of what is submitted, which field.
_MOVES: tuple[tuple[str, str, str, dict[str, Any], str], ...] = (
    ("funded", "perform", "payee", {}, "note"),
    ("performed", "request_revision", "payer", {}, "reason"),
    ("performed", "dispute", "payer", {"reason": "defective"}, "description"),
    ("performed", "dispute", "payer", {}, "reason"),
    ("statements", "statement", "payer", {}, "body"),
    ("performed", "freeze", "operator", {}, "reason"),
    ("decide", "decide", "arbiter",
     {"payer_amount": "75", "payee_amount": "25", "reason": "other"}, "grounds"),
)  # fmt: skip


@pytest.mark.parametrize("empty", [" ", _ZERO, "\u3164" * 30, " \n" * 20])
@pytest.mark.parametrize(("scene", "event", "role", "rest", "field"), _MOVES)
def test_an_empty_word_moves_nothing(
    world: World, scene: str, event: str, role: str, rest: dict[str, Any], field: str, empty: str
) -> None:
    escrow = EVERY_POLICY[scene](world, "market_service")
    before = escrow.facts()
    with refused(
        world.connection, "words_required", "reason_required", "grounds_required", "text_invalid"
    ):
        escrow.commit(event, role, payload={**rest, field: empty})
    assert escrow.facts() == before


_RULED: LiteralString = """
select c.relname || '.' || split_part(t.tgname, '_050_text_', 2)
from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
where t.tgname like '\\_050\\_text\\_%' and not c.relispartition
"""

# Texts that clients write over PostgREST and that are no human text, and what holds them.
_NO_HUMAN_TEXT = {
    "listings.category": "a row of listing_categories", "listings.currency": "a row of currencies",
    "listings.images": "sha256 of pictures submitted", "listings.rails": "rows of rails",
    "merchant_settings.color": "a colour", "merchant_settings.currencies": "rows of currencies",
    "merchant_settings.language": "a language", "merchant_settings.late_policy": "a policy",
    "merchant_settings.refund_cost": "a side", "merchant_settings.speed": "a speed",
    "merchant_settings.tax_rounding": "a rounding",
    "merchant_settings.tolerance_currency": "a row of currencies",
    "merchants.country": "a code of a country",
    "message_preferences.kind": "a row of message_kinds",
    "message_settings.language": "a language we write", "message_settings.time_zone": "a time zone",
    "p2p_orders.cryptocurrency": "a currency",
    "p2p_orders.fiat_currency": "a currency", "p2p_orders.payment_methods": "payment methods",
    "payment_accounts.method": "a payment method", "webhook_endpoints.event_types": "event types",
    "webhook_endpoints.status": "a status",
}  # fmt: skip


def test_every_text_that_a_client_writes_has_a_rule(world: World) -> None:
    written = {
        row[0]
        for row in world.rows(
            "select c.relname || '.' || a.attname from pg_attribute as a "
            "join pg_class as c on c.oid = a.attrelid "
            "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') "
            "and not c.relispartition and a.attnum > 0 and not a.attisdropped "
            "and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, "
            "'varchar'::regtype, 'json'::regtype) "
            "and (has_column_privilege('authenticated', c.oid, a.attnum, 'insert') "
            "or has_column_privilege('authenticated', c.oid, a.attnum, 'update'))"
        )
    }
    ruled = {row[0] for row in world.rows(_RULED)}
    assert written - ruled == set(_NO_HUMAN_TEXT)


# Words that commands write into columns of free text.
_BY_COMMAND = (
    "deliveries.note", "dispute_decisions.grounds", "dispute_evidence.name",
    "dispute_statements.body",
    "disputes.description", "escrow_cases.description",
    "escrow_cases.resolution", "evidence_uploads.name", "fiat_rates.reason", "offers.conditions",
    "offers.milestones",
    "outages.reason", "parties.display_name", "profile_verifications.compared_name",
    "screening_clearances.reason", "user_devices.name", "webhook_endpoints.description",
)  # fmt: skip


def test_every_free_text_has_a_rule_or_a_shape(world: World) -> None:
    """A new column whose name says free text: a rule, or a reason on the list."""
    free = {
        row[0]
        for row in world.rows(
            "select c.relname || '.' || a.attname from pg_attribute as a "
            "join pg_class as c on c.oid = a.attrelid where c.relkind in ('r', 'p') "
            "and (c.relnamespace = 'public'::regnamespace or c.relname = any (array(select relname "
            "from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace))) "
            "and not c.relispartition and a.attnum > 0 and not a.attisdropped "
            "and a.atttypid = 'text'::regtype "
            "and a.attname ~ '(name|title|note|reason|body|description|comment|words|terms|grounds"
            "|conditions|resolution|label|reply|memo|bio|about|message|motto|headline|text|summary)$'"
        )
    }
    ruled = {row[0] for row in world.rows(_RULED)}
    assert set(_BY_COMMAND) <= ruled
    assert sorted((free - ruled) ^ set(_WRITTEN_BY_US)) == []


_WRITTEN_BY_US = (
    # Catalogues, by the owner.
    "currencies.name", "dispute_reason_outcomes.name", "dispute_reason_outcomes.reason",
    "dispute_reasons.name", "escrow_policies.description", "listing_categories.name",
    "message_kinds.description", "api_scopes.description",
    "networks.name", "payment_methods.name", "purposes.description",
    "rails.description", "security_rules.description",
    "verification_tiers.name", "hold_kinds.description", "operator_commands.function_name",
    "operator_commands.title", "settings.description",
    # Names of what there is.
    "halts.name", "setting_columns.column_name",
    # Held to its rule where an operator's command begins.
    "audit_log.reason",
    # Codes.
    "audit_log.table_name", "settings.table_name",
    "dispute_decisions.reason", "disputes.reason", "disputes.resolution",
    "deposit_quarantines.reason", "rail_reports.reason", "payout_events.reason",
    "payouts.reason",
    "unpayable_addresses.reason", "webhook_endpoints.disabled_reason",
    # Copies of what was held to a rule where it was written.
    "contract_milestones.description", "contract_milestones.title",
    "p2p_payment_details.payer_name", "p2p_payment_details.verified_name",
    "trader_profiles.display_name",
    # Held to a rule by the command, and bytes as they came.
    "ledger_reversals.reason", "ledger_transfers.memo", "webhook_events.body",
)  # fmt: skip


@pytest.mark.parametrize("name", ["unseen", "joining", "space", "mark"])
def test_python_and_sql_see_the_same_characters(world: World, name: str) -> None:
    inside = getattr(characters, name.upper())
    assert world.one("select private.characters(%s)", name) == inside
    points = [point for point in range(1, 0x110000) if not 0xD800 <= point < 0xE000]
    matched = world.one(
        "select array_agg(p order by p) from unnest(%s::int[]) as p where chr(p) ~ %s",
        points, f"[{inside}]",
    )  # fmt: skip
    pattern = re.compile(f"[{inside}]")
    assert matched == [point for point in points if pattern.match(chr(point))]


@pytest.mark.parametrize("text", [*_EMPTY, *_HIDDEN, *_HONEST, "a\r\nb", "x\ty", "  a  b "])
def test_python_and_sql_agree(world: World, text: str) -> None:
    for kind, python in (("prose", Prose), ("line", Line)):
        kept: Any
        try:
            kept = TypeAdapter(python).validate_python(text)
        except ValidationError:
            kept = None
        cleaned, problem = world.rows(
            "select t, private.text_problem(%s, t) from private.clean_text(%s, %s) as t",
            kind, kind, text,
        )[0]  # fmt: skip
        assert (None if problem else cleaned) == kept, kind


def test_the_platform_keeps_its_own_name(world: World) -> None:
    names = world.rows("select display_name from public.parties where kind = 'platform'")
    assert names == [("Holdfast",)]
    world.run("update public.parties set display_name = display_name where kind = 'platform'")
