"""Merchants: who owns them, who works for them, what operators say, and their money going out."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from stack.identity import as_owner, as_user
from tests.world.merchants import CURRENCY, invoice, join, merchant, pay, verify
from tests.world.rails import ADDRESS, claim
from tests.world.reading_as import seeing
from tests.world.refused import refused
from tests.world.world import World

Shop = tuple[UUID, UUID]


@pytest.fixture
def shop(world: World) -> Shop:
    owner = world.user("owner")
    return owner, merchant(world, owner)


def invite(world: World, shop: UUID, actor: UUID, user: UUID, role: str) -> None:
    world.command("merchant_invite", merchant_id=shop, user_id=user, role=role, actor_id=actor,
                  aal="aal2")  # fmt: skip


def accepted(world: World, shop: UUID, user: UUID) -> str:
    role: str = world.command("merchant_join", merchant_id=shop, actor_id=user)["role"]
    return role


def removed(world: World, shop: UUID, actor: UUID, user: UUID) -> None:
    world.command("merchant_member_remove", merchant_id=shop, user_id=user, actor_id=actor,
                  aal="aal2")  # fmt: skip


def roles(world: World, shop: UUID) -> dict[UUID, str]:
    return dict(world.rows(
        "select user_id, role::text from public.party_members where party_id = %s", shop
    ))  # fmt: skip


def test_nobody_is_put_into_a_merchant(world: World, shop: Shop) -> None:
    owner, id_ = shop
    person = world.user()
    with refused(world.connection, "merchant_invitation_not_found"):
        accepted(world, id_, person)
    invite(world, id_, owner, person, "viewer")
    assert person not in roles(world, id_)
    with seeing(world, person):
        assert world.one("select count(*) from public.merchant_invitations") == 1
        assert world.one("select count(*) from public.merchants") == 0
    with refused(world.connection, "merchant_invitation_not_found"):
        accepted(world, id_, world.user())
    assert accepted(world, id_, person) == "viewer"
    assert world.rows("select * from public.merchant_invitations") == []
    invite(world, id_, owner, person, "admin")
    assert (accepted(world, id_, person), roles(world, id_)[person]) == ("admin", "admin")


def test_an_invitation_ends_with_its_time_and_with_who_gave_it(world: World, shop: Shop) -> None:
    owner, id_ = shop
    admin, person = join(world, id_, owner, "admin"), world.user()
    invite(world, id_, admin, person, "staff")
    removed(world, id_, owner, admin)
    with refused(world.connection, "merchant_invitation_not_found"):
        accepted(world, id_, person)
    invite(world, id_, owner, person, "staff")
    world.advance(days=31)
    with refused(world.connection, "merchant_invitation_not_found"):
        accepted(world, id_, person)
    invite(world, id_, owner, person, "staff")
    # Who is invited declines.
    removed(world, id_, person, person)
    with refused(world.connection, "merchant_invitation_not_found"):
        accepted(world, id_, person)


def test_admins_stay_below_owners_and_an_owner_stays(world: World, shop: Shop) -> None:
    owner, id_ = shop
    admin, staff = join(world, id_, owner, "admin"), join(world, id_, owner, "staff")
    with refused(world.connection, "merchant_role_refused"):
        invite(world, id_, admin, world.user(), "owner")
    with refused(world.connection, "merchant_role_refused"):
        removed(world, id_, admin, owner)
    with refused(world.connection, "merchant_role_refused"):
        invite(world, id_, staff, world.user(), "viewer")
    with refused(world.connection, "merchant_role_refused"):
        removed(world, id_, staff, admin)
    with refused(world.connection, "last_owner"):
        removed(world, id_, owner, owner)
    invite(world, id_, owner, owner, "viewer")
    with refused(world.connection, "last_owner"):
        accepted(world, id_, owner)
    second = join(world, id_, owner, "owner")
    removed(world, id_, second, owner)
    removed(world, id_, staff, staff)
    assert roles(world, id_) == {admin: "admin", second: "owner"}


def write(world: World, who: UUID, statement: Any, *values: Any) -> int:
    as_user(world.connection, who, aal="aal1")
    done = world.run(statement, *values)
    as_owner(world.connection)
    return done


def test_admins_write_settings_and_nobody_else(world: World, shop: Shop) -> None:
    owner, id_ = shop
    change = "update public.merchant_settings set tolerance_bps = 100 where merchant_id = %s"
    write(world, join(world, id_, owner, "admin"), change, id_)
    for role in ("staff", "viewer"):
        with refused(world.connection, "not_yours"):
            write(world, join(world, id_, owner, role), change, id_)
    assert write(world, world.user(), change, id_) == 0
    for values, code in (
        ("tolerance_bps = 1001", "23514"),
        ("color = '#ffff00'", "color_too_light"),
        ("currencies = '{NOPE}'", "rail_currency"),
    ):
        with refused(world.connection, code):
            write(world, owner, change.replace("tolerance_bps = 100", values), id_)


def test_what_was_looked_at_is_looked_at_anew(world: World, shop: Shop) -> None:
    owner, id_ = shop
    stands = "select verification from public.merchants where id = %s"
    write(world, owner, "update public.merchants set name = 'Forge & Co' where id = %s", id_)
    assert world.one(stands, id_) == "verified"
    assert world.one("select display_name from public.parties where id = %s", id_) == "Forge & Co"
    write(world, owner, "update public.merchants set legal_name = 'Other Ltd' where id = %s", id_)
    assert world.one(stands, id_) == "pending"
    with refused(world.connection, "not_your_move"):
        # An operator who belongs to it has no say.
        world.join(id_, world.operator, "viewer")
        verify(world, id_)
    verify(world, id_, "rejected")
    events = world.rows("select event from private.outbox where object_id = %s order by id", id_)
    assert [name for (name,) in events] == ["merchant.verify", "merchant.change", "merchant.reject"]
    with refused(world.connection, "illegal_move"):
        world.run("update public.merchants set verification = 'pending', last_event = 'verify'"
                  " where id = %s", id_)  # fmt: skip


def test_admins_withdraw_what_the_merchant_was_paid(world: World, shop: Shop) -> None:
    """Complaint 28 is asked of `withdrawals` as of everybody: what is set aside is not there."""
    owner, id_ = shop
    pay(world, invoice(world, owner, id_), "100")
    admin, staff = join(world, id_, owner, "admin"), join(world, id_, owner, "staff")
    where = world.command("payout_destination_set", actor_id=admin, party_id=id_, rail="base",
                          address=ADDRESS, aal="aal2")["destination_id"]  # fmt: skip

    def ask(who: UUID, amount: str) -> dict[str, Any]:
        told: dict[str, Any] = world.command(
            "withdrawal_request", actor_id=who, party_id=id_, destination_id=where,
            currency=CURRENCY, amount=amount, aal="aal2",
        )  # fmt: skip
        return told

    with refused(world.connection, "not_your_move"):
        ask(staff, "10")
    told = ask(admin, "50")
    with refused(world.connection, "insufficient_funds"):
        ask(admin, "50")
    left = Decimal("99.5") - 50 - Decimal(told["fee_amount"]) - Decimal(told["network_cost"])
    assert world.balance(id_, CURRENCY)[0] == left
    world.advance(minutes=11)
    assert [each["party_id"] for each in claim(world)] == [str(id_)]
    assert world.problems() == []
    # Who is not verified is of the lowest tier, to which the rail is closed.
    fresh = merchant(world, owner, verified=False, name="Fresh")
    world.deposit(fresh, "100", CURRENCY)
    named = {"actor_id": owner, "party_id": fresh, "rail": "base", "address": ADDRESS}
    elsewhere = world.command("payout_destination_set", **named, aal="aal2")["destination_id"]
    with refused(world.connection, "rail_not_open"):
        world.command("withdrawal_request", actor_id=owner, party_id=fresh, currency=CURRENCY,
                      destination_id=elsewhere, amount="10", aal="aal2")  # fmt: skip


def test_a_sole_owner_is_not_erased(world: World, shop: Shop) -> None:
    owner, id_ = shop
    assert world.one("select private.products_in_the_way(%s)", owner) == ["merchants"]
    join(world, id_, owner, "owner")
    assert world.one("select private.products_in_the_way(%s)", owner) == []


def test_who_is_invited_to_what_they_are_or_to_what_there_is_not(world: World, shop: Shop) -> None:
    owner, id_ = shop
    staff = join(world, id_, owner, "staff")
    with refused(world.connection, "merchant_member_already"):
        invite(world, id_, owner, staff, "staff")
    with refused(world.connection, "merchant_role_unknown"):
        invite(world, id_, owner, staff, "signer")
    with refused(world.connection, "merchant_member_not_found"):
        removed(world, id_, owner, world.user("stranger"))


def test_who_is_owner_no_more_has_made_nobody_an_owner(world: World, shop: Shop) -> None:
    owner, id_ = shop
    second, third = join(world, id_, owner, "owner"), world.user("third")
    invite(world, id_, second, third, "owner")
    world.run(
        "update public.party_members set role = 'admin' where party_id = %s and user_id = %s",
        id_, second,
    )  # fmt: skip
    with refused(world.connection, "merchant_invitation_not_found"):
        accepted(world, id_, third)
    invite(world, id_, second, third, "staff")
    assert accepted(world, id_, third) == "staff"
