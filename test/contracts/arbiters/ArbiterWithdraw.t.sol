// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {Fault} from "../../../contracts/mocks/Fault.sol";
import {FaultyToken} from "../../../contracts/mocks/FaultyToken.sol";
import {RestrictedToken} from "../../../contracts/mocks/RestrictedToken.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase} from "./PanelBase.sol";

/// @notice Withdrawing from an arbiter, of which the panel is one.
contract ArbiterWithdrawTest is PanelBase {
    function _rule() private {
        _openDispute();
        _send(_votes(_shares(4_000, 4_000, 4_000)));
    }

    function _withdraw(address account) private returns (uint256) {
        vm.prank(stranger);
        return panel.withdraw(token, account);
    }

    function _assertPaid(address account, uint256 amount) private {
        uint256 before = _balance(account);
        vm.expectEmit(address(panel));
        emit IArbiter.Withdrawn(token, account, amount);
        vm.assertEq(_withdraw(account), amount, "what it returns");
        vm.assertEq(_balance(account) - before, amount, "what arrived");
        vm.assertEq(panel.claimable(token, account), 0, "what is left");
    }

    function test_When_NothingIsClaimable() public {
        _rule();
        vm.recordLogs();
        vm.assertEq(_withdraw(stranger), 0, "what it returns");
        vm.assertEq(vm.getRecordedLogs().length, 0, "events");
        vm.assertEq(escrow.claimable(token, address(panel)), _arbiterFee(), "the fee is where it was");
    }

    function test_When_TheFeeIsInTheEscrow() public {
        _rule();
        uint256 part = _arbiterFee() / 3;
        _assertPaid(members[1], part);
        vm.assertEq(escrow.claimable(token, address(panel)), 0, "the fee has come");
        vm.assertEq(_balance(address(panel)), _arbiterFee() - part, "what the others can claim");
    }

    function test_When_TheFeeIsHereAlready() public {
        _rule();
        escrow.withdraw(token, address(panel));
        uint256 part = _arbiterFee() / 3;
        _assertPaid(members[1], part);
        _assertPaid(members[2], part);
        _assertPaid(members[0], _arbiterFee() - 2 * part);
        vm.assertEq(_balance(address(panel)), 0, "nothing is left");
    }

    function test_When_PartOfItIsHere() public {
        _rule();
        _mint(address(panel), 1);
        _assertPaid(members[1], _arbiterFee() / 3);
        vm.assertEq(escrow.claimable(token, address(panel)), 0, "the fee has come");
    }

    function test_When_ExactlyAsMuchIsHere() public {
        _rule();
        _mint(address(panel), _arbiterFee() / 3);
        _assertPaid(members[1], _arbiterFee() / 3);
        vm.assertEq(escrow.claimable(token, address(panel)), _arbiterFee(), "the fee is where it was");
    }

    function test_RevertGiven_TheTokenRefusesTheAccount() public {
        RestrictedToken restricted = new RestrictedToken();
        _useTokenHere(address(restricted));
        _rule();
        restricted.setBlacklisted(members[1], true);
        vm.expectRevert(abi.encodeWithSelector(RestrictedToken.Blacklisted.selector, members[1]));
        _withdraw(members[1]);
        vm.assertEq(panel.claimable(token, members[1]), _arbiterFee() / 3, "it waits");
        _assertPaid(members[2], _arbiterFee() / 3);
        restricted.setBlacklisted(members[1], false);
        _assertPaid(members[1], _arbiterFee() / 3);
    }

    function test_RevertGiven_TheTokenReturnsFalse() public {
        FaultyToken faulty = new FaultyToken();
        _useTokenHere(address(faulty));
        _rule();
        escrow.withdraw(token, address(panel));
        faulty.setFaults(Fault.ReturnsFalse, Fault.None);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token));
        _withdraw(members[1]);
        vm.assertEq(panel.claimable(token, members[1]), _arbiterFee() / 3, "it waits");
    }

    function test_Given_ItWasWithdrawnBefore() public {
        _rule();
        _assertPaid(members[1], _arbiterFee() / 3);
        uint256 before = _balance(members[1]);
        vm.recordLogs();
        vm.assertEq(_withdraw(members[1]), 0, "what it returns");
        vm.assertEq(vm.getRecordedLogs().length, 0, "events");
        vm.assertEq(_balance(members[1]), before, "what arrived");
    }
}
