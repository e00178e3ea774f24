// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "../utils/Base.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";

/// @notice What the tests of AppealableArbiter share: the contract, an agreement that names it as arbiter and gate, ways to
/// bring milestone 0 to every stage, and the arbiter's part of the world: its events, its cases, and what it owes.
abstract contract AppealableBase is Base {
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
        arbiter = address(appealable);
        _watch(first);
        _watch(second);
        _watch(member);
        _watch(colleague);
        _draft();
        _name();
    }

    /// @dev The agreement names the arbiter as its gate too.
    function _name() internal {
        (agreement.arbiter, agreement.gate) = (arbiter, arbiter);
        _sealAgreement();
    }

    /// @dev Drafts the agreement anew, over another token.
    function _useTokenHere(address token_) internal {
        _useToken(token_);
        _name();
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

    function _create(string memory artifact, bytes memory args) internal returns (address deployed) {
        bytes memory initCode = abi.encodePacked(vm.getCode(artifact), args);
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
            if iszero(deployed) {
                returndatacopy(mload(0x40), 0, returndatasize())
                revert(mload(0x40), returndatasize())
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------ stages

    function _openDispute() internal {
        _bring(0, IMicroEscrow.Status.Disputed);
    }

    /// @dev When milestone 0 was disputed.
    function _disputedAt() internal view returns (uint256) {
        return _milestone(0).clock - agreement.arbitrationPeriod;
    }

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

    mapping(address account => uint256) private _owed;
    IAppealableArbiter.Case private _case;

    function _accountsOfArbiter() private view returns (address[8] memory) {
        return [client, freelancer, first, second, member, colleague, stranger, arbiter];
    }

    function _speaks(address emitter) internal view override returns (bool) {
        return super._speaks(emitter) || emitter == arbiter;
    }

    function _recordAll() internal {
        address[8] memory accounts = _accountsOfArbiter();
        for (uint256 i = 0; i < accounts.length; ++i) {
            _owed[accounts[i]] = appealable.claimable(token, accounts[i]);
        }
        _case = appealable.caseOf(id, 0);
        _recordWorld();
    }

    /// @dev Everything is as expected, the arbiter's books too, and the arbiter can pay all that it owes.
    function _assertAll() internal {
        _assertWorld();
        address[8] memory accounts = _accountsOfArbiter();
        uint256 owed = _case.deposit;
        for (uint256 i = 0; i < accounts.length; ++i) {
            uint256 actual = appealable.claimable(token, accounts[i]);
            vm.assertEq(actual, _owed[accounts[i]], "claimable of the arbiter");
            owed += actual;
        }
        bytes32 actualCase = keccak256(abi.encode(appealable.caseOf(id, 0)));
        vm.assertEq(actualCase, keccak256(abi.encode(_case)), "case");
        uint256 backing = _balance(arbiter) + escrow.claimable(token, arbiter);
        vm.assertEq(backing, owed, "the arbiter has what it owes, and no more");
    }

    function _expectCase(IAppealableArbiter.Case memory expected) internal {
        _case = expected;
    }

    /// @dev The case is forgotten.
    function _expectForgotten() internal {
        delete _case;
    }

    /// @dev The arbiter owes `amount` more to `account`: the event, and the money.
    function _expectFee(address account, uint256 amount) internal {
        if (amount == 0) return;
        _owed[account] += amount;
        vm.expectEmit(arbiter);
        emit IArbiter.FeeCredited(token, account, amount);
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

    /// @dev The escrow rules: what the freelancer gets before the platform's fee, and the rest to the client.
    function _expectRuling(uint256 gross, bytes32 reasoning) internal {
        _expectConclusion({
            index: 0,
            status: IMicroEscrow.Status.Resolved,
            outcome: IMicroEscrow.Outcome.Ruled,
            gross: gross,
            clientAmount: _pot() - gross,
            arbiterFee: _arbiterFee(),
            reasoning: reasoning
        });
    }

    function _expectExecution() internal {
        _expectForgotten();
        vm.expectEmit(arbiter);
        emit IAppealableArbiter.ProposalExecuted(id, 0, SHARE, WHY);
        _expectFee(first, _arbiterFee());
    }

    // ------------------------------------------------------------------------------------------------------- money

    function _deposit() internal view returns (uint256) {
        return (uint256(schedule[0].amount) * APPEAL_FEE_BPS) / BPS;
    }

    function _arbiterFee() internal view returns (uint256) {
        return (uint256(schedule[0].amount) * agreement.arbiterFeeBps) / BPS;
    }

    function _pot() internal view returns (uint256) {
        return schedule[0].amount - _arbiterFee();
    }

    function _shareOf(uint256 shareBps) internal view returns (uint256) {
        return (_pot() * shareBps) / BPS;
    }

    // ------------------------------------------------------------------------------------------------------ errors

    function _wrongStage(
        IAppealableArbiter.Stage actual,
        IAppealableArbiter.Stage expected
    ) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAppealableArbiter.WrongStage.selector, actual, expected);
    }

    function _notHeard() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IArbiter.NotHeard.selector, id, 0);
    }

    function _hearingOver(uint256 end) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IArbiter.HearingOver.selector, end, block.timestamp);
    }

    function _shareTooHigh(uint256 shareBps) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IArbiter.ShareTooHigh.selector, shareBps, BPS);
    }

    function _instanceIsParty(address instance) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAppealableArbiter.InstanceIsParty.selector, instance);
    }

    function _invalidArbiterSignature(address signer, bytes32 structHash) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.InvalidSignature.selector, signer, _arbiterDigest(structHash));
    }

    /// @dev The agreement names an arbiter that is not asked.
    function _anotherArbiter() internal returns (bytes memory) {
        agreement.arbiter = stranger;
        _sealAgreement();
        return abi.encodeWithSelector(IArbiter.AnotherArbiter.selector, stranger, arbiter);
    }
}
