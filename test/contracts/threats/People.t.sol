// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Disappointed, Fault} from "../../../contracts/mocks/Fault.sol";
import {SwitchableGate} from "../../../contracts/mocks/SwitchableGate.sol";
import {Actions} from "../utils/Actions.sol";
import {vm} from "../utils/Vm.sol";

/// @notice Threats 26 to 30: what people try.
contract PeopleTest is Actions {
    // ---------------------------------------------------------------------------------------------------- threat 26

    function _ruling(uint256 index, uint256 award) private view returns (bytes memory) {
        return abi.encodeCall(escrow.rule, (agreement, index, uint128(award), REASONING, _byCalling()));
    }

    function test_T26_ArbiterAwardsMoreThanThePot_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        uint256 held = schedule[0].amount;
        uint256 pot = held - (held * agreement.arbiterFeeBps) / BPS;
        uint256[3] memory awards = [pot + 1, held, type(uint128).max];
        for (uint256 i = 0; i < 3; ++i) {
            _assertRefused(arbiter, _ruling(0, awards[i]), _amountOutOfRange(awards[i], 0, pot));
        }
    }

    function test_T26_ArbiterRulesTwice_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Resolved);
        _assertRefused(arbiter, _ruling(0, 1), _wrongStatus(0, IMicroEscrow.Status.Resolved, DISPUTED));
    }

    function test_T26_ArbiterRulesLate_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 0);
        _assertRefused(arbiter, _ruling(0, 1), _clockRanOut(block.timestamp));
    }

    function test_T26_ArbiterRulesOnAnUndisputedMilestone_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _assertRefused(arbiter, _ruling(0, 1), _wrongStatus(0, IMicroEscrow.Status.Submitted, DISPUTED));
    }

    function test_T26_ArbiterRulesOnAnotherAgreement_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        // Its own version of the agreement, with itself as the arbiter, names another agreement.
        agreement.arbiter = stranger;
        _sealAgreement();
        _assertRefused(stranger, _ruling(0, 1), _wrongStatus(0, IMicroEscrow.Status.None, DISPUTED));
        _bring(0, IMicroEscrow.Status.Disputed);
        _assertRefused(arbiter, _ruling(0, 1), _unauthorized(arbiter, stranger));
    }

    // ---------------------------------------------------------------------------------------------------- threat 27

    function _assertNobodyCanBegin(bytes memory reason) private {
        _sealAgreement();
        _assertRefused(
            agreement.client,
            abi.encodeCall(escrow.accept, (agreement, schedule, agreement.client, "")),
            reason
        );
        _assertRefused(agreement.client, abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), "")), reason);
        _assertRefused(
            agreement.freelancer,
            abi.encodeCall(escrow.accept, (agreement, schedule, agreement.freelancer, "")),
            reason
        );
        _draft();
    }

    function test_T27_RolesInOneHand_AreRefused() public {
        agreement.freelancer = client;
        _assertNobodyCanBegin(
            abi.encodeWithSelector(IMicroEscrow.PartiesNotDistinct.selector, client, client, arbiter)
        );
        agreement.arbiter = client;
        _assertNobodyCanBegin(
            abi.encodeWithSelector(IMicroEscrow.PartiesNotDistinct.selector, client, freelancer, client)
        );
        agreement.arbiter = freelancer;
        _assertNobodyCanBegin(
            abi.encodeWithSelector(IMicroEscrow.PartiesNotDistinct.selector, client, freelancer, freelancer)
        );
        agreement.verifier = freelancer;
        _assertNobodyCanBegin(abi.encodeWithSelector(IMicroEscrow.VerifierNotIndependent.selector, freelancer));
        agreement.verifier = arbiter;
        _assertNobodyCanBegin(abi.encodeWithSelector(IMicroEscrow.VerifierNotIndependent.selector, arbiter));
    }

    function test_T27_EscrowOrTokenAsAParty_IsRefused() public {
        address[2] memory forbidden = [address(escrow), token];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory reason = abi.encodeWithSelector(IMicroEscrow.ForbiddenAccount.selector, forbidden[i]);
            agreement.arbiter = forbidden[i];
            _assertNobodyCanBegin(reason);
            agreement.payoutTo = forbidden[i];
            _assertNobodyCanBegin(reason);
            agreement.refundTo = forbidden[i];
            _assertNobodyCanBegin(reason);
            agreement.feeRecipient = forbidden[i];
            _assertNobodyCanBegin(reason);
            agreement.client = forbidden[i];
            _assertNobodyCanBegin(reason);
            agreement.freelancer = forbidden[i];
            _assertNobodyCanBegin(reason);
        }
    }

    function test_T27_FeesWithoutRecipientOrAboveTheCaps_AreRefused() public {
        agreement.feeRecipient = address(0);
        _assertNobodyCanBegin(abi.encodeWithSelector(IMicroEscrow.FeeWithoutRecipient.selector, 250));
        agreement.feeBps = type(uint16).max;
        _assertNobodyCanBegin(abi.encodeWithSelector(IMicroEscrow.FeeTooHigh.selector, type(uint16).max, 1_000));
        agreement.arbiterFeeBps = type(uint16).max;
        _assertNobodyCanBegin(abi.encodeWithSelector(IMicroEscrow.ArbiterFeeTooHigh.selector, type(uint16).max, 1_000));
    }

    // ------------------------------------------------------------------------------------------ dirty upper bits

    /// @dev Where the agreement begins in the calldata of `accept`, `fund` and `close`.
    uint256 private constant AGREEMENT_OFFSET = 4;
    /// @dev How many bits each of the agreement's members has.
    uint256[19] private _bits = [160, 160, 160, 160, 160, 160, 160, 160, 160, 16, 16, 16, 32, 32, 32, 32, 40, 256, 256];

    /// @dev Sets the lowest bit beyond member `member` in `data`, and returns the id of what is there then.
    function _dirty(bytes memory data, uint256 member) private view returns (bytes32 dirtyId) {
        uint256 bit = 1 << _bits[member];
        bytes memory encoded = new bytes(640);
        bytes32 typehash = _agreementTypehash();
        assembly ("memory-safe") {
            let word := add(add(data, add(0x20, AGREEMENT_OFFSET)), mul(member, 0x20))
            mstore(word, or(mload(word), bit))
            mstore(add(encoded, 0x20), typehash)
            mcopy(add(encoded, 0x40), add(data, add(0x20, AGREEMENT_OFFSET)), 608)
        }
        dirtyId = keccak256(encoded);
    }

    function _agreementTypehash() private pure returns (bytes32) {
        return
            keccak256(
                "Agreement(address client,address freelancer,address arbiter,address token,address payoutTo,"
                "address refundTo,address verifier,address gate,address feeRecipient,uint16 feeBps,"
                "uint16 arbiterFeeBps,uint16 defaultShareBps,uint32 reviewPeriod,uint32 reworkPeriod,"
                "uint32 challengePeriod,uint32 arbitrationPeriod,uint40 fundBy,bytes32 details,"
                "Milestone[] milestones)Milestone(uint128 amount,uint32 workPeriod)"
            );
    }

    function test_T27_AgreementsWithDirtyUpperBits_AreRefusedAtTheFirstConsent() public {
        for (uint256 member = 0; member < 17; ++member) {
            bytes memory data = abi.encodeCall(escrow.accept, (agreement, schedule, client, ""));
            _dirty(data, member);
            (bool accepted, ) = _call(client, data);
            vm.assertFalse(accepted, "accepted by the client");

            data = abi.encodeCall(escrow.accept, (agreement, schedule, freelancer, ""));
            _dirty(data, member);
            (accepted, ) = _call(freelancer, data);
            vm.assertFalse(accepted, "accepted by the freelancer");

            // Even with the freelancer's signature over what is really there.
            _prepareMoney(client, _only(0));
            data = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), ""));
            bytes memory signature = _signature(freelancer, _dirty(data, member));
            data = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), signature));
            bytes32 dirtyId = _dirty(data, member);
            (accepted, ) = _call(client, data);
            vm.assertFalse(accepted, "funded");
            vm.assertEq(escrow.milestone(dirtyId, 0).flags, 0, "a consent was recorded");
        }
    }

    function test_T27_AgreementsWithDirtyUpperBits_GiveNobodyAnything() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 0);
        bytes32 before = _fingerprint();
        address[5] memory callers = [client, freelancer, arbiter, verifier, stranger];
        for (uint256 a = 0; a < ACTIONS; ++a) {
            for (uint256 member = 0; member < 17; ++member) {
                for (uint256 c = 0; c < callers.length; ++c) {
                    bytes memory data = _callFor(Action(a), 0, _byCalling());
                    _dirty(data, member);
                    (bool success, ) = _call(callers[c], data);
                    // Closing an agreement that nobody can begin closes that, and nothing else.
                    vm.assertFalse(success && Action(a) != Action.Close, "an action was taken");
                }
            }
        }
        vm.assertEq(_fingerprint(), before, "something happened");
    }

    function test_T27_SchedulesWithDirtyUpperBits_AreRefused() public {
        for (uint256 member = 0; member < 2; ++member) {
            bytes memory data = abi.encodeCall(escrow.accept, (agreement, schedule, client, ""));
            // After the 19 words of the agreement: three offsets or values, the schedule's length, its entries.
            uint256 offset = AGREEMENT_OFFSET + (19 + 3 + 1 + member) * 32;
            uint256 bit = member == 0 ? 1 << 128 : 1 << 32;
            bytes32 entry;
            assembly ("memory-safe") {
                let word := add(add(data, 0x20), offset)
                entry := mload(word)
                mstore(word, or(entry, bit))
            }
            vm.assertEq(
                uint256(entry),
                member == 0 ? schedule[0].amount : schedule[0].workPeriod,
                "the entry is somewhere else"
            );
            (bool success, bytes memory result) = _call(client, data);
            vm.assertFalse(success, "accepted");
            vm.assertEq(bytes32(bytes4(result)), bytes32(IMicroEscrow.ScheduleMismatch.selector), "reason");

            // Even where the agreement names the hash of what is really there.
            (, bytes32 actual, ) = _mismatch(result);
            assembly ("memory-safe") {
                mstore(add(add(data, 0x20), add(AGREEMENT_OFFSET, mul(18, 0x20))), actual)
            }
            (success, result) = _call(client, data);
            vm.assertFalse(success, "accepted");
            vm.assertEq(result, "", "Solidity itself refuses");
        }
    }

    /// @dev The arguments of a ScheduleMismatch.
    function _mismatch(bytes memory data) private pure returns (bytes4 selector, bytes32 actual, bytes32 expected) {
        selector = bytes4(data);
        assembly ("memory-safe") {
            actual := mload(add(data, 0x24))
            expected := mload(add(data, 0x44))
        }
    }

    // ---------------------------------------------------------------------------------------------------- threat 28

    function _advancing(uint256 amount) private view returns (bytes memory) {
        return abi.encodeCall(escrow.advance, (agreement, 0, uint128(amount), _byCalling()));
    }

    function test_T28_AdvancingNothingEverythingOrMore_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Funded);
        uint256 held = schedule[0].amount;
        uint256[4] memory amounts = [0, held, held + 1, uint256(type(uint128).max)];
        for (uint256 i = 0; i < 4; ++i) {
            _assertRefused(client, _advancing(amounts[i]), _amountOutOfRange(amounts[i], 1, held - 1));
        }
    }

    function test_T28_AdvancingOfTheLastUnit_IsRefused() public {
        schedule[0].amount = 1;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Funded);
        _assertRefused(client, _advancing(1), _amountOutOfRange(1, 1, 0));
    }

    function test_T28_AdvancingWhileDisputed_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _assertRefused(
            client,
            _advancing(1),
            _wrongStatus(0, IMicroEscrow.Status.Disputed, FUNDED | SUBMITTED | CHANGES_REQUESTED)
        );
    }

    function test_T28_TinyAdvances_NeverCostMoreThanTheAgreedFee() public {
        (agreement.feeBps, schedule[0].amount) = (1_000, 1_000);
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        for (uint256 i = 0; i < 90; ++i) _assertCall(client, _advancing(i % 19 == 0 ? 9 : 11));
        _assertCall(client, _callFor(Action.Approve, 0, _byCalling()));
        vm.assertLe(escrow.claimable(token, platform), 100, "platform fee");
        vm.assertEq(_balance(freelancer) + escrow.claimable(token, platform), 1_000, "sum");
    }

    // ---------------------------------------------------------------------------------------------------- threat 29

    function _useGate() private returns (SwitchableGate gate) {
        gate = new SwitchableGate();
        agreement.gate = address(gate);
        _sealAgreement();
    }

    function _assertGateRefuses(SwitchableGate gate, Fault fault, bytes memory reason) private {
        gate.setFault(fault);
        _prepareMoney(client, _only(1));
        bytes memory data = abi.encodeCall(escrow.fund, (agreement, schedule, _only(1), _signature(freelancer, id)));
        _recordWorld();
        vm.prank(client);
        (bool success, bytes memory result) = address(escrow).call{gas: 10_000_000}(data);
        vm.assertFalse(success, "funded");
        // Of a great deal, the beginning: the selector, the gate, and how much there is.
        bytes memory expected = abi.encodeWithSelector(IMicroEscrow.GateRefused.selector, gate, reason);
        vm.assertEq(result.length, expected.length, "refused for another reason");
        if (fault != Fault.RevertsHuge) vm.assertEq(result, expected, "refused for another reason");
        else vm.assertEq(bytes32(result), bytes32(expected), "refused for another reason");
        _forgetEvents();
        _assertWorld();
    }

    function test_T29_GateThatRevertsOrLoops_StopsFunding() public {
        SwitchableGate gate = _useGate();
        _assertGateRefuses(gate, Fault.Reverts, abi.encodeWithSelector(Disappointed.selector));
        _assertGateRefuses(gate, Fault.BurnsGas, "");
        _assertGateRefuses(gate, Fault.RevertsHuge, new bytes(150_000));
    }

    function test_T29_GateThatReturnsAnything_LetsFundingPass() public {
        SwitchableGate gate = _useGate();
        Fault[5] memory answers = [
            Fault.ReturnsNothing,
            Fault.ReturnsFalse,
            Fault.ReturnsGarbage,
            Fault.ReturnsShort,
            Fault.ReturnsHuge
        ];
        for (uint256 i = 0; i < answers.length; ++i) {
            gate.setFault(answers[i]);
            _prepareMoney(client, _only(i));
            bytes memory signature = _signature(freelancer, id);
            _recordWorld();
            if (i == 0) {
                _expectOpened(client);
                _expectAccepted(freelancer);
            }
            _expectFunding(i, client);
            _assertCall(client, abi.encodeCall(escrow.fund, (agreement, schedule, _only(i), signature)));
            _assertWorld();
        }
    }

    function test_T29_GateThatTurnsHostileLater_StopsNoExit() public {
        SwitchableGate gate = _useGate();
        _bring(0, IMicroEscrow.Status.Funded);
        gate.setFault(Fault.BurnsGas);
        vm.expectCall(address(gate), "", 0); // nobody asks it any more
        for (uint256 a = 1; a < ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            IMicroEscrow.Status status = _statusFor(Action(a));
            if (status != IMicroEscrow.Status.Funded) _submit(0);
            if (status == IMicroEscrow.Status.Disputed) _dispute(0);
            if (Action(a) == Action.Finalize) _warpToClock(0, 0);
            _assertCall(_actorFor(Action(a), 0), _callFor(Action(a), 0, _byCalling()));
            vm.revertToState(snapshot);
        }
    }

    // ---------------------------------------------------------------------------------------------------- threat 30

    function test_T30_StrangerFunds_AndGainsNothing() public {
        vm.prank(client);
        escrow.accept(agreement, schedule, client, "");
        _prepareMoney(stranger, _only(0));
        bytes memory copied = _signature(freelancer, id);
        _assertCall(stranger, abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), copied)));
        for (uint256 a = 0; a < ACTIONS - 1; ++a) {
            (bool success, ) = _call(stranger, _callFor(Action(a), 0, _byCalling()));
            vm.assertFalse(success, "a stranger acted");
        }
        _warpToClock(0, 0);
        _recordWorld();
        _expectRefund(0, IMicroEscrow.Outcome.WorkExpired); // to the client
        _assertCall(stranger, _callFor(Action.Finalize, 0, _byCalling()));
        _assertWorld();
    }

    function test_T30_StrangerAcceptsWithCopiedSignatures_AndGainsNothing() public {
        bytes memory ofClient = _signature(client, id);
        bytes memory ofFreelancer = _signature(freelancer, id);
        _recordWorld();
        _expectOpened(client);
        _assertCall(stranger, abi.encodeCall(escrow.accept, (agreement, schedule, client, ofClient)));
        _expectAccepted(freelancer);
        _assertCall(stranger, abi.encodeCall(escrow.accept, (agreement, schedule, freelancer, ofFreelancer)));
        _assertWorld();
    }

    function test_T30_StrangerCallsEverythingInAMulticall_AndNothingHappens() public {
        _bringAll();
        bytes32 before = _fingerprint();
        for (uint256 i = 0; i < MILESTONES; ++i) {
            for (uint256 a = 0; a < ACTIONS; ++a) {
                bytes[] memory calls = new bytes[](2);
                calls[0] = abi.encodeCall(escrow.withdraw, (token, stranger));
                calls[1] = _callFor(Action(a), i, _byCalling());
                (bool success, ) = _call(stranger, abi.encodeCall(escrow.multicall, (calls)));
                vm.assertFalse(success, "a stranger acted");
            }
        }
        vm.assertEq(_fingerprint(), before, "something happened");
    }

    function test_T30_StrangerWithdrawsForOthers_AndTheyAreTheOnesPaid() public {
        _bringAll();
        _recordWorld();
        bytes[] memory calls = new bytes[](3);
        calls[0] = abi.encodeCall(escrow.withdraw, (token, platform));
        calls[1] = abi.encodeCall(escrow.withdraw, (token, arbiter));
        calls[2] = abi.encodeCall(escrow.withdraw, (token, stranger));
        _expectWithdrawn(platform);
        _expectWithdrawn(arbiter);
        _assertCall(stranger, abi.encodeCall(escrow.multicall, (calls)));
        _assertWorld();
    }
}
