// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "./Cheats.sol";
import {Claim, amountIf, atMost, differ, eq, less, quotient} from "./Claim.sol";
import {Proof} from "./Proof.sol";

/// @notice What the proofs about money share.
abstract contract Money is Proof {
    /// @dev The milestone at the time of the call, in {ArbitraryToken}. If the environment says so, amounts and rates are numbers
    /// instead of symbols: that is for seeded bugs only, as solvers take long to find factors for a counterexample.
    function _now(Call memory c) internal returns (State memory s) {
        c.agreement.token = address(token);
        if (_isExample())
            (c.agreement.feeBps, c.agreement.arbiterFeeBps, c.agreement.defaultShareBps) = (1_000, 500, 3_000);
        s = _milestone(c);
        if (_isExample()) {
            s.amount = 1_000_003;
            _set(c.index, s);
        }
    }

    /// @dev An argument of the call.
    function _amount(uint128 symbol) internal view returns (uint128) {
        return _isExample() ? 400_001 : symbol;
    }

    function _isExample() private view returns (bool) {
        return vm.envBool("EXAMPLE");
    }

    /// @dev `amount * bps / 10,000`, rounded down, for rates of at most 10,000 and amounts below 2^128. The solver takes
    /// multiplication and division for unknown functions; what it has to know about them here is proved over the integers, in
    /// lemmas.smt2.
    function _part(uint256 amount, uint256 bps) internal view returns (uint256 part) {
        uint256 product = this.product(amount, bps);
        part = quotient(product, BPS);
        _assume(
            (eq(bps, 0) | eq(quotient(product, bps), amount)) &
                (eq(amount, 0) | eq(quotient(product, amount), bps)) &
                ((differ(amount, 0) & differ(bps, 0)) | (eq(product, 0) & eq(part, 0))) &
                atMost(part, amount) &
                (less(part, amount) | eq(amount, 0) | eq(bps, BPS))
        );
    }

    /// @dev For {_part}: a call of its own, so that the optimizer cannot swap the factors of the unknown function.
    function product(uint256 amount, uint256 bps) external pure returns (uint256) {
        unchecked {
            return amount * bps;
        }
    }

    /// @dev The account that a party named for its money, or else the party itself; without a branch.
    function _payee(address named, address party) internal pure returns (address) {
        return address(uint160(uint160(named) | amountIf(eq(named, address(0)), uint160(party))));
    }

    /// @dev No claimable balance comes near the largest number: the token's whole supply would have to.
    function _hasRoom(address account) internal view returns (Claim) {
        return less(_load(_claimableSlot(address(token), account)), 1 << 160);
    }

    /// @dev Credits the platform's fee; then each of the two payments was made by the token's next transfer, or else it is
    /// credited. No payment is of nothing, and no other was made.
    function _settle(
        Observed memory o,
        IMicroEscrow.Agreement memory a,
        uint256 platformFee,
        uint256 freelancerAmount,
        uint256 clientAmount
    ) internal returns (Claim claim) {
        _credit(address(token), a.feeRecipient, platformFee);
        uint256 transfers = 0;
        // Where the number of transfers shows that there was a payment, it need not be asked for: that would be a branch.
        if (o.log.transfers == 2 || freelancerAmount != 0) {
            claim = _isPaid(o, 0, a.payoutTo == address(0) ? a.freelancer : a.payoutTo, freelancerAmount);
            transfers = 1;
        } else {
            claim = Claim.wrap(true);
        }
        if (o.log.transfers == transfers + 1 || clientAmount != 0) {
            claim = claim & _isPaid(o, transfers, a.refundTo == address(0) ? a.client : a.refundTo, clientAmount);
            transfers += 1;
        }
        claim = claim & atMost(o.log.transfers, transfers); // a transfer that reverts is not in the log
    }

    function _isPaid(Observed memory o, uint256 i, address account, uint256 amount) private returns (Claim claim) {
        claim = differ(amount, 0);
        if (o.log.paid[i] == 0) _credit(address(token), account, amount);
        else claim = claim & eq(o.log.to[i], account) & eq(o.log.amount[i], amount);
    }
}
