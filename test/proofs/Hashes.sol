// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../contracts/utils/TypedData.sol";
import {atMost, eq} from "./Claim.sol";
import {Proof} from "./Proof.sol";

/// @notice The contract's hashing in assembly is EIP-712's, which TypedData spells out with `abi.encode`; and the views show
/// what is stored, where {Proof} looks for it.
contract Hashes is Proof {
    function check_agreementId(IMicroEscrow.Agreement memory agreement) public view {
        _prove(eq(escrow.agreementId(agreement), TypedData.agreementId(agreement)));
    }

    /// @dev Of no milestone, of one, and so on to four.
    function check_scheduleHash(IMicroEscrow.Milestone[] memory schedule) public view {
        _prove(eq(escrow.scheduleHash(schedule), TypedData.scheduleHash(schedule)));
    }

    function check_milestone(bytes32 id, uint256 index) public view {
        State memory stored = _state(_word(id, index));
        _assume(atMost(stored.status, uint8(type(IMicroEscrow.Status).max)));
        _assume(atMost(stored.outcome, uint8(type(IMicroEscrow.Outcome).max)));
        IMicroEscrow.MilestoneState memory shown = escrow.milestone(id, index);
        State memory s = State({
            amount: shown.amount,
            clock: shown.clock,
            submissions: shown.submissions,
            status: uint8(shown.status),
            outcome: uint8(shown.outcome),
            flags: shown.flags
        });
        stored.flags = uint8(stored.flags);
        _prove(_same(s, stored));
    }

    function check_claimable(address token_, address account) public view {
        _prove(eq(escrow.claimable(token_, account), _load(_claimableSlot(token_, account))));
    }
}
