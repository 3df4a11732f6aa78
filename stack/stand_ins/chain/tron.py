"""A node of TRON: what java-tron's JSON-RPC refuses, in front of a chain that would answer."""

from collections.abc import Mapping
from typing import Any

from stack.stand_ins.chain.faults import Call, FaultyNode

_METHODS = frozenset({
    "eth_chainId", "eth_blockNumber", "eth_getLogs", "eth_getBlockByNumber", "eth_getBlockByHash",
    "eth_getTransactionReceipt", "eth_getTransactionByHash", "eth_call", "eth_estimateGas",
    "eth_gasPrice", "eth_getBalance", "eth_getCode", "net_version", "web3_clientVersion",
})  # fmt: skip
_LATEST_ONLY = frozenset({"eth_getBalance", "eth_getCode", "eth_call"})
_MOST_BLOCKS, _MOST_TOPICS, _MOST_CALLS = 5000, 1000, 100
# As a public node has it that is asked too often: no error of JSON-RPC, and a status of success.
BUSY = b'{"Error": "this node is lack of computing resources"}'


class TronNode(FaultyNode):
    """As FaultyNode; it takes no question that java-tron would not."""

    def busy(self) -> None:
        """Be out of computing resources."""
        self.fail(code=200, body=BUSY)

    def _told(self, call: Call) -> Mapping[str, Any]:
        if refusal := _refusal(call["method"], call["params"]):
            code, message = refusal
            error = {"code": code, "message": message, "data": "{}"}
            return {"jsonrpc": "2.0", "id": call["id"], "error": error}
        return super()._told(call)

    def _batch_refusal(self, calls: int) -> Mapping[str, Any] | None:
        if calls <= _MOST_CALLS:
            return None
        error = {"code": -32005, "message": "exceed max batch size"}
        return {"jsonrpc": "2.0", "id": None, "error": error}


def _refusal(method: str, params: list[Any]) -> tuple[int, str] | None:
    if method not in _METHODS:
        return -32601, f"the method {method} does not exist/is not available"
    wanted = params[0] if method == "eth_getLogs" else {}
    tags = {each for each in params if isinstance(each, str)}
    tags |= {str(wanted.get(name)) for name in ("fromBlock", "toBlock")}
    for tag in ("safe", "pending"):
        if tag in tags:
            return -32602, f"TAG {tag} not supported"
    if method in _LATEST_ONLY and params[-1] != "latest":
        return -32602, "QUANTITY not supported, just support TAG as latest"
    return _logs_refusal(wanted) if wanted else None


def _logs_refusal(wanted: Mapping[str, Any]) -> tuple[int, str] | None:
    first, last = (int(wanted[name], 16) for name in ("fromBlock", "toBlock"))
    if last - first > _MOST_BLOCKS:
        return -32602, f"exceed max block range: {_MOST_BLOCKS}"
    slots = [each for each in wanted["topics"] if isinstance(each, list)]
    if any(len(each) > _MOST_TOPICS for each in slots) or len(wanted["address"]) > _MOST_TOPICS:
        return -32602, f"exceed max topics: {_MOST_TOPICS}"
    return None
