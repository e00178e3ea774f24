// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {IHearings} from "../../../contracts/interfaces/IHearings.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {RestrictedToken} from "../../../contracts/mocks/RestrictedToken.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase} from "./PanelBase.sol";

/// @notice An arbiter that an agreement names, and that says and does what it likes.
contract LyingArbiter is IHearings {
    uint256 private _start;
    uint256 private _end;
    IPanelArbiter private _target;
    bytes private _call;

    uint16 public awarded;
    bytes32 public reasoning;
    address[] private _paid;
    bytes public answer;

    function setHearing(uint256 start, uint256 end) external {
        (_start, _end) = (start, end);
    }

    /// @notice Called back while it is told the decision.
    function setCall(IPanelArbiter target, bytes calldata call_) external {
        (_target, _call) = (target, call_);
    }

    function hearing(IMicroEscrow.Agreement calldata, uint256) external view returns (uint256, uint256) {
        return (_start, _end);
    }

    function decide(
        IMicroEscrow.Agreement calldata agreement,
        uint256,
        uint16 shareBps,
        bytes32 reasoning_,
        address[] calldata paid
    ) external {
        (awarded, reasoning, _paid) = (shareBps, reasoning_, paid);
        if (address(_target) == address(0)) return;
        _target.ESCROW().withdraw(agreement.token, address(_target));
        (, answer) = address(_target).call(_call);
    }

    function paidAccounts() external view returns (address[] memory) {
        return _paid;
    }
}

contract PanelThreatsTest is PanelBase {
    bytes private constant LOCKED = abi.encodeWithSignature("ReentrancyGuardReentrantCall()");

    LyingArbiter private _liar;

    function setUp() public override {
        super.setUp();
        _liar = new LyingArbiter();
    }

    /// @dev The agreement's arbiter is the liar, which says that its dispute is before the panel.
    function _appealFromLiar() private {
        (agreement.arbiter, agreement.gate) = (address(_liar), address(0));
        _sealAgreement();
        _liar.setHearing(block.timestamp, block.timestamp + 1_000);
    }

    function test_AnotherArbitersPanelDecidesWithinItsHearing() public {
        _appealFromLiar();
        uint256 start = block.timestamp;
        _send(_votes(_shares(3_000, 1_000, 2_000)));
        vm.warp(start + 749);
        vm.expectRevert(abi.encodeWithSelector(IPanelArbiter.NotDecided.selector, 3, QUORUM, start + 750, start + 749));
        panel.rule(agreement, 0);
        vm.warp(start + 750);
        vm.expectEmit(address(panel));
        emit IPanelArbiter.PanelRuled(id, 0, 2_000, _reasoningOf(members[2]), 3);
        panel.rule(agreement, 0);

        vm.assertEq(_liar.awarded(), 2_000, "the share");
        vm.assertEq(_liar.reasoning(), _reasoningOf(members[2]), "the reasoning");
        address[] memory paid = new address[](3);
        (paid[0], paid[1], paid[2]) = (members[1], members[2], members[0]);
        vm.assertEq(abi.encode(_liar.paidAccounts()), abi.encode(paid), "those to pay");
    }

    function test_AnotherArbitersHearingIsOver() public {
        _appealFromLiar();
        uint256 end = block.timestamp + 1_000;
        vm.warp(end);
        vm.expectRevert(_hearingOver(end));
        _send(_votes(_shares(1, 1, 1)));
    }

    /// @notice A contract that an agreement names as its arbiter has the panel decide on nothing: it cannot be credited from
    /// the fees that the panel earned elsewhere, not even by having them paid out in the middle.
    function test_ALyingArbiterReachesNoFees() public {
        _openDispute();
        _send(_votes(_shares(4_000, 4_000, 4_000)));
        uint256 fee = _arbiterFee();

        _appealFromLiar();
        _liar.setCall(panel, abi.encodeCall(IArbiter.withdraw, (token, members[0])));
        _send(_votes(_shares(4_000, 4_000, 4_000)));
        vm.assertEq(_liar.answer(), LOCKED, "the panel is locked");
        vm.assertEq(_balance(address(panel)), fee, "the fee came from the escrow");
        uint256 owed = 0;
        for (uint256 i = 0; i < SEATS; ++i) owed += panel.claimable(token, members[i]);
        vm.assertEq(owed, fee, "what is owed is what was");
    }

    function test_ALyingArbiterCallsBackIntoTheVote() public {
        _appealFromLiar();
        _liar.setCall(panel, abi.encodeCall(IPanelArbiter.rule, (agreement, 0)));
        _send(_votes(_shares(4_000, 4_000, 4_000)));
        vm.assertEq(_liar.answer(), LOCKED, "the panel is locked");
        _liar.setCall(panel, abi.encodeCall(IPanelArbiter.vote, (agreement, 0, _votes(_shares(1)))));
        _send(_votes(_shares(4_000, 4_000, 4_000)));
        vm.assertEq(_liar.answer(), LOCKED, "the panel is locked");
    }

    /// @notice A contract that has the panel decide once more finds it without votes: none of the first time counts again.
    function test_ALyingArbiterHasThePanelDecideTwice() public {
        _appealFromLiar();
        _send(_votes(_shares(1_000, 2_000, 2_000)));
        _send(_one(_vote(0, members[3], 2_000)));
        vm.assertEq(_liar.awarded(), 2_000, "decided");
        for (uint256 i = 0; i < SEATS - 1; ++i) {
            vm.assertEq(panel.votesOf(id, 0).length, i, "votes that count");
            _send(_one(_vote(0, members[i], uint16(i))));
        }
    }

    /// @notice Whoever sends three of five votes that suit it does not rule with them.
    function test_ASelectionOfVotesDoesNotRule() public {
        _openDispute();
        IPanelArbiter.SignedVote[] memory selected = _votes(_shares(10_000, 9_000, 9_500));
        _send(selected);
        vm.assertEq(uint256(_milestone(0).status), uint256(IMicroEscrow.Status.Disputed), "not ruled");
        IPanelArbiter.SignedVote[] memory others = new IPanelArbiter.SignedVote[](2);
        (others[0], others[1]) = (_vote(0, members[3], 0), _vote(0, members[4], 0));
        address[] memory paid = new address[](5);
        (paid[0], paid[1], paid[2]) = (members[3], members[4], members[1]);
        (paid[3], paid[4]) = (members[2], members[0]);
        _recordAll();
        _expectVote(members[3], 0);
        _expectVote(members[4], 0);
        _expectAward(9_000, members[1], paid);
        _send(others);
        _assertAll();
    }

    /// @notice Whoever holds back a signed vote until the others are known cannot add it at the close.
    function test_AVoteHeldBackDoesNotCount() public {
        _openDispute();
        _send(_votes(_shares(1_000, 5_000, 9_000)));
        uint256 close = _moment(CLOSE_BPS);
        vm.warp(close);
        IPanelArbiter.SignedVote memory held = _vote(0, members[3], 9_500);
        vm.expectRevert(abi.encodeWithSelector(IPanelArbiter.VotingClosed.selector, close, close));
        _send(_one(held));
        address[] memory paid = new address[](3);
        (paid[0], paid[1], paid[2]) = (members[0], members[1], members[2]);
        _recordAll();
        _expectAward(5_000, members[1], paid);
        panel.rule(agreement, 0);
        _assertAll();
    }

    /// @notice An agreement whose arbiter is an account: nothing of it is before the panel.
    function test_AnAgreementWithAPersonAsArbiter() public {
        (agreement.arbiter, agreement.gate) = (stranger, address(0));
        _sealAgreement();
        _openDispute();
        vm.expectRevert(_notHeard());
        _send(_votes(_shares(1)));
    }

    /// @notice Somebody sends one vote of a list first: the list still works.
    function test_AVoteSentFirstBreaksNoList() public {
        _openDispute();
        IPanelArbiter.SignedVote[] memory votes = _votes(_shares(4_000, 4_000, 4_000));
        vm.prank(client);
        panel.vote(agreement, 0, _one(votes[1]));
        _send(votes);
        vm.assertEq(uint256(_milestone(0).status), uint256(IMicroEscrow.Status.Resolved), "ruled");
    }

    /// @notice The agreement ended by settlement while votes were recorded: they bind nothing, and nobody is paid.
    function test_SettledWhileTheyVote() public {
        _openDispute();
        _send(_votes(_shares(3_000, 1_000, 2_000)));
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        vm.expectRevert(_notHeard());
        _send(_votes(_shares(3_000, 1_000, 2_000)));
        vm.assertEq(panel.claimable(token, members[0]), 0, "no fee");
    }

    /// @notice The issuer blacklists the panel: rulings happen as ever, only the fees wait.
    function test_ABlacklistedPanelRules() public {
        RestrictedToken restricted = new RestrictedToken();
        _useTokenHere(address(restricted));
        _openDispute();
        restricted.setBlacklisted(address(panel), true);
        _send(_votes(_shares(4_000, 4_000, 4_000)));
        vm.assertEq(uint256(_milestone(0).status), uint256(IMicroEscrow.Status.Resolved), "ruled");
        vm.expectRevert(abi.encodeWithSelector(RestrictedToken.Blacklisted.selector, address(panel)));
        panel.withdraw(token, members[0]);
        restricted.setBlacklisted(address(panel), false);
        vm.assertEq(panel.withdraw(token, members[1]), _arbiterFee() / 3, "paid afterwards");
    }

    /// @notice Two tokens, two books.
    function test_OneTokensFeesPayNoOther() public {
        _openDispute();
        _send(_votes(_shares(4_000, 4_000, 4_000)));
        address first = token;
        _useTokenHere(address(new PlainToken(6)));
        vm.assertEq(panel.claimable(token, members[0]), 0, "nothing in the other token");
        vm.assertEq(panel.withdraw(token, members[0]), 0, "nothing is paid");
        vm.assertGe(panel.claimable(first, members[0]), 1, "it is in the first");
    }

    /// @notice A fork of the chain: what was signed before is void on it.
    function test_VotesOfAnotherChain() public {
        _openDispute();
        IPanelArbiter.SignedVote[] memory votes = _votes(_shares(4_000));
        vm.chainId(block.chainid + 1);
        bytes32 digest = _panelDigest(_voteHash(0, 4_000, _reasoningOf(members[0])));
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.InvalidSignature.selector, members[0], digest));
        _send(votes);
    }

    /// @notice Substitutes cannot fill more seats than there are.
    function test_SeatsAreNotExceeded() public {
        _openDispute();
        _send(_votes(_shares(1_000, 8_000, 2_000, 9_000)));
        vm.warp(_moment(SUBSTITUTE_BPS));
        IPanelArbiter.SignedVote[] memory votes = new IPanelArbiter.SignedVote[](2);
        (votes[0], votes[1]) = (_vote(0, substitutes[0], 5_000), _vote(0, substitutes[1], 10_000));
        address[] memory paid = new address[](5);
        (paid[0], paid[1], paid[2], paid[3], paid[4]) = (
            members[0],
            members[2],
            substitutes[0],
            members[1],
            members[3]
        );
        _recordAll();
        _expectVote(substitutes[0], 5_000);
        _expectAward(5_000, substitutes[0], paid);
        _send(votes);
        _assertAll();
    }
}
