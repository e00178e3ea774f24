// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "../utils/Base.sol";
import {vm} from "../utils/Vm.sol";

/// @notice What the tests of the arbiters share: an agreement that names one as arbiter and gate, and the arbiter's part of the
/// world: its events, and what it owes.
abstract contract ArbiterBase is Base {
    address[] private _served;
    mapping(address account => uint256) private _owed;

    /// @dev The agreement is drafted anew, with this arbiter.
    function _useArbiter(address arbiter_) internal {
        arbiter = arbiter_;
        _draft();
        _name();
    }

    /// @dev The agreement names the arbiter as its gate too.
    function _name() internal {
        (agreement.arbiter, agreement.gate) = (arbiter, arbiter);
        _sealAgreement();
    }

    /// @dev Drafts the agreement anew, over another token.
    function _useTokenHere(address token_) internal {
        _useToken(token_);
        _name();
    }

    function _create(string memory artifact, bytes memory args) internal returns (address deployed) {
        bytes memory initCode = abi.encodePacked(vm.getCode(artifact), args);
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
            if iszero(deployed) {
                returndatacopy(mload(0x40), 0, returndatasize())
                revert(mload(0x40), returndatasize())
            }
        }
    }

    function _openDispute() internal {
        _bring(0, IMicroEscrow.Status.Disputed);
    }

    /// @dev When milestone 0 was disputed.
    function _disputedAt() internal view returns (uint256) {
        return _milestone(0).clock - agreement.arbitrationPeriod;
    }

    // ------------------------------------------------------------------------------------------------------- world

    /// @dev Watches an account that the arbiter may come to owe something, beside the parties.
    function _serve(address account) internal {
        _served.push(account);
        _watch(account);
    }

    function _speaks(address emitter) internal view override returns (bool) {
        return super._speaks(emitter) || emitter == arbiter;
    }

    function _recordAll() internal virtual {
        if (_served.length == 0 || _served[_served.length - 1] != stranger) {
            _served.push(client);
            _served.push(freelancer);
            _served.push(arbiter);
            _served.push(stranger);
        }
        for (uint256 i = 0; i < _served.length; ++i) {
            _owed[_served[i]] = IArbiter(arbiter).claimable(token, _served[i]);
        }
        _recordWorld();
    }

    /// @dev Everything is as expected, the arbiter's books too, and the arbiter has what it owes.
    function _assertAll() internal virtual {
        _assertWorld();
        uint256 owed = _deposits();
        for (uint256 i = 0; i < _served.length; ++i) {
            uint256 actual = IArbiter(arbiter).claimable(token, _served[i]);
            vm.assertEq(actual, _owed[_served[i]], "claimable of the arbiter");
            owed += actual;
        }
        vm.assertEq(_balance(arbiter) + escrow.claimable(token, arbiter), owed, "what the arbiter owes");
    }

    /// @dev What the arbiter holds for nobody yet.
    function _deposits() internal view virtual returns (uint256) {
        return 0;
    }

    /// @dev The arbiter owes `amount` more to `account`: the event, and the money.
    function _expectFee(address account, uint256 amount) internal {
        if (amount == 0) return;
        _owed[account] += amount;
        vm.expectEmit(arbiter);
        emit IArbiter.FeeCredited(token, account, amount);
    }

    /// @dev The escrow rules: what the freelancer gets before the platform's fee, and the rest to the client.
    function _expectRuling(uint256 gross, bytes32 reasoning) internal {
        _expectConclusion({
            index: 0,
            status: IMicroEscrow.Status.Resolved,
            outcome: IMicroEscrow.Outcome.Ruled,
            gross: gross,
            clientAmount: _pot() - gross,
            arbiterFee: _arbiterFee(),
            reasoning: reasoning
        });
    }

    function _arbiterFee() internal view returns (uint256) {
        return (uint256(schedule[0].amount) * agreement.arbiterFeeBps) / BPS;
    }

    function _pot() internal view returns (uint256) {
        return schedule[0].amount - _arbiterFee();
    }

    function _shareOf(uint256 shareBps) internal view returns (uint256) {
        return (_pot() * shareBps) / BPS;
    }

    // ------------------------------------------------------------------------------------------------------ errors

    function _notHeard() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IArbiter.NotHeard.selector, id, 0);
    }

    function _hearingOver(uint256 end) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IArbiter.HearingOver.selector, end, block.timestamp);
    }

    function _shareTooHigh(uint256 shareBps) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IArbiter.ShareTooHigh.selector, shareBps, BPS);
    }

    /// @dev The agreement names an arbiter that is not asked.
    function _anotherArbiter() internal returns (bytes memory) {
        agreement.arbiter = stranger;
        _sealAgreement();
        return abi.encodeWithSelector(IArbiter.AnotherArbiter.selector, stranger, arbiter);
    }
}
