// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A dollar of the tests: six decimals, and an issuer who may block an address, as USDC's may.
/// Its code is put at the real address without a constructor, so nothing is kept that one sets.
contract Usdc is ERC20("", "") {
    mapping(address account => bool) public isBlacklisted;

    function name() public pure virtual override returns (string memory) {
        return "USD Coin";
    }

    function symbol() public pure virtual override returns (string memory) {
        return "USDC";
    }

    function decimals() public pure virtual override returns (uint8) {
        return 6;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setBlacklisted(address account, bool blocked) external {
        isBlacklisted[account] = blocked;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!isBlacklisted[from] && !isBlacklisted[to], "Blacklistable: account is blacklisted");
        super._update(from, to, amount);
    }
}

/// The token that older bridges brought and that people mistake for USDC.
contract BridgedUsdc is Usdc {
    function name() public pure override returns (string memory) {
        return "USD Base Coin";
    }

    function symbol() public pure override returns (string memory) {
        return "USDbC";
    }
}

/// A dollar of another chain, with other decimals.
contract BscUsdc is Usdc {
    function decimals() public pure override returns (uint8) {
        return 18;
    }
}

contract BscUsdt is BscUsdc {
    function name() public pure override returns (string memory) {
        return "Tether USD";
    }

    function symbol() public pure override returns (string memory) {
        return "USDT";
    }
}

/// Pays several at once, as exchanges do: no transaction of the chain names whom.
contract BatchSender {
    function pay(address payable[] calldata to, uint256 each) external payable {
        for (uint256 i; i < to.length; i++) {
            (bool paid, ) = to[i].call{value: each}("");
            require(paid);
        }
    }
}
