// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {ArbitraryToken} from "./ArbitraryToken.sol";
import {vm} from "./Cheats.sol";
import {Claim, atMost, differ, eq, isIn, less, not, same} from "./Claim.sol";
import {Money} from "./Money.sol";

/// @notice What pays, and ends nothing: as {Conclusions}.
contract Payments is Money {
    function check_advance(Call memory c, Anything memory any, uint128 amount) public {
        token.become(ArbitraryToken.Mood.Careless);
        State memory s = _now(c);
        amount = _amount(amount);
        _assume(atMost(c.agreement.feeBps, 1_000));
        Claim allowed;
        unchecked {
            allowed = less(0, amount) & less(0, s.amount) & atMost(amount, uint128(s.amount) - 1); // amount < s.amount
        }
        allowed = allowed & isIn(s.status, FUNDED | SUBMITTED | CHANGES_REQUESTED) & eq(c.caller, c.agreement.client);
        bytes memory data = abi.encodeCall(IMicroEscrow.advance, (c.agreement, c.index, amount, _unsigned()));
        uint256 platformFee = _part(amount, c.agreement.feeBps);
        _assume(_hasRoom(c.agreement.feeRecipient) & _hasRoom(_payee(c.agreement.payoutTo, c.agreement.freelancer)));

        Observed memory o = _attempt(c.caller, data, any);
        _prove(same(eq(o.success, 1), allowed) | eq(o.answer, IMicroEscrow.NotEnoughGas.selector));
        if (o.success == 0) return;

        unchecked {
            s.amount = uint128(s.amount) - amount;
            _set(c.index, s);
            _prove(_settle(o, c.agreement, platformFee, amount - platformFee, 0) & _isStored(o, any));
        }
    }

    /// @dev The whole balance goes to the account, whoever calls, or nothing happens at all.
    /// @param willing Whether the token pays. If not, it does what it likes; then the withdrawal may fail.
    function check_withdraw(address caller, Anything memory any, address account, bool willing) public {
        token.become(willing ? ArbitraryToken.Mood.Willing : ArbitraryToken.Mood.Talkative);
        uint256 amount = _load(_claimableSlot(address(token), account));

        Observed memory o = _attempt(caller, abi.encodeCall(IMicroEscrow.withdraw, (address(token), account)), any);
        if (o.success == 0) {
            _prove(differ(amount, 0) & not(Claim.wrap(willing)));
            return;
        }
        _prove(eq(uint256(o.answer), amount));
        if (amount != 0) {
            _prove(
                eq(o.log.transfers, 1) & eq(o.log.paid[0], 1) & eq(o.log.to[0], account) & eq(o.log.amount[0], amount)
            );
            vm.store(address(escrow), _claimableSlot(address(token), account), 0);
        } else {
            _prove(eq(o.log.transfers, 0));
        }
        _prove(_isStored(o, any));
    }

    /// @dev Always succeeds, and changes nothing that is stored here, whether the token has such a function or no code at all.
    function check_permit(address caller, Anything memory any, Permit memory p) public {
        bytes memory data = abi.encodeCall(IMicroEscrow.permit, (p.token, p.value, p.deadline, p.v, p.r, p.s));
        Observed memory o = _attempt(caller, data, any);
        _prove(eq(o.success, 1));
        _prove(_isStored(o, any));
    }

    struct Permit {
        address token;
        uint256 value;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }
}
