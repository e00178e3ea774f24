// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEvidence} from "@kleros/erc-792/contracts/erc-1497/IEvidence.sol";

import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {Vm, vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

contract KlerosDeployTest is KlerosBase {
    function deploy(uint16[] memory options) external {
        kleros = _deployKleros(address(court), options);
    }

    function test_RevertWhen_ThereAreNoOptions() public {
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NoOptions.selector));
        this.deploy(new uint16[](0));
    }

    function test_RevertWhen_AnOptionIsAboveTheWhole() public {
        for (uint256 i = 0; i < 3; ++i) {
            uint16[] memory options = _options();
            options[i] = 10_001;
            vm.expectRevert(_shareTooHigh(10_001));
            this.deploy(options);
        }
    }

    function test_Given_ItIsDeployed() public {
        vm.recordLogs();
        this.deploy(_options());
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1, "events");
        vm.assertEq(logs[0].topics[0], IEvidence.MetaEvidence.selector, "the event");
        vm.assertEq(logs[0].topics[1], 0, "its number");
        vm.assertEq(bytes(abi.decode(logs[0].data, (string))), bytes(META_EVIDENCE), "the meta-evidence");
        vm.assertEq(address(kleros.ESCROW()), address(escrow), "escrow");
        vm.assertEq(kleros.MIN_ARBITRATION_PERIOD(), MIN_PERIOD, "period");
        vm.assertEq(kleros.MIN_ARBITER_FEE_BPS(), MIN_FEE_BPS, "fee");
        vm.assertEq(address(kleros.ARBITRATOR()), address(court), "court");
        vm.assertEq(kleros.extraData(), EXTRA_DATA, "extra data");
        vm.assertEq(bytes(kleros.metaEvidence()), bytes(META_EVIDENCE), "meta-evidence");
        vm.assertEq(keccak256(abi.encode(kleros.shares())), keccak256(abi.encode(_options())), "shares");
        vm.assertEq(kleros.openingCost(), COST, "cost");
        vm.assertEq(kleros.evidenceGroup(id, 5), uint256(keccak256(abi.encode(id, 5))), "evidence group");
        vm.expectRevert(_notOpen());
        kleros.disputeOf(id, 0);
    }

    function test_RevertGiven_AnAgreement() public {
        agreement.arbitrationPeriod = MIN_PERIOD - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IArbiter.ArbitrationPeriodTooShort.selector, MIN_PERIOD - 1, MIN_PERIOD)
        );
        vm.prank(address(escrow));
        kleros.check(id, agreement, client, 1);
        (agreement.arbitrationPeriod, agreement.arbiterFeeBps) = (MIN_PERIOD, MIN_FEE_BPS - 1);
        vm.expectRevert(abi.encodeWithSelector(IArbiter.ArbiterFeeTooLow.selector, MIN_FEE_BPS - 1, MIN_FEE_BPS));
        vm.prank(address(escrow));
        kleros.check(id, agreement, client, 1);
        agreement.arbiterFeeBps = MIN_FEE_BPS;
        vm.prank(address(escrow));
        kleros.check(id, agreement, client, 1);
    }

    function test_RevertWhen_EtherIsSentToIt() public {
        vm.deal(address(this), 1);
        (bool success, ) = arbiter.call{value: 1}("");
        vm.assertFalse(success, "ether");
    }
}
