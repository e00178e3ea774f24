// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice Any signature that is not the actor's over exactly this action, in this state, here, is refused. Milestone `n`
/// begins in status `n`.
contract SignaturesTest is Fuzz {
    /// @dev The order of secp256k1's group.
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public override {
        super.setUp();
        _bringAll();
    }

    /// @dev An action drawn from `seed`, and a milestone in a status where it is possible.
    function _drawn(uint256 seed) private pure returns (Action action, uint256 index) {
        action = Action(seed % SIGNED_ACTIONS);
        index = uint256(_possibleStatus(action, seed / SIGNED_ACTIONS));
    }

    /// @dev The action, sent by a stranger with this signature, is refused as not the actor's.
    function _assertInvalid(Action action, uint256 index, bytes memory signature) private {
        bytes memory reason = _invalidSignature(_actorFor(action, index), _hashFor(action, index, LATER));
        _assertRefused(stranger, _callFor(action, index, IMicroEscrow.Authorization(LATER, signature)), reason);
    }

    function _rightSignature(Action action, uint256 index) private view returns (bytes memory) {
        return _signature(_actorFor(action, index), _hashFor(action, index, LATER));
    }

    function _split(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }

    // ------------------------------------------------------------------------------------------- who signed what, where

    function testFuzz_AnotherKey(uint256 seed, uint256 key) public {
        (Action action, uint256 index) = _drawn(seed);
        key = _bound(key, 1, ORDER - 1);
        vm.assume(vm.addr(key) != _actorFor(action, index));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(_hashFor(action, index, LATER)));
        _assertInvalid(action, index, abi.encodePacked(r, s, v));
    }

    /// @dev Each of the others who are named.
    function testFuzz_AnotherActor(uint256 seed, uint256 other) public {
        (Action action, uint256 index) = _drawn(seed);
        address[5] memory others = [client, freelancer, arbiter, verifier, platform];
        address signer = others[other % 5];
        if (signer == _actorFor(action, index)) signer = payer;
        _assertInvalid(action, index, _signature(signer, _hashFor(action, index, LATER)));
    }

    function testFuzz_AnotherChain(uint256 seed, uint256 chainId) public {
        (Action action, uint256 index) = _drawn(seed);
        if (chainId == block.chainid) chainId = 1;
        bytes32 domain = TypedData.domainSeparator(chainId, address(escrow));
        bytes32 digest = TypedData.digest(domain, _hashFor(action, index, LATER));
        _assertInvalid(action, index, _signatureOfDigest(_actorFor(action, index), digest));
    }

    /// @dev The chain takes another id, after a fork: old signatures are void, new ones work, and so the money moves.
    function testFuzz_AnotherChain_AfterAFork(uint256 seed, uint64 chainId) public {
        (Action action, uint256 index) = _drawn(seed);
        if (chainId == block.chainid || chainId == 0) chainId = 1;
        bytes memory old = _rightSignature(action, index);
        vm.chainId(chainId);
        _assertInvalid(action, index, old);
        _assertCall(stranger, _callFor(action, index, _signedFor(action, index, LATER)));
    }

    function testFuzz_AnotherEscrow(uint256 seed, address other) public {
        (Action action, uint256 index) = _drawn(seed);
        if (other == address(escrow)) other = address(0);
        bytes32 domain = TypedData.domainSeparator(block.chainid, other);
        bytes32 digest = TypedData.digest(domain, _hashFor(action, index, LATER));
        _assertInvalid(action, index, _signatureOfDigest(_actorFor(action, index), digest));
    }

    // The same for the consents: nothing was agreed on in these terms yet.

    function _useNewTerms() private {
        agreement.details = keccak256("not accepted yet");
        _sealAgreement();
    }

    /// @dev The parties' signatures over the agreement, in another domain.
    function _assertNoConsentIn(bytes32 domain) private {
        bytes32 digest = TypedData.digest(domain, id);
        _assertNoConsent(_signatureOfDigest(client, digest), _signatureOfDigest(freelancer, digest));
    }

    function testFuzz_Consent_OnAnotherChain(uint256 chainId) public {
        _useNewTerms();
        if (chainId == block.chainid) chainId = 1;
        _assertNoConsentIn(TypedData.domainSeparator(chainId, address(escrow)));
    }

    function testFuzz_Consent_OnAnotherChain_AfterAFork(uint64 chainId, bool byClient) public {
        _useNewTerms();
        if (chainId == block.chainid || chainId == 0) chainId = 1;
        bytes32 domain = TypedData.domainSeparator(block.chainid, address(escrow));
        vm.chainId(chainId);
        _assertNoConsentIn(domain);
        address party = byClient ? client : freelancer;
        _assertCall(stranger, _accepting(party, _signature(party, id)));
    }

    function testFuzz_Consent_ForAnotherEscrow(address other) public {
        _useNewTerms();
        if (other == address(escrow)) other = address(0);
        _assertNoConsentIn(TypedData.domainSeparator(block.chainid, other));
    }

    function testFuzz_Consent_ToAnotherAgreement(bytes32 otherId) public {
        _useNewTerms();
        if (otherId == id) otherId = 0;
        _assertNoConsent(_signature(client, otherId), _signature(freelancer, otherId));
    }

    function testFuzz_AnotherStructHash(uint256 seed, bytes32 structHash) public {
        (Action action, uint256 index) = _drawn(seed);
        _assertInvalid(action, index, _signature(_actorFor(action, index), structHash));
    }

    /// @dev What was signed for one action is good for no other.
    function testFuzz_AnotherAction(uint256 seed, uint256 other) public {
        (Action action, uint256 index) = _drawn(seed);
        Action signed = Action(other % SIGNED_ACTIONS);
        if (signed == action) signed = Action((uint256(signed) + 1) % SIGNED_ACTIONS);
        if (_milestone(index).amount < PART) index = 4;
        _assertInvalid(action, index, _signature(_actorFor(action, index), _hashFor(signed, index, LATER)));
    }

    /// @dev Two milestones that differ in nothing but their index.
    function testFuzz_AnotherMilestone(uint256 seed, uint256 other) public {
        Action action = _signedAction(seed);
        other = _bound(other, 1, MILESTONES - 1);
        schedule[other] = schedule[0];
        agreement.details = keccak256("twins");
        _sealAgreement();
        IMicroEscrow.Status status = _possibleStatus(action, seed / SIGNED_ACTIONS);
        uint256 start = block.timestamp;
        _bring(0, status);
        vm.warp(start);
        _bring(other, status);
        _assertInvalid(action, other, _signature(_actorFor(action, 0), _hashFor(action, 0, LATER)));
        _assertCall(stranger, _callFor(action, 0, _signedFor(action, 0, LATER)));
    }

    /// @dev Two agreements that differ in nothing but their scope, with a milestone each in the same state.
    function testFuzz_AnotherAgreement(uint256 seed, bytes32 details) public {
        if (details == agreement.details) details = 0;
        (Action action, uint256 index) = _drawn(seed);
        bytes memory signature = _rightSignature(action, index);
        agreement.details = details;
        _sealAgreement();
        vm.warp(START);
        if (action != Action.Close) {
            for (uint256 i = 0; i < index; ++i) _skip(IMicroEscrow.Status(i));
            _bring(index, IMicroEscrow.Status(index));
        }
        _assertInvalid(action, index, signature);
    }

    /// @dev Lets the hours pass that `_bring` takes to a status.
    function _skip(IMicroEscrow.Status status) private {
        uint8[5] memory hours_ = [0, 1, 2, 3, 3];
        vm.warp(block.timestamp + uint256(hours_[uint256(status)]) * 1 hours);
    }

    // ------------------------------------------------------------------------------------------------ malformed bytes

    function testFuzz_AnyBytes(uint256 seed, bytes calldata signature) public {
        (Action action, uint256 index) = _drawn(seed);
        if (signature.length == 0) return _assertInvalid(action, index, new bytes(65));
        _assertInvalid(action, index, signature);
    }

    function testFuzz_AnotherV(uint256 seed, uint8 other) public {
        (Action action, uint256 index) = _drawn(seed);
        (bytes32 r, bytes32 s, uint8 v) = _split(_rightSignature(action, index));
        if (other % 4 == 0) other = v == 27 ? 28 : 27;
        if (other == v) other = v - 27;
        _assertInvalid(action, index, abi.encodePacked(r, s, other));
    }

    /// @dev The other signature that follows from each: it would be a second one for the same.
    function testFuzz_HighS(uint256 seed) public {
        (Action action, uint256 index) = _drawn(seed);
        (bytes32 r, bytes32 s, uint8 v) = _split(_rightSignature(action, index));
        _assertInvalid(action, index, abi.encodePacked(r, ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27)));
    }

    /// @dev ERC-2098's 64 bytes.
    function testFuzz_Compact(uint256 seed) public {
        (Action action, uint256 index) = _drawn(seed);
        (bytes32 r, bytes32 s, uint8 v) = _split(_rightSignature(action, index));
        _assertInvalid(action, index, abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255)));
    }

    /// @dev The right signature with anything behind it, or without its end.
    function testFuzz_AnotherLength(uint256 seed, bytes calldata more, uint256 length) public {
        (Action action, uint256 index) = _drawn(seed);
        bytes memory signature = bytes.concat(_rightSignature(action, index), more.length == 0 ? bytes("x") : more);
        if (length % 2 == 0) {
            length = _bound(length, 1, 64);
            assembly ("memory-safe") {
                mstore(signature, length)
            }
        }
        _assertInvalid(action, index, signature);
    }

    // ------------------------------------------------------------------------------------------------------ ERC-1271

    /// @dev The actor is an account with code, and answers anything: the magic value, in a whole word, is a yes; nothing
    /// else is.
    function testFuzz_Erc1271_AnyAnswer(uint256 seed, bytes calldata other, bool reverts, bytes calldata given) public {
        (Action action, uint256 index) = _drawn(seed);
        bytes32 good = bytes32(IERC1271.isValidSignature.selector);
        bytes memory answer = _answer(seed, other, good);
        bytes memory signature = given.length == 0 ? bytes("x") : given;
        _answers(_actorFor(action, index), reverts, answer);
        if (reverts || !_isWord(answer, good)) return _assertInvalid(action, index, signature);
        if (action == Action.Settle) _answers(freelancer, false, abi.encode(good));
        _assertCall(stranger, _callFor(action, index, IMicroEscrow.Authorization(LATER, signature)));
    }

    /// @dev It is asked about the digest and the bytes that were given, and about nothing else. Its key does not count.
    function testFuzz_Erc1271_IsAskedAboutWhatWasGiven(uint256 seed, bytes calldata given) public {
        (Action action, uint256 index) = _drawn(seed);
        if (action == Action.Settle) action = Action.Approve; // it has two
        address actor = _actorFor(action, index);
        bytes32 digest = _digest(_hashFor(action, index, LATER));
        bytes memory signature = given.length == 0 ? _rightSignature(action, index) : given;
        _answers(actor, false, abi.encode(bytes32(IERC1271.isValidSignature.selector)));
        vm.expectCall(actor, abi.encodeCall(IERC1271.isValidSignature, (digest, signature)), 1);
        _assertCall(stranger, _callFor(action, index, IMicroEscrow.Authorization(LATER, signature)));
    }

    // ---------------------------------------------------------------------------------------------- before and after

    /// @dev Sent by anybody, a signed action does what it does when its actor calls.
    function testFuzz_SentByAnybody_DoesTheSame(uint256 seed, address sender) public {
        (Action action, uint256 index) = _drawn(seed);
        bytes memory signed = _callFor(action, index, _signedFor(action, index, LATER));
        uint256 snapshot = vm.snapshotState();
        _assertCall(_actorFor(action, index), _callFor(action, index, _byCalling()));
        bytes32 called = _fingerprint();
        vm.revertToState(snapshot);
        _assertCall(_anybodyBut(address(0), sender), signed);
        vm.assertEq(_fingerprint(), called, "another effect");
    }

    /// @dev Signed, then something else happens to the milestone: the signature still counts exactly if what it says
    /// about the state still holds, and the action is still possible.
    function testFuzz_AfterAnotherAction_CountsOnlyWhileWhatItSaysHolds(uint256 seed, uint256 between) public {
        Action action = _signedAction(seed);
        uint256 index = uint256(_possibleStatus(action, seed / SIGNED_ACTIONS));
        bytes32 structHash = _hashFor(action, index, LATER);
        IMicroEscrow.Authorization memory auth = _signedFor(action, index, LATER);
        address signer = _actorFor(action, index);

        Action other = _signedAction(between);
        _call(_actorFor(other, index), _callFor(other, index, _byCalling()));
        uint8 status = uint8(_milestone(index).status);
        bool possible = (1 << status) & _allowed(action) != 0;
        if (!possible) return _assertRefused(stranger, _callFor(action, index, auth), _refusedBy(action, index));

        bool holds = _actorFor(action, index) == signer && _hashFor(action, index, LATER) == structHash;
        if (action == Action.Extend && _milestone(index).clock >= LATER) holds = false; // it is there already
        (bool success, ) = _call(stranger, _callFor(action, index, auth));
        vm.assertEq(success, holds, "counts");
    }

    function _refusedBy(Action action, uint256 index) private view returns (bytes memory) {
        return _wrongStatus(index, _milestone(index).status, _allowed(action));
    }

    /// @dev It took effect; then anything happens to the milestone, for a while; then it is sent again: no effect.
    function testFuzz_AfterItTookEffect_HasNoOther(uint256 seed, uint256 between, uint32[3] calldata delays) public {
        (Action action, uint256 index) = _drawn(seed);
        bytes memory data = _callFor(action, index, _signedFor(action, index, LATER));
        _assertCall(stranger, data);
        for (uint256 i = 0; i < delays.length; ++i) {
            Action other = _anyAction(_draw(between, i));
            vm.warp(block.timestamp + (delays[i] % 4 days));
            _call(_actorFor(other, index), _callFor(other, index, _byCalling()));
        }
        bytes32 before = _fingerprint();
        _call(stranger, data);
        vm.assertEq(_fingerprint(), before, "it took effect again");
    }
}
