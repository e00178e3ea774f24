// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Fault} from "../../../contracts/mocks/Fault.sol";
import {Mood, MoodyWallet} from "../../../contracts/mocks/MoodyWallet.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {World} from "./World.sol";

/// @title Moods
/// @notice What tokens, wallets and the gate will answer in the mood that they are in: known before each call, so that it
/// is known how the call must end.
abstract contract Moods is World {
    /// @notice Who disappoints: the faulty token with what goes out or comes in, the gate, a wallet with a fault or a mood.
    enum Trouble {
        TokenOut,
        TokenIn,
        GateFault,
        WalletFault,
        WalletMood
    }

    /// @dev How often a call met each of a troublemaker's ways.
    mapping(Trouble => mapping(uint256 way => uint256)) internal met;

    /// @dev A transfer of `token` that is about to happen, out of the escrow or into it.
    function _meetToken(uint256 token, bool out) internal {
        if (token != FAULTY) return;
        if (out) ++met[Trouble.TokenOut][uint256(faultyToken.onTransfer())];
        else ++met[Trouble.TokenIn][uint256(faultyToken.onTransferFrom())];
    }

    function _meetWallet(address account) internal {
        Mood mood = MoodyWallet(account).mood();
        ++met[Trouble.WalletMood][uint256(mood)];
        if (mood == Mood.Honest) ++met[Trouble.WalletFault][uint256(MoodyWallet(account).fault())];
    }

    // ------------------------------------------------------------------------------------------------------ tokens

    /// @dev Whether the token, in its present mood, lets `to` receive from `from`.
    function _accepts(uint256 token, address from, address to) internal view returns (bool) {
        if (token == RESTRICTED) {
            return !restricted.paused() && !restricted.blacklisted(from) && !restricted.blacklisted(to);
        }
        if (token == HOOK) return _answersHooks(from) && _answersHooks(to);
        if (token == FAULTY) {
            return
                _delivers(
                    from == address(escrow) || _isArbiter(from)
                        ? faultyToken.onTransfer()
                        : faultyToken.onTransferFrom()
                );
        }
        return true;
    }

    /// @dev SafeERC20 reads an answer of 31 bytes together with what it had sent before: the byte of the recipient's address that
    /// stands behind them. Where that is 1, it takes the answer for true. A token that answers so may as well lie outright.
    function _misleads(uint256 token, address to) internal view returns (bool) {
        if (token != FAULTY || faultyToken.onTransfer() != Fault.ReturnsShort) return false;
        return uint8(uint160(to) >> 32) == 1;
    }

    /// @dev An account without code that registered for hooks cannot answer them, and the transfer fails.
    function _answersHooks(address account) private view returns (bool) {
        return account.code.length != 0 || !hook.registered(account);
    }

    /// @dev What arrives of a transfer of `amount`.
    function _arriving(uint256 token, uint256 amount) internal view returns (uint256) {
        if (token != FEE) return amount;
        return amount - (amount * feeToken.feeBps()) / BPS + feeToken.bonus();
    }

    /// @dev Some faults are only in the answer: nothing from a contract counts as success, and so does `true` with more
    /// behind it.
    function _delivers(Fault fault) private pure returns (bool) {
        return fault == Fault.None || fault == Fault.ReturnsNothing || fault == Fault.ReturnsHuge;
    }

    function _isArbiter(address account) internal view returns (bool) {
        for (uint256 a = PEOPLE; a < ACCOUNTS; ++a) {
            if (accounts[a] == account) return true;
        }
        return false;
    }

    // -------------------------------------------------------------------------------------------------------- gate

    /// @dev Only a revert refuses: an answer, even a strange one, lets the money in.
    function _gatePasses() internal view returns (bool) {
        Fault fault = gate.fault();
        return fault != Fault.Reverts && fault != Fault.RevertsHuge && fault != Fault.BurnsGas;
    }

    // -------------------------------------------------------------------------------------------------- signatures

    /// @dev `signer`'s EIP-712 signature for the escrow; a contract's is its owner's.
    function _sign(address signer, bytes32 structHash) internal view returns (bytes memory) {
        return _signDigest(signer, TypedData.digest(domain, structHash));
    }

    function _signDigest(address signer, bytes32 digest) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[signer], digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Whether an account with code takes a signature; `right`: it is its owner's, over what is done.
    function _saysYes(address account, bytes32 digest, bool right) internal view returns (bool) {
        Mood mood = MoodyWallet(account).mood();
        if (mood == Mood.DrawsLots) return uint256(digest) % 2 == 0;
        if (mood != Mood.Honest) return mood == Mood.SaysYes;
        Fault fault = MoodyWallet(account).fault();
        return fault == Fault.None ? right : fault == Fault.ReturnsHuge;
    }

    /// @dev Whether the account takes no signature but its owner's.
    function _isHonest(address account) internal view returns (bool) {
        if (account.code.length == 0) return true;
        MoodyWallet moody = MoodyWallet(account);
        return moody.mood() == Mood.Honest && moody.fault() != Fault.ReturnsHuge;
    }
}
