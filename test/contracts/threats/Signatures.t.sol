// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {ContractAccount} from "../../../contracts/mocks/ContractAccount.sol";
import {Fault} from "../../../contracts/mocks/Fault.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {Actions} from "../utils/Actions.sol";
import {IEscrow} from "../utils/Base.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";

/// @notice Threats 20 to 25: who signed what, and for where.
contract SignaturesTest is Actions {
    // ---------------------------------------------------------------------------------------------------- threat 20

    /// @dev Requires that `auth` does not authorize the action now.
    function _assertNotSigned(Action action, uint256 index, IMicroEscrow.Authorization memory auth) private {
        _assertRefused(
            stranger,
            _callFor(action, index, auth),
            _invalidSignature(_actorFor(action, index), _hashFor(action, index, auth.deadline))
        );
    }

    function test_T20_SignatureForAnotherChain_IsRefused() public {
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            IMicroEscrow.Authorization memory auth = _signedFor(Action(a), 0, LATER);
            vm.chainId(block.chainid + 1);
            _assertNotSigned(Action(a), 0, auth);
            // And one for the chain as it is now called is accepted: held money stays reachable after a fork.
            _assertCall(stranger, _callFor(Action(a), 0, _signedFor(Action(a), 0, LATER)));
            vm.revertToState(snapshot);
        }
    }

    function test_T20_SignatureForAnotherEscrow_IsRefused() public {
        IEscrow here = escrow;
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            bytes32 structHash = _hashFor(Action(a), 0, LATER);
            address actor = _actorFor(Action(a), 0);
            escrow = IEscrow(stranger); // the domain that is signed for
            IMicroEscrow.Authorization memory auth = _signed(actor, structHash, LATER);
            escrow = here;
            _assertNotSigned(Action(a), 0, auth);
            vm.revertToState(snapshot);
        }
    }

    function test_T20_ConsentOnAnotherChain_IsNone() public {
        (bytes memory ofClient, bytes memory ofFreelancer) = (_signature(client, id), _signature(freelancer, id));
        vm.chainId(block.chainid + 1);
        _assertNoConsent(ofClient, ofFreelancer);
        _assertCall(stranger, _accepting(client, _signature(client, id)));
        _assertCall(stranger, _accepting(freelancer, _signature(freelancer, id)));
    }

    function test_T20_ConsentForAnotherEscrow_IsNone() public {
        IEscrow here = escrow;
        escrow = IEscrow(stranger);
        (bytes memory ofClient, bytes memory ofFreelancer) = (_signature(client, id), _signature(freelancer, id));
        escrow = here;
        _assertNoConsent(ofClient, ofFreelancer);
    }

    function test_T20_ConsentToAnotherAgreement_IsNone() public {
        (bytes memory ofClient, bytes memory ofFreelancer) = (_signature(client, id), _signature(freelancer, id));
        agreement.details = keccak256("another scope");
        _sealAgreement();
        _assertNoConsent(ofClient, ofFreelancer);
    }

    function test_T20_SignatureForAnotherAgreement_IsRefused() public {
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            IMicroEscrow.Authorization memory auth = _signedFor(Action(a), 0, LATER);
            agreement.details = keccak256("another scope");
            _sealAgreement();
            _bring(0, _statusFor(Action(a)));
            _assertNotSigned(Action(a), 0, auth);
            vm.revertToState(snapshot);
        }
    }

    function test_T20_SignatureForAnotherMilestone_IsRefused() public {
        schedule[1] = schedule[0];
        _sealAgreement();
        for (uint256 a = 1; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            IMicroEscrow.Authorization memory auth = _signedFor(Action(a), 0, LATER);
            _bring(1, _statusFor(Action(a)));
            _assertNotSigned(Action(a), 1, auth);
            vm.revertToState(snapshot);
        }
    }

    function test_T20_SignatureForAnotherSubmission_IsRefused() public {
        Action[4] memory bound = [Action.Approve, Action.RequestChanges, Action.Attest, Action.Dispute];
        _bring(0, IMicroEscrow.Status.Submitted);
        IMicroEscrow.Authorization[4] memory auths;
        for (uint256 i = 0; i < 4; ++i) auths[i] = _signedFor(bound[i], 0, LATER);
        _requestChanges(0);
        IMicroEscrow.Authorization memory ofSubmission2 = _signedFor(Action.Submit, 0, LATER);
        _submit(0);
        for (uint256 i = 0; i < 4; ++i) _assertNotSigned(bound[i], 0, auths[i]);
        _requestChanges(0);
        _assertNotSigned(Action.Submit, 0, ofSubmission2);
    }

    function test_T20_SignatureForAnotherAmount_IsRefused() public {
        Action[4] memory bound = [Action.Approve, Action.Advance, Action.Settle, Action.Refund];
        _bring(0, IMicroEscrow.Status.Submitted);
        IMicroEscrow.Authorization[4] memory auths;
        for (uint256 i = 0; i < 4; ++i) auths[i] = _signedFor(bound[i], 0, LATER);
        vm.prank(client);
        escrow.advance(agreement, 0, 1, _byCalling());
        for (uint256 i = 0; i < 4; ++i) _assertNotSigned(bound[i], 0, auths[i]);
    }

    /// @dev Where the amount is the call's, and not what is held: one more or one less than was signed.
    function test_T20_SignatureForAnotherAmountThanIsAskedFor_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _bring(1, IMicroEscrow.Status.Disputed);
        for (uint128 other = PART - 1; other <= PART + 1; other += 2) {
            uint128 held = _milestone(0).amount;
            bytes32 structHash = TypedData.advance(id, 0, other, held - other, LATER);
            _assertNotSigned(Action.Advance, 0, _signed(client, structHash, LATER));
            structHash = TypedData.settle(id, 0, other, held - other, LATER);
            _assertNotSigned(Action.Settle, 0, _signed(client, structHash, LATER));
            structHash = TypedData.rule(id, 1, other, REASONING, LATER);
            _assertNotSigned(Action.Rule, 1, _signed(arbiter, structHash, LATER));
        }
    }

    function test_T20_SignatureForAnotherClock_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Funded);
        IMicroEscrow.Authorization memory auth = _signedFor(Action.Extend, 0, LATER);
        uint40 clock = _milestone(0).clock;
        vm.prank(client);
        escrow.extend(agreement, 0, clock + 1, _byCalling());
        _assertNotSigned(Action.Extend, 0, auth);
    }

    // ---------------------------------------------------------------------------------------------------- threat 21

    /// @dev Sends `replay` in the present state and in every state that `depth` more steps lead to: where it is not refused,
    /// nothing may change.
    /// @param clock The clock when it was signed.
    function _assertNoEffect(bytes memory replay, uint256 depth, uint40 clock) private {
        uint256 snapshot = vm.snapshotState();
        bytes32 before = _fingerprint();
        (bool success, ) = _call(stranger, replay);
        if (success) vm.assertEq(_fingerprint(), before, "a signature had an effect twice");
        vm.revertToState(snapshot);
        if (depth == 0) return;

        for (uint256 a = 1; a <= ACTIONS; ++a) {
            uint256 branch = vm.snapshotState();
            bool moved = a < ACTIONS ? _step(Action(a)) : _bringBack(clock);
            if (moved) _assertNoEffect(replay, depth - 1, clock);
            vm.revertToState(branch);
        }
    }

    /// @dev The action by its actor: a minute later, or when the clock has run out, where that is what it takes.
    function _step(Action action) private returns (bool moved) {
        if (action != Action.Finalize) vm.warp(block.timestamp + 1 minutes);
        else if (block.timestamp < _milestone(0).clock) vm.warp(_milestone(0).clock);
        (moved, ) = _call(_actorFor(action, 0), _callFor(action, 0, _byCalling()));
    }

    /// @dev A request for changes that comes just when it brings back a clock that there was before.
    function _bringBack(uint40 clock) private returns (bool moved) {
        if (clock <= block.timestamp + agreement.reworkPeriod) return false;
        vm.warp(clock - agreement.reworkPeriod);
        (moved, ) = _call(client, _callFor(Action.RequestChanges, 0, _byCalling()));
        if (moved) vm.assertEq(_milestone(0).clock, clock, "the test's own clock");
    }

    /// @dev The states are those of up to three steps more, the clock that was signed being among what comes back.
    function test_T21_TheSameSignatureTwice_UpToThreeStepsLater_HasNoEffect() public {
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            uint40 clock = _milestone(0).clock;
            bytes memory data = _callFor(Action(a), 0, _signedFor(Action(a), 0, LATER));
            _assertCall(stranger, data);
            _assertNoEffect(data, 3, clock);
            vm.revertToState(snapshot);
        }
    }

    function test_T21_AcceptTwice_HasNoEffect() public {
        bytes memory data = abi.encodeCall(
            escrow.accept,
            (agreement, schedule, freelancer, _signature(freelancer, id))
        );
        _assertCall(stranger, data);
        vm.recordLogs();
        _assertCall(stranger, data);
        _assertNoEvents();
    }

    function _assertFormRefused(Action action, bytes memory signature) private {
        _assertNotSigned(action, 0, IMicroEscrow.Authorization(LATER, signature));
    }

    function test_T21_OtherFormsOfTheSameSignature_AreRefused() public {
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            bytes memory signature = _signedFor(Action(a), 0, LATER).signature;
            (bytes32 r, bytes32 s, uint8 v) = _parts(signature);
            uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
            // The other of the two signatures that the curve allows.
            _assertFormRefused(Action(a), abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? 28 : 27));
            // EIP-2098, compact.
            _assertFormRefused(Action(a), abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255))));
            // The parity as 0 or 1.
            _assertFormRefused(Action(a), abi.encodePacked(r, s, v - 27));
            // With something behind it, and without its end.
            _assertFormRefused(Action(a), abi.encodePacked(signature, hex"00"));
            _assertFormRefused(Action(a), abi.encodePacked(r, s));
            // Nonsense, for which ecrecover gives the zero address.
            _assertFormRefused(Action(a), new bytes(65));
            vm.revertToState(snapshot);
        }
    }

    function _parts(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }

    function test_T21_ExpiredSignatures_AreRefused() public {
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            bytes memory data = _callFor(Action(a), 0, _signedFor(Action(a), 0, block.timestamp + 1));
            uint256 later = vm.snapshotState();
            _assertCall(stranger, data);
            vm.revertToState(later);
            vm.warp(block.timestamp + 1);
            _assertRefused(stranger, data, _signatureExpired(block.timestamp));
            vm.revertToState(snapshot);
        }
    }

    function test_T21_SignaturesOfAnybodyElse_AreRefused() public {
        address[7] memory others = [client, freelancer, arbiter, verifier, platform, payer, stranger];
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            address actor = _actorFor(Action(a), 0);
            bytes32 structHash = _hashFor(Action(a), 0, LATER);
            for (uint256 i = 0; i < others.length; ++i) {
                if (others[i] == actor) continue;
                _assertNotSigned(Action(a), 0, _signed(others[i], structHash, LATER));
            }
            vm.revertToState(snapshot);
        }
    }

    function test_T21_SignaturesOverOtherTypedData_AreRefused() public {
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            address actor = _actorFor(Action(a), 0);
            _assertNotSigned(Action(a), 0, _signed(actor, id, LATER));
            bytes32 structHash = _hashFor(Action(a), 0, LATER);
            bytes memory undomained = _signatureOfDigest(actor, structHash);
            _assertNotSigned(Action(a), 0, IMicroEscrow.Authorization(LATER, undomained));
            for (uint256 b = 0; b < SIGNED_ACTIONS; ++b) {
                if (a == b || _milestone(0).amount < PART) continue;
                _assertNotSigned(Action(a), 0, _signed(actor, _hashFor(Action(b), 0, LATER), LATER));
            }
            vm.revertToState(snapshot);
        }
    }

    // ---------------------------------------------------------------------------------------------------- threat 22

    /// @dev Every party is a contract with an owner who signs.
    function _useContractAccounts() private {
        client = _contractAccount(client);
        freelancer = _contractAccount(freelancer);
        arbiter = _contractAccount(arbiter);
        verifier = _contractAccount(verifier);
        _draft();
    }

    function _contractAccount(address owner) private returns (address account) {
        account = address(new ContractAccount(owner));
        _signsFor(owner, account);
    }

    function test_T22_ContractAccounts_SignEveryAction() public {
        _useContractAccounts();
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            _assertCall(stranger, _callFor(Action(a), 0, _signedFor(Action(a), 0, LATER)));
            vm.revertToState(snapshot);
        }
    }

    function test_T22_ContractAccountsThatFailInAnyWay_SignNothing() public {
        _useContractAccounts();
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            IMicroEscrow.Authorization memory auth = _signedFor(Action(a), 0, LATER);
            bytes memory data = _callFor(Action(a), 0, auth);
            address actor = _actorFor(Action(a), 0);
            bytes memory refusal = _invalidSignature(actor, _hashFor(Action(a), 0, LATER));
            for (uint256 f = 1; f <= uint256(type(Fault).max); ++f) {
                if (Fault(f) == Fault.ReturnsHuge) continue; // too much to say, but it begins with a yes
                ContractAccount(actor).setFault(Fault(f));
                vm.prank(stranger);
                (bool success, bytes memory result) = address(escrow).call{gas: 20_000_000}(data);
                vm.assertFalse(success, "signed by a fault");
                vm.assertEq(result, refusal, "refused for another reason");
            }
            ContractAccount(actor).setFault(Fault.ReturnsHuge);
            _assertCall(stranger, data);
            vm.revertToState(snapshot);
        }
    }

    function test_T22_ContractAccountThatChangesItsMind_IsAskedEachTime_ButConsentsStay() public {
        _useContractAccounts();
        bytes memory consent = _signature(freelancer, id);
        escrow.accept(agreement, schedule, freelancer, consent);
        ContractAccount(freelancer).setFault(Fault.ReturnsFalse);
        _prepareMoney(client, _only(0));
        vm.prank(client);
        escrow.fund(agreement, schedule, _only(0), "");

        _submitAs(Fault.None, true);
        _requestChanges(0);
        _submitAs(Fault.ReturnsFalse, false);
    }

    function _submitAs(Fault fault, bool signs) private {
        ContractAccount(freelancer).setFault(fault);
        bytes memory data = _callFor(Action.Submit, 0, _signedFor(Action.Submit, 0, LATER));
        (bool success, ) = _call(stranger, data);
        vm.assertEq(success, signs, "submitted");
    }

    function test_T22_TwoAccountsWithOneOwner_DoNotSignForEachOther() public {
        address owner = client;
        client = _contractAccount(owner);
        _draft();
        _bring(0, IMicroEscrow.Status.Submitted);
        IMicroEscrow.Authorization memory auth = _signedFor(Action.Approve, 0, LATER);
        client = _contractAccount(owner);
        _draft();
        _bring(0, IMicroEscrow.Status.Submitted);
        _assertNotSigned(Action.Approve, 0, auth);
    }

    function test_T22_AccountsThatGetCode_AnswerThroughIt() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        IMicroEscrow.Authorization memory auth = _signedFor(Action.Approve, 0, LATER);
        // As an EIP-7702 delegation would: the key's account runs a wallet's code, with storage of its own.
        vm.etch(client, address(new ContractAccount(stranger)).code);
        _assertNotSigned(Action.Approve, 0, auth);
        ContractAccount(client).setOwner(client);
        _assertCall(stranger, _callFor(Action.Approve, 0, auth));
    }

    // ---------------------------------------------------------------------------------------------------- threat 23

    function test_T23_SignedActionSentByAStranger_DoesWhatItsSignersCallDoes() public {
        for (uint256 a = 0; a < SIGNED_ACTIONS; ++a) {
            uint256 snapshot = vm.snapshotState();
            _bring(0, _statusFor(Action(a)));
            uint256 brought = vm.snapshotState();
            _assertCall(_actorFor(Action(a), 0), _callFor(Action(a), 0, _byCalling()));
            bytes32 called = _fingerprint();
            vm.revertToState(brought);
            _assertCall(stranger, _callFor(Action(a), 0, _signedFor(Action(a), 0, LATER)));
            vm.assertEq(_fingerprint(), called, "another effect");
            vm.revertToState(snapshot);
        }
    }

    // ---------------------------------------------------------------------------------------------------- threat 24

    function test_T24_AcceptSentFirst_TheBatchStillWorks() public {
        _prepareMoney(client, _only(0));
        bytes memory signature = _signature(freelancer, id);
        bytes[] memory batch = new bytes[](2);
        batch[0] = abi.encodeCall(escrow.accept, (agreement, schedule, freelancer, signature));
        batch[1] = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), ""));
        _assertCall(stranger, batch[0]);
        _assertCall(client, abi.encodeCall(escrow.multicall, (batch)));
        vm.assertEq(uint256(_milestone(0).status), uint256(IMicroEscrow.Status.Funded), "status");
    }

    function test_T24_PermitSentFirst_TheBatchStillWorks() public {
        uint256 amount = schedule[0].amount;
        _mint(client, amount);
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                client,
                escrow,
                amount,
                0,
                LATER
            )
        );
        bytes32 domain = PlainToken(token).DOMAIN_SEPARATOR();
        (bytes32 r, bytes32 s, uint8 v) = _parts(_signatureOfDigest(client, TypedData.digest(domain, structHash)));
        bytes[] memory batch = new bytes[](2);
        batch[0] = abi.encodeCall(escrow.permit, (token, amount, LATER, v, r, s));
        batch[1] = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), _signature(freelancer, id)));
        uint256 snapshot = vm.snapshotState();
        _assertCall(client, abi.encodeCall(escrow.multicall, (batch)));
        vm.revertToState(snapshot);

        vm.prank(stranger);
        PlainToken(token).permit(client, address(escrow), amount, LATER, v, r, s);
        _assertCall(client, abi.encodeCall(escrow.multicall, (batch)));
        vm.assertEq(uint256(_milestone(0).status), uint256(IMicroEscrow.Status.Funded), "status");
    }

    // ---------------------------------------------------------------------------------------------------- threat 25

    function testFuzz_T25_TheContractHashesAgreementsAsEip712Does(
        IMicroEscrow.Agreement memory random,
        uint256 length,
        uint256 seed
    ) public view {
        length = 1 + (length % 50);
        IMicroEscrow.Milestone[] memory entries = new IMicroEscrow.Milestone[](length);
        for (uint256 i = 0; i < length; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            entries[i] = IMicroEscrow.Milestone(uint128(word), uint32(word >> 128));
        }
        vm.assertEq(escrow.scheduleHash(entries), TypedData.scheduleHash(entries), "schedule");
        random.milestones = TypedData.scheduleHash(entries);
        vm.assertEq(escrow.agreementId(random), TypedData.agreementId(random), "id");
    }
}
