"""The people of an episode in the real database: people, companies, staff, policies."""

from random import Random
from uuid import UUID

from stack.payment_accounts import let_be_paid
from tests.model.model_db import Database
from tests.model.people import PLATFORM, People
from tests.model.policy import LEAST, OWN, POLICIES, Policy

TRADERS, ARBITERS, COMPANIES = 4, 4, 1

_POLICY = """
insert into public.escrow_policies (
    id, description, fee_bps, sign_within, fund_within, perform_within, perform_grace,
    accept_within, payee_silent_event, payer_silent_event, payee_dispute_from, payee_dispute_wait,
    statement_within, acknowledge_within, decide_within, appeal_within, claim_within,
    max_revisions, appeal_bond_bps, undecided_payee_bps, max_reassignments, attest_payer_name
) values (
    %s, 'of the tests', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
    %s, %s, %s, %s, %s, %s, %s, %s, %s, %s
) on conflict do nothing
"""
_LIMITS = """
insert into public.escrow_approval_limits (policy_id, currency, above)
select %s, code, %s from public.currencies
on conflict (policy_id, currency) do update set above = excluded.above
"""
_USER = "insert into auth.users (id) values (%s) on conflict do nothing"
_NO_LIMITS = """
update public.verification_tiers set per_trade_limit = null, daily_limit = null,
    monthly_limit = null, max_open_trades = null, max_unpaid_takes = null, max_method_risk = null,
    max_published_orders = null, max_unbacked_orders = null
"""
_COMPANY = """
insert into public.parties (id, kind, display_name) values (%s, 'merchant', 'company')
on conflict do nothing
"""
_MEMBER = """
insert into public.party_members (party_id, user_id, role) values (%s, %s, %s)
on conflict do nothing
"""


def _row(policy: Policy) -> list[object]:
    return [
        policy.id, policy.fee_bps, policy.sign, policy.fund, policy.perform, policy.grace,
        policy.accept, policy.payee_silent, policy.payer_silent, policy.payee_may_dispute_when,
        policy.payee_dispute_wait, policy.statement, policy.acknowledge, policy.decide,
        policy.appeal, policy.claim, policy.revisions, policy.bond_bps, policy.undecided_bps,
        policy.reassignments, policy.attests,
    ]  # fmt: skip


def new_people(random: Random) -> People:
    """Traders, a company with its people, arbiters and operators, some of whom trade too."""
    fresh = [UUID(int=random.getrandbits(128), version=4) for _ in range(TRADERS + ARBITERS + 3)]
    traders, rest = fresh[:TRADERS], fresh[TRADERS:]
    arbiters, (operator, company, clerk) = rest[:ARBITERS], rest[ARBITERS:]
    people = People([*traders, *arbiters, operator, clerk], [company])
    people.members = {
        *((PLATFORM, arbiter, "arbiter") for arbiter in arbiters),
        (PLATFORM, traders[0], "arbiter"),
        (PLATFORM, operator, "operator"),
        (PLATFORM, traders[1], "operator"),
        (company, clerk, "operator"),
        (company, traders[2], "owner"),
        # May look at the company's trades, so may not decide about them.
        (company, arbiters[0], "viewer"),
    }
    return people


def stage(database: Database, people: People) -> None:
    """Put a people into the database and retire the arbiters of the one before."""
    owner = database.owner
    with owner.transaction(), owner.cursor() as cursor:
        cursor.execute("delete from public.party_members where party_id = %s", [PLATFORM])
        cursor.executemany(_POLICY, [_row(policy) for policy in OWN])
        cursor.executemany(
            _LIMITS, [[policy.id, policy.second_above] for policy in POLICIES.values()]
        )
        # The model knows no limits.
        cursor.execute("update public.payment_methods set trade_limit = null")
        cursor.execute(_NO_LIMITS)
        cursor.execute("update public.operator_limits set above = 1e18 where above > 0")
        cursor.execute("delete from public.take_cooldowns")
        cursor.executemany(
            "update public.trade_minimums set min_amount = %s where currency = %s",
            [[least, code] for code, least in LEAST.items()],
        )
        cursor.executemany(_USER, [[user] for user in people.users])
        cursor.executemany(_COMPANY, [[company] for company in people.companies])
        cursor.executemany(_MEMBER, list(people.members))
    for party in people.parties:
        let_be_paid(owner, party)
