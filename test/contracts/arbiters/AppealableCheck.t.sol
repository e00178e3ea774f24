// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableCheckTest is AppealableBase {
    uint32 private constant MIN_PERIOD = PROPOSAL_PERIOD + APPEAL_PERIOD + DECISION_PERIOD + 1 days;

    function deploy(address firstInstance, address secondInstance, uint16 appealFeeBps) external {
        _deployAppealable(firstInstance, secondInstance, appealFeeBps);
    }

    function _refuses(bytes memory reason) private {
        _sealAgreement();
        vm.expectRevert(reason);
        appealable.check(id, agreement, client, 1);
        (agreement.client, agreement.freelancer) = (client, freelancer);
        (agreement.arbitrationPeriod, agreement.arbiterFeeBps) = (14 days, 500);
        _name();
    }

    function test_RevertWhen_TheTwoInstancesAreOne() public {
        vm.expectRevert(abi.encodeWithSelector(IAppealableArbiter.InstancesNotDistinct.selector, first, first));
        this.deploy(first, first, APPEAL_FEE_BPS);
    }

    function test_RevertWhen_AnAppealCostsMoreThanWhatIsHeld() public {
        vm.expectRevert(_shareTooHigh(10_001));
        this.deploy(first, second, 10_001);
        this.deploy(first, second, 10_000);
    }

    function test_Given_ItIsDeployed() public view {
        vm.assertEq(address(appealable.ESCROW()), address(escrow), "escrow");
        vm.assertEq(appealable.MIN_ARBITER_FEE_BPS(), MIN_ARBITER_FEE_BPS, "fee");
        vm.assertEq(appealable.MIN_ARBITRATION_PERIOD(), 11 days, "period");
        vm.assertEq(appealable.FIRST_INSTANCE(), first, "first");
        vm.assertEq(appealable.SECOND_INSTANCE(), second, "second");
        vm.assertEq(appealable.PROPOSAL_PERIOD(), PROPOSAL_PERIOD, "proposal");
        vm.assertEq(appealable.APPEAL_PERIOD(), APPEAL_PERIOD, "appeal");
        vm.assertEq(appealable.DECISION_PERIOD(), DECISION_PERIOD, "decision");
        vm.assertEq(appealable.APPEAL_FEE_BPS(), APPEAL_FEE_BPS, "appeal's fee");
        vm.assertEq(appealable.depositOf(100_000), 3_330, "deposit");
        vm.assertEq(appealable.depositOf(type(uint128).max), (uint256(type(uint128).max) * 333) / 10_000, "deposit");
        (, string memory name, string memory version, , address verifyingContract, , ) = IERC5267(arbiter)
            .eip712Domain();
        vm.assertEq(bytes(name), "AppealableArbiter", "name");
        vm.assertEq(bytes(version), "1", "version");
        vm.assertEq(verifyingContract, arbiter, "verifying contract");
    }

    function test_RevertGiven_AnotherArbiterTooShortAPeriodOrTooLowAFee() public {
        agreement.arbiter = stranger;
        _refuses(abi.encodeWithSelector(IArbiter.AnotherArbiter.selector, stranger, arbiter));
        agreement.arbitrationPeriod = MIN_PERIOD - 1;
        _refuses(abi.encodeWithSelector(IArbiter.ArbitrationPeriodTooShort.selector, MIN_PERIOD - 1, MIN_PERIOD));
        agreement.arbiterFeeBps = MIN_ARBITER_FEE_BPS - 1;
        _refuses(
            abi.encodeWithSelector(IArbiter.ArbiterFeeTooLow.selector, MIN_ARBITER_FEE_BPS - 1, MIN_ARBITER_FEE_BPS)
        );
    }

    function test_RevertGiven_AnInstanceIsAParty() public {
        agreement.client = first;
        _refuses(_instanceIsParty(first));
        agreement.freelancer = first;
        _refuses(_instanceIsParty(first));
        agreement.client = second;
        _refuses(_instanceIsParty(second));
        agreement.freelancer = second;
        _refuses(_instanceIsParty(second));
    }

    function test_Given_TheAgreementJustFits() public {
        (agreement.arbitrationPeriod, agreement.arbiterFeeBps) = (MIN_PERIOD, MIN_ARBITER_FEE_BPS);
        _sealAgreement();
        appealable.check(id, agreement, client, 1);
        _openDispute();
    }
}
