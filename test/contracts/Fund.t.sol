// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IFundingGate} from "../../contracts/interfaces/IFundingGate.sol";
import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Disappointed, Fault} from "../../contracts/mocks/Fault.sol";
import {FeeToken} from "../../contracts/mocks/FeeToken.sol";
import {PlainToken} from "../../contracts/mocks/PlainToken.sol";
import {SwitchableGate} from "../../contracts/mocks/SwitchableGate.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract FundTest is Base {
    function _fundAs(address caller, uint256[] memory indices, bytes memory signature) private {
        vm.prank(caller);
        escrow.fund(agreement, schedule, indices, signature);
    }

    function _acceptAs(address party) private {
        vm.prank(party);
        escrow.accept(agreement, schedule, party, "");
    }

    /// @dev Gives the client its money, and requires that it cannot fund milestone 0.
    function _assertRefused(bytes memory reason) private {
        _prepareMoney(client, _only(0));
        _assertRefusedWithoutMoney(reason);
    }

    function _assertRefusedWithoutMoney(bytes memory reason) private {
        bytes memory signature = _signature(freelancer, id);
        vm.expectRevert(reason);
        _fundAs(client, _only(0), signature);
    }

    function _useGate(address gate) private {
        agreement.gate = gate;
        _sealAgreement();
    }

    function test_RevertGiven_TheAgreementIsClosed() public {
        vm.prank(freelancer);
        escrow.close(agreement, freelancer, _byCalling());
        _assertRefused(abi.encodeWithSelector(IMicroEscrow.FundingClosed.selector, id));
    }

    function test_RevertWhen_TheFundingTimeIsOver() public {
        vm.warp(agreement.fundBy);
        _assertRefused(
            abi.encodeWithSelector(IMicroEscrow.FundingExpired.selector, agreement.fundBy, agreement.fundBy)
        );
    }

    function test_RevertWhen_ThereAreNoIndices() public {
        bytes memory signature = _signature(freelancer, id);
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.NothingToFund.selector));
        _fundAs(client, new uint256[](0), signature);
    }

    function test_RevertWhen_TheScheduleIsNotTheAgreements() public {
        schedule[0].amount = 1;
        bytes32 actual = TypedData.scheduleHash(schedule);
        _assertRefused(abi.encodeWithSelector(IMicroEscrow.ScheduleMismatch.selector, actual, agreement.milestones));
    }

    function test_RevertGiven_TheClientDidNotConsentAndDoesNotCall() public {
        _acceptAs(freelancer);
        _prepareMoney(payer, _only(0));
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.NotAccepted.selector, client));
        _fundAs(payer, _only(0), "");
    }

    function test_RevertGiven_TheAgreementIsNotValid() public {
        agreement.feeBps = 1_001;
        _sealAgreement();
        _assertRefused(abi.encodeWithSelector(IMicroEscrow.FeeTooHigh.selector, 1_001, 1_000));
    }

    function test_RevertGiven_TheFreelancerDidNotConsentAndThereIsNoSignature() public {
        _prepareMoney(client, _only(0));
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.NotAccepted.selector, freelancer));
        _fundAs(client, _only(0), "");
    }

    function test_RevertGiven_TheFreelancerDidNotConsentAndSomebodyElseSigned() public {
        _prepareMoney(client, _only(0));
        bytes memory signature = _signature(client, id);
        vm.expectRevert(_invalidSignature(freelancer, id));
        _fundAs(client, _only(0), signature);
    }

    function test_RevertWhen_AnIndexIsBeyondTheSchedule() public {
        bytes memory signature = _signature(freelancer, id);
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.MilestoneOutOfRange.selector, MILESTONES, MILESTONES));
        _fundAs(client, _only(MILESTONES), signature);
    }

    function test_RevertWhen_AnIndexIsThereTwice() public {
        uint256[] memory indices = new uint256[](2);
        (indices[0], indices[1]) = (1, 1);
        _prepareMoney(client, indices);
        bytes memory signature = _signature(freelancer, id);
        vm.expectRevert(_wrongStatus(1, IMicroEscrow.Status.Funded, NONE));
        _fundAs(client, indices, signature);
    }

    function _fundAgain(uint256 index) private {
        _fundAs(client, _only(index), "");
    }

    function test_RevertGiven_TheMilestoneWasFundedBefore() public {
        _assertRefusedOutside(NONE, _fundAgain);
    }

    function test_RevertGiven_TheGateHasNoCode() public {
        _useGate(stranger);
        _assertRefused(abi.encodeWithSelector(IMicroEscrow.GateRefused.selector, stranger, ""));
    }

    function test_RevertGiven_TheGateRefuses() public {
        SwitchableGate gate = new SwitchableGate();
        gate.setFault(Fault.Reverts);
        _useGate(address(gate));
        _assertRefused(
            abi.encodeWithSelector(
                IMicroEscrow.GateRefused.selector,
                gate,
                abi.encodeWithSelector(Disappointed.selector)
            )
        );
    }

    function test_RevertGiven_TheTokenHasNoCode() public {
        agreement.token = stranger;
        _sealAgreement();
        _assertRefused(abi.encodeWithSelector(IMicroEscrow.TokenWithoutCode.selector, stranger));
    }

    function test_RevertGiven_TheCallerDidNotAllowTheSum() public {
        uint256 amount = schedule[0].amount;
        _mint(client, amount);
        vm.prank(client);
        PlainToken(token).approve(address(escrow), amount - 1);
        _assertRefusedWithoutMoney(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(escrow),
                amount - 1,
                amount
            )
        );
    }

    function test_RevertGiven_TheCallerDoesNotHaveTheSum() public {
        uint256 amount = schedule[0].amount;
        _mint(client, amount - 1);
        vm.prank(client);
        PlainToken(token).approve(address(escrow), amount);
        _assertRefusedWithoutMoney(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, client, amount - 1, amount)
        );
    }

    function test_RevertGiven_TheTokenDeliversLess() public {
        FeeToken feeToken = new FeeToken();
        _useToken(address(feeToken));
        feeToken.setFee(0, 1, 0);
        uint256 amount = schedule[0].amount;
        _assertRefused(abi.encodeWithSelector(IMicroEscrow.UnexpectedBalance.selector, token, amount - 1, amount));
    }

    function test_RevertGiven_TheTokenDeliversMore() public {
        FeeToken feeToken = new FeeToken();
        _useToken(address(feeToken));
        feeToken.setFee(0, 0, 1);
        uint256 amount = schedule[0].amount;
        _assertRefused(abi.encodeWithSelector(IMicroEscrow.UnexpectedBalance.selector, token, amount + 1, amount));
    }

    function test_Given_NobodyConsentedWhenTheClientCallsWithTheFreelancersSignature() public {
        _prepareMoney(client, _only(0));
        bytes memory signature = _signature(freelancer, id);
        _recordWorld();
        _expectOpened(client);
        _expectAccepted(freelancer);
        _expectFunding(0, client);
        _fundAs(client, _only(0), signature);
        _assertWorld();
    }

    function test_Given_TheFreelancerConsentedWhenTheClientCalls() public {
        _acceptAs(freelancer);
        _prepareMoney(client, _only(0));
        _recordWorld();
        _expectAccepted(client);
        _expectFunding(0, client);
        _fundAs(client, _only(0), "ignored");
        _assertWorld();
    }

    function test_Given_TheClientConsentedWhenTheFreelancerCalls() public {
        _acceptAs(client);
        _prepareMoney(freelancer, _only(0));
        _recordWorld();
        _expectAccepted(freelancer);
        _expectFunding(0, freelancer);
        _fundAs(freelancer, _only(0), "");
        _assertWorld();
    }

    function test_Given_TheClientConsentedWhenAStrangerCallsWithTheFreelancersSignature() public {
        _acceptAs(client);
        _prepareMoney(payer, _only(0));
        bytes memory signature = _signature(freelancer, id);
        _recordWorld();
        _expectAccepted(freelancer);
        _expectFunding(0, payer);
        _fundAs(payer, _only(0), signature);
        _assertWorld();
    }

    function test_Given_BothConsentedWhenAStrangerCalls() public {
        _acceptAs(client);
        _acceptAs(freelancer);
        _prepareMoney(payer, _only(0));
        _recordWorld();
        _expectFunding(0, payer);
        _fundAs(payer, _only(0), "");
        _assertWorld();
    }

    function test_When_ThereAreSeveralIndices() public {
        uint256[] memory indices = new uint256[](3);
        (indices[0], indices[1], indices[2]) = (5, 0, 7);
        _prepareMoney(client, indices);
        bytes memory signature = _signature(freelancer, id);
        _recordWorld();
        _expectOpened(client);
        _expectAccepted(freelancer);
        _expectFunding(5, client);
        _expectFunding(0, client);
        _expectFunding(7, client);
        _fundAs(client, indices, signature);
        _assertWorld();
    }

    function test_When_MilestoneZeroIsNotAmongTheFirst() public {
        _fund(_only(3));
        _prepareMoney(client, _only(0));
        _recordWorld();
        _expectFlags(CLIENT_CONSENTED | FREELANCER_CONSENTED);
        _expectFunding(0, client);
        _fundAs(client, _only(0), "");
        _assertWorld();
    }

    function test_When_ItIsTheLastSecondOfTheFundingTime() public {
        _prepareMoney(client, _only(0));
        vm.warp(agreement.fundBy - 1);
        bytes memory signature = _signature(freelancer, id);
        _recordWorld();
        _expectOpened(client);
        _expectAccepted(freelancer);
        _expectFunding(0, client);
        _fundAs(client, _only(0), signature);
        _assertWorld();
    }

    function test_Given_TheGateLetsItPass() public {
        SwitchableGate gate = new SwitchableGate();
        _useGate(address(gate));
        uint256[] memory indices = new uint256[](2);
        (indices[0], indices[1]) = (0, 1);
        uint256 sum = _prepareMoney(client, indices);
        bytes memory signature = _signature(freelancer, id);
        _recordWorld();
        vm.expectCall(address(gate), abi.encodeCall(IFundingGate.check, (id, agreement, client, sum)), 1);
        _expectOpened(client);
        _expectAccepted(freelancer);
        _expectFunding(0, client);
        _expectFunding(1, client);
        _fundAs(client, indices, signature);
        _assertWorld();
    }
}
