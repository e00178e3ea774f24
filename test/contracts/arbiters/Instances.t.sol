// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";
import {ArbiterBase} from "./ArbiterBase.sol";
import {KlerosBase} from "./KlerosBase.sol";
import {PanelBase} from "./PanelBase.sol";

/// @notice Two instances from end to end: a first instance's proposal before a panel, and before a court.
contract InstancesTest is PanelBase, KlerosBase, AppealableBase {
    function setUp() public override(PanelBase, KlerosBase, AppealableBase) {
        super.setUp();
    }

    function _recordAll() internal override(AppealableBase, ArbiterBase) {
        super._recordAll();
    }

    function _assertAll() internal override(AppealableBase, ArbiterBase) {
        super._assertAll();
    }

    function _deposits() internal view override(AppealableBase, ArbiterBase) returns (uint256) {
        return super._deposits();
    }

    function _useSecondInstance(address secondInstance) private {
        appealable = _deployAppealable(first, secondInstance, APPEAL_FEE_BPS);
        _useArbiter(address(appealable));
    }

    /// @dev What the second instance decides on an appeal, for the reasons it gives.
    /// @param gross What the freelancer gets before the platform's fee.
    function _expectDecision(uint16 shareBps, bytes32 reasoning, address[] memory paid, uint256 gross) private {
        _expectForgotten();
        vm.expectEmit(arbiter);
        emit IAppealableArbiter.HearingDecided(id, 0, shareBps, reasoning);
        _expectFee(first, _arbiterFee());
        uint256 part = _deposit() / paid.length;
        _expectFee(paid[0], _deposit() - part * (paid.length - 1));
        for (uint256 i = 1; i < paid.length; ++i) _expectFee(paid[i], part);
        _expectRuling(gross, reasoning);
    }

    function _membersUpTo(uint256 count) private view returns (address[] memory voters) {
        voters = new address[](count);
        for (uint256 i = 0; i < count; ++i) voters[i] = members[i];
    }

    // ------------------------------------------------------------------------------------------------------- panel

    function test_AProposalIsAppealedToAPanelAndOverturned() public {
        _useSecondInstance(address(panel));
        _bringAppealed(freelancer);
        IPanelArbiter.SignedVote[] memory votes = _votes(_shares(8_000, 8_000, 8_000));
        _recordAll();
        _expectDecision(8_000, _reasoningOf(members[1]), _membersUpTo(3), _shareOf(8_000) + _deposit());
        _send(votes);
        _assertAll();
        // Everybody takes what is his.
        for (uint256 i = 0; i < 3; ++i) appealable.withdraw(token, members[i]);
        appealable.withdraw(token, first);
        vm.assertEq(_balance(members[0]) + _balance(members[1]) + _balance(members[2]), _deposit(), "the panel");
        vm.assertEq(_balance(first), _arbiterFee(), "the first instance");
        vm.assertEq(_balance(arbiter) + escrow.claimable(token, arbiter), 0, "nothing is left");
    }

    function test_APanelsTimesAreFractionsOfTheAppealsHearing() public {
        _useSecondInstance(address(panel));
        _bringAppealed(client);
        uint256 start = block.timestamp;
        _send(_votes(_shares(4_000, 2_000)));
        uint256 substitutesFrom = start + (DECISION_PERIOD * uint256(SUBSTITUTE_BPS)) / BPS;
        IPanelArbiter.SignedVote[] memory late = _one(_vote(0, substitutes[0], 3_000));
        vm.warp(substitutesFrom - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPanelArbiter.SubstituteTooEarly.selector,
                substitutes[0],
                substitutesFrom,
                block.timestamp
            )
        );
        _send(late);
        vm.warp(substitutesFrom);
        _send(late);
        uint256 close = start + (DECISION_PERIOD * uint256(CLOSE_BPS)) / BPS;
        vm.warp(close - 1);
        vm.expectRevert(abi.encodeWithSelector(IPanelArbiter.NotDecided.selector, 3, QUORUM, close, block.timestamp));
        panel.rule(agreement, 0);
        vm.warp(close);
        address[] memory paid = new address[](3);
        (paid[0], paid[1], paid[2]) = (members[1], substitutes[0], members[0]);
        _recordAll();
        _expectDecision(3_000, _reasoningOf(substitutes[0]), paid, _shareOf(3_000) - _deposit());
        panel.rule(agreement, 0);
        _assertAll();
    }

    function test_APanelDecidesWhatTheFirstInstanceDeclinedAndEarnsTheArbitersFee() public {
        _useSecondInstance(address(panel));
        _bringDeclined();
        IPanelArbiter.SignedVote[] memory votes = _votes(_shares(1_000, 1_000, 1_000));
        _recordAll();
        _expectForgotten();
        vm.expectEmit(arbiter);
        emit IAppealableArbiter.HearingDecided(id, 0, 1_000, _reasoningOf(members[1]));
        uint256 part = _arbiterFee() / 3;
        _expectFee(members[0], _arbiterFee() - 2 * part);
        _expectFee(members[1], part);
        _expectFee(members[2], part);
        _expectRuling(_shareOf(1_000), _reasoningOf(members[1]));
        _send(votes);
        _assertAll();
    }

    function test_ASilentPanelLeavesTheProposalAndTheDepositGoesBack() public {
        _useSecondInstance(address(panel));
        _bringAppealed(client);
        _send(_votes(_shares(0, 0)));
        uint256 end = block.timestamp + DECISION_PERIOD;
        IPanelArbiter.SignedVote[] memory last = _one(_vote(0, members[2], 0));
        vm.warp(end);
        vm.expectRevert(_hearingOver(end));
        _send(last);
        _recordAll();
        _expectExecution();
        _expectDepositReturned(client);
        _expectRuling(_shareOf(SHARE), WHY);
        appealable.execute(agreement, 0);
        _assertAll();
    }

    function test_APanelCannotVoteBeforeItsTurn() public {
        _useSecondInstance(address(panel));
        _bringProposed();
        IPanelArbiter.SignedVote[] memory votes = _votes(_shares(0, 0, 0));
        vm.expectRevert(_notHeard());
        _send(votes);
    }

    function test_AnotherPanelHasNoSay() public {
        _useSecondInstance(address(panel));
        _bringAppealed(client);
        address ours = address(panel);
        panel = _deployPanel(_panelTerms());
        IPanelArbiter.SignedVote[] memory votes = _votes(_shares(0, 0, 0));
        vm.expectRevert(_unauthorized(address(panel), ours));
        _send(votes);
    }

    // ------------------------------------------------------------------------------------------------------- court

    function _opener() private view returns (address[] memory paid) {
        paid = new address[](1);
        paid[0] = freelancer;
    }

    function test_AProposalIsAppealedToACourtWhichReimbursesWhoOpenedTheCase() public {
        _useSecondInstance(address(kleros));
        _bringAppealed(freelancer);
        uint256 disputeId = _open(freelancer);
        _ruleAtCourt(disputeId, 3);
        _recordAll();
        _expectDecision(4_567, 0, _opener(), _shareOf(4_567) + _deposit());
        _execute();
        _assertAll();
        _assertCase(disputeId, freelancer, ICourtArbiter.Stage.Executed, 3);
    }

    function test_ACourtThatRefusesToRuleAwardsTheDefault() public {
        _useSecondInstance(address(kleros));
        _bringAppealed(client);
        _ruleAtCourt(_open(freelancer), 0);
        _recordAll();
        _expectDecision(6_000, 0, _opener(), _shareOf(6_000));
        _execute();
        _assertAll();
    }

    function test_ACourtThatIsLateLeavesTheProposal() public {
        _useSecondInstance(address(kleros));
        _bringAppealed(client);
        uint256 end = block.timestamp + DECISION_PERIOD;
        uint256 disputeId = _open(client);
        vm.warp(end - 1);
        court.giveRuling(disputeId, 2);
        vm.warp(end + APPEAL_WINDOW);
        court.executeRuling(disputeId);
        vm.expectRevert(_hearingOver(end));
        _execute();
        _recordAll();
        _expectExecution();
        _expectDepositReturned(client);
        _expectRuling(_shareOf(SHARE), WHY);
        appealable.execute(agreement, 0);
        _assertAll();
    }

    function test_ACourtIsNotAskedBeforeItsTurn() public {
        _useSecondInstance(address(kleros));
        _bringProposed();
        vm.expectRevert(_notHeard());
        _open(client);
    }
}
