"""What an operator puts in place so that functions work on chains of coins."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from stack.stand_ins.chain.accounts import PHRASE
from stack.stand_ins.chain.seed import Node, root_of_phrase
from stack.stand_ins.coins.chain import CoinChain
from stack.stand_ins.coins.kinds import CoinKind

if TYPE_CHECKING:
    from stack.stack import Stack


def account_of(kind: CoinKind) -> Node:
    """The account that the deposit addresses of a chain follow from, with its private key."""
    coin_type = kind.chain_id - 2**31
    return root_of_phrase(PHRASE).at(f"84'/{coin_type}'/0'")


def work_on(
    stack: "Stack", *chains: CoinChain, others: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Let the functions of a stack work on these chains, from their last block on, and on no
    others. others: addresses of further nodes, by rail."""
    secret = f"holdfast/coin-nodes/{uuid4()}"
    lines = [
        " ".join([each.kind.rail, each.url, *(others or {}).get(each.kind.rail, ())])
        for each in chains
    ]
    stack.aws.client("secretsmanager").create_secret(Name=secret, SecretString="\n".join(lines))
    with stack.connect() as connection:
        for each in chains:
            connection.execute(
                "update public.rails set is_open = true where id = %s", [each.kind.rail]
            )
            connection.execute(
                "update public.utxo_chains set genesis_hash = %s, first_block = %s"
                " where chain_id = %s", [each.genesis, each.height, each.kind.chain_id],
            )  # fmt: skip
    stack.configure(
        HOLDFAST_COIN_RAILS=",".join(each.kind.rail for each in chains),
        HOLDFAST_COIN_NODE_SECRET=secret,
        **{f"HOLDFAST_{e.kind.rail.upper()}_XPUB": account_of(e.kind).xpub() for e in chains},
    )
