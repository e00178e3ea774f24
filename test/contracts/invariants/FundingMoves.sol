// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {Calls} from "./Calls.sol";

/// @title FundingMoves
/// @notice Money in: fund, alone or in one multicall with a permit or with an approval.
abstract contract FundingMoves is Calls {
    struct Funding {
        uint256 entry;
        uint256[] indices;
        address payer;
        /// @dev The entry whose schedule is passed.
        uint256 scheduleOf;
        bytes signature;
        bool signatureValid;
        uint256 sum;
        uint256 allowance;
    }

    uint256 private constant ANY_TOKEN = type(uint256).max;

    function fund(uint256 seed) external drawnFrom(seed) {
        Funding memory f = _funding(ANY_TOKEN);
        _approve(f.payer, f.entry, address(escrow), f.allowance);
        if (_call(Action.Fund, _direct(f.payer), _fundData(f), _fundRefusal(f))) _recordFunded(f);
    }

    /// @notice Permit and fund in one multicall; where the payer or the token cannot permit, the permit is void and an
    /// allowance there already. Sometimes somebody else uses the permit first.
    function fundWithPermit(uint256 seed) external drawnFrom(seed) {
        Funding memory f = _funding(ANY_TOKEN);
        address token = entries[f.entry].agreement.token;
        bool permits = entries[f.entry].token != TETHER && f.payer.code.length == 0;
        _approve(f.payer, f.entry, address(escrow), permits ? 0 : f.allowance);

        bytes memory signature = permits ? _signPermit(token, f.payer, f.allowance) : new bytes(65);
        (bytes32 r, bytes32 s, uint8 v) = (_wordAt(signature, 0), _wordAt(signature, 32), uint8(signature[64]));
        if (permits && _chance(4)) {
            IERC20Permit(token).permit(f.payer, address(escrow), f.allowance, type(uint256).max, v, r, s);
        }
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IMicroEscrow.permit, (token, f.allowance, type(uint256).max, v, r, s));
        calls[1] = _fundData(f);
        bytes memory data = abi.encodeCall(Multicall.multicall, (calls));
        if (_call(Action.FundWithPermit, _direct(f.payer), data, _fundRefusal(f))) _recordFunded(f);
    }

    /// @notice How a sequential schedule goes on: one milestone approved, another one funded, in one transaction.
    function approveAndFund(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickForGift();
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Funding memory f;
        (f.entry, f.scheduleOf) = (e, e);
        f.payer = _chance(2) ? agreement.client : _other(agreement.client);
        f.indices = new uint256[](1);
        f.indices[0] = _indexWith(e, IMicroEscrow.Status.None);
        f.sum = _sum(e, f.indices);
        f.allowance = f.sum;
        _approve(f.payer, e, address(escrow), f.allowance);

        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(
            IMicroEscrow.approve,
            (agreement, i, ghosts[e][i].submissions, IMicroEscrow.Authorization(0, ""))
        );
        calls[1] = _fundData(f);
        string memory refusal = _refusal(e, i, HELD, Time.Any, f.payer == agreement.client);
        if (bytes(refusal).length == 0) refusal = _fundRefusal(f);
        bytes memory data = abi.encodeCall(Multicall.multicall, (calls));
        if (!_call(Action.ApproveAndFund, _direct(f.payer), data, refusal)) return;
        _recordRelease(e, i, IMicroEscrow.Outcome.Approved);
        _recordFunded(f);
    }

    // ------------------------------------------------------------------------------------------------------ funding

    /// @param tokens A set of tokens, a bit each: the agreement is in one of them.
    function _funding(uint256 tokens) internal returns (Funding memory f) {
        (uint256 e, uint256 i) = _pick(NONE, Time.Any);
        for (uint256 k = 0; k < 8 && !(_isOpen(e) && _isOf(e, tokens)); ++k) (e, i) = _pick(NONE, Time.Any);
        for (; !_isOf(e, tokens); e = (e + 1) % entries.length) i = 0;
        _comeInTimeToFund(e, 3);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        (f.entry, f.scheduleOf) = (e, _chance(30) ? _draw(entries.length) : e);
        f.indices = _indices(e, i);
        f.payer = agreement.client;
        if (_chance(flags[e] & CLIENT_CONSENTED == 0 ? 8 : 2)) {
            f.payer = _chance(2) ? agreement.freelancer : accounts[PAYER];
        }
        if (!_chance(24)) {
            bool right = !_chance(12);
            address signer = right ? agreement.freelancer : _other(agreement.freelancer);
            f.signature = _sign(signer, entries[e].id);
            f.signatureValid = _takes(agreement.freelancer, TypedData.digest(domain, entries[e].id), right);
        }
        f.sum = _sum(e, f.indices);
        f.allowance = f.sum != 0 && _chance(30) ? f.sum - 1 : f.sum;
    }

    function _isOf(uint256 e, uint256 tokens) private view returns (bool) {
        return (1 << entries[e].token) & tokens != 0;
    }

    function _isOpen(uint256 e) private view returns (bool) {
        return flags[e] & CLOSED == 0 && block.timestamp < entries[e].agreement.fundBy;
    }

    /// @dev One milestone or, where more wait for it, up to three; now and then none, one twice, or one that does not exist.
    function _indices(uint256 e, uint256 i) private returns (uint256[] memory indices) {
        if (_chance(40)) return indices;
        uint256 length = entries[e].schedule.length;
        uint256 wanted = 1 + _draw(3);
        indices = new uint256[](wanted);
        uint256 found = 0;
        for (uint256 k = 0; k < length && found < wanted; ++k) {
            uint256 index = (i + k) % length;
            if (k == 0 || ghosts[e][index].status == IMicroEscrow.Status.None) indices[found++] = index;
        }
        assembly ("memory-safe") {
            mstore(indices, found)
        }
        if (_chance(20)) indices[found - 1] = _chance(2) ? length : i;
    }

    function _sum(uint256 e, uint256[] memory indices) private view returns (uint256 sum) {
        for (uint256 k = 0; k < indices.length; ++k) {
            if (indices[k] < entries[e].schedule.length) sum += entries[e].schedule[indices[k]].amount;
        }
    }

    function _fundData(Funding memory f) internal view returns (bytes memory) {
        return
            abi.encodeCall(
                IMicroEscrow.fund,
                (entries[f.entry].agreement, entries[f.scheduleOf].schedule, f.indices, f.signature)
            );
    }

    function _fundRefusal(Funding memory f) internal returns (string memory) {
        uint256 e = f.entry;
        uint256 token = entries[e].token;
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        if (flags[e] & CLOSED != 0) return "Invariant 8: funded after the close";
        if (f.indices.length == 0) return "Invariant 8: funded nothing";
        if (!_sameSchedule(e, f.scheduleOf)) return "Invariant 8: funded another schedule";
        if (flags[e] & CLIENT_CONSENTED == 0 && f.payer != agreement.client) {
            return "Invariant 8: funded without the client's consent";
        }
        if (flags[e] & FREELANCER_CONSENTED == 0 && f.payer != agreement.freelancer && !f.signatureValid) {
            return "Invariant 8: funded without the freelancer's consent";
        }
        for (uint256 k = 0; k < f.indices.length; ++k) {
            if (f.indices[k] >= entries[e].schedule.length) return "Invariant 8: funded beyond the schedule";
            if (ghosts[e][f.indices[k]].status != IMicroEscrow.Status.None) return "Invariant 3: funded again";
            if (k != 0 && f.indices[k] == f.indices[0]) return "Invariant 3: funded twice";
        }
        _noteEdge(Time.BeforeFundBy, agreement.fundBy, IMicroEscrow.Status.None);
        if (block.timestamp >= agreement.fundBy) return "Invariant 6: funded too late";
        bool gated = agreement.gate == address(gate); // an arbiter lets in what names it
        if (gated) ++met[Trouble.GateFault][uint256(gate.fault())];
        if (gated && !_gatePasses()) return "Invariant 8: funded past the gate";
        if (f.allowance < f.sum) return "Invariant 1: funded with less than it takes";
        _meetToken(token, false);
        if (!_accepts(token, f.payer, address(escrow))) return "Invariant 1: funded without a transfer";
        if (_arriving(token, f.sum) != f.sum) return "Invariant 1: funded with another amount than asked for";
        return "";
    }

    /// @dev Whoever was missing has consented now.
    function _recordFunded(Funding memory f) internal {
        _recordFlags(f.entry, CLIENT_CONSENTED | FREELANCER_CONSENTED);
        _spend(entries[f.entry].token, _accountOf(f.payer), f.sum);
        for (uint256 k = 0; k < f.indices.length; ++k) _recordFunding(f.entry, f.indices[k]);
    }

    function _signPermit(address token, address payer, uint256 amount) private view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                payer,
                address(escrow),
                amount,
                IERC20Permit(token).nonces(payer),
                type(uint256).max
            )
        );
        return _signDigest(payer, TypedData.digest(IERC20Permit(token).DOMAIN_SEPARATOR(), structHash));
    }

    function _wordAt(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }
}
