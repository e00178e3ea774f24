// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {ArbitraryToken} from "./ArbitraryToken.sol";
import {svm, vm} from "./Cheats.sol";
import {Claim, amountIf, atMost, differ, eq, implies, less, quotient} from "./Claim.sol";

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

    /// @dev Anything else that is stored: any milestone, and any account's claimable balance in any token.
    struct Elsewhere {
        bytes32 id;
        uint256 index;
        address token;
        address account;
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

    /// @dev Where the contract keeps its milestones: {Hashes} proves it.
    uint256 internal constant MILESTONES_SLOT = 2;

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

    function _prove(Claim claim) internal pure {
        assert(Claim.unwrap(claim));
    }

    function _assume(Claim claim) internal pure {
        vm.assume(Claim.unwrap(claim));
    }

    // ----------------------------------------------------------------------------------------------------- storage

    /// @dev The whole slot of a milestone.
    function _word(bytes32 id, uint256 index) internal view returns (uint256) {
        bytes32 slot = keccak256(abi.encode(index, keccak256(abi.encode(id, MILESTONES_SLOT))));
        return uint256(vm.load(address(escrow), slot));
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

    // ------------------------------------------------------------------------------------------------------- money

    /// @dev `amount * bps / 10,000`, rounded down. The solver takes multiplication and division for unknown functions; what
    /// it has to know about them here is proved over the integers, in lemmas.smt2.
    function _part(uint256 amount, uint256 bps) internal pure returns (uint256 part) {
        unchecked {
            uint256 product = amount * bps;
            part = quotient(product, BPS);
            Claim small = less(amount, 1 << 128) & less(bps, 1 << 16);
            _assume(implies(small & atMost(bps, BPS), atMost(part, amount)));
            _assume(implies(small & differ(bps, 0), eq(quotient(product, bps), amount)));
            _assume(implies(small & differ(amount, 0), eq(quotient(product, amount), bps)));
            _assume(implies(eq(amount, 0) | eq(bps, 0), eq(product, 0) & eq(part, 0)));
        }
    }

    /// @dev The account that a party named for its money, or else the party itself; without a branch.
    function _payee(address named, address party) internal pure returns (address) {
        return address(uint160(uint160(named) | amountIf(eq(named, address(0)), uint160(party))));
    }

    // -------------------------------------------------------------------------------------------------------- calls

    function _callAs(address caller, bytes memory data) internal returns (Claim success, bytes32 error) {
        vm.prank(caller);
        (bool done, bytes memory result) = address(escrow).call(data);
        return (Claim.wrap(done), done ? bytes4(0) : bytes4(result)); // the selector
    }

    /// @dev No signature: the caller must be the actor.
    function _unsigned() internal pure returns (IMicroEscrow.Authorization memory auth) {}
}
