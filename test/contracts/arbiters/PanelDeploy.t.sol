// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase, PanelTerms} from "./PanelBase.sol";

contract PanelDeployTest is PanelBase {
    /// @dev Apart, so that expectRevert sees the creation's failure.
    function deploy(PanelTerms memory terms) external returns (IPanelArbiter) {
        return _deployPanel(terms);
    }

    function _assertRefused(PanelTerms memory terms, bytes memory reason) private {
        vm.expectRevert(reason);
        this.deploy(terms);
    }

    function _accounts(uint160 first, uint256 count) private pure returns (address[] memory accounts) {
        accounts = new address[](count);
        for (uint160 i = 0; i < count; ++i) accounts[i] = address(first + i);
    }

    function _wrongCount(uint256 m, uint256 s) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPanelArbiter.WrongMemberCount.selector, m, s, 32);
    }

    function _invalidMember(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPanelArbiter.InvalidMember.selector, account);
    }

    function test_RevertWhen_ThereAreNoMembers() public {
        PanelTerms memory terms = _panelTerms();
        (terms.members, terms.quorum) = (new address[](0), 0);
        _assertRefused(terms, _wrongCount(0, 2));
    }

    function test_RevertWhen_ThereAreMoreThan32Members() public {
        PanelTerms memory terms = _panelTerms();
        terms.members = _accounts(1_000, 33);
        _assertRefused(terms, _wrongCount(33, 2));
    }

    function test_RevertWhen_ThereAreMoreThan32Substitutes() public {
        PanelTerms memory terms = _panelTerms();
        terms.substitutes = _accounts(1_000, 33);
        _assertRefused(terms, _wrongCount(5, 33));
    }

    function test_RevertWhen_AMemberIsTheZeroAddress() public {
        PanelTerms memory terms = _panelTerms();
        terms.members[1] = address(0);
        _assertRefused(terms, _invalidMember(address(0)));
    }

    function test_RevertWhen_AMemberStandsThereTwice() public {
        PanelTerms memory terms = _panelTerms();
        terms.members[4] = terms.members[0];
        _assertRefused(terms, _invalidMember(members[0]));
    }

    function test_RevertWhen_ASubstituteIsAMember() public {
        PanelTerms memory terms = _panelTerms();
        terms.substitutes[1] = members[3];
        _assertRefused(terms, _invalidMember(members[3]));
    }

    function test_RevertWhen_TheQuorumIsZero() public {
        PanelTerms memory terms = _panelTerms();
        terms.quorum = 0;
        _assertRefused(terms, abi.encodeWithSelector(IPanelArbiter.InvalidQuorum.selector, 0, SEATS));
    }

    function test_RevertWhen_TheQuorumIsMoreThanTheSeats() public {
        PanelTerms memory terms = _panelTerms();
        terms.quorum = SEATS + 1;
        _assertRefused(terms, abi.encodeWithSelector(IPanelArbiter.InvalidQuorum.selector, SEATS + 1, SEATS));
    }

    function test_RevertWhen_TheSubstitutesComeAtTheClose() public {
        PanelTerms memory terms = _panelTerms();
        terms.substituteBps = CLOSE_BPS;
        _assertRefused(terms, abi.encodeWithSelector(IPanelArbiter.InvalidPhases.selector, CLOSE_BPS, CLOSE_BPS));
    }

    function test_RevertWhen_TheCloseIsTheEnd() public {
        PanelTerms memory terms = _panelTerms();
        terms.closeBps = 10_000;
        _assertRefused(terms, abi.encodeWithSelector(IPanelArbiter.InvalidPhases.selector, SUBSTITUTE_BPS, 10_000));
    }

    function test_When_EverythingIsAtItsLimit() public {
        PanelTerms memory terms = _panelTerms();
        (terms.members, terms.substitutes) = (_accounts(1_000, 32), _accounts(2_000, 32));
        (terms.quorum, terms.substituteBps, terms.closeBps) = (32, 9_998, 9_999);
        IPanelArbiter created = _deployPanel(terms);
        vm.assertEq(address(created.ESCROW()), address(escrow), "the escrow");
        vm.assertEq(created.MIN_ARBITRATION_PERIOD(), 14 days, "the least arbitration period");
        vm.assertEq(created.MIN_ARBITER_FEE_BPS(), 500, "the least fee");
        vm.assertEq(created.QUORUM(), 32, "the quorum");
        vm.assertEq(created.SUBSTITUTE_BPS(), 9_998, "the substitutes' time");
        vm.assertEq(created.CLOSE_BPS(), 9_999, "the close");
        vm.assertEq(abi.encode(created.members()), abi.encode(terms.members), "the members");
        vm.assertEq(abi.encode(created.substitutes()), abi.encode(terms.substitutes), "the substitutes");
        for (uint160 i = 0; i < 32; ++i) {
            vm.assertEq(uint256(created.roleOf(address(1_000 + i))), uint256(IPanelArbiter.Role.Member), "a member");
            vm.assertEq(
                uint256(created.roleOf(address(2_000 + i))),
                uint256(IPanelArbiter.Role.Substitute),
                "a substitute"
            );
        }
        _assertDomain(address(created));
    }

    function _assertDomain(address created) private view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = IERC5267(created).eip712Domain();
        vm.assertEq(uint256(uint8(fields)), 15, "name, version, chain and contract");
        vm.assertEq(bytes(name), "PanelArbiter", "name");
        vm.assertEq(bytes(version), "1", "version");
        vm.assertEq(chainId, block.chainid, "chain");
        vm.assertEq(verifyingContract, created, "verifying contract");
        vm.assertEq(salt, 0, "salt");
        vm.assertEq(extensions.length, 0, "extensions");
    }

    function test_When_ThereIsOneMemberAndNoSubstitute() public {
        PanelTerms memory terms = _panelTerms();
        (terms.members, terms.substitutes) = (_accounts(1_000, 1), new address[](0));
        (terms.quorum, terms.substituteBps, terms.closeBps) = (1, 0, 1);
        IPanelArbiter created = _deployPanel(terms);
        vm.assertEq(created.members().length, 1, "the members");
        vm.assertEq(created.substitutes().length, 0, "the substitutes");
    }
}
