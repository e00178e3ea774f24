// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IArbiter} from "./IArbiter.sol";
import {IMicroEscrow} from "./IMicroEscrow.sol";

/// @title Panel arbiter
/// @notice A panel of named members. Each awards the freelancer a share; the ruling is the median of the shares, so that no
/// single member moves it far. Members sign their votes, and anybody sends them. The arbiter's fee is split in equal parts among
/// those who voted.
///
/// A vote counts when it is recorded, and one member's first vote is its last. The panel rules as soon as {QUORUM} members voted
/// and no vote that is missing could change the median: all seats are filled, or more than half of all seats award the same
/// share. Otherwise it rules when the voting has closed, by the votes recorded until then: so nobody can rule with a selection
/// of votes that suits it, as everybody had time to record the others, and nobody can add one when it sees the result.
///
/// A hearing lasts from the dispute until the escrow's clock, or as long as the arbiter that an appeal comes from says. Its
/// parts are fractions of it, so that they fit every agreement:
///
/// | from | what happens |
/// |---|---|
/// | the beginning | members vote |
/// | SUBSTITUTE_BPS of it | substitutes may take the seats of members who have not voted |
/// | CLOSE_BPS of it | no more votes; {rule}, anybody, with a quorum |
/// | its end | nothing any more: of an agreement that names this arbiter, the default share |
/// What does not divide of the fee goes to the voter of the lowest share.
/// @dev Warning: a signed vote that nobody records does not count, and a quorum that is missed at the close leaves the default.
/// Record votes as soon as they are signed, and before the substitutes' time: from then on seats go to whoever is recorded
/// first. Whoever is not recorded when the panel rules gets no fee.
///
/// Warning: members are accounts. Nobody can see from an account that it belongs to a party, but the party's own account
/// cannot vote.
interface IPanelArbiter is IArbiter {
    /// @notice A vote, and how its member authorizes it.
    struct SignedVote {
        address member;
        /// @dev The freelancer's share of what a ruling can divide, in basis points.
        uint16 shareBps;
        /// @dev SHA-256 of the member's reasoning.
        bytes32 reasoning;
        /// @dev `Vote(agreement,milestone,shareBps,reasoning)`: ECDSA or ERC-1271. Empty: the caller must be the member.
        bytes signature;
    }

    /// @notice A vote that was recorded.
    struct Vote {
        address member;
        uint16 shareBps; // basis points
        bytes32 reasoning;
    }

    /// @notice What an account is to the panel.
    enum Role {
        None,
        Member,
        Substitute
    }

    /// @notice A vote was recorded.
    event VoteCast(
        bytes32 indexed id,
        uint256 indexed index,
        address indexed member,
        uint16 shareBps,
        bytes32 reasoning
    );
    /// @notice The panel ruled: the median of so many votes, in basis points, with the reasoning of the vote that it is (of two
    /// in the middle, the lower).
    event PanelRuled(bytes32 indexed id, uint256 indexed index, uint16 shareBps, bytes32 reasoning, uint256 votes);

    /// @notice No account, or one that is on the panel already.
    error InvalidMember(address account);
    /// @notice A panel has 1 to `maximum` members, and no more substitutes.
    error WrongMemberCount(uint256 members, uint256 substitutes, uint256 maximum);
    /// @notice The quorum must be 1 to the number of members.
    error InvalidQuorum(uint256 quorum, uint256 members);
    /// @notice The substitutes' time must come before the close, and the close before the end; basis points.
    error InvalidPhases(uint256 substituteBps, uint256 closeBps);
    /// @notice The account is not on the panel.
    error NotOnPanel(address account);
    /// @notice A party cannot vote in its own dispute.
    error PartyCannotVote(address member);
    /// @notice Substitutes vote from `start` on; both in Unix seconds.
    error SubstituteTooEarly(address substitute, uint256 start, uint256 timestamp);
    /// @notice No votes are taken from `close` on; both in Unix seconds.
    error VotingClosed(uint256 close, uint256 timestamp);
    /// @notice So many voted, of the quorum; the voting closes at `close`, in Unix seconds.
    error NotDecided(uint256 votes, uint256 quorum, uint256 close, uint256 timestamp);

    /// @notice Records votes, and rules when they decide. Votes of those who voted already are passed over: nobody can break
    /// a list of votes by sending one of them first. So are those that come behind the last free seat.
    ///
    /// Requirements:
    /// - the milestone is disputed, and before this panel; the voting has not closed;
    /// - each account is a member, or a substitute in the substitutes' time;
    /// - none of them is a party of the agreement;
    /// - each share is at most 10,000;
    /// - each member authorizes its vote.
    function vote(IMicroEscrow.Agreement calldata agreement, uint256 index, SignedVote[] calldata votes) external;

    /// @notice Rules with the votes that were recorded. Anybody may call it.
    ///
    /// Requirements:
    /// - the milestone is disputed, and its hearing before this panel lasts;
    /// - the voting closed;
    /// - the quorum voted.
    function rule(IMicroEscrow.Agreement calldata agreement, uint256 index) external;

    /// @notice The votes that are recorded for a milestone, in their order; none once the panel ruled.
    function votesOf(bytes32 id, uint256 index) external view returns (Vote[] memory);

    /// @notice What an account is to the panel.
    function roleOf(address account) external view returns (Role);

    /// @notice The members. There are as many seats.
    function members() external view returns (address[] memory);

    /// @notice The substitutes.
    function substitutes() external view returns (address[] memory);

    /// @notice How many must vote.
    function QUORUM() external view returns (uint256);

    /// @notice The part of a hearing after which substitutes may vote, in basis points.
    function SUBSTITUTE_BPS() external view returns (uint16);

    /// @notice The part of a hearing after which the voting closes, in basis points.
    function CLOSE_BPS() external view returns (uint16);
}
