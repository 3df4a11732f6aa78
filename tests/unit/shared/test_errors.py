"""Every database error becomes one problem, and none shows what is inside."""

import json

import psycopg
import pytest

from shared.db_errors import problem_from_database
from shared.errors import Conflict, Lost, Problem, Unauthorized, Unavailable, problem

SECRET = 'permission denied for table "wallets": Key (email)=(a@b.c) already exists'


@pytest.mark.parametrize(
    ("code", "message", "status", "slug"),
    [
        ("PT409", "stale_version", 409, "stale_version"),
        ("PT404", "escrow_not_found", 404, "escrow_not_found"),
        ("PT422", "bad_amount", 422, "bad_amount"),
        ("PT429", "too_fast", 429, "too_fast"),
        ("PT503", "maintenance", 503, "maintenance"),
        ("PT418", "teapot", 418, "teapot"),
        ("PT409", "Not a slug, but a sentence", 409, "conflict"),
        ("PT200", "fine", 500, "internal"),
        ("42501", SECRET, 403, "forbidden"),
        ("23505", SECRET, 409, "duplicate"),
        ("23503", SECRET, 409, "missing_reference"),
        ("23514", SECRET, 422, "check_failed"),
        ("23502", SECRET, 422, "check_failed"),
        ("22P02", SECRET, 400, "bad_value"),
        ("22003", SECRET, 400, "bad_value"),
        ("22007", SECRET, 400, "bad_value"),
        ("22P05", SECRET, 400, "bad_value"),
        ("PGRST301", "JWSError JWSInvalidSignature", 401, "bad_token"),
        ("PGRST301", "JWT expired", 401, "token_expired"),
        ("PGRST303", "JWT expired", 401, "token_expired"),
        ("PGRST303", "JWT not in audience", 401, "bad_token"),
        ("PGRST302", "Anonymous access is disabled", 401, "unauthorized"),
        ("57014", "canceling statement due to statement timeout", 503, "timeout"),
        ("PGRST003", "Timed out acquiring connection", 503, "timeout"),
        ("40P01", "deadlock detected", 503, "busy"),
        ("25006", "cannot execute in a read-only transaction", 503, "read_only"),
        ("08006", SECRET, 503, "unavailable"),
        ("53300", SECRET, 503, "unavailable"),
        ("57P01", SECRET, 503, "unavailable"),
        ("PGRST000", SECRET, 503, "unavailable"),
        ("503", SECRET, 503, "unavailable"),
        ("429", SECRET, 429, "too_many_requests"),
        ("42939", SECRET, 500, "internal"),
        ("530", SECRET, 500, "internal"),
        ("42P01", SECRET, 500, "internal"),
        ("P0001", SECRET, 500, "internal"),
        ("PGRST202", SECRET, 503, "not_ready"),
        ("", SECRET, 500, "internal"),
        (None, None, 500, "internal"),
    ],
)
def test_database_error(code: str | None, message: str | None, status: int, slug: str) -> None:
    refusal = problem_from_database(code, message, SECRET, SECRET, signed_in=True)

    assert (refusal.status, refusal.slug) == (status, slug)
    if not (code or "").startswith("PT"):
        assert SECRET not in json.dumps(refusal.document("r1"))


# Appendix A of PostgreSQL 17, without the code of the class itself.
STATES = {
    "22": """000 02E 021 008 012 005 00B 022 015 01E 014 016 01F 01G 018 007 019 00D 025 P06 010 023
        013 01B 01W 01X 009 02H 02G 00C 00G 004 002 003 00H 026 001 011 027 024 00F P01 P02 P03 P04
        P05 00L 00M 00N 00S 00T 030 031 032 033 034 035 036 037 038 039 03A 03B 03C 03D 03E 03F
        03G""",
    "23": "000 001 502 503 505 514 P01",
    "40": "000 002 001 003 P01",
    "53": "000 100 200 300 400",
    "54": "000 001 011 023",
    "57": "000 014 P01 P02 P03 P04 P05",
}
EXPECTED = {
    "22": {(400, "bad_value")},
    "23": {(409, "duplicate"), (409, "missing_reference"), (422, "check_failed")},
    "40": {(503, "busy")},
    "53": {(503, "unavailable")},
    "54": {(413, "too_complex")},
    "57": {(503, "unavailable"), (503, "timeout")},
}


@pytest.mark.parametrize("family", STATES)
def test_what_a_client_or_the_hour_causes_is_no_defect_of_ours(family: str) -> None:
    found = {
        code: problem_from_database(family + code, SECRET, signed_in=True)
        for code in STATES[family].split()
    }
    assert {(each.status, each.slug) for each in found.values()} <= EXPECTED[family]
    assert len(found) >= 4


def test_the_states_are_those_of_postgres() -> None:
    named = {
        name: {code[2:] for code in vars(psycopg.errors)["_sqlcodes"] if code[:2] == name}
        for name in STATES
    }
    assert {name: set(codes.split()) for name, codes in STATES.items()} == named


@pytest.mark.parametrize("code", ["PGRST106", "PGRST200", "PGRST202", "PGRST205", "0A000", "26000"])
def test_a_deployment_passes(code: str) -> None:
    refusal = problem_from_database(code, SECRET, signed_in=True)
    assert (refusal.status, refusal.slug) == (503, "not_ready")
    assert refusal.headers["Retry-After"] == "1"


def test_refused_without_a_token_means_sign_in_first() -> None:
    refusal = problem_from_database("42501", SECRET, signed_in=False)

    assert isinstance(refusal, Unauthorized)
    assert refusal.slug == "unauthorized"
    assert refusal.headers["WWW-Authenticate"] == "Bearer"


def test_what_our_own_sql_says_reaches_the_client() -> None:
    refusal = problem_from_database(
        "PT409", "illegal_move", "The trade is over.", "Look at it again.", signed_in=True
    )

    assert isinstance(refusal, Conflict)
    assert refusal.document("r1") == {
        "type": "urn:holdfast:problem:illegal_move",
        "code": "illegal_move",
        "title": "Illegal move",
        "status": 409,
        "detail": "The trade is over.",
        "hint": "Look at it again.",
        "request_id": "r1",
    }


@pytest.mark.parametrize("code", ["08006", "53300", "57P01", "PGRST001", "502"])
def test_only_a_lost_database_may_be_asked_again_at_once(code: str) -> None:
    assert isinstance(problem_from_database(code, "", signed_in=True), Lost)


@pytest.mark.parametrize("code", ["57014", "PGRST003", "40P01", "25006"])
def test_a_busy_database_is_left_alone(code: str) -> None:
    refusal = problem_from_database(code, "", signed_in=True)

    assert isinstance(refusal, Unavailable)
    assert not isinstance(refusal, Lost)
    assert refusal.headers["Retry-After"] == "1"


def test_a_status_without_a_class_keeps_its_number() -> None:
    refusal = problem(418, "teapot")

    assert type(refusal) is Problem
    assert refusal.document("r1")["status"] == 418


def test_classes_do_not_share_what_an_instance_says() -> None:
    assert Conflict("stale_version").slug == "stale_version"
    assert Conflict().slug == "conflict"
    assert Problem().document("")["detail"] == "Internal."


def test_members_that_our_own_sql_gives_stand_beside_the_sentence() -> None:
    detail = '{"detail": "Nothing is left.", "limit": {"left": "0"}, "status": 200}'
    document = problem_from_database("PT409", "limit_exceeded", detail, signed_in=True).document(
        "r1"
    )

    assert document["detail"] == "Nothing is left."
    assert document["limit"] == {"left": "0"}
    # What a problem is by itself no member can change.
    assert document["status"] == 409


@pytest.mark.parametrize("detail", ["{", "[]", "1", "null", '{"limit": 1}', "", None])
def test_a_detail_that_only_looks_like_members_is_a_sentence(detail: str | None) -> None:
    refusal = problem_from_database("PT409", "limit_exceeded", detail, signed_in=True)

    assert refusal.detail == detail
    assert refusal.members == {}
