"""Whether the contracts of tokens count as the books do: lists of tokens are wrong about decimals
often enough."""

from collections.abc import Sequence
from dataclasses import replace

from aws_lambda_powertools.metrics import MetricUnit

from shared.telemetry import logger, metrics

from .node import Node
from .settings import Network


class TokenDiffers(Exception):
    """The contract of a token has other decimals than the books: nothing is paid in it."""


def confirmed(nodes: Sequence[Node], network: Network) -> Network:
    """The network with those of its tokens only whose contracts, as every node says, have the
    decimals of the books. Of each other one an alarm is told: it is neither read nor paid.

    Raises NodeRefused, NodeUnknown.
    """
    addresses = [*network.decimals]
    told = [node.decimals_of(addresses) for node in nodes]
    contracts = {code: each for code, each in network.tokens.items() if not each.is_coin}
    # The coin has no contract that could say anything.
    kept = {code: each for code, each in network.tokens.items() if each.is_coin}
    for (code, token), *said in zip(contracts.items(), *told, strict=True):
        if all(each == token.decimals for each in said):
            kept[code] = token
        else:
            logger.error("a token counts otherwise", currency=code, chain_id=network.chain_id)
    metrics.add_metric("TokensDiffer", MetricUnit.Count, len(network.tokens) - len(kept))
    return replace(network, tokens=kept)
