// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase} from "./PanelBase.sol";

/// @notice An arbiter as the gate of an agreement, of which the panel is one.
contract ArbiterCheckTest is PanelBase {
    function _assertRefused(bytes memory reason) private {
        _sealAgreement();
        _prepareMoney(client, _only(0));
        bytes memory signature = _signature(freelancer, id);
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.GateRefused.selector, address(panel), reason));
        vm.prank(client);
        escrow.fund(agreement, schedule, _only(0), signature);
    }

    function test_RevertWhen_AnotherEscrowAsks() public {
        IMicroEscrow other = _deployEscrow();
        vm.expectRevert(abi.encodeWithSelector(IArbiter.AnotherEscrow.selector, address(other), address(escrow)));
        vm.prank(address(other));
        panel.check(id, agreement, client, 1);
    }

    function test_RevertWhen_TheAgreementNamesAnotherArbiter() public {
        agreement.arbiter = stranger;
        _assertRefused(abi.encodeWithSelector(IArbiter.AnotherArbiter.selector, stranger, address(panel)));
    }

    function test_RevertWhen_TheArbitrationPeriodIsASecondTooShort() public {
        agreement.arbitrationPeriod = 14 days - 1;
        _assertRefused(abi.encodeWithSelector(IArbiter.ArbitrationPeriodTooShort.selector, 14 days - 1, 14 days));
    }

    function test_RevertWhen_TheFeeIsABasisPointTooLow() public {
        agreement.arbiterFeeBps = 499;
        _assertRefused(abi.encodeWithSelector(IArbiter.ArbiterFeeTooLow.selector, 499, 500));
    }

    function test_When_EverythingIsAtItsLimit() public {
        _bring(0, IMicroEscrow.Status.Funded);
        vm.assertEq(_milestone(0).amount, AMOUNT, "funded");
    }

    function test_When_TheAgreementOffersMore() public {
        (agreement.arbitrationPeriod, agreement.arbiterFeeBps) = (14 days + 1, 501);
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Funded);
        vm.assertEq(_milestone(0).amount, AMOUNT, "funded");
    }
}
