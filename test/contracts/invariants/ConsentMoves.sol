// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {Calls} from "./Calls.sol";

/// @title ConsentMoves
/// @notice The beginning of an agreement, and the end of its funding: accept, close.
abstract contract ConsentMoves is Calls {
    function accept(uint256 seed) external drawnFrom(seed) {
        uint256 e = _draw(entries.length);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        (address party, uint8 flag) = _party(agreement);
        Warrant memory w = _warrant(party, 10);
        // There is no deadline. A signature that is there must be right, whoever calls.
        if (w.signer != address(0)) w.deadline = type(uint256).max;
        w.valid = w.signer == address(0) ? w.sender == party : w.signer == party && !w.signsOther;
        bytes memory signature = _seal(w, entries[e].id).signature;
        uint256 scheduleOf = _chance(12) ? _draw(entries.length) : e;

        string memory refusal = "";
        if (flag == 0) refusal = "Invariant 8: an outsider accepted";
        else if (flags[e] & flag == 0) {
            if (!_sameSchedule(e, scheduleOf)) refusal = "Invariant 8: accepted with another schedule";
            else if (!w.valid) refusal = "Invariant 8: accepted for somebody else";
        }
        bytes memory data = abi.encodeCall(
            IMicroEscrow.accept,
            (agreement, entries[scheduleOf].schedule, party, signature)
        );
        if (_call(Action.Accept, w, data, refusal)) _recordFlags(e, flag);
    }

    function close(uint256 seed) external drawnFrom(seed) {
        uint256 e = _draw(entries.length);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        (address party, uint8 flag) = _party(agreement);
        Warrant memory w = _warrant(party, 85); // seldom right: what is closed cannot be funded
        IMicroEscrow.Authorization memory auth = _seal(w, TypedData.close(entries[e].id, w.deadline));

        string memory refusal = "";
        if (flag == 0) refusal = "Invariant 8: an outsider closed";
        else if (!w.valid) refusal = "Invariant 8: closed for somebody else";
        bytes memory data = abi.encodeCall(IMicroEscrow.close, (agreement, party, auth));
        if (_call(Action.Close, w, data, refusal)) _recordFlags(e, CLOSED);
    }
}
