// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {ArbiterBase} from "./ArbiterBase.sol";

/// @notice What the tests of AppealableArbiter share: the contract, ways to bring milestone 0 to every stage, and its case.
abstract contract AppealableBase is ArbiterBase {
    // Each of another length, and together a day less than the gate wants.
    uint32 internal constant PROPOSAL_PERIOD = 2 days;
    uint32 internal constant APPEAL_PERIOD = 3 days;
    uint32 internal constant DECISION_PERIOD = 5 days;
    uint16 internal constant MIN_ARBITER_FEE_BPS = 100;
    /// @dev Odd, so that it needs rounding.
    uint16 internal constant APPEAL_FEE_BPS = 333;

    /// @dev What the first instance proposes, and why.
    uint16 internal constant SHARE = 3_333;
    bytes32 internal constant WHY = keccak256("why the first instance proposes it");

    IAppealableArbiter internal appealable;
    address internal first = _actor("first instance");
    address internal second = _actor("second instance");
    address internal member = _actor("member");
    address internal colleague = _actor("colleague");

    function setUp() public virtual override {
        super.setUp();
        appealable = _deployAppealable(first, second, APPEAL_FEE_BPS);
        _serve(first);
        _serve(second);
        _serve(member);
        _serve(colleague);
        _useArbiter(address(appealable));
    }

    function _deployAppealable(
        address firstInstance,
        address secondInstance,
        uint16 appealFeeBps
    ) internal returns (IAppealableArbiter) {
        bytes memory args = abi.encode(
            escrow,
            MIN_ARBITER_FEE_BPS,
            firstInstance,
            secondInstance,
            PROPOSAL_PERIOD,
            APPEAL_PERIOD,
            DECISION_PERIOD,
            appealFeeBps
        );
        return IAppealableArbiter(_create("AppealableArbiter.sol:AppealableArbiter", args));
    }

    // ------------------------------------------------------------------------------------------------------ stages

    function _propose() internal {
        vm.prank(first);
        appealable.propose(agreement, 0, SHARE, WHY, _byCalling());
    }

    function _decline() internal {
        vm.prank(first);
        appealable.decline(agreement, 0, WHY, _byCalling());
    }

    /// @dev The party appeals, with money that it gets for it.
    function _appeal(address party) internal {
        _prepareDeposit(party);
        vm.prank(party);
        appealable.appeal(agreement, 0, party, _byCalling());
    }

    function _prepareDeposit(address account) internal {
        _mint(account, _deposit());
        vm.prank(account);
        (bool success, ) = token.call(abi.encodeCall(IERC20.approve, (arbiter, type(uint256).max)));
        vm.assertTrue(success, "approve");
    }

    function _decide(uint16 shareBps) internal {
        vm.prank(second);
        appealable.decide(agreement, 0, shareBps, REASONING, _paid());
    }

    function _paid() internal view returns (address[] memory paid) {
        paid = new address[](2);
        (paid[0], paid[1]) = (member, colleague);
    }

    /// @dev A dispute with a proposal, an hour later.
    function _bringProposed() internal {
        _openDispute();
        _hourLater();
        _propose();
    }

    /// @dev A proposal that `party` appealed, an hour later.
    function _bringAppealed(address party) internal {
        _bringProposed();
        _hourLater();
        _appeal(party);
    }

    /// @dev A dispute that the first instance left to the second.
    function _bringDeclined() internal {
        _openDispute();
        _hourLater();
        _decline();
    }

    // ----------------------------------------------------------------------------------------------- what is signed

    function _arbiterDigest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("AppealableArbiter"),
                keccak256("1"),
                block.chainid,
                arbiter
            )
        );
        return TypedData.digest(domain, structHash);
    }

    function _signedFor(
        address actor,
        bytes32 structHash,
        uint256 deadline
    ) internal view returns (IMicroEscrow.Authorization memory) {
        return IMicroEscrow.Authorization(deadline, _signatureOfDigest(actor, _arbiterDigest(structHash)));
    }

    function _proposalHash(uint16 shareBps, uint256 deadline) internal view returns (bytes32) {
        bytes32 typehash = keccak256(
            "Proposal(bytes32 agreement,uint256 milestone,uint16 shareBps,bytes32 reasoning,uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, 0, shareBps, WHY, deadline));
    }

    function _declineHash(uint256 deadline) internal view returns (bytes32) {
        bytes32 typehash = keccak256("Decline(bytes32 agreement,uint256 milestone,bytes32 reasoning,uint256 deadline)");
        return keccak256(abi.encode(typehash, id, 0, WHY, deadline));
    }

    function _appealHash(uint16 shareBps, uint256 deadline) internal view returns (bytes32) {
        bytes32 typehash = keccak256("Appeal(bytes32 agreement,uint256 milestone,uint16 shareBps,uint256 deadline)");
        return keccak256(abi.encode(typehash, id, 0, shareBps, deadline));
    }

    // ------------------------------------------------------------------------------------------------------- world

    IAppealableArbiter.Case private _case;

    function _recordAll() internal virtual override {
        _case = appealable.caseOf(id, 0);
        super._recordAll();
    }

    function _assertAll() internal virtual override {
        super._assertAll();
        bytes32 actual = keccak256(abi.encode(appealable.caseOf(id, 0)));
        vm.assertEq(actual, keccak256(abi.encode(_case)), "case");
    }

    function _deposits() internal view virtual override returns (uint256) {
        return _case.deposit;
    }

    function _expectCase(IAppealableArbiter.Case memory expected) internal {
        _case = expected;
    }

    /// @dev The case is forgotten.
    function _expectForgotten() internal {
        delete _case;
    }

    /// @dev `amount` in two parts, to those whom the second instance names; what does not divide goes to the first.
    function _expectPaidOut(uint256 amount) internal {
        _expectFee(member, amount - amount / 2);
        _expectFee(colleague, amount / 2);
    }

    function _expectDepositReturned(address party) internal {
        vm.expectEmit(arbiter);
        emit IAppealableArbiter.DepositReturned(id, 0, party, _deposit());
        _expectFee(party, _deposit());
    }

    function _expectExecution() internal {
        _expectForgotten();
        vm.expectEmit(arbiter);
        emit IAppealableArbiter.ProposalExecuted(id, 0, SHARE, WHY);
        _expectFee(first, _arbiterFee());
    }

    function _deposit() internal view returns (uint256) {
        return (uint256(schedule[0].amount) * APPEAL_FEE_BPS) / BPS;
    }

    // ------------------------------------------------------------------------------------------------------ errors

    function _wrongStage(
        IAppealableArbiter.Stage actual,
        IAppealableArbiter.Stage expected
    ) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAppealableArbiter.WrongStage.selector, actual, expected);
    }

    function _instanceIsParty(address instance) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAppealableArbiter.InstanceIsParty.selector, instance);
    }

    function _invalidArbiterSignature(address signer, bytes32 structHash) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.InvalidSignature.selector, signer, _arbiterDigest(structHash));
    }
}
