// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {ArbiterChecks} from "./ArbiterChecks.sol";

/// @title Choices
/// @notice How a move is drawn from its seed: which milestone, which amount, which moment. It prefers what makes sense,
/// so that milestones live long lives, and misses that often enough.
abstract contract Choices is ArbiterChecks {
    /// @notice What an action asks of a milestone's clock, or of the time until which the agreement can be funded.
    enum Time {
        Any,
        BeforeClock,
        FromClock,
        BeforeFundBy
    }

    // Sets of statuses, a bit each.
    uint256 internal constant NONE = 1 << uint8(IMicroEscrow.Status.None);
    uint256 internal constant FUNDED = 1 << uint8(IMicroEscrow.Status.Funded);
    uint256 internal constant SUBMITTED = 1 << uint8(IMicroEscrow.Status.Submitted);
    uint256 internal constant CHANGES_REQUESTED = 1 << uint8(IMicroEscrow.Status.ChangesRequested);
    uint256 internal constant DISPUTED = 1 << uint8(IMicroEscrow.Status.Disputed);
    uint256 internal constant HELD = FUNDED | SUBMITTED | CHANGES_REQUESTED | DISPUTED;

    /// @dev How far time jumps to a clock, so that one that was extended by years does not end every other life.
    uint256 internal constant PATIENCE = 20 days;
    uint256 private constant FAR_FUTURE = 100 * 365 days;

    uint256 private _entropy;

    /// @notice How many moves were made.
    uint256 public played;

    /// @dev Every move: drawn from its seed, and checked when it is over.
    modifier drawnFrom(uint256 seed) {
        ++played;
        _entropy = seed;
        _watch();
        _;
        _checkTouched();
    }

    function _draw(uint256 n) internal returns (uint256) {
        _entropy = uint256(keccak256(abi.encode(_entropy)));
        return _entropy % n;
    }

    /// @dev True in one of `n` cases.
    function _chance(uint256 n) internal returns (bool) {
        return _draw(n) == 0;
    }

    /// @dev A milestone in one of `statuses`, and on the right side of its clock, if there is one; seldom just any.
    function _pick(uint256 statuses, Time time) internal returns (uint256 e, uint256 i) {
        uint256 start = _draw(places.length);
        (e, i) = (places[start].entry, places[start].index);
        if (_chance(16)) return (e, i);
        for (uint256 k = 0; k < places.length; ++k) {
            Place memory place = places[(start + k) % places.length];
            Ghost storage ghost = ghosts[place.entry][place.index];
            if (!_in(ghost.status, statuses)) continue;
            (e, i) = (place.entry, place.index);
            if (time == Time.Any || (time == Time.BeforeClock) == (block.timestamp < ghost.clock)) return (e, i);
        }
    }

    /// @dev The same before the clock; but in one of `n` cases the move comes to the second, just before, at or just after
    /// the clock, for the milestone whose clock runs out next, because that ends the fewest other lives.
    function _pickInTime(uint256 statuses, uint256 n) internal returns (uint256 e, uint256 i) {
        if (!_chance(n)) return _pick(statuses, Time.BeforeClock);
        (bool found, Place memory place) = _nextIn(statuses);
        if (!found) return _pick(statuses, Time.Any);
        (e, i) = (place.entry, place.index);
        _comeInTime(e, i, 1);
    }

    /// @dev Of the milestones in these statuses, the one whose clock runs out next.
    function _nextIn(uint256 statuses) private view returns (bool found, Place memory next) {
        uint256 clock = 0;
        for (uint256 p = 0; p < places.length; ++p) {
            Ghost storage ghost = ghosts[places[p].entry][places[p].index];
            if (!_in(ghost.status, statuses) || ghost.clock <= block.timestamp + 1) continue;
            if (found && ghost.clock >= clock) continue;
            (found, next, clock) = (true, places[p], ghost.clock);
        }
    }

    /// @dev These statuses or, in half of the cases, the rarest of them alone, if a milestone is there whose clock runs.
    function _orRather(uint256 rarest, uint256 statuses) internal returns (uint256) {
        (bool found, ) = _nextIn(rarest);
        return found && _chance(2) ? rarest : statuses;
    }

    /// @dev In one of `n` cases the move comes to the second: just before, at or just after the milestone's clock.
    function _comeInTime(uint256 e, uint256 i, uint256 n) internal {
        uint256 clock = ghosts[e][i].clock;
        if (clock <= block.timestamp + 1 || clock > block.timestamp + PATIENCE) return;
        if (_chance(n)) vm.warp(clock - 1 + _draw(5) / 2);
    }

    /// @dev The same for the time until which an agreement can be funded, which it has but once.
    function _comeInTimeToFund(uint256 e, uint256 n) internal {
        uint256 fundBy = entries[e].agreement.fundBy;
        if (fundBy <= block.timestamp + 1 || fundBy > block.timestamp + FUNDING_TIME) return;
        if (_chance(n)) vm.warp(fundBy - 1 + _draw(3));
    }

    /// @dev One of the statuses that hold money and where a milestone is, the rarest as often as two others.
    function _heldStatus() internal returns (uint256) {
        uint256[5] memory statuses = [FUNDED, CHANGES_REQUESTED, SUBMITTED, CHANGES_REQUESTED, DISPUTED];
        uint256 s = _draw(5);
        for (uint256 k = 0; k < 5 && !_exists(statuses[s]); ++k) s = (s + 1) % 5;
        return statuses[s];
    }

    function _exists(uint256 statuses) private view returns (bool) {
        for (uint256 p = 0; p < places.length; ++p) {
            if (_in(ghosts[places[p].entry][places[p].index].status, statuses)) return true;
        }
        return false;
    }

    /// @dev Gifts are possible in every status that holds money.
    function _pickForGift() internal returns (uint256 e, uint256 i) {
        return _pick(_heldStatus(), Time.Any);
    }

    function _indexWith(uint256 e, IMicroEscrow.Status status) internal returns (uint256 index) {
        uint256 length = entries[e].schedule.length;
        index = _draw(length);
        for (uint256 k = 0; k < length && ghosts[e][index].status != status; ++k) index = (index + 1) % length;
    }

    /// @dev The current submission; seldom one before or after it.
    function _submission(uint256 e, uint256 i) internal returns (uint256 submission, bool seen) {
        submission = ghosts[e][i].submissions;
        if (!_chance(16)) return (submission, true);
        return (submission == 0 || _chance(2) ? submission + 1 : submission - 1, false);
    }

    /// @dev Between 0 and `limit`, both as likely as what is between; seldom 1 more.
    function _amount(uint256 limit) internal returns (uint128) {
        uint256 way = _draw(12);
        uint256 amount = _draw(limit + 1);
        if (way == 0) amount = 0;
        else if (way == 1) amount = limit;
        else if (way == 2) amount = 1;
        else if (way == 3) amount = limit + 1;
        return amount > type(uint128).max ? type(uint128).max : uint128(amount);
    }

    /// @dev Mostly later than the present clock; seldom the same, or earlier, or just now; at most in the far future.
    function _laterClock(uint40 currentClock) internal returns (uint40) {
        uint256 way = _draw(16);
        if (way == 0) return currentClock;
        if (way == 1) return uint40(_draw(currentClock + 1));
        if (way == 2) return uint40(block.timestamp);
        if (way == 3) return uint40(block.timestamp + 1);
        if (way == 4) return currentClock + 1;
        if (way == 5) return uint40(block.timestamp + FAR_FUTURE);
        return uint40((currentClock > block.timestamp ? currentClock : block.timestamp) + 1 + _draw(7 days));
    }

    /// @dev The clock that runs out next.
    function _nextClock() internal view returns (bool found, uint256 clock) {
        for (uint256 p = 0; p < places.length; ++p) {
            uint256 candidate = ghosts[places[p].entry][places[p].index].clock;
            if (candidate <= block.timestamp || (found && candidate >= clock)) continue;
            (found, clock) = (true, candidate);
        }
    }

    function _sameSchedule(uint256 e, uint256 other) internal view returns (bool) {
        return entries[e].agreement.milestones == entries[other].agreement.milestones;
    }

    function _in(IMicroEscrow.Status status, uint256 statuses) internal pure returns (bool) {
        return (1 << uint8(status)) & statuses != 0;
    }
}
