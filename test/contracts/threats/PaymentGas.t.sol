// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {Actions} from "../utils/Actions.sol";
import {vm} from "../utils/Vm.sol";

/// @dev A token whose transfers need as much gas as one likes, or fail at once when they get too little.
contract HungryToken is PlainToken {
    uint256 public appetite;
    uint256 public minimum;

    error TooHungry();

    constructor() PlainToken(6) {}

    function setAppetite(uint256 appetite_) external {
        appetite = appetite_;
    }

    function setMinimum(uint256 minimum_) external {
        minimum = minimum_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        uint256 start = gasleft();
        if (start < minimum) revert TooHungry();
        uint256 end = start > appetite ? start - appetite : 0; // 0: it runs out of gas
        super.transfer(to, amount);
        while (gasleft() > end) {}
        return true;
    }
}

/// @notice What the comment at PAYMENT_GAS promises: a payment is deferred because of the token or its recipient, never
/// because the caller sent too little gas; and it costs nobody more than the bound.
contract PaymentGasTest is Actions {
    HungryToken private _token;

    function setUp() public override {
        super.setUp();
        _token = new HungryToken();
        _useToken(address(_token));
        // The most favourable case for whoever wants a deferral: the balance that it is added to is there already, and
        // warm, so that crediting costs next to nothing.
        _bring(0, IMicroEscrow.Status.Submitted);
        _token.setAppetite(1_000_000);
        _assertCall(client, _callFor(Action.Approve, 0, _byCalling()));
        vm.assertLt(0, escrow.claimable(token, freelancer), "no balance to begin with");
        _bring(1, IMicroEscrow.Status.Submitted);
        _warpToClock(1, 0);
    }

    enum Result {
        Reverted,
        Paid,
        Deferred
    }

    /// @dev Finalizes milestone 1 with so much gas, and takes it back.
    function _finalizeWith(bytes memory data, uint256 gas_) private returns (Result result) {
        uint256 snapshot = vm.snapshotState();
        uint256 owed = escrow.claimable(token, freelancer);
        vm.prank(stranger);
        (bool success, ) = address(escrow).call{gas: gas_}(data);
        if (success) result = escrow.claimable(token, freelancer) == owed ? Result.Paid : Result.Deferred;
        vm.revertToState(snapshot);
    }

    /// @dev Sweeps the gas limit from `from` to `to`. With enough gas the result is `enough`; with less the call reverts.
    function _assertSweep(uint256 from, uint256 to, uint256 step, Result enough) private {
        bytes memory data = _callFor(Action.Finalize, 1, _byCalling());
        vm.assertEq(uint256(_finalizeWith(data, from)), uint256(Result.Reverted), "the sweep begins too late");
        vm.assertEq(uint256(_finalizeWith(data, to)), uint256(enough), "the sweep ends too early");
        bool succeeded = false;
        for (uint256 gas_ = from; gas_ <= to; gas_ += step) {
            Result result = _finalizeWith(data, gas_);
            if (result == Result.Reverted) {
                vm.assertFalse(succeeded, "more gas made it revert");
            } else {
                vm.assertEq(uint256(result), uint256(enough), "the gas limit decided about the payment");
                succeeded = true;
            }
        }
    }

    function test_GasStarvedFinalize_NeverDefersACheapPayment() public {
        _token.setAppetite(0);
        _assertSweep(20_000, 260_000, 211, Result.Paid);
    }

    function test_GasStarvedFinalize_NeverDefersADearPayment() public {
        // As much as a payment may need, but for what the token does around it.
        _token.setAppetite(199_000);
        _assertSweep(120_000, 320_000, 211, Result.Paid);
    }

    function test_GasStarvedFinalize_NeverDefersWhenTheTokenHandsGasBack() public {
        _token.setAppetite(0);
        _token.setMinimum(60_000);
        _assertSweep(20_000, 320_000, 211, Result.Paid);
    }

    function test_GasStarvedFinalize_SaysHowMuchGasItNeeds() public {
        _token.setMinimum(60_000);
        bytes memory data = _callFor(Action.Finalize, 1, _byCalling());
        (bool success, bytes memory reason) = address(escrow).call{gas: 80_000}(data);
        vm.assertFalse(success, "finalize");
        vm.assertEq(bytes32(bytes4(reason)), bytes32(IMicroEscrow.NotEnoughGas.selector), "error");
        (uint256 available, uint256 required) = _decodeTwo(reason);
        vm.assertEq(required, (200_000 * 64) / uint256(63) + 20_000, "required");
        vm.assertLt(available, 80_000, "available");
    }

    function _decodeTwo(bytes memory reason) private pure returns (uint256 first, uint256 second) {
        vm.assertEq(reason.length, 68, "length");
        assembly ("memory-safe") {
            first := mload(add(reason, 0x24))
            second := mload(add(reason, 0x44))
        }
    }

    function test_GasStarvedFinalize_AroundTheBound_GasByGas() public {
        _token.setAppetite(199_000);
        uint256 least = _leastGas(_callFor(Action.Finalize, 1, _byCalling()));
        // A few units of gas decide between all and nothing.
        _assertSweep(least - 1_000, least + 200, 1, Result.Paid);
    }

    function test_GasStarvedFinalize_IsDeferredFromTheBoundOn_AndNotOneUnitBelow() public {
        // Nothing but the contract's own check decides: this token refuses every payment, at once.
        _token.setMinimum(type(uint256).max);
        bytes memory data = _callFor(Action.Finalize, 1, _byCalling());
        uint256 least = _leastGas(data);
        vm.assertEq(uint256(_finalizeWith(data, least)), uint256(Result.Deferred), "with the least gas");
        vm.prank(stranger);
        (bool success, bytes memory reason) = address(escrow).call{gas: least - 1}(data);
        vm.assertFalse(success, "with one unit less");
        (uint256 available, uint256 required) = _decodeTwo(reason);
        vm.assertEq(available, required - 1, "available");
    }

    /// @dev The smallest gas limit with which the call does not revert.
    function _leastGas(bytes memory data) private returns (uint256 least) {
        uint256 low = 120_000;
        least = 400_000;
        while (least - low > 1) {
            uint256 middle = (low + least) / 2;
            if (_finalizeWith(data, middle) == Result.Reverted) low = middle;
            else least = middle;
        }
    }

    function test_PaymentThatNeedsMoreThanTheBound_IsDeferred_WhateverTheGas() public {
        _token.setAppetite(201_000);
        _assertSweep(120_000, 500_000, 503, Result.Deferred);
        bytes memory data = _callFor(Action.Finalize, 1, _byCalling());
        vm.assertEq(uint256(_finalizeWith(data, 10_000_000)), uint256(Result.Deferred), "with plenty");
    }

    function test_PaymentThatNeedsMoreThanTheBound_IsWithdrawnWithoutABound() public {
        _token.setAppetite(201_000);
        _recordWorld();
        _expectWithdrawn(freelancer);
        escrow.withdraw(token, freelancer);
        _assertWorld();
    }

    function test_TwoHostilePayments_CostAtMostTheirBounds() public {
        _token.setAppetite(1_000_000);
        _bring(2, IMicroEscrow.Status.Disputed);
        _warpToClock(2, 0);
        bytes memory data = _callFor(Action.Finalize, 2, _byCalling());
        vm.prank(stranger);
        uint256 before = gasleft();
        (bool success, ) = address(escrow).call(data);
        uint256 used = before - gasleft();
        vm.assertTrue(success, "finalize");
        vm.assertLt(used, 2 * 200_000 + 150_000, "gas");
    }
}
