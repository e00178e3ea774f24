// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {ConsentMoves} from "./ConsentMoves.sol";
import {DisputeMoves} from "./DisputeMoves.sol";
import {ExitMoves} from "./ExitMoves.sol";
import {SignedFundingMoves} from "./SignedFundingMoves.sol";
import {WorkMoves} from "./WorkMoves.sol";
import {WorldMoves} from "./WorldMoves.sol";

/// @title Handler
/// @notice The moves of the game: one function for each thing that people, tokens, wallets, gate and time can do, with
/// everything about it drawn from one seed. Most calls are such that they should succeed, so that milestones live long lives;
/// the others have one thing wrong. Before each call it is decided from the protocol alone whether the escrow may let it
/// happen, and a call that ends otherwise fails the run, as does one whose effects differ (see {Checks}).
abstract contract Handler is ConsentMoves, SignedFundingMoves, WorkMoves, DisputeMoves, ExitMoves, WorldMoves {
    constructor() {
        vm.deal(address(this), 1 ether);
    }

    /// @notice The functions to call, each with a seed. What the others live on, or what seldom meets its chance, stands
    /// there more than once. All but the arbiters' stand there twice.
    function moves() external pure returns (bytes4[] memory selectors) {
        bytes4[46] memory all = [
            this.accept.selector,
            this.close.selector,
            this.fund.selector,
            this.fund.selector,
            this.fund.selector,
            this.fundWithPermit.selector,
            this.fundWithAuthorization.selector,
            this.fundWithPermit2.selector,
            this.submit.selector,
            this.submit.selector,
            this.submit.selector,
            this.approve.selector,
            this.advance.selector,
            this.requestChanges.selector,
            this.requestChanges.selector,
            this.attest.selector,
            this.attest.selector,
            this.attest.selector,
            this.extend.selector,
            this.dispute.selector,
            this.dispute.selector,
            this.submitEvidence.selector,
            this.rule.selector,
            this.rule.selector,
            this.settle.selector,
            this.refund.selector,
            this.finalize.selector,
            this.finalize.selector,
            this.starve.selector,
            this.withdraw.selector,
            this.approveAndFund.selector,
            this.replay.selector,
            this.replay.selector,
            this.sendEther.selector,
            this.donate.selector,
            this.pause.selector,
            this.blacklist.selector,
            this.chargeFee.selector,
            this.setHook.selector,
            this.setHook.selector,
            this.setGate.selector,
            this.setFaults.selector,
            this.setFaults.selector,
            this.setWallet.selector,
            this.delegate.selector,
            this.passTime.selector
        ];
        bytes4[21] memory arbiters = [
            this.vote.selector,
            this.vote.selector,
            this.ruleByPanel.selector,
            this.ruleByPanel.selector,
            this.propose.selector,
            this.propose.selector,
            this.decline.selector,
            this.appeal.selector,
            this.appeal.selector,
            this.decide.selector,
            this.decide.selector,
            this.execute.selector,
            this.execute.selector,
            this.returnDeposit.selector,
            this.open.selector,
            this.open.selector,
            this.ruleAtCourt.selector,
            this.appealAtCourt.selector,
            this.executeCase.selector,
            this.executeCase.selector,
            this.withdrawFromArbiter.selector
        ];
        selectors = new bytes4[](2 * all.length + arbiters.length);
        for (uint256 k = 0; k < 2 * all.length; ++k) selectors[k] = all[k % all.length];
        for (uint256 k = 0; k < arbiters.length; ++k) selectors[2 * all.length + k] = arbiters[k];
    }

    function transitionCount(IMicroEscrow.Status from, IMicroEscrow.Status to) external view returns (uint256) {
        return transitions[from][to];
    }

    function outcomeCount(IMicroEscrow.Outcome outcome) external view returns (uint256) {
        return outcomes[outcome];
    }

    function deferralCount() external view returns (uint256) {
        return deferrals;
    }

    function walletAnswerCount(bool yes) external view returns (uint256) {
        return walletAnswers[yes];
    }

    function troubleCount(Trouble trouble, uint256 way) external view returns (uint256) {
        return met[trouble][way];
    }

    /// @notice How often a deposit went to the second instance, and back, and how often the appellant won.
    function depositCounts() external view returns (uint256 decided, uint256 back, uint256 won) {
        return (depositEnds[0], depositEnds[1], appealsWon);
    }

    function reentryCount(uint256 f) external view returns (uint256) {
        return reentered[f];
    }
}
