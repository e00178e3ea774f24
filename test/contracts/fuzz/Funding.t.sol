// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IFundingGate} from "../../../contracts/interfaces/IFundingGate.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {FeeToken} from "../../../contracts/mocks/FeeToken.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz, ScriptedToken} from "./Fuzz.sol";

/// @notice Any milestones, any payer, any token, any gate: what was asked for comes in, or nothing happens.
contract FundingTest is Fuzz {
    address private _gate = address(uint160(uint256(keccak256("gate"))));
    FeeToken private _feeToken;
    ScriptedToken private _scripted;

    function setUp() public override {
        super.setUp();
        _feeToken = new FeeToken();
        _scripted = new ScriptedToken();
    }

    /// @dev Some of the milestones, each once, in some order.
    function _subset(uint256 seed) private pure returns (uint256[] memory indices) {
        indices = new uint256[](MILESTONES);
        for (uint256 i = 0; i < MILESTONES; ++i) indices[i] = i;
        for (uint256 i = 0; i < MILESTONES; ++i) {
            uint256 j = i + (_draw(seed, i) % (MILESTONES - i));
            (indices[i], indices[j]) = (indices[j], indices[i]);
        }
        uint256 length = 1 + (seed % MILESTONES);
        assembly ("memory-safe") {
            mstore(indices, length)
        }
    }

    function _funding(uint256[] memory indices) private view returns (bytes memory) {
        return abi.encodeCall(escrow.fund, (agreement, schedule, indices, _signature(freelancer, id)));
    }

    function _acceptBoth() private {
        _assertCall(client, abi.encodeCall(escrow.accept, (agreement, schedule, client, "")));
        _assertCall(freelancer, abi.encodeCall(escrow.accept, (agreement, schedule, freelancer, "")));
    }

    // ---------------------------------------------------------------------------------------------------- milestones

    /// @dev Any milestones in any order: each with its amount and its work period, the others not; the sum from the payer.
    function testFuzz_AnyMilestonesInAnyOrder(uint256 seed, uint256 account) public {
        uint256[] memory indices = _subset(seed);
        address from = _account(account);
        _watchToo(from);
        _acceptBoth();
        _prepareMoney(from, indices);
        _recordWorld();
        for (uint256 i = 0; i < indices.length; ++i) _expectFunding(indices[i], from);
        _assertCall(from, abi.encodeCall(escrow.fund, (agreement, schedule, indices, "")));
        _assertWorld();
    }

    /// @dev In one call, or in as many calls as there are milestones: the same.
    function testFuzz_OneByOne_IsTheSameAsAtOnce(uint256 seed) public {
        uint256[] memory indices = _subset(seed);
        _prepareMoney(client, indices);
        uint256 snapshot = vm.snapshotState();
        _assertCall(client, _funding(indices));
        bytes32 atOnce = _fingerprint();
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < indices.length; ++i) _assertCall(client, _funding(_only(indices[i])));
        vm.assertEq(_fingerprint(), atOnce, "another effect");
    }

    /// @dev The same milestone twice in one call, anywhere among others.
    function testFuzz_ADuplicate_IsRefused(uint256 seed, uint256 first, uint256 second) public {
        uint256[] memory indices = _subset(seed);
        if (indices.length < 2) indices = _subset(seed ^ 1);
        first = _bound(first, 0, indices.length - 2);
        second = _bound(second, first + 1, indices.length - 1);
        indices[second] = indices[first];
        _prepareMoney(client, indices);
        _assertRefused(client, _funding(indices), _wrongStatus(indices[first], IMicroEscrow.Status.Funded, NONE));
    }

    /// @dev An index that the schedule does not have, anywhere among others.
    function testFuzz_AnIndexBeyondTheSchedule_IsRefused(uint256 seed, uint256 position, uint256 index) public {
        uint256[] memory indices = _subset(seed);
        _mint(client, type(uint128).max);
        index = _bound(index, MILESTONES, type(uint256).max);
        indices[position % indices.length] = index;
        bytes4 selector = IMicroEscrow.MilestoneOutOfRange.selector;
        _assertRefused(client, _funding(indices), abi.encodeWithSelector(selector, index, MILESTONES));
    }

    /// @dev Closed by either party, before or after both consented.
    function testFuzz_AClosedAgreement_IsNotFunded(
        uint256 seed,
        bool byClient,
        bool consented,
        uint256 account
    ) public {
        if (consented) _acceptBoth();
        address party = byClient ? client : freelancer;
        _assertCall(party, abi.encodeCall(escrow.close, (agreement, party, _byCalling())));
        bytes memory reason = abi.encodeWithSelector(IMicroEscrow.FundingClosed.selector, id);
        _assertRefused(_account(account), _funding(_subset(seed)), reason);
    }

    // --------------------------------------------------------------------------------------------------------- money

    /// @dev Whoever pays: a refund goes to the client, and what is earned to the freelancer; never back to the payer.
    function testFuzz_WhoeverPays_GetsNothingBack(uint256 account, uint256 seed, uint256 share) public {
        address from = _account(account | 1);
        if (from == treasury) from = payer;
        _useTerms(AMOUNT, seed);
        _acceptBoth();
        _prepareMoney(from, _only(0));
        uint256 before = _balance(from) - schedule[0].amount;
        _assertCall(from, abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), "")));

        IMicroEscrow.Outcome outcome = _outcome(seed);
        IMicroEscrow.Status status = _statusBefore(outcome, seed / 9);
        if (status > IMicroEscrow.Status.Funded) _submit(0);
        if (status == IMicroEscrow.Status.ChangesRequested) _requestChanges(0);
        if (status == IMicroEscrow.Status.Disputed) _dispute(0);
        share = _share(outcome, schedule[0].amount, share);
        Parts memory parts = _parts(outcome, schedule[0].amount, share);
        _end(0, outcome, share);
        vm.assertEq(_balance(client), parts.client, "client");
        vm.assertEq(_balance(freelancer), parts.freelancer, "freelancer");
        vm.assertEq(_balance(from), before, "payer");
    }

    /// @dev Less money or less allowance than the sum, by any amount: refused.
    function testFuzz_TooLittle_IsRefused(uint256 seed, uint256 missing, bool allowed) public {
        uint256[] memory indices = _subset(seed);
        uint256 sum = 0;
        for (uint256 i = 0; i < indices.length; ++i) sum += schedule[indices[i]].amount;
        uint256 short = sum - _bound(missing, 1, sum);
        _mint(client, allowed ? short : sum);
        vm.prank(client);
        IERC20(token).approve(address(escrow), allowed ? sum : short);
        _assertRefused(
            client,
            _funding(indices),
            allowed
                ? abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, client, short, sum)
                : abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, escrow, short, sum)
        );
    }

    /// @dev A token that delivers less or more than asked for, by any amount; whatever the escrow had before.
    function testFuzz_AnotherAmountDelivered_IsRefused(uint256 fee, uint256 bonus, uint128 donated) public {
        _useToken(address(_feeToken));
        uint256 amount = schedule[0].amount;
        fee = _bound(fee, 0, amount);
        bonus = _bound(bonus, 0, type(uint128).max);
        _mint(address(escrow), donated);
        _prepareMoney(client, _only(0));
        _feeToken.setFee(0, fee, bonus);
        uint256 expected = donated + amount;
        if (fee == bonus) {
            _assertCall(client, _funding(_only(0)));
            vm.assertEq(_balance(address(escrow)), expected, "escrow");
            return;
        }
        bytes4 selector = IMicroEscrow.UnexpectedBalance.selector;
        bytes memory reason = abi.encodeWithSelector(selector, token, expected - fee + bonus, expected);
        _assertRefused(client, _funding(_only(0)), reason);
    }

    /// @dev A token that answers anything: a yes is `true`, or nothing at all; otherwise the funding is refused.
    function testFuzz_AnyAnswerOfTheToken(uint256 seed, bytes calldata other, bool reverts) public {
        _useToken(address(_scripted));
        _prepareMoney(client, _only(0));
        bytes32 good = bytes32(uint256(1));
        bytes memory answer = _answer(seed, seed % 3 == 0 ? bytes("") : other, good);
        _scripted.setAnswer(true, reverts, answer);
        bool yes = !reverts && (answer.length == 0 || _isWord(answer, good));
        if (yes) {
            _assertCall(client, _funding(_only(0)));
            vm.assertEq(_balance(address(escrow)), schedule[0].amount, "escrow");
            return;
        }
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token);
        _assertRefused(client, _funding(_only(0)), reverts ? answer : failed);
    }

    function testFuzz_ATokenWithoutCode_IsRefused(address account) public {
        if (account.code.length != 0 || uint160(account) < 1_000 || account == client) account = treasury;
        if (account == freelancer || account == arbiter || account == platform) account = treasury;
        agreement.token = account;
        _sealAgreement();
        bytes memory reason = abi.encodeWithSelector(IMicroEscrow.TokenWithoutCode.selector, account);
        _assertRefused(client, _funding(_only(0)), reason);
    }

    // ----------------------------------------------------------------------------------------------------------- gate

    function _useGate() private {
        agreement.gate = _gate;
        _sealAgreement();
    }

    /// @dev A gate that reverts with anything: that is reported as it was said.
    function testFuzz_AGateThatReverts_IsQuoted(uint256 seed, bytes calldata reason) public {
        _useGate();
        _answers(_gate, true, reason);
        uint256[] memory indices = _subset(seed);
        _prepareMoney(client, indices);
        bytes4 selector = IMicroEscrow.GateRefused.selector;
        _assertRefused(client, _funding(indices), abi.encodeWithSelector(selector, _gate, reason));
    }

    /// @dev A gate that returns, whatever it says, lets pass; it was asked once, about the payer and the sum.
    function testFuzz_AGateThatReturns_LetsPass(uint256 seed, bytes calldata answer, uint256 account) public {
        _useGate();
        _answers(_gate, false, answer);
        _acceptBoth();
        uint256[] memory indices = _subset(seed);
        address from = _account(account);
        uint256 sum = _prepareMoney(from, indices);
        vm.expectCall(_gate, abi.encodeCall(IFundingGate.check, (id, agreement, from, sum)), 1);
        _assertCall(from, abi.encodeCall(escrow.fund, (agreement, schedule, indices, "")));
        vm.assertEq(_balance(address(escrow)), sum, "escrow");
    }

    /// @dev A gate that turned hostile after the funding has no say in how it ends.
    function testFuzz_AGate_HasNoSayInTheEnd(uint256 seed, bytes calldata reason, uint256 share) public {
        (agreement.gate, agreement.challengePeriod) = (_gate, 0);
        _useTerms(AMOUNT, seed);
        _answers(_gate, false, "");
        IMicroEscrow.Outcome outcome = _outcome(seed);
        _bring(0, _statusBefore(outcome, seed / 9));
        _answers(_gate, true, reason);
        share = _share(outcome, AMOUNT, share);
        Parts memory parts = _parts(outcome, AMOUNT, share);
        _end(0, outcome, share);
        vm.assertEq(_balance(client), parts.client, "client");
        vm.assertEq(_balance(freelancer), parts.freelancer, "freelancer");
    }

    // --------------------------------------------------------------------------------------------------------- permit

    /// @dev Any bytes, by anybody, with anything as the token: never reverts, and never gives an allowance.
    function testFuzz_Permit_OfAnything_DoesNothing(
        uint256 account,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32[2] calldata rs,
        bytes calldata answer
    ) public {
        address caller = _account(account);
        address[4] memory tokens = [token, address(escrow), _account(value), _gate];
        _answers(_gate, v % 2 == 0, answer);
        bytes32 before = _fingerprint();
        address tried = tokens[deadline % 4];
        _assertCall(caller, abi.encodeCall(escrow.permit, (tried, value, deadline, v, rs[0], rs[1])));
        vm.assertEq(IERC20(token).allowance(caller, address(escrow)), 0, "allowance");
        vm.assertEq(_fingerprint(), before, "something happened");
    }

    /// @dev The caller's own permit, of any value, until any deadline: the allowance, and it is for the escrow alone.
    function testFuzz_Permit_OfTheCaller_GivesTheAllowance(uint256 value, uint256 deadline, bool ofCaller) public {
        deadline = _bound(deadline, block.timestamp - 2, block.timestamp + 2);
        bytes32 typehash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typehash, client, escrow, value, 0, deadline));
        bytes memory signature = _signatureOfDigest(
            client,
            TypedData.digest(PlainToken(token).DOMAIN_SEPARATOR(), structHash)
        );
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        address caller = ofCaller ? client : stranger;
        bytes memory data = abi.encodeCall(escrow.permit, (token, value, deadline, uint8(signature[64]), r, s));
        _assertCall(caller, data);
        bool counts = ofCaller && deadline >= block.timestamp;
        vm.assertEq(IERC20(token).allowance(client, address(escrow)), counts ? value : 0, "allowance");
        vm.assertEq(IERC20(token).allowance(stranger, address(escrow)), 0, "the stranger's allowance");
    }
}

/// @notice Any calls in one multicall: what they do one after the other, or nothing. Milestone `n` begins in status `n`.
contract MulticallTest is Fuzz {
    function setUp() public override {
        super.setUp();
        _bringAll();
    }

    /// @dev Up to five of the client's calls, on any milestones that hold money.
    function _calls(uint256 seed) private view returns (bytes[] memory calls) {
        Action[6] memory actions = [
            Action.Close,
            Action.Approve,
            Action.Advance,
            Action.RequestChanges,
            Action.Extend,
            Action.Dispute
        ];
        calls = new bytes[](1 + (seed % 5));
        for (uint256 i = 0; i < calls.length; ++i) {
            Action action = actions[_draw(seed, i) % 6];
            uint256 index = uint256(_possibleStatus(action, _draw(seed, 10 + i)));
            if (action == Action.Dispute) index = 2; // where it is the client's
            calls[i] = _callFor(action, index, _byCalling());
        }
    }

    function testFuzz_Multicall_IsTheSameAsItsCallsOneByOne(uint256 seed) public {
        bytes[] memory calls = _calls(seed);
        uint256 snapshot = vm.snapshotState();
        bool success = true;
        bytes memory result;
        for (uint256 i = 0; i < calls.length && success; ++i) (success, result) = _call(client, calls[i]);
        bytes32 oneByOne = _fingerprint();
        vm.revertToState(snapshot);

        bytes memory data = abi.encodeCall(escrow.multicall, (calls));
        if (!success) return _assertRefused(client, data, result);
        _assertCall(client, data);
        vm.assertEq(_fingerprint(), oneByOne, "another effect");
    }

    /// @dev Anybody's multicall of calls that are not its own to make does nothing.
    function testFuzz_Multicall_ByAnybodyElse_IsRefused(uint256 seed, address caller) public {
        caller = _anybodyBut(client, caller);
        (bool success, ) = _call(caller, abi.encodeCall(escrow.multicall, (_calls(seed))));
        vm.assertFalse(success, "done");
    }
}
