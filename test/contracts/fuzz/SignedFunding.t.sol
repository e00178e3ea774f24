// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISignedFunding} from "../../../contracts/interfaces/ISignedFunding.sol";
import {Base} from "../utils/Base.sol";
import {SignedFundingBase} from "../utils/SignedFundingBase.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice What a client signed to pay with funds what it signed, and nothing else: whatever a sender makes of it.
contract SignedFundingFuzzTest is SignedFundingBase, Fuzz {
    function setUp() public override(Base, SignedFundingBase) {
        SignedFundingBase.setUp();
    }

    /// @dev The call that funds `indices`, in one of the two ways.
    function _call(bool byPermit2, uint256[] memory indices) private returns (bytes memory) {
        ISignedFunding.Payment memory payment = byPermit2 ? _permit(indices) : _authorization(indices);
        return _callWith(byPermit2, indices, payment);
    }

    function _callWith(
        bool byPermit2,
        uint256[] memory indices,
        ISignedFunding.Payment memory payment
    ) private view returns (bytes memory) {
        ISignedFunding.Funding memory funding = _funding(indices);
        return
            byPermit2
                ? abi.encodeCall(ISignedFunding.fundWithPermit2, (funding, payment))
                : abi.encodeCall(ISignedFunding.fundWithAuthorization, (funding, payment));
    }

    function _send(bytes memory data) private returns (bool success) {
        vm.prank(stranger);
        (success, ) = address(signedFunding).call(data);
    }

    /// @dev Any bit of the whole calldata: it is refused, or means the same.
    function testFuzz_AnyFlippedBit_FundsNothingElse(bool byPermit2, uint256 bit) public {
        bytes memory data = _call(byPermit2, _pair(0, 1));
        uint256 sum = uint256(schedule[0].amount) + schedule[1].amount;
        bit %= data.length * 8;
        _flip(data, bit);

        bool success = _send(data);
        vm.assertEq(_balance(client), success ? 0 : sum, "the client's balance");
        vm.assertEq(_balance(address(escrow)), success ? sum : 0, "the escrow's balance");
        vm.assertEq(_balance(address(signedFunding)), 0, "what is left over");
        for (uint256 i = 0; i < MILESTONES; ++i) {
            vm.assertEq(_milestone(i).amount, success && i < 2 ? schedule[i].amount : 0, "held");
        }
    }

    /// @dev Around the deadline, which means another second to Permit2.
    function testFuzz_AnyTime(bool byPermit2, uint256 seed) public {
        bytes memory data = _call(byPermit2, _only(0));
        uint256 deadline = _deadline();
        uint256 time = START + 1 hours - 3 + (seed % 6);
        vm.warp(time);
        vm.assertEq(_send(data), byPermit2 ? time <= deadline : time < deadline, "funded");
        vm.assertEq(_milestone(0).amount != 0, byPermit2 ? time <= deadline : time < deadline, "held");
    }

    /// @dev Any milestones in any order, any amounts, any number: the sum moves, all of it, and no allowance stays.
    function testFuzz_AnyMilestones(bool byPermit2, uint256 seed, uint256 nonce) public {
        for (uint256 i = 0; i < MILESTONES; ++i) {
            schedule[i].amount = uint128(_bound(_draw(seed, i), 1, type(uint120).max));
        }
        _sealAgreement();
        uint256[] memory indices = _drawnIndices(seed);
        ISignedFunding.Payment memory payment = byPermit2 ? _permit(indices) : _authorization(indices);
        payment.nonce = nonce;
        if (byPermit2) _signPermit(client, indices, payment);
        else _signAuthorization(client, indices, payment);
        bytes memory data = _callWith(byPermit2, indices, payment);

        _recordWorld();
        _expectFundings(indices);
        vm.assertTrue(_send(data), "refused");
        _assertFunded();
        vm.assertEq(_balance(address(escrow)), payment.amount, "held");
    }

    /// @dev Between one milestone and all of them, each once, in any order.
    function _drawnIndices(uint256 seed) private pure returns (uint256[] memory indices) {
        uint256[] memory all = new uint256[](MILESTONES);
        for (uint256 i = 0; i < MILESTONES; ++i) all[i] = i;
        indices = new uint256[](1 + (_draw(seed, 100) % MILESTONES));
        for (uint256 i = 0; i < indices.length; ++i) {
            uint256 k = i + (_draw(seed, 200 + i) % (MILESTONES - i));
            (all[i], all[k]) = (all[k], all[i]);
            indices[i] = all[i];
        }
    }

    /// @dev Whoever else signs, with any key: refused.
    function testFuzz_AnyOtherKey(bool byPermit2, uint256 key) public {
        key = _bound(key, 1, type(uint128).max);
        vm.assume(vm.addr(key) != client);
        ISignedFunding.Payment memory payment = byPermit2 ? _permit(_only(0)) : _authorization(_only(0));
        bytes32 digest =
            byPermit2
                ? _permitDigest(_only(0), payment)
                : _authorizationDigest(payment, signedFunding.authorizationNonce(id, _only(0), payment.nonce));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        payment.signature = abi.encodePacked(r, s, v);
        vm.assertFalse(_send(_callWith(byPermit2, _only(0), payment)), "funded");
        vm.assertEq(_balance(client), payment.amount, "the client's balance");
    }
}
