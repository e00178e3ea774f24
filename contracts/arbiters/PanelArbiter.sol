// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IMicroEscrow} from "../interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../interfaces/IPanelArbiter.sol";
import {Arbiter} from "./Arbiter.sol";

/// @title Panel arbiter
/// @notice See {IPanelArbiter}.
contract PanelArbiter is IPanelArbiter, Arbiter, EIP712 {
    bytes32 private constant VOTE_TYPEHASH = keccak256(
        "Vote(bytes32 agreement,uint256 milestone,uint16 shareBps,bytes32 reasoning)"
    );

    /// @dev So that what a ruling costs stays far below what a transaction can.
    uint256 private constant MAX_MEMBERS = 32;

    /// @inheritdoc IPanelArbiter
    uint256 public immutable QUORUM;
    /// @inheritdoc IPanelArbiter
    uint16 public immutable SUBSTITUTE_BPS;
    /// @inheritdoc IPanelArbiter
    uint16 public immutable CLOSE_BPS;

    address[] private _members;
    address[] private _substitutes;
    mapping(address account => Role) private _roles;
    /// @dev Recorded votes, by seat from 0 on; they end where no member stands.
    mapping(bytes32 id => mapping(uint256 index => mapping(uint256 seat => Vote))) private _votes;

    constructor(
        IMicroEscrow escrow,
        uint32 minArbitrationPeriod,
        uint16 minArbiterFeeBps,
        address[] memory members_,
        address[] memory substitutes_,
        uint256 quorum,
        uint16 substituteBps,
        uint16 closeBps
    ) Arbiter(escrow, minArbitrationPeriod, minArbiterFeeBps) EIP712("PanelArbiter", "1") {
        uint256 seats = members_.length;
        if (seats == 0 || seats > MAX_MEMBERS || substitutes_.length > MAX_MEMBERS) {
            revert WrongMemberCount(seats, substitutes_.length, MAX_MEMBERS);
        }
        if (quorum == 0 || quorum > seats) revert InvalidQuorum(quorum, seats);
        if (substituteBps >= closeBps || closeBps >= BPS) revert InvalidPhases(substituteBps, closeBps);

        (QUORUM, SUBSTITUTE_BPS, CLOSE_BPS) = (quorum, substituteBps, closeBps);
        _name(members_, Role.Member);
        _name(substitutes_, Role.Substitute);
        (_members, _substitutes) = (members_, substitutes_);
    }

    // ------------------------------------------------------------------------------------------------------- voting

    /// @inheritdoc IPanelArbiter
    function vote(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        SignedVote[] calldata votes
    ) external nonReentrant {
        bytes32 id = ESCROW.agreementId(agreement);
        (uint256 start, uint256 end) = _hearing(agreement, id, index);
        uint256 close = _moment(start, end, CLOSE_BPS);
        if (block.timestamp >= close) revert VotingClosed(close, block.timestamp);

        (Vote[] memory all, uint256 recorded) = _recorded(id, index);
        uint256 count = recorded;
        for (uint256 i = 0; i < votes.length && count < all.length; ++i) {
            if (_hasVoted(all, count, votes[i].member)) continue;
            _checkVote(agreement, id, index, votes[i], _moment(start, end, SUBSTITUTE_BPS));
            all[count] = Vote(votes[i].member, votes[i].shareBps, votes[i].reasoning);
            ++count;
            emit VoteCast(id, index, votes[i].member, votes[i].shareBps, votes[i].reasoning);
        }

        if (count >= QUORUM) {
            Vote[] memory sorted = _sorted(all, count);
            if (_cannotChange(sorted, all.length)) return _conclude(agreement, id, index, sorted, recorded);
        }
        for (uint256 i = recorded; i < count; ++i) _votes[id][index][i] = all[i];
    }

    /// @inheritdoc IPanelArbiter
    function rule(IMicroEscrow.Agreement calldata agreement, uint256 index) external nonReentrant {
        bytes32 id = ESCROW.agreementId(agreement);
        (uint256 start, uint256 end) = _hearing(agreement, id, index);
        (Vote[] memory all, uint256 count) = _recorded(id, index);
        uint256 close = _moment(start, end, CLOSE_BPS);
        if (block.timestamp < close || count < QUORUM) revert NotDecided(count, QUORUM, close, block.timestamp);

        _conclude(agreement, id, index, _sorted(all, count), count);
    }

    // -------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IPanelArbiter
    function votesOf(bytes32 id, uint256 index) external view returns (Vote[] memory votes) {
        (Vote[] memory all, uint256 count) = _recorded(id, index);
        votes = new Vote[](count);
        for (uint256 i = 0; i < count; ++i) votes[i] = all[i];
    }

    /// @inheritdoc IPanelArbiter
    function roleOf(address account) external view returns (Role) {
        return _roles[account];
    }

    /// @inheritdoc IPanelArbiter
    function members() external view returns (address[] memory) {
        return _members;
    }

    /// @inheritdoc IPanelArbiter
    function substitutes() external view returns (address[] memory) {
        return _substitutes;
    }

    // -------------------------------------------------------------------------------------------------------- panel

    function _name(address[] memory accounts, Role role) private {
        for (uint256 i = 0; i < accounts.length; ++i) {
            address account = accounts[i];
            if (account == address(0) || _roles[account] != Role.None) revert InvalidMember(account);
            _roles[account] = role;
        }
    }

    /// @dev The moment at which so much of a hearing has passed.
    function _moment(uint256 start, uint256 end, uint256 partBps) private pure returns (uint256) {
        return start + ((end - start) * partBps) / BPS;
    }

    // -------------------------------------------------------------------------------------------------------- votes

    /// @dev The recorded votes of a milestone, in a list with a place for each seat.
    function _recorded(bytes32 id, uint256 index) private view returns (Vote[] memory all, uint256 count) {
        all = new Vote[](_members.length);
        for (; count < all.length; ++count) {
            Vote storage recorded = _votes[id][index][count];
            if (recorded.member == address(0)) break;
            all[count] = recorded;
        }
    }

    function _hasVoted(Vote[] memory votes, uint256 count, address member) private pure returns (bool) {
        for (uint256 i = 0; i < count; ++i) {
            if (votes[i].member == member) return true;
        }
        return false;
    }

    function _checkVote(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index,
        SignedVote calldata given,
        uint256 substitutesFrom
    ) private view {
        address member = given.member;
        Role role = _roles[member];
        if (role == Role.None) revert NotOnPanel(member);
        if (role == Role.Substitute && block.timestamp < substitutesFrom) {
            revert SubstituteTooEarly(member, substitutesFrom, block.timestamp);
        }
        if (member == agreement.client || member == agreement.freelancer) revert PartyCannotVote(member);
        _checkShare(given.shareBps);
        if (given.signature.length == 0) {
            if (msg.sender != member) revert IMicroEscrow.Unauthorized(msg.sender, member);
            return;
        }
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(VOTE_TYPEHASH, id, index, given.shareBps, given.reasoning))
        );
        if (!SignatureChecker.isValidSignatureNowCalldata(member, digest, given.signature)) {
            revert IMicroEscrow.InvalidSignature(member, digest);
        }
    }

    // ------------------------------------------------------------------------------------------------------- ruling

    /// @dev A copy of the first `count` votes, from the lowest share to the highest; equal ones in the order they came.
    function _sorted(Vote[] memory votes, uint256 count) private pure returns (Vote[] memory sorted) {
        sorted = new Vote[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 place = i;
            while (place != 0 && sorted[place - 1].shareBps > votes[i].shareBps) {
                sorted[place] = sorted[place - 1];
                --place;
            }
            sorted[place] = votes[i];
        }
    }

    /// @dev Whether the median stays what it is whatever the others vote: there are no others, or more than half of all
    /// seats award one share, which is then in the middle of any number of votes.
    function _cannotChange(Vote[] memory sorted, uint256 seats) private pure returns (bool) {
        if (sorted.length == seats) return true;
        uint256 half = seats / 2;
        for (uint256 i = 0; i + half < sorted.length; ++i) {
            if (sorted[i].shareBps == sorted[i + half].shareBps) return true;
        }
        return false;
    }

    /// @dev Rules, and forgets the votes, of which so many are recorded.
    function _conclude(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index,
        Vote[] memory sorted,
        uint256 recorded
    ) private {
        for (uint256 i = 0; i < recorded; ++i) delete _votes[id][index][i];
        uint256 count = sorted.length;
        Vote memory lower = sorted[(count - 1) / 2];
        uint16 shareBps = uint16((uint256(lower.shareBps) + sorted[count / 2].shareBps) / 2);
        address[] memory paid = new address[](count);
        for (uint256 i = 0; i < count; ++i) paid[i] = sorted[i].member;

        emit PanelRuled(id, index, shareBps, lower.reasoning, count);
        _award(agreement, id, index, shareBps, lower.reasoning, paid);
    }
}
