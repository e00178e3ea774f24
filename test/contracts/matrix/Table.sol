// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Matrix} from "./Matrix.sol";

/// @notice What the protocol allows to be done with a milestone. What has no line in the table is refused.
abstract contract Table is Matrix {
    enum Move {
        Submit,
        Approve,
        Advance,
        RequestChanges,
        AttestFailed,
        AttestPassed,
        AttestPassedAtOnce, // where the agreement has no challenge period
        Extend,
        Dispute,
        SubmitEvidence,
        Rule,
        SettleAsClient, // the freelancer's signature is there, the client's part is tried
        SettleAsFreelancer, // the client's signature is there, the freelancer's part is tried
        Refund,
        Finalize
    }

    enum When {
        Always,
        BeforeClock,
        FromClock
    }

    struct Cell {
        uint256 who; // a bit for each role; 0: the status does not allow it
        When when;
        IMicroEscrow.Status status; // afterwards
        IMicroEscrow.Outcome outcome; // afterwards
    }

    uint256 private constant CLIENT = 1 << uint256(Role.Client);
    uint256 private constant FREELANCER = 1 << uint256(Role.Freelancer);
    uint256 private constant ARBITER = 1 << uint256(Role.Arbiter);
    uint256 private constant VERIFIER = 1 << uint256(Role.Verifier);
    uint256 private constant ANYBODY = (1 << ROLES) - 1;

    // Columns of the table. A set of statuses, where it is one status that a milestone passes to, has one bit.
    uint256 private constant RELEASED = 1 << uint256(IMicroEscrow.Status.Released);
    uint256 private constant REFUNDED = 1 << uint256(IMicroEscrow.Status.Refunded);
    uint256 private constant RESOLVED = 1 << uint256(IMicroEscrow.Status.Resolved);
    uint256 private constant UNENDED = FUNDED | SUBMITTED | CHANGES_REQUESTED;
    uint256 private constant SAME = 0;
    When private constant ALWAYS = When.Always;
    When private constant BEFORE = When.BeforeClock;
    When private constant FROM = When.FromClock;

    mapping(Move => mapping(IMicroEscrow.Status => Cell)) private _cells;

    /// @dev The table of states and the gifts, line by line.
    // prettier-ignore
    constructor() {
        //                           from               who         clock   becomes            outcome
        _may(Move.Submit,            FUNDED,            FREELANCER, BEFORE, SUBMITTED,         IMicroEscrow.Outcome.None);
        _may(Move.Submit,            CHANGES_REQUESTED, FREELANCER, BEFORE, SUBMITTED,         IMicroEscrow.Outcome.None);
        _may(Move.RequestChanges,    SUBMITTED,         CLIENT,     BEFORE, CHANGES_REQUESTED, IMicroEscrow.Outcome.None);
        _may(Move.AttestFailed,      SUBMITTED,         VERIFIER,   BEFORE, CHANGES_REQUESTED, IMicroEscrow.Outcome.None);
        _may(Move.AttestPassed,      SUBMITTED,         VERIFIER,   BEFORE, SAME,              IMicroEscrow.Outcome.None);
        _may(Move.AttestPassedAtOnce, SUBMITTED,        VERIFIER,   BEFORE, RELEASED,          IMicroEscrow.Outcome.Attested);
        _may(Move.Dispute,           SUBMITTED,         CLIENT,     BEFORE, DISPUTED,          IMicroEscrow.Outcome.None);
        _may(Move.Dispute,           CHANGES_REQUESTED, FREELANCER, BEFORE, DISPUTED,          IMicroEscrow.Outcome.None);
        _may(Move.Rule,              DISPUTED,          ARBITER,    BEFORE, RESOLVED,          IMicroEscrow.Outcome.Ruled);

        _may(Move.Finalize,          FUNDED,            ANYBODY,    FROM,   REFUNDED,          IMicroEscrow.Outcome.WorkExpired);
        _may(Move.Finalize,          SUBMITTED,         ANYBODY,    FROM,   RELEASED,          IMicroEscrow.Outcome.ReviewExpired);
        _may(Move.Finalize,          CHANGES_REQUESTED, ANYBODY,    FROM,   REFUNDED,          IMicroEscrow.Outcome.ReworkExpired);
        _may(Move.Finalize,          DISPUTED,          ANYBODY,    FROM,   RESOLVED,          IMicroEscrow.Outcome.ArbitrationExpired);

        _may(Move.Approve,           HELD,              CLIENT,     ALWAYS, RELEASED,          IMicroEscrow.Outcome.Approved);
        _may(Move.Refund,            HELD,              FREELANCER, ALWAYS, REFUNDED,          IMicroEscrow.Outcome.Refunded);
        _may(Move.SettleAsClient,    HELD,              CLIENT,     ALWAYS, RESOLVED,          IMicroEscrow.Outcome.Settled);
        _may(Move.SettleAsFreelancer, HELD,             FREELANCER, ALWAYS, RESOLVED,          IMicroEscrow.Outcome.Settled);
        _may(Move.Advance,           UNENDED,           CLIENT,     ALWAYS, SAME,              IMicroEscrow.Outcome.None);
        _may(Move.Extend,            FUNDED,            CLIENT,     ALWAYS, SAME,              IMicroEscrow.Outcome.None);
        _may(Move.Extend,            CHANGES_REQUESTED, CLIENT,     ALWAYS, SAME,              IMicroEscrow.Outcome.None);

        uint256 named = CLIENT | FREELANCER | ARBITER | VERIFIER;
        _may(Move.SubmitEvidence,    DISPUTED,          named,      ALWAYS, SAME,              IMicroEscrow.Outcome.None);
    }

    function _may(
        Move move,
        uint256 from,
        uint256 who,
        When when,
        uint256 becomes,
        IMicroEscrow.Outcome outcome
    ) private {
        for (uint256 s = 0; s < STATUSES; ++s) {
            if ((from >> s) & 1 == 0) continue;
            uint256 next = s;
            if (becomes != SAME) for (next = 0; becomes >> next != 1; ++next) {}
            _cells[move][IMicroEscrow.Status(s)] = Cell(who, when, IMicroEscrow.Status(next), outcome);
        }
    }

    function _cell(Move move, IMicroEscrow.Status status) internal view returns (Cell memory) {
        return _cells[move][status];
    }

    /// @dev The set of statuses that have a line, as WrongStatus tells it.
    function _allowed(Move move) internal view returns (uint256 statuses) {
        for (uint256 s = 0; s < STATUSES; ++s) {
            if (_cells[move][IMicroEscrow.Status(s)].who != 0) statuses |= 1 << s;
        }
    }

    function _includes(uint256 who, Role role) internal pure returns (bool) {
        return (who >> uint256(role)) & 1 == 1;
    }

    /// @dev The first account of a set of roles.
    function _first(uint256 who) internal view returns (address) {
        for (uint256 r = 0; r < ROLES; ++r) if (_includes(who, Role(r))) return _account(Role(r));
        return address(0);
    }
}
