// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CentralizedArbitratorWithAppeal} from "@kleros/erc-792/contracts/examples/CentralizedArbitratorWithAppeal.sol";

import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {IKlerosArbiter} from "../../../contracts/interfaces/IKlerosArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {ArbiterBase} from "./ArbiterBase.sol";

/// @notice What the tests of KlerosArbiter share: the contract, the court that ERC-792's authors wrote as an example of one with
/// appeals, whose judge is the test, and the case of milestone 0.
abstract contract KlerosBase is ArbiterBase {
    uint32 internal constant MIN_PERIOD = 10 days;
    uint16 internal constant MIN_FEE_BPS = 100;
    bytes internal constant EXTRA_DATA = hex"0102030405";
    string internal constant META_EVIDENCE = "/ipfs/meta-evidence.json";
    string internal constant URI = "/ipfs/evidence.json";
    uint256 internal constant COST = 1e15;
    /// @dev The court's, and a second beyond.
    uint256 internal constant APPEAL_WINDOW = 3 minutes + 1;

    CentralizedArbitratorWithAppeal internal court;
    IKlerosArbiter internal kleros;

    function setUp() public virtual override {
        super.setUp();
        court = new CentralizedArbitratorWithAppeal();
        // So that the court's numbers are not those of the milestones.
        for (uint256 i = 0; i < 7; ++i) court.createDispute(2, "");
        kleros = _deployKleros(address(court), _options());
        _useArbiter(address(kleros));
    }

    function _options() internal pure returns (uint16[] memory options) {
        options = new uint16[](3);
        (options[0], options[1], options[2]) = (10_000, 0, 4_567);
    }

    function _deployKleros(address court_, uint16[] memory options) internal returns (IKlerosArbiter) {
        bytes memory args = abi.encode(escrow, MIN_PERIOD, MIN_FEE_BPS, court_, EXTRA_DATA, META_EVIDENCE, options);
        return IKlerosArbiter(_create("KlerosArbiter.sol:KlerosArbiter", args));
    }

    // ------------------------------------------------------------------------------------------------------ stages

    function _open(address party) internal returns (uint256 disputeId) {
        return _openPaying(party, COST);
    }

    function _openPaying(address party, uint256 payment) internal returns (uint256 disputeId) {
        vm.deal(party, payment);
        vm.prank(party);
        return kleros.open{value: payment}(agreement, 0);
    }

    /// @dev The court rules, nobody appeals there, and it tells the ruling.
    function _ruleAtCourt(uint256 disputeId, uint256 ruling) internal {
        court.giveRuling(disputeId, ruling);
        vm.warp(block.timestamp + APPEAL_WINDOW);
        court.executeRuling(disputeId);
    }

    /// @dev A dispute whose case `opener` opened.
    function _bringOpen(address opener) internal returns (uint256 disputeId) {
        _openDispute();
        _hourLater();
        return _open(opener);
    }

    /// @dev A case with the court's ruling.
    function _bringRuled(uint256 ruling) internal returns (uint256 disputeId) {
        disputeId = _bringOpen(freelancer);
        _ruleAtCourt(disputeId, ruling);
    }

    function _execute() internal {
        vm.prank(stranger);
        kleros.execute(agreement, 0);
    }

    // ------------------------------------------------------------------------------------------------------- world

    function _assertCase(uint256 disputeId, address opener, ICourtArbiter.Stage stage, uint256 ruling) internal view {
        ICourtArbiter.Case memory actual = kleros.caseOf(disputeId);
        vm.assertEq(actual.opener, opener, "case: opener");
        vm.assertEq(uint256(actual.stage), uint256(stage), "case: stage");
        vm.assertEq(actual.ruling, ruling, "case: ruling");
    }

    /// @dev The arbiter carries out what awards the freelancer a share, and credits the arbiter's fee.
    function _executeAndAssert(uint256 disputeId, address opener, uint16 shareBps) internal {
        _recordAll();
        vm.expectEmit(arbiter);
        emit ICourtArbiter.CaseExecuted(id, 0, disputeId, shareBps);
        _expectFee(opener, _arbiterFee());
        _expectRuling(_shareOf(shareBps), 0);
        _execute();
        _assertAll();
    }

    // ------------------------------------------------------------------------------------------------------ errors

    function _wrongStage(
        uint256 disputeId,
        ICourtArbiter.Stage actual,
        ICourtArbiter.Stage expected
    ) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ICourtArbiter.WrongStage.selector, disputeId, actual, expected);
    }

    function _notOpen() internal view returns (bytes memory) {
        return abi.encodeWithSelector(ICourtArbiter.NotOpen.selector, id, 0);
    }

    /// @dev What comes next is refused before the dispute, to others than the parties, and when the hearing is over.
    function _assertForPartiesInTheHearing(function(address) internal act) internal {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_notHeard());
        act(client);
        _dispute(0);
        vm.expectRevert(_notAParty(stranger));
        act(stranger);
        uint256 end = _milestone(0).clock;
        vm.warp(end);
        vm.expectRevert(_hearingOver(end));
        act(client);
    }
}
