// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {MoodyWallet} from "../../../contracts/mocks/MoodyWallet.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase, PanelTerms} from "./PanelBase.sol";

contract PanelVoteTest is PanelBase {
    function _assertRefused(IPanelArbiter.SignedVote memory given, bytes memory reason) private {
        vm.expectRevert(reason);
        _send(_one(given));
    }

    /// @dev The first members' votes are recorded, and nothing else happens.
    function _sendAndAssertRecorded(uint16[] memory shares) private {
        _recordAll();
        for (uint256 i = 0; i < shares.length; ++i) _expectVote(members[i], shares[i]);
        _send(_votes(shares));
        _assertAll();
        _assertRecorded(shares);
    }

    function _assertRecorded(uint16[] memory shares) private view {
        IPanelArbiter.Vote[] memory votes = panel.votesOf(id, 0);
        vm.assertEq(votes.length, shares.length, "how many votes are recorded");
        for (uint256 i = 0; i < votes.length; ++i) {
            vm.assertEq(votes[i].member, members[i], "who voted");
            vm.assertEq(votes[i].shareBps, shares[i], "the share");
            vm.assertEq(votes[i].reasoning, _reasoningOf(members[i]), "the reasoning");
        }
    }

    /// @dev The votes of the first members decide: `shareBps`, for the reasons of `reasonsOf`; `paid` are those who voted, by share.
    function _sendAndAssertRuled(
        uint16[] memory shares,
        uint16 shareBps,
        address reasonsOf,
        address[] memory paid
    ) private {
        _recordAll();
        for (uint256 i = 0; i < shares.length; ++i) _expectVote(members[i], shares[i]);
        _expectAward(shareBps, reasonsOf, paid);
        _send(_votes(shares));
        _assertAll();
        vm.assertEq(panel.votesOf(id, 0).length, 0, "votes that are kept");
    }

    /// @dev The members with these places, in this order.
    function _paid(uint256[5] memory places) private view returns (address[] memory paid) {
        paid = new address[](5);
        for (uint256 i = 0; i < 5; ++i) paid[i] = members[places[i]];
    }

    function _paid(uint256[3] memory places) private view returns (address[] memory paid) {
        paid = new address[](3);
        for (uint256 i = 0; i < 3; ++i) paid[i] = members[places[i]];
    }

    function test_RevertGiven_TheMilestoneIsNotDisputed() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _assertRefused(_vote(0, members[0], 1), _notHeard());
    }

    function test_RevertGiven_TheClockRanOut() public {
        _openDispute();
        _warpToClock(0, 0);
        _assertRefused(_vote(0, members[0], 1), _hearingOver(block.timestamp));
    }

    function test_RevertWhen_TheVotingClosed() public {
        _openDispute();
        uint256 close = _moment(CLOSE_BPS);
        vm.warp(close);
        _assertRefused(_vote(0, members[0], 1), _votingClosed(close));
        vm.warp(close + 1);
        vm.expectRevert(_votingClosed(close));
        _send(_votes(_shares(1, 1, 1, 1, 1)));
    }

    function test_RevertWhen_TheAccountIsNotOnThePanel() public {
        _openDispute();
        _assertRefused(_vote(0, stranger, 1), abi.encodeWithSelector(IPanelArbiter.NotOnPanel.selector, stranger));
        IPanelArbiter.SignedVote memory nobodys = IPanelArbiter.SignedVote(address(0), 1, 0, "");
        _assertRefused(nobodys, abi.encodeWithSelector(IPanelArbiter.NotOnPanel.selector, address(0)));
    }

    function test_RevertWhen_ASubstituteVotesASecondBeforeItsTime() public {
        _openDispute();
        uint256 start = _moment(SUBSTITUTE_BPS);
        vm.warp(start - 1);
        _assertRefused(
            _vote(0, substitutes[0], 1),
            abi.encodeWithSelector(IPanelArbiter.SubstituteTooEarly.selector, substitutes[0], start, start - 1)
        );
    }

    function test_RevertWhen_TheMemberIsTheClient() public {
        _assertPartyRefused(client);
    }

    function test_RevertWhen_TheMemberIsTheFreelancer() public {
        _assertPartyRefused(freelancer);
    }

    function _assertPartyRefused(address party) private {
        members[4] = party;
        panel = _deployPanel(_panelTerms());
        _useArbiter(address(panel));
        _openDispute();
        _assertRefused(_vote(0, party, 1), abi.encodeWithSelector(IPanelArbiter.PartyCannotVote.selector, party));
    }

    function test_RevertWhen_TheShareIsAboveTheWhole() public {
        _openDispute();
        _assertRefused(_vote(0, members[0], 10_001), _shareTooHigh(10_001));
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheMember() public {
        _openDispute();
        IPanelArbiter.SignedVote memory given = _vote(0, members[0], 1);
        given.signature = "";
        _assertRefused(given, _unauthorized(stranger, members[0]));
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _openDispute();
        IPanelArbiter.SignedVote memory given = _vote(0, members[1], 1);
        given.member = members[0];
        bytes32 digest = _panelDigest(_voteHash(0, 1, given.reasoning));
        _assertRefused(given, _invalid(members[0], digest));
    }

    function test_RevertWhen_AnotherShareWasSigned() public {
        _openDispute();
        IPanelArbiter.SignedVote memory given = _vote(0, members[0], 1);
        given.shareBps = 2;
        _assertRefused(given, _invalid(members[0], _panelDigest(_voteHash(0, 2, given.reasoning))));
    }

    function test_RevertWhen_AnotherReasoningWasSigned() public {
        _openDispute();
        IPanelArbiter.SignedVote memory given = _vote(0, members[0], 1);
        given.reasoning = REASON;
        _assertRefused(given, _invalid(members[0], _panelDigest(_voteHash(0, 1, REASON))));
    }

    function test_RevertWhen_ItWasSignedForAnotherMilestone() public {
        _openDispute();
        IPanelArbiter.SignedVote memory given = _vote(1, members[0], 1);
        _assertRefused(given, _invalid(members[0], _panelDigest(_voteHash(0, 1, given.reasoning))));
    }

    function test_RevertWhen_ItWasSignedForAnotherAgreement() public {
        IPanelArbiter.SignedVote memory given = _vote(0, members[0], 1);
        agreement.details = keccak256("another scope");
        _sealAgreement();
        _openDispute();
        _assertRefused(given, _invalid(members[0], _panelDigest(_voteHash(0, 1, given.reasoning))));
    }

    function test_RevertWhen_ItWasSignedForAnotherPanel() public {
        IPanelArbiter other = _deployPanel(_panelTerms());
        IPanelArbiter.SignedVote memory given = _vote(0, members[0], 1);
        (panel, arbiter) = (other, address(other));
        _useArbiter(address(other));
        _openDispute();
        given = IPanelArbiter.SignedVote(members[0], 1, given.reasoning, given.signature);
        _assertRefused(given, _invalid(members[0], _panelDigest(_voteHash(0, 1, given.reasoning))));
    }

    function test_RevertWhen_OneVoteOfSeveralIsNotValid() public {
        _openDispute();
        IPanelArbiter.SignedVote[] memory votes = _votes(_shares(1, 2));
        votes[1].shareBps = 3;
        vm.expectRevert(_invalid(members[1], _panelDigest(_voteHash(0, 3, votes[1].reasoning))));
        _send(votes);
        _assertRecorded(new uint16[](0));
    }

    function test_When_AMemberCallsWithoutASignature() public {
        _openDispute();
        IPanelArbiter.SignedVote memory given = _vote(0, members[0], 4_000);
        given.signature = "";
        _recordAll();
        _expectVote(members[0], 4_000);
        vm.prank(members[0]);
        panel.vote(agreement, 0, _one(given));
        _assertAll();
        _assertRecorded(_shares(4_000));
    }

    function test_When_AContractIsAMember() public {
        MoodyWallet wallet = new MoodyWallet(members[0]);
        _signsFor(members[0], address(wallet));
        members[0] = address(wallet);
        panel = _deployPanel(_panelTerms());
        _useArbiter(address(panel));
        _openDispute();
        _sendAndAssertRecorded(_shares(4_000));
    }

    function test_When_NobodyVotes() public {
        _openDispute();
        _sendAndAssertRecorded(new uint16[](0));
    }

    function test_When_FewerThanTheQuorumVoteAlike() public {
        _openDispute();
        _sendAndAssertRecorded(_shares(4_000, 4_000));
    }

    function test_When_TheQuorumVotesButOthersCouldChangeTheMedian() public {
        _openDispute();
        _sendAndAssertRecorded(_shares(4_000, 4_000, 4_001));
    }

    function test_When_MoreThanHalfOfAllSeatsVoteAlike() public {
        _openDispute();
        _sendAndAssertRuled(_shares(4_000, 4_000, 4_000), 4_000, members[1], _paid([uint256(0), 1, 2]));
    }

    function test_When_TheyAwardNothing() public {
        _openDispute();
        _sendAndAssertRuled(_shares(0, 0, 0), 0, members[1], _paid([uint256(0), 1, 2]));
    }

    function test_When_TheyAwardTheWhole() public {
        _openDispute();
        _sendAndAssertRuled(_shares(10_000, 10_000, 10_000), 10_000, members[1], _paid([uint256(0), 1, 2]));
    }

    function test_When_AllSeatsVoteDifferently() public {
        _openDispute();
        uint16[] memory shares = _shares(9_000, 0, 3_333, 10_000, 1_000);
        _sendAndAssertRuled(shares, 3_333, members[2], _paid([uint256(1), 4, 2, 0, 3]));
    }

    function test_When_TheVotesComeOneByOne() public {
        _openDispute();
        uint16[5] memory shares = [uint16(9_000), 0, 3_333, 10_000, 1_000];
        for (uint256 i = 0; i < 4; ++i) _send(_one(_vote(0, members[i], shares[i])));
        _assertRecorded(_shares(9_000, 0, 3_333, 10_000));
        _recordAll();
        _expectVote(members[4], 1_000);
        _expectAward(3_333, members[2], _paid([uint256(1), 4, 2, 0, 3]));
        _send(_one(_vote(0, members[4], 1_000)));
        _assertAll();
        _assertRecorded(new uint16[](0));
    }

    function test_When_MembersVoteAgain() public {
        _openDispute();
        _send(_votes(_shares(4_000, 6_000)));
        _recordAll();
        _expectVote(members[2], 7_000);
        _send(_votes(_shares(5_000, 5_000, 7_000)));
        _assertAll();
        _assertRecorded(_shares(4_000, 6_000, 7_000));
    }

    function test_When_TheSameVoteStandsTwiceInTheList() public {
        _openDispute();
        IPanelArbiter.SignedVote[] memory votes = _votes(_shares(4_000, 0, 0));
        (votes[1], votes[2]) = (votes[0], votes[0]);
        _recordAll();
        _expectVote(members[0], 4_000);
        _send(votes);
        _assertAll();
        _assertRecorded(_shares(4_000));
    }

    function test_When_MoreVotesComeThanThereAreSeats() public {
        _openDispute();
        vm.warp(_moment(SUBSTITUTE_BPS));
        IPanelArbiter.SignedVote[] memory votes = new IPanelArbiter.SignedVote[](6);
        for (uint256 i = 0; i < 5; ++i) votes[i] = _vote(0, members[i], uint16(i));
        votes[5] = _vote(0, substitutes[0], 10_000);
        _recordAll();
        for (uint256 i = 0; i < 5; ++i) _expectVote(members[i], uint16(i));
        _expectAward(2, members[2], members);
        _send(votes);
        _assertAll();
    }

    function test_When_ASubstituteVotesInItsTime() public {
        _openDispute();
        _send(_votes(_shares(1_000, 8_000)));
        vm.warp(_moment(SUBSTITUTE_BPS));
        _recordAll();
        _expectVote(substitutes[0], 3_000);
        _send(_one(_vote(0, substitutes[0], 3_000)));
        _assertAll();
        vm.assertEq(panel.votesOf(id, 0)[2].member, substitutes[0], "the substitute's vote is recorded");
    }

    function test_When_TheQuorumVotesASecondBeforeTheClose() public {
        _openDispute();
        vm.warp(_moment(CLOSE_BPS) - 1);
        _sendAndAssertRecorded(_shares(1, 2, 3));
    }

    function test_When_AllSeatsVoteInTheLastSecondBeforeTheClose() public {
        _openDispute();
        vm.warp(_moment(CLOSE_BPS) - 1);
        _sendAndAssertRuled(_shares(3, 1, 2, 4, 5), 2 + 1, members[0], _paid([uint256(1), 2, 0, 3, 4]));
    }

    function test_Given_AnEvenNumberOfSeats() public {
        PanelTerms memory terms = _panelTerms();
        terms.members = new address[](4);
        for (uint256 i = 0; i < 4; ++i) terms.members[i] = members[i];
        panel = _deployPanel(terms);
        _useArbiter(address(panel));
        _openDispute();
        address[] memory paid = new address[](4);
        (paid[0], paid[1], paid[2], paid[3]) = (members[3], members[1], members[0], members[2]);
        _sendAndAssertRuled(_shares(2_004, 1_001, 9_000, 0), 1_502, members[1], paid);
    }

    function test_Given_HalfOfAnEvenNumberOfSeatsVotesAlike() public {
        PanelTerms memory terms = _panelTerms();
        terms.members = new address[](4);
        for (uint256 i = 0; i < 4; ++i) terms.members[i] = members[i];
        terms.quorum = 2;
        panel = _deployPanel(terms);
        _useArbiter(address(panel));
        _openDispute();
        _sendAndAssertRecorded(_shares(4_000, 4_000));
    }

    function test_Given_APanelOfOne() public {
        PanelTerms memory terms = _panelTerms();
        terms.members = new address[](1);
        (terms.members[0], terms.quorum) = (members[0], 1);
        panel = _deployPanel(terms);
        _useArbiter(address(panel));
        _openDispute();
        _sendAndAssertRuled(_shares(777), 777, members[0], terms.members);
    }

    function test_Given_AQuorumOfAll() public {
        PanelTerms memory terms = _panelTerms();
        terms.quorum = SEATS;
        panel = _deployPanel(terms);
        _useArbiter(address(panel));
        _openDispute();
        _sendAndAssertRecorded(_shares(1, 1, 1, 1));
    }

    function test_Given_NoArbiterFee() public {
        agreement.arbiterFeeBps = 0;
        agreement.gate = address(0);
        _sealAgreement();
        _openDispute();
        _sendAndAssertRuled(_shares(4_000, 4_000, 4_000), 4_000, members[1], _paid([uint256(0), 1, 2]));
    }

    function _votingClosed(uint256 close) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPanelArbiter.VotingClosed.selector, close, block.timestamp);
    }

    function _invalid(address signer, bytes32 digest) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.InvalidSignature.selector, signer, digest);
    }
}
