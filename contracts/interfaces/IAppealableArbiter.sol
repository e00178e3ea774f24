// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IArbiter} from "./IArbiter.sol";
import {IHearings} from "./IHearings.sol";
import {IMicroEscrow} from "./IMicroEscrow.sol";

/// @title Appealable arbiter
/// @notice Two instances: the first proposes a ruling, or declines; each party may appeal, for a deposit; then the second
/// decides. A proposal that nobody appeals becomes the ruling, which anybody may carry out. Where the first instance declines, or
/// proposes nothing in time, the second decides without a deposit.
///
/// | stage | whose turn | until | what happens then |
/// |---|---|---|---|
/// | None | first instance: {propose}, {decline} | dispute + PROPOSAL_PERIOD | the second instance's turn, for DECISION_PERIOD |
/// | Proposed | either party: {appeal} | proposal + APPEAL_PERIOD | {execute}, anybody |
/// | Declined | second instance: {decide} | decline + DECISION_PERIOD | the agreement's default, at the clock |
/// | Appealed | second instance: {decide} | appeal + DECISION_PERIOD | {execute}, anybody; the deposit goes back |
///
/// "Until" is exclusive, as everywhere: from that second on it is the next one's turn. Nothing of this outlasts the escrow's
/// clock: from it on the agreement's default share is all that is left, and {returnDeposit}.
///
/// The deposit pays the second instance, whatever it decides. The appellant has won when the share moved in its favour: then the
/// ruling takes the deposit's amount from the other party's part, as far as that reaches, and adds it to the appellant's. As
/// every amount of a ruling it is gross: the platform's fee comes out of what the freelancer gets.
/// The arbiter's fee goes to the first instance when it proposed, and to the second when it did not.
/// @dev Warning: the periods fit into an agreement that names this contract as its gate, with a day to spare. In one that
/// does not, the clock may cut them off: the default share is then what a silent arbiter leaves.
///
/// Warning: like every arbiter's fee, the second instance's is earned by deciding alone. Parties may settle, approve or refund
/// while a decision is being prepared; the deposit goes back to the appellant then.
interface IAppealableArbiter is IArbiter, IHearings {
    enum Stage {
        None,
        Proposed,
        Declined,
        Appealed
    }

    /// @notice Where a case stands. It is forgotten when it is ruled on, and when its deposit went back.
    struct Case {
        uint128 deposit; // base units
        uint40 since; // when the stage began, in Unix seconds
        uint16 shareBps; // proposed
        Stage stage;
        bool byClient; // who appealed
        bytes32 reasoning; // of the proposal
    }

    /// @notice The first instance proposed a ruling; it can be appealed until before `end`.
    event RulingProposed(bytes32 indexed id, uint256 indexed index, uint16 shareBps, bytes32 reasoning, uint256 end);
    /// @notice The first instance declined; the second may decide until before `end`.
    event ProposalDeclined(bytes32 indexed id, uint256 indexed index, bytes32 reasoning, uint256 end);
    /// @notice `party` appealed, for a deposit in base units; the second instance may decide until before `end`.
    event ProposalAppealed(
        bytes32 indexed id,
        uint256 indexed index,
        address indexed party,
        uint256 deposit,
        uint256 end
    );
    /// @notice The second instance awarded the freelancer a share, in basis points.
    event HearingDecided(bytes32 indexed id, uint256 indexed index, uint16 shareBps, bytes32 reasoning);
    /// @notice The proposal became the ruling.
    event ProposalExecuted(bytes32 indexed id, uint256 indexed index, uint16 shareBps, bytes32 reasoning);
    /// @notice The deposit was credited to the party that appealed, in base units.
    event DepositReturned(bytes32 indexed id, uint256 indexed index, address indexed party, uint256 amount);

    /// @notice The two instances must be two accounts.
    error InstancesNotDistinct(address firstInstance, address secondInstance);
    /// @notice A party of the agreement cannot be an instance in its own dispute.
    error InstanceIsParty(address instance);
    /// @notice The case is at another stage than this needs.
    error WrongStage(Stage actual, Stage expected);
    /// @notice The time to appeal ended at `end`; both in Unix seconds.
    error AppealOver(uint256 end, uint256 timestamp);
    /// @notice The proposal can be carried out from `start` on; both in Unix seconds.
    error NotExecutableYet(uint256 start, uint256 timestamp);
    /// @notice The list of those to pay is empty.
    error NobodyToPay();
    /// @notice The milestone is disputed still: its deposit waits for what comes of that.
    error StillDisputed(bytes32 id, uint256 index);

    /// @notice The first instance proposes a ruling.
    /// @dev Warning: an instance that signs two proposals leaves the choice to whoever sends one.
    ///
    /// Requirements:
    /// - the agreement names this arbiter, and the milestone is disputed;
    /// - nothing was proposed or declined yet;
    /// - it is before the dispute + PROPOSAL_PERIOD, and before the escrow's clock;
    /// - `shareBps` is at most 10,000;
    /// - the first instance is no party of the agreement, and authorizes it:
    ///   `Proposal(agreement,milestone,shareBps,reasoning,deadline)`.
    /// @param shareBps The freelancer's share of what a ruling can divide, in basis points.
    /// @param reasoning SHA-256 of the reasoning.
    function propose(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        uint16 shareBps,
        bytes32 reasoning,
        IMicroEscrow.Authorization calldata auth
    ) external;

    /// @notice The first instance leaves the case to the second.
    ///
    /// Requirements:
    /// - as for {propose}, without a share: `Decline(agreement,milestone,reasoning,deadline)`.
    /// @param reasoning SHA-256 of the reasoning.
    function decline(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        bytes32 reasoning,
        IMicroEscrow.Authorization calldata auth
    ) external;

    /// @notice A party appeals the proposal, the first of the two that does. The deposit is pulled from the caller, in the
    /// agreement's token; where it comes back, it comes back to the party.
    ///
    /// Requirements:
    /// - the agreement names this arbiter, and the milestone is disputed;
    /// - a ruling is proposed;
    /// - it is before the proposal + APPEAL_PERIOD, and before the escrow's clock;
    /// - `party` is the client or the freelancer, and authorizes it: `Appeal(agreement,milestone,shareBps,deadline)`, with the
    ///   proposed share;
    /// - the token delivers exactly {depositOf}.
    function appeal(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        address party,
        IMicroEscrow.Authorization calldata auth
    ) external;

    /// @notice Makes the proposal the ruling: nobody appealed it, or the second instance decided nothing in time. Anybody may
    /// call it.
    ///
    /// Requirements:
    /// - the milestone is disputed, and the escrow's clock has not run out;
    /// - a ruling is proposed, and the time to appeal is over; or it was appealed, and the time to decide is over.
    function execute(IMicroEscrow.Agreement calldata agreement, uint256 index) external;

    /// @notice Credits the deposit to the party that appealed, when the milestone ended without a ruling. Anybody may call it.
    ///
    /// Requirements:
    /// - the proposal was appealed;
    /// - the milestone is not disputed any more.
    function returnDeposit(IMicroEscrow.Agreement calldata agreement, uint256 index) external;

    /// @notice Where the case of a milestone stands, by the agreement's identifier.
    function caseOf(bytes32 id, uint256 index) external view returns (Case memory);

    /// @notice What an appeal costs while `held` base units are in dispute, in base units.
    function depositOf(uint256 held) external view returns (uint256);

    /// @notice The instance that proposes.
    function FIRST_INSTANCE() external view returns (address);

    /// @notice The instance that decides appeals.
    function SECOND_INSTANCE() external view returns (address);

    /// @notice How long the first instance has from the dispute on, in seconds.
    function PROPOSAL_PERIOD() external view returns (uint32);

    /// @notice How long the parties have from the proposal on, in seconds.
    function APPEAL_PERIOD() external view returns (uint32);

    /// @notice How long the second instance has, in seconds.
    function DECISION_PERIOD() external view returns (uint32);

    /// @notice The deposit, in basis points of what is held.
    function APPEAL_FEE_BPS() external view returns (uint16);
}
