// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Fault} from "../../contracts/mocks/Fault.sol";
import {FaultyToken} from "../../contracts/mocks/FaultyToken.sol";
import {RestrictedToken} from "../../contracts/mocks/RestrictedToken.sol";
import {Base} from "./utils/Base.sol";
import {vm} from "./utils/Vm.sol";

contract WithdrawTest is Base {
    function _withdraw(address account) private returns (uint256) {
        vm.prank(stranger);
        return escrow.withdraw(token, account);
    }

    function _withdrawAndAssert(address account) private {
        uint256 owed = escrow.claimable(token, account);
        _recordWorld();
        _expectWithdrawn(account);
        vm.assertEq(_withdraw(account), owed, "amount");
        _assertWorld();
    }

    function test_RevertGiven_TheTokenRefusesTheTransfer() public {
        RestrictedToken restricted = new RestrictedToken();
        _useToken(address(restricted));
        _bring(0, IMicroEscrow.Status.Released);
        restricted.setBlacklisted(platform, true);
        _recordWorld();
        vm.expectRevert(abi.encodeWithSelector(RestrictedToken.Blacklisted.selector, platform));
        _withdraw(platform);
        _forgetEvents();
        _assertWorld();
    }

    function test_RevertGiven_TheTokenReturnsFalse() public {
        FaultyToken faulty = new FaultyToken();
        _useToken(address(faulty));
        _bring(0, IMicroEscrow.Status.Released);
        faulty.setFaults(Fault.ReturnsFalse, Fault.None);
        _recordWorld();
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token));
        _withdraw(platform);
        _forgetEvents();
        _assertWorld();
    }

    function test_Given_NothingIsClaimable() public {
        _recordWorld();
        vm.assertEq(_withdraw(platform), 0, "amount");
        _assertWorld();
    }

    function test_Given_AFeeIsClaimable() public {
        _bring(0, IMicroEscrow.Status.Released);
        _withdrawAndAssert(platform);
    }

    function test_Given_FeesOfSeveralMilestonesAreClaimable() public {
        _bring(0, IMicroEscrow.Status.Released);
        _bring(1, IMicroEscrow.Status.Released);
        _bring(2, IMicroEscrow.Status.Resolved);
        _withdrawAndAssert(platform);
        _withdrawAndAssert(arbiter);
    }

    function test_Given_ADeferredPaymentIsClaimable() public {
        RestrictedToken restricted = new RestrictedToken();
        _useToken(address(restricted));
        _bring(0, IMicroEscrow.Status.Submitted);
        restricted.setBlacklisted(freelancer, true);
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        restricted.setBlacklisted(freelancer, false);
        _withdrawAndAssert(freelancer);
    }

    function test_Given_ItWasWithdrawnBefore() public {
        _bring(0, IMicroEscrow.Status.Released);
        _withdraw(platform);
        _recordWorld();
        vm.assertEq(_withdraw(platform), 0, "amount");
        _assertWorld();
    }

    function test_When_TheTokenIsAnother() public {
        _bring(0, IMicroEscrow.Status.Released);
        address other = address(new RestrictedToken());
        _recordWorld();
        vm.assertEq(escrow.withdraw(other, platform), 0, "amount");
        _assertWorld();
    }
}
