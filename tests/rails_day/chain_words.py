"""What happens to an escrow that is paid in USDC, on the chain."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

from stack.stand_ins.chain import BRIDGED_USDC, USDC
from stack.stand_ins.chain.anvil import AnvilFailed
from stack.stand_ins.chain.treasury import sweep
from tests.rails_day.day import Day, Part
from tests.rails_day.deals import name_address

Word = Callable[[Day, Part, int], None]
_UNIT = Decimal("0.000001")
_DEAR, _CHEAP = 300 * 10**9, 10**9


def address_of(day: Day, part: Part) -> str | None:
    """Where an escrow is paid, if that was asked for."""
    asked = "select address from public.deposit_requests where reference_id = %s"
    found = day.rows(asked, part.escrow)
    return str(found[0][0]) if found and found[0][0] else None


def _deposits(*shares: str, plus: Decimal = Decimal(0), token: str = USDC) -> Word:
    """So much of what was agreed, each share by itself; plus: on the last."""

    def word(day: Day, part: Part, trouble: int) -> None:
        day.ask(part.deal.buyer, f"/escrows/{part.escrow}/deposit-address", trouble=trouble)
        account, address = part.deal.buyer_account, address_of(day, part)
        if account is None or address is None:
            return
        for share in shares:
            amount = (part.amount * Decimal(share)).quantize(_UNIT) + plus
            # Nobody sends more than they have.
            if day.chain.balance_of(account.address, token) >= amount:
                day.chain.transfer(account, address, str(amount), token)

    return word


def _late(day: Day, part: Part, trouble: int) -> None:
    """Once its time is over, or else as any other."""
    day.work("EscrowExpireFunction")
    _deposits("1")(day, part, trouble)


def _blocked(blocked: bool) -> Word:
    def word(day: Day, part: Part, trouble: int) -> None:
        _in_blocks(day)
        for address in part.deal.addresses[1:]:
            day.chain.block(address, blocked)
        day.chain.mine(4)

    return word


def _new_address(day: Day, part: Part, trouble: int) -> None:
    name_address(day, part.deal, seller=bool(trouble % 2))


def _reorg(depth: int) -> Word:
    def word(day: Day, part: Part, trouble: int) -> None:
        _in_blocks(day)
        day.dropped += day.chain.reorg(depth)

    return word


def _comes_back(day: Day, part: Part, trouble: int) -> None:
    _in_blocks(day)
    for each in day.dropped:
        # Another may have its nonce by now, or it is in a block again already.
        with suppress(AnvilFailed):
            day.chain.send(each.raw)
    day.dropped.clear()


def _blocks(day: Day, part: Part, trouble: int) -> None:
    day.chain.mine(3)


def _stops(day: Day, part: Part, trouble: int) -> None:
    day.chain.pause()


def _in_blocks(day: Day) -> None:
    if not day.chain.anvil.ask("anvil_getAutomine"):
        day.chain.resume()


def _goes_on(day: Day, part: Part, trouble: int) -> None:
    _in_blocks(day)


def _dear(day: Day, part: Part, trouble: int) -> None:
    day.chain.set_base_fee(_DEAR)
    # Whoever signs now knows of it.
    day.chain.mine()


def cheap(day: Day) -> None:
    """Gas costs as usual, and blocks are made."""
    _in_blocks(day)
    day.chain.set_base_fee(_CHEAP)
    day.chain.mine()


def _swept(day: Day, part: Part, trouble: int) -> None:
    _in_blocks(day)
    found = day.rows(
        "select address, address_index from public.deposit_requests where address is not null"
    )
    sweep(day.chain, {address: index for address, index in found})


PAYS: dict[str, Word] = {
    "deposit exact": _deposits("1"),
    "deposit the same": _deposits("1"),
    "deposit under": _deposits("0.4"),
    "deposit rest": _deposits("0.6"),
    "deposit in two": _deposits("0.4", "0.6"),
    "deposit over": _deposits("1", plus=_UNIT),
    "deposit twice": _deposits("1", "1"),
    "deposit late": _late,
    "deposit bridged": _deposits("1", token=BRIDGED_USDC),
}
MISHAPS: dict[str, Word] = {
    "address blocked": _blocked(True),
    "address unblocked": _blocked(False),
    "new address": _new_address,
    "reorg 1": _reorg(1),
    "reorg 2": _reorg(2),
    "reorg 3": _reorg(3),
    "dropped comes back": _comes_back,
    "blocks": _blocks,
    "chain stops": _stops,
    "chain goes on": _goes_on,
    "gas dear": _dear,
    "swept": _swept,
}
