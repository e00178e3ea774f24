// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {ArbiterBase} from "./ArbiterBase.sol";

/// @notice What a panel is made of: the constructor's arguments behind the escrow.
struct PanelTerms {
    uint32 minArbitrationPeriod;
    uint16 minArbiterFeeBps;
    address[] members;
    address[] substitutes;
    uint256 quorum;
    uint16 substituteBps;
    uint16 closeBps;
}

/// @notice What the tests of PanelArbiter share: a panel of five, three of whom must vote, with two substitutes; it is the
/// agreement's arbiter.
abstract contract PanelBase is ArbiterBase {
    uint256 internal constant SEATS = 5;
    uint256 internal constant QUORUM = 3;
    uint16 internal constant SUBSTITUTE_BPS = 5_000;
    uint16 internal constant CLOSE_BPS = 7_501;

    bytes32 private constant VOTE_TYPEHASH = keccak256(
        "Vote(bytes32 agreement,uint256 milestone,uint16 shareBps,bytes32 reasoning)"
    );

    IPanelArbiter internal panel;
    address[] internal members;
    address[] internal substitutes;

    function setUp() public virtual override {
        super.setUp();
        members = [_actor("member 0"), _actor("member 1"), _actor("member 2"), _actor("member 3"), _actor("member 4")];
        substitutes = [_actor("substitute 0"), _actor("substitute 1")];
        panel = _deployPanel(_panelTerms());
        for (uint256 i = 0; i < SEATS; ++i) _serve(members[i]);
        for (uint256 i = 0; i < substitutes.length; ++i) _serve(substitutes[i]);
        _useArbiter(address(panel));
    }

    function _panelTerms() internal view returns (PanelTerms memory) {
        return PanelTerms(14 days, 500, members, substitutes, QUORUM, SUBSTITUTE_BPS, CLOSE_BPS);
    }

    /// @dev The real artifact, which mutants take the place of. Reverts as the constructor does.
    function _deployPanel(PanelTerms memory terms) internal returns (IPanelArbiter deployed) {
        return IPanelArbiter(_create("PanelArbiter.sol:PanelArbiter", _arguments(terms)));
    }

    function _arguments(PanelTerms memory terms) private view returns (bytes memory) {
        return
            abi.encode(
                escrow,
                terms.minArbitrationPeriod,
                terms.minArbiterFeeBps,
                terms.members,
                terms.substitutes,
                terms.quorum,
                terms.substituteBps,
                terms.closeBps
            );
    }

    // -------------------------------------------------------------------------------------------------------- votes

    function _reasoningOf(address member) internal pure returns (bytes32) {
        return keccak256(abi.encode("reasoning of", member));
    }

    function _voteHash(uint256 index, uint16 shareBps, bytes32 reasoning) internal view returns (bytes32) {
        return keccak256(abi.encode(VOTE_TYPEHASH, id, index, shareBps, reasoning));
    }

    function _panelDigest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 typehash = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        bytes32 name = keccak256("PanelArbiter");
        bytes32 domain = keccak256(abi.encode(typehash, name, keccak256("1"), block.chainid, panel));
        return TypedData.digest(domain, structHash);
    }

    /// @dev A vote on the milestone `index`, signed by its member.
    function _vote(
        uint256 index,
        address member,
        uint16 shareBps
    ) internal view returns (IPanelArbiter.SignedVote memory) {
        bytes32 reasoning = _reasoningOf(member);
        bytes memory signature = _signatureOfDigest(member, _panelDigest(_voteHash(index, shareBps, reasoning)));
        return IPanelArbiter.SignedVote(member, shareBps, reasoning, signature);
    }

    /// @dev The votes of the first members on milestone 0, in their order.
    function _votes(uint16[] memory shares) internal view returns (IPanelArbiter.SignedVote[] memory votes) {
        votes = new IPanelArbiter.SignedVote[](shares.length);
        for (uint256 i = 0; i < shares.length; ++i) votes[i] = _vote(0, members[i], shares[i]);
    }

    function _one(
        IPanelArbiter.SignedVote memory single
    ) internal pure returns (IPanelArbiter.SignedVote[] memory votes) {
        votes = new IPanelArbiter.SignedVote[](1);
        votes[0] = single;
    }

    function _shares(uint16 a) internal pure returns (uint16[] memory shares) {
        shares = new uint16[](1);
        shares[0] = a;
    }

    function _shares(uint16 a, uint16 b) internal pure returns (uint16[] memory shares) {
        shares = new uint16[](2);
        (shares[0], shares[1]) = (a, b);
    }

    function _shares(uint16 a, uint16 b, uint16 c) internal pure returns (uint16[] memory shares) {
        shares = new uint16[](3);
        (shares[0], shares[1], shares[2]) = (a, b, c);
    }

    function _shares(uint16 a, uint16 b, uint16 c, uint16 d) internal pure returns (uint16[] memory shares) {
        shares = new uint16[](4);
        (shares[0], shares[1], shares[2], shares[3]) = (a, b, c, d);
    }

    function _shares(uint16 a, uint16 b, uint16 c, uint16 d, uint16 e) internal pure returns (uint16[] memory shares) {
        shares = new uint16[](5);
        (shares[0], shares[1], shares[2], shares[3], shares[4]) = (a, b, c, d, e);
    }

    /// @dev Anybody sends votes.
    function _send(IPanelArbiter.SignedVote[] memory votes) internal {
        vm.prank(stranger);
        panel.vote(agreement, 0, votes);
    }

    // -------------------------------------------------------------------------------------------------------- times

    /// @dev The moment at which `partBps` of milestone 0's hearing have passed.
    function _moment(uint256 partBps) internal view returns (uint256) {
        uint256 length = agreement.arbitrationPeriod;
        return _milestone(0).clock - length + (length * partBps) / BPS;
    }

    // -------------------------------------------------------------------------------------------------------- money

    /// @dev The panel awards a share of the pot, for the reasons of the vote that it is, and pays those who voted.
    function _expectAward(uint16 shareBps, address reasonsOf, address[] memory paid) internal {
        vm.expectEmit(address(panel));
        emit IPanelArbiter.PanelRuled(id, 0, shareBps, _reasoningOf(reasonsOf), paid.length);
        uint256 part = _arbiterFee() / paid.length;
        _expectFee(paid[0], _arbiterFee() - part * (paid.length - 1));
        for (uint256 i = 1; i < paid.length; ++i) _expectFee(paid[i], part);
        _expectRuling(_shareOf(shareBps), _reasoningOf(reasonsOf));
    }

    function _expectVote(address member, uint16 shareBps) internal {
        vm.expectEmit(address(panel));
        emit IPanelArbiter.VoteCast(id, 0, member, shareBps, _reasoningOf(member));
    }
}
