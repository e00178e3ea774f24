// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../contracts/utils/TypedData.sol";
import {ArbitraryToken} from "./ArbitraryToken.sol";
import {svm, vm} from "./Cheats.sol";
import {Claim, atMost, eq, less} from "./Claim.sol";
import {Wallet} from "./Wallet.sol";

/// @notice What all proofs share: the contract's own bytecode, with anything at all in its storage.
///
/// A proof is a function `check_…`. It is executed for all values of its arguments at once, and holds when no value makes
/// false what it passes to `_prove`. Of values for which something passed to `_assume` is false, it says nothing.
/// A panic of the proof itself counts as false.
abstract contract Proof {
    /// @dev What every proof is about: any caller, at any time, with any agreement, about any milestone of it.
    struct Call {
        IMicroEscrow.Agreement agreement;
        uint256 index;
        address caller;
        uint256 time;
    }

    /// @dev Any milestone of any agreement, and any account's claimable balance in any token, the call's own among them.
    struct Anything {
        bytes32 id;
        uint256 index;
        address token;
        address account;
    }

    /// @dev What a call did: whether it succeeded, and the word that it returned, or else the selector of its error; then, if it
    /// succeeded, what is stored of {Anything}, and what was paid.
    struct Observed {
        uint256 success;
        bytes32 answer;
        uint256 word;
        uint256 claimable;
        ArbitraryToken.Log log;
    }

    /// @dev A milestone's slot, as {IMicroEscrow.MilestoneState}, in numbers.
    struct State {
        uint256 amount;
        uint256 clock;
        uint256 submissions;
        uint256 status;
        uint256 outcome;
        uint256 flags;
    }

    uint256 internal constant BPS = 10_000;

    // Sets of statuses, a bit each.
    uint256 internal constant FUNDED = 1 << uint8(IMicroEscrow.Status.Funded);
    uint256 internal constant SUBMITTED = 1 << uint8(IMicroEscrow.Status.Submitted);
    uint256 internal constant CHANGES_REQUESTED = 1 << uint8(IMicroEscrow.Status.ChangesRequested);
    uint256 internal constant DISPUTED = 1 << uint8(IMicroEscrow.Status.Disputed);
    uint256 internal constant HELD = FUNDED | SUBMITTED | CHANGES_REQUESTED | DISPUTED;

    /// @dev Where the contract keeps its milestones and claimable balances: {Hashes} proves it.
    uint256 internal constant MILESTONES_SLOT = 2;
    uint256 internal constant CLAIMABLE_SLOT = 3;

    /// @dev The agreement's: see {_milestone}.
    bytes32 internal id;

    IMicroEscrow internal escrow;
    ArbitraryToken internal token;

    function setUp() public {
        bytes memory code = vm.getCode("MicroEscrow.sol:MicroEscrow");
        address deployed;
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        assert(deployed != address(0));
        escrow = IMicroEscrow(deployed);
        token = new ArbitraryToken();
        svm.enableSymbolicStorage(deployed);
    }

    // ------------------------------------------------------------------------------------------------------- claims

    /// @dev Does not branch, as `assert` would.
    function _prove(Claim claim) internal pure {
        vm.assertTrue(Claim.unwrap(claim));
    }

    function _assume(Claim claim) internal pure {
        vm.assume(Claim.unwrap(claim));
    }

    // ----------------------------------------------------------------------------------------------------- storage

    function _load(bytes32 slot) internal view returns (uint256) {
        return uint256(vm.load(address(escrow), slot));
    }

    function _milestoneSlot(bytes32 id_, uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encode(index, keccak256(abi.encode(id_, MILESTONES_SLOT))));
    }

    function _claimableSlot(address token_, address account) internal pure returns (bytes32) {
        return keccak256(abi.encode(account, keccak256(abi.encode(token_, CLAIMABLE_SLOT))));
    }

    /// @dev The whole slot of a milestone.
    function _word(bytes32 id_, uint256 index) internal view returns (uint256) {
        return _load(_milestoneSlot(id_, index));
    }

    function _state(uint256 word) internal pure returns (State memory) {
        return
            State({
                amount: uint128(word),
                clock: uint40(word >> 128),
                submissions: uint8(word >> 168),
                status: uint8(word >> 176),
                outcome: uint8(word >> 184),
                flags: word >> 192
            });
    }

    function _same(State memory a, State memory b) internal pure returns (Claim) {
        return
            eq(a.amount, b.amount) &
            eq(a.clock, b.clock) &
            eq(a.submissions, b.submissions) &
            eq(a.status, b.status) &
            eq(a.outcome, b.outcome) &
            eq(a.flags, b.flags);
    }

    /// @dev The milestone at the time of the call, in which only its status is known to be one.
    function _milestone(Call memory c) internal returns (State memory s) {
        vm.warp(c.time);
        id = escrow.agreementId(c.agreement);
        s = _state(_word(id, c.index));
        _assume(less(c.time, 1 << 39) & atMost(s.status, uint8(type(IMicroEscrow.Status).max))); // the year 19,391
    }

    // ------------------------------------------------------------------------------------ what happens, and what must

    /// @dev Calls the escrow and takes the call back.
    /// @return o What there was to see after it.
    function _attempt(address caller, bytes memory data, Anything memory any) internal returns (Observed memory o) {
        (, bytes memory seen) = address(this).call(abi.encodeCall(this.attempt, (caller, data, any)));
        assert(seen.length == 12 * 32); // or else it is not what {attempt} has seen
        o = abi.decode(seen, (Observed));
    }

    /// @dev For {_attempt}: always reverts, with what there is to see.
    function attempt(address caller, bytes calldata data, Anything calldata any) external {
        Observed memory o;
        vm.prank(caller);
        (bool done, bytes memory result) = address(escrow).call(data);
        if (done) {
            o.success = 1;
            o.answer = bytes32(result);
            o.word = _word(any.id, any.index);
            o.claimable = _load(_claimableSlot(any.token, any.account));
            o.log = token.log();
        } else {
            o.answer = bytes4(result);
        }
        bytes memory seen = abi.encode(o);
        assembly ("memory-safe") {
            revert(add(seen, 0x20), mload(seen))
        }
    }

    /// @dev Makes the milestone what it must be, where the call was taken back.
    function _set(uint256 index, State memory s) internal {
        uint256 word =
            s.amount |
                (s.clock << 128) |
                (s.submissions << 168) |
                (s.status << 176) |
                (s.outcome << 184) |
                (s.flags << 192);
        vm.store(address(escrow), _milestoneSlot(id, index), bytes32(word));
    }

    /// @dev Credits what must be credited, where the call was taken back.
    function _credit(address token_, address account, uint256 amount) internal {
        bytes32 slot = _claimableSlot(token_, account);
        unchecked {
            vm.store(address(escrow), slot, bytes32(_load(slot) + amount));
        }
    }

    /// @dev The call left every milestone and every claimable balance as {_set} and {_credit} left them.
    function _isStored(Observed memory o, Anything memory any) internal view returns (Claim) {
        return eq(o.word, _word(any.id, any.index)) & eq(o.claimable, _load(_claimableSlot(any.token, any.account)));
    }

    // -------------------------------------------------------------------------------------------------------- calls

    /// @dev What a wallet answers to a digest that it signed (ERC-1271).
    uint256 internal constant SIGNED = uint256(bytes32(bytes4(0x1626ba7e)));

    /// @dev A signature of `wallet`, which signed the struct hash if it answers {SIGNED}, and nothing else.
    function _signed(
        Wallet wallet,
        bytes32 structHash,
        uint256 deadline,
        uint256 answer
    ) internal returns (IMicroEscrow.Authorization memory) {
        wallet.expect(TypedData.digest(TypedData.domainSeparator(block.chainid, address(escrow)), structHash), answer);
        return IMicroEscrow.Authorization(deadline, abi.encode(svm.createUint256("signature")));
    }

    /// @dev No signature: the caller must be the actor.
    function _unsigned() internal pure returns (IMicroEscrow.Authorization memory auth) {}
}
