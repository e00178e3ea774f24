// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {Choices} from "./Choices.sol";

/// @title Warrants
/// @notice Who sends a call and how the actor authorizes it: by calling, or by a signature that somebody else sends; and
/// what that is worth, which an account with code decides as it likes.
abstract contract Warrants is Choices {
    /// @notice Who sends a call, and how the actor authorizes it.
    struct Warrant {
        address actor;
        address sender;
        /// @dev 0: nobody signs.
        address signer;
        uint256 deadline;
        /// @dev Whether something else is signed than what is done.
        bool signsOther;
        bool valid;
        /// @dev An arbiter; 0: the escrow, or SignedFunding. And the ether that is sent, in wei.
        address target;
        uint256 value;
    }

    /// @dev In how many of 100 cases a gift has a fault: many, as it ends a milestone in any status.
    uint256 internal constant GIFT_FAULTS = 65;

    /// @dev How often an account with code was asked about a signature, by its answer.
    mapping(bool yes => uint256) internal walletAnswers;

    /// @dev The client or the freelancer, with its flag; seldom somebody else, with none.
    function _party(IMicroEscrow.Agreement memory agreement) internal returns (address, uint8) {
        if (_chance(12)) {
            address account = accounts[_draw(PEOPLE)];
            if (account != agreement.client && account != agreement.freelancer) return (account, 0);
        }
        return _chance(2) ? (agreement.client, CLIENT_CONSENTED) : (agreement.freelancer, FREELANCER_CONSENTED);
    }

    function _direct(address sender) internal pure returns (Warrant memory w) {
        w.sender = sender;
    }

    /// @dev A way to act for `actor`: it calls, or signs and somebody else calls; `faults` in 100 times with a fault.
    function _warrant(address actor, uint256 faults) internal returns (Warrant memory w) {
        w.actor = actor;
        bool right = actor != address(0) && _draw(100) >= faults;
        (w.valid, w.deadline) = (right, type(uint256).max);
        if (right && _chance(2)) {
            (w.sender, w.deadline) = (actor, 0); // a deadline without a signature means nothing
            return w;
        }
        w.sender = accounts[_draw(PEOPLE)];
        w.signer = actor;
        if (right) {
            if (_chance(4)) w.deadline = block.timestamp + 1;
            return w;
        }
        uint256 fault = actor == address(0) ? _draw(2) : _draw(4);
        if (fault == 0) (w.sender, w.signer) = (_other(actor), address(0));
        else if (fault == 1) w.signer = _other(actor);
        else if (fault == 2) w.deadline = block.timestamp - _draw(2);
        else w.signsOther = true;
    }

    /// @dev Signs, and asks an account with code what it will say to that.
    function _seal(Warrant memory w, bytes32 structHash) internal returns (IMicroEscrow.Authorization memory) {
        return _sealDigest(w, TypedData.digest(domain, structHash));
    }

    function _sealDigest(Warrant memory w, bytes32 digest) internal returns (IMicroEscrow.Authorization memory auth) {
        auth.deadline = w.deadline;
        if (w.signer == address(0)) return auth;
        auth.signature = _signDigest(w.signer, w.signsOther ? keccak256(abi.encode(digest)) : digest);
        if (w.actor.code.length != 0 && block.timestamp < w.deadline) {
            w.valid = _takes(w.actor, digest, w.signer == w.actor && !w.signsOther);
        }
    }

    /// @dev Whether an account takes a signature; `right`: it is made with its key, over what is done.
    function _takes(address account, bytes32 digest, bool right) internal returns (bool yes) {
        if (account.code.length == 0) return right;
        _meetWallet(account);
        yes = _saysYes(account, digest, right);
        ++walletAnswers[yes];
    }

    /// @dev An account that is not `account` and does not sign with its key.
    function _other(address account) internal returns (address) {
        uint256 a = _draw(PEOPLE);
        return accounts[a] == account ? accounts[(a + 1) % PEOPLE] : accounts[a];
    }
}
