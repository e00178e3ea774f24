// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableCheckTest is AppealableBase {
    uint32 private constant MIN_PERIOD = PROPOSAL_PERIOD + APPEAL_PERIOD + DECISION_PERIOD + 1 days;

    function _assertRefused(bytes memory reason) private {
        _sealAgreement();
        vm.expectRevert(reason);
        vm.prank(address(escrow));
        appealable.check(id, agreement, client, 1);
        (agreement.client, agreement.freelancer) = (client, freelancer);
        (agreement.arbitrationPeriod, agreement.arbiterFeeBps) = (14 days, 500);
        _name();
    }

    function test_RevertGiven_AnotherArbiterTooShortAPeriodOrTooLowAFee() public {
        agreement.arbiter = stranger;
        _assertRefused(abi.encodeWithSelector(IArbiter.AnotherArbiter.selector, stranger, arbiter));
        agreement.arbitrationPeriod = MIN_PERIOD - 1;
        _assertRefused(abi.encodeWithSelector(IArbiter.ArbitrationPeriodTooShort.selector, MIN_PERIOD - 1, MIN_PERIOD));
        agreement.arbiterFeeBps = MIN_ARBITER_FEE_BPS - 1;
        _assertRefused(
            abi.encodeWithSelector(IArbiter.ArbiterFeeTooLow.selector, MIN_ARBITER_FEE_BPS - 1, MIN_ARBITER_FEE_BPS)
        );
    }

    function test_RevertGiven_AnInstanceIsAParty() public {
        agreement.client = first;
        _assertRefused(_instanceIsParty(first));
        agreement.freelancer = first;
        _assertRefused(_instanceIsParty(first));
        agreement.client = second;
        _assertRefused(_instanceIsParty(second));
        agreement.freelancer = second;
        _assertRefused(_instanceIsParty(second));
    }

    function test_Given_TheAgreementJustFits() public {
        (agreement.arbitrationPeriod, agreement.arbiterFeeBps) = (MIN_PERIOD, MIN_ARBITER_FEE_BPS);
        _sealAgreement();
        vm.prank(address(escrow));
        appealable.check(id, agreement, client, 1);
        _openDispute();
        vm.assertEq(uint256(_milestone(0).status), uint256(IMicroEscrow.Status.Disputed), "funded, and disputed");
    }
}
