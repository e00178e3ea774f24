// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableDeployTest is AppealableBase {
    function deploy(address firstInstance, address secondInstance, uint16 appealFeeBps) external {
        _deployAppealable(firstInstance, secondInstance, appealFeeBps);
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
        (, string memory name, string memory version, , address verifyingContract, , ) = IERC5267(arbiter)
            .eip712Domain();
        vm.assertEq(bytes(name), "AppealableArbiter", "name");
        vm.assertEq(bytes(version), "1", "version");
        vm.assertEq(verifyingContract, arbiter, "verifying contract");
    }
}
