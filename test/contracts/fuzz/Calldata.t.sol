// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice Any bytes as calldata: what is no agreement opens nothing, and another encoding of the same does the same. The
/// contract hashes and announces calldata as it stands, which is right only if it looks at every bit.
contract CalldataTest is Fuzz {
    uint256 private constant AGREEMENT_WORDS = 19;

    /// @dev The bits of each member of an agreement.
    function _bits(uint256 member) private pure returns (uint256) {
        if (member < 9) return 160;
        if (member < 12) return 16;
        if (member < 16) return 32;
        return member == 16 ? 40 : 256;
    }

    /// @dev An agreement's calldata begins right behind the selector.
    function _wordAt(bytes memory data, uint256 word) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 0x24), shl(5, word)))
        }
    }

    function _setWord(bytes memory data, uint256 word, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x24), shl(5, word)), value)
        }
    }

    /// @dev EIP-712's hash of the words that stand where an agreement does.
    function _hashOfWords(bytes memory data) private pure returns (bytes32) {
        bytes memory words = abi.encode(keccak256(TypedData.agreementType()));
        for (uint256 i = 0; i < AGREEMENT_WORDS; ++i) words = bytes.concat(words, bytes32(_wordAt(data, i)));
        return keccak256(words);
    }

    // ------------------------------------------------------------------------------------------------------- the id

    /// @dev Every bit of every member counts.
    function testFuzz_AgreementId_AnyChangedBit_IsAnother(uint256 bit) public {
        bytes memory data = abi.encodeCall(escrow.agreementId, (agreement));
        bit = 32 + (bit % (AGREEMENT_WORDS * 256));
        _flip(data, bit);
        (bool success, bytes memory result) = address(escrow).call(data);
        vm.assertTrue(success, "refused");
        vm.assertNotEq(abi.decode(result, (bytes32)), id, "the same id");
        vm.assertEq(abi.decode(result, (bytes32)), _hashOfWords(data), "id");
    }

    /// @dev Every bit of every entry counts, and so does their order and their number.
    function testFuzz_ScheduleHash_AnyChangedBit_IsAnother(uint256 bit) public {
        bytes memory data = abi.encodeCall(escrow.scheduleHash, (schedule));
        bit = 32 + 512 + (bit % (MILESTONES * 512));
        _flip(data, bit);
        (bool success, bytes memory result) = address(escrow).call(data);
        vm.assertTrue(success, "refused");
        vm.assertNotEq(abi.decode(result, (bytes32)), agreement.milestones, "the same hash");
    }

    // --------------------------------------------------------------------------------------------- bits beyond a type

    /// @dev A member with a bit beyond its type: refused, also when the freelancer signed just that.
    function testFuzz_DirtyAgreement_CannotBeOpened(uint256 member, uint256 bit, uint256 how) public {
        member %= 17;
        bit = _bits(member) + (bit % (256 - _bits(member)));
        bytes memory data =
            how % 3 == 2
                ? abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), new bytes(65)))
                : _accepting(freelancer, how % 3 == 0 ? bytes("") : new bytes(65));
        _setWord(data, member, _wordAt(data, member) ^ (1 << bit));
        bytes32 dirtyId = _hashOfWords(data);
        if (how % 3 != 0) _replaceSignature(data, _signature(freelancer, dirtyId));
        _assertRefused(how % 3 == 2 ? client : freelancer, data, "");
    }

    /// @dev In a call that ends with a signature of 65 bytes.
    function _replaceSignature(bytes memory data, bytes memory signature) private pure {
        uint256 start = data.length - 96;
        for (uint256 i = 0; i < 65; ++i) data[start + i] = signature[i];
    }

    /// @dev An entry of the schedule with a bit beyond its type, although the agreement names just that schedule.
    function testFuzz_DirtySchedule_CannotBeOpened(uint256 index, uint256 bit, bool ofAmount, bool byFunding) public {
        index = _bound(index, 0, MILESTONES - 1);
        bit = ofAmount ? 128 + (bit % 128) : 32 + (bit % 224);
        bytes memory data = abi.encodeCall(escrow.scheduleHash, (schedule));
        uint256 word = 2 + 2 * index + (ofAmount ? 0 : 1); // behind the offset and the length
        _setWord(data, word, _wordAt(data, word) ^ (1 << bit));
        (bool success, bytes memory hash) = address(escrow).call(data);
        vm.assertTrue(success, "the hash of a dirty schedule");
        agreement.milestones = abi.decode(hash, (bytes32));
        id = TypedData.agreementId(agreement);

        data =
            byFunding
                ? abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), _signature(freelancer, id)))
                : _accepting(client, "");
        // Behind the agreement: three more words of arguments each, and the schedule's length.
        word = AGREEMENT_WORDS + 3 + 1 + 2 * index + (ofAmount ? 0 : 1);
        _setWord(data, word, _wordAt(data, word) ^ (1 << bit));
        _assertRefused(client, data, "");
    }

    // -------------------------------------------------------------------------------------------------- other encodings

    /// @dev An agreement's call without its end: refused, wherever it is cut. (What pads the last bytes can go.)
    function testFuzz_CutOffCalldata_IsRefused(uint256 length, bool byFunding) public {
        bytes memory signature = _signature(freelancer, id);
        bytes memory data =
            byFunding
                ? abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), signature))
                : _accepting(freelancer, signature);
        if (byFunding) _prepareMoney(client, _only(0));
        uint256 padding = 31;
        length = _bound(length, 0, data.length - padding);
        bool whole = length == data.length - padding;
        assembly ("memory-safe") {
            mstore(data, length)
        }
        (bool success, ) = _call(client, data);
        vm.assertEq(success, whole, "accepted");
    }

    /// @dev Anything behind a call's end changes nothing.
    function testFuzz_MoreCalldata_IsIgnored(uint256 seed, bytes calldata more) public {
        Action action = Action(seed % ACTIONS);
        _bring(0, _statusFor(action));
        if (action == Action.Finalize) _warpToClock(0, 0);
        bytes memory data = _callFor(action, 0, _byCalling());
        address actor = _actorFor(action, 0);
        uint256 snapshot = vm.snapshotState();
        _assertCall(actor, data);
        bytes32 expected = _fingerprint();
        vm.revertToState(snapshot);
        _assertCall(actor, bytes.concat(data, more));
        vm.assertEq(_fingerprint(), expected, "another effect");
    }

    /// @dev The schedule anywhere else in the calldata, with anything in between: the same agreement, and the same event,
    /// in the canonical encoding.
    function testFuzz_ScheduleElsewhereInCalldata_IsTheSame(bytes calldata gap, bytes calldata more) public {
        bytes memory data = bytes.concat(
            abi.encodePacked(escrow.accept.selector, abi.encode(agreement)),
            abi.encode(uint256(AGREEMENT_WORDS + 4) * 32 + gap.length), // the schedule's offset
            abi.encode(client),
            abi.encode(uint256(AGREEMENT_WORDS + 3) * 32), // the signature's: it is empty
            abi.encode(0),
            gap,
            _schedule(),
            more
        );
        _recordWorld();
        _expectOpened(client);
        _assertCall(client, data);
        _assertWorld();
    }

    /// @dev The schedule's length and entries, as ABI-encoded.
    function _schedule() private view returns (bytes memory encoded) {
        encoded = abi.encode(schedule.length);
        for (uint256 i = 0; i < schedule.length; ++i) encoded = bytes.concat(encoded, abi.encode(schedule[i]));
    }

    /// @dev An offset that leads anywhere but to the schedule, or a length that is not the schedule's.
    function testFuzz_AnyOffset_IsRefused(uint256 offset, uint256 length, bool ofLength) public {
        bytes memory data = _accepting(client, "");
        uint256 right = ofLength ? MILESTONES : (AGREEMENT_WORDS + 3) * 32;
        uint256 wrong = ofLength ? length : offset;
        if (wrong % 4 == 0) wrong = _bound(wrong, 0, ofLength ? 2 * MILESTONES : data.length);
        if (wrong == right) ++wrong;
        _setWord(data, ofLength ? AGREEMENT_WORDS + 3 : AGREEMENT_WORDS, wrong);
        (bool success, ) = _call(client, data);
        vm.assertFalse(success, "accepted");
    }

    // ------------------------------------------------------------------------------------------------------ any words

    /// @dev A well-formed call of each function that takes an agreement, with nobody's signature.
    function _allCalls(IMicroEscrow.Authorization memory auth) private view returns (bytes[] memory calls) {
        calls = new bytes[](ACTIONS + 2);
        for (uint256 a = 0; a < ACTIONS; ++a) calls[a] = _callFor(Action(a), 0, auth);
        calls[ACTIONS] = _accepting(client, auth.signature);
        calls[ACTIONS + 1] = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), auth.signature));
    }

    /// @dev Behind every selector, an agreement of any words, and any word as the next argument: it decodes, since no
    /// offset is among them, but there is no such agreement. From anybody, signed with anything.
    function testFuzz_AnyWords_AreRefused(
        uint256[AGREEMENT_WORDS] calldata words,
        uint256 next,
        address caller,
        bytes calldata signature
    ) public {
        _bring(0, _heldStatus(next));
        bytes32 before = _fingerprint();
        caller = _anybodyBut(address(0), caller);
        bytes[] memory calls = _allCalls(IMicroEscrow.Authorization(LATER, signature));
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 w = 0; w < AGREEMENT_WORDS; ++w) _setWord(calls[i], w, words[w]);
            // In `accept` and `fund` the schedule's offset comes next.
            if (i < ACTIONS) _setWord(calls[i], AGREEMENT_WORDS, next);
            bool aboutAMilestone = i != uint256(Action.Close) && i < ACTIONS;
            if (aboutAMilestone) {
                bytes memory reason = _wrongStatus(next, IMicroEscrow.Status.None, _allowed(Action(i)));
                _assertRefused(caller, calls[i], reason);
            } else {
                (bool success, ) = _call(caller, calls[i]);
                vm.assertFalse(success, "done");
            }
        }
        vm.assertEq(_fingerprint(), before, "something happened");
    }

    /// @dev What is drawn for {_strangersCall}.
    struct Arguments {
        uint256 index;
        uint256 submission;
        uint128 amount;
        uint40 clock;
        bytes32 hash;
        IMicroEscrow.Authorization auth;
    }

    /// @dev Behind every selector the agreement that there is, and any words as the other values, from a stranger.
    function testFuzz_AnyArguments_OfAStranger_AreRefused(
        uint256 seed,
        bytes32 hash,
        uint128 amount,
        bytes calldata signature
    ) public {
        _bring(0, _heldStatus(seed));
        bytes32 before = _fingerprint();
        IMicroEscrow.Authorization memory auth = IMicroEscrow.Authorization(LATER, signature);
        (uint256 index, uint256 submission) = (_draw(seed, 1) % 2, _draw(seed, 2) % 3);
        Arguments memory values = Arguments(index, submission, amount, uint40(seed), hash, auth);
        for (uint256 a = 0; a < ACTIONS; ++a) {
            (bool success, ) = _call(stranger, _strangersCall(Action(a), values));
            vm.assertFalse(success, "done");
        }
        vm.assertEq(_fingerprint(), before, "something happened");
    }

    function _strangersCall(Action action, Arguments memory v) private view returns (bytes memory) {
        if (action == Action.Close) return abi.encodeCall(escrow.close, (agreement, client, v.auth));
        if (action == Action.Submit) return abi.encodeCall(escrow.submit, (agreement, v.index, v.hash, v.auth));
        if (action == Action.Approve) return abi.encodeCall(escrow.approve, (agreement, v.index, v.submission, v.auth));
        if (action == Action.Advance) return abi.encodeCall(escrow.advance, (agreement, v.index, v.amount, v.auth));
        if (action == Action.RequestChanges) {
            return abi.encodeCall(escrow.requestChanges, (agreement, v.index, v.submission, v.hash, v.auth));
        }
        if (action == Action.Attest) {
            bool passed = v.amount % 2 == 0;
            return abi.encodeCall(escrow.attest, (agreement, v.index, v.submission, passed, v.hash, v.auth));
        }
        if (action == Action.Extend) return abi.encodeCall(escrow.extend, (agreement, v.index, v.clock, v.auth));
        if (action == Action.Dispute) {
            return abi.encodeCall(escrow.dispute, (agreement, v.index, v.submission, v.hash, v.auth));
        }
        if (action == Action.Rule) return abi.encodeCall(escrow.rule, (agreement, v.index, v.amount, v.hash, v.auth));
        if (action == Action.Settle) {
            return abi.encodeCall(escrow.settle, (agreement, v.index, v.amount, v.auth, v.auth));
        }
        if (action == Action.Refund) return abi.encodeCall(escrow.refund, (agreement, v.index, v.auth));
        if (action == Action.SubmitEvidence) return abi.encodeCall(escrow.submitEvidence, (agreement, v.index, v.hash));
        return abi.encodeCall(escrow.finalize, (agreement, v.index));
    }

    /// @dev What decodes to nothing: any bytes behind any selector, or none.
    function testFuzz_AnyBytes_ThatAreNoAgreement_AreRefused(bytes calldata junk, bytes4 selector) public {
        vm.assume(selector != escrow.permit.selector && selector != escrow.withdraw.selector); // these take none
        bytes[] memory calls = _allCalls(_byCalling());
        bytes memory cut = junk.length < AGREEMENT_WORDS * 32 ? junk : junk[:AGREEMENT_WORDS * 32 - 1];
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success, ) = _call(stranger, bytes.concat(bytes4(calls[i]), cut));
            vm.assertFalse(success, "done");
        }
        if (selector == escrow.multicall.selector || _isView(selector)) return;
        (bool known, ) = _call(stranger, bytes.concat(selector, cut));
        vm.assertFalse(known, "a function that nobody knows");
    }

    function _isView(bytes4 selector) private view returns (bool) {
        return
            selector == escrow.agreementId.selector ||
            selector == escrow.scheduleHash.selector ||
            selector == escrow.milestone.selector ||
            selector == escrow.claimable.selector ||
            selector == escrow.eip712Domain.selector;
    }
}
