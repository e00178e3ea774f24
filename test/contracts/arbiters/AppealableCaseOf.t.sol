// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableCaseOfTest is AppealableBase {
    function _assertCase(IAppealableArbiter.Case memory expected) private view {
        vm.assertEq(abi.encode(appealable.caseOf(id, 0)), abi.encode(expected), "case");
    }

    function _assertNone(bytes32 id_, uint256 index) private view {
        IAppealableArbiter.Case memory none;
        vm.assertEq(abi.encode(appealable.caseOf(id_, index)), abi.encode(none), "no case");
    }

    function test_Given_NothingWasSaid() public {
        _openDispute();
        _assertNone(id, 0);
    }

    function test_Given_AProposal() public {
        _bringProposed();
        _assertCase(
            IAppealableArbiter.Case(0, uint40(block.timestamp), SHARE, IAppealableArbiter.Stage.Proposed, false, WHY)
        );
        _assertNone(id, 1);
        _assertNone(keccak256(abi.encode(id)), 0);
    }

    function test_Given_ADecline() public {
        _bringDeclined();
        _assertCase(
            IAppealableArbiter.Case(0, uint40(block.timestamp), 0, IAppealableArbiter.Stage.Declined, false, 0)
        );
    }

    function test_Given_AnAppealByTheClient() public {
        _assertAppealed(client);
    }

    function test_Given_AnAppealByTheFreelancer() public {
        _assertAppealed(freelancer);
    }

    function _assertAppealed(address party) private {
        _bringAppealed(party);
        _assertCase(
            IAppealableArbiter.Case({
                deposit: uint128(_deposit()),
                since: uint40(block.timestamp),
                shareBps: SHARE,
                stage: IAppealableArbiter.Stage.Appealed,
                byClient: party == client,
                reasoning: WHY
            })
        );
    }

    function test_Given_ItIsDecided() public {
        _bringAppealed(client);
        _decide(SHARE);
        _assertNone(id, 0);
    }
}
