// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISignedFunding} from "../../../contracts/interfaces/ISignedFunding.sol";
import {SignedPayments} from "../utils/SignedPayments.sol";
import {FundingMoves} from "./FundingMoves.sol";
import {recorder} from "./Recorder.sol";

/// @title SignedFundingMoves
/// @notice Money in through SignedFunding: the client signs a transfer, in the token's own terms (ERC-3009) or in Permit2's, and
/// anybody sends it. The token with hooks is left out: from within the client's transfer it would call the escrow before the
/// escrow's lock is taken, as anybody may, and the books do not follow that.
abstract contract SignedFundingMoves is FundingMoves {
    /// @dev How many numbers a client has for its payments: few, so that it takes one again now and then.
    uint256 private constant NONCES = 16;

    /// @dev Which of its numbers a client used with Permit2.
    mapping(address client => mapping(uint256 nonce => bool)) private _used;

    function fundWithAuthorization(uint256 seed) external drawnFrom(seed) {
        _fundSigned(Action.FundWithAuthorization, (1 << RESTRICTED) | (1 << FEE) | (1 << FAULTY));
    }

    function fundWithPermit2(uint256 seed) external drawnFrom(seed) {
        _fundSigned(Action.FundWithPermit2, ~uint256(1 << HOOK));
    }

    function _fundSigned(Action action, uint256 tokens) private {
        bool isPermit = action == Action.FundWithPermit2;
        Funding memory f = _funding(tokens);
        f.payer = entries[f.entry].agreement.client;
        (ISignedFunding.Payment memory payment, string memory refusal) = _payment(f, isPermit);
        ISignedFunding.Funding memory funding = ISignedFunding.Funding({
            agreement: entries[f.entry].agreement,
            schedule: entries[f.scheduleOf].schedule,
            indices: f.indices,
            clientSignature: "",
            freelancerSignature: f.signature
        });
        if (flags[f.entry] & CLIENT_CONSENTED == 0 || _chance(4)) {
            bool right = !_chance(12);
            if (!_chance(12)) funding.clientSignature = _sign(right ? f.payer : _other(f.payer), entries[f.entry].id);
            right = right && funding.clientSignature.length != 0;
            if (flags[f.entry] & CLIENT_CONSENTED == 0 && !right) {
                refusal = "Invariant 8: funded without the client's consent";
            }
        }
        if (isPermit) {
            _approve(f.payer, f.entry, SignedPayments.PERMIT2, f.allowance);
            if (_used[f.payer][payment.nonce]) refusal = "Invariant 14: a payment was used again";
        } else {
            f.allowance = f.sum; // needs none
        }
        if (bytes(refusal).length == 0) refusal = _fundRefusal(f);

        bytes memory data =
            isPermit
                ? abi.encodeCall(ISignedFunding.fundWithPermit2, (funding, payment))
                : abi.encodeCall(ISignedFunding.fundWithAuthorization, (funding, payment));
        if (!_call(action, _direct(accounts[_draw(PEOPLE)]), data, refusal)) return;
        _recordFunded(f);
        _used[f.payer][payment.nonce] = isPermit || _used[f.payer][payment.nonce];
        (, bytes32[] memory writes) = recorder.accesses(address(signedFunding));
        require(writes.length == 0, "Invariant 14: SignedFunding stored something");
    }

    /// @dev What the client signs; in one of five cases one thing about it is wrong.
    function _payment(
        Funding memory f,
        bool isPermit
    ) private returns (ISignedFunding.Payment memory payment, string memory refusal) {
        // Permit2 is the same in every game, and so are the clients.
        uint256 nonce = (uint256(uint160(address(this))) << 8) | _draw(NONCES);
        payment = ISignedFunding.Payment(f.sum, nonce, block.timestamp + 1, "");
        (address signer, uint256 e) = (f.payer, f.entry);
        uint256 fault = _draw(25);
        if (fault == 0) ++payment.amount;
        if (fault == 1 && payment.amount != 0) --payment.amount;
        if (fault == 2) payment.deadline = block.timestamp - _draw(2);
        if (fault == 3) signer = _other(f.payer);
        if (fault == 4) e = (f.entry + entries.length / 2) % entries.length; // the twin: the same people and token

        if (payment.amount != f.sum) refusal = "Invariant 14: another sum than the client signed for";
        if (signer != f.payer) refusal = "Invariant 14: paid without the client's signature";
        if (e != f.entry) refusal = "Invariant 14: paid for another agreement than the client signed for";
        bool over = isPermit ? block.timestamp > payment.deadline : block.timestamp >= payment.deadline;
        if (over) refusal = "Invariant 14: paid after the deadline";

        payment.signature = _signPayment(signer, entries[e].id, f, payment, isPermit);
    }

    /// @dev For the funding `f`, of the agreement with that id.
    function _signPayment(
        address signer,
        bytes32 id,
        Funding memory f,
        ISignedFunding.Payment memory payment,
        bool isPermit
    ) private view returns (bytes memory) {
        address token = entries[f.entry].agreement.token;
        if (isPermit) {
            return _signDigest(signer, SignedPayments.permitDigest(signedFunding, token, id, f.indices, payment));
        }
        bytes32 nonce = signedFunding.authorizationNonce(id, f.indices, payment.nonce);
        return _signDigest(signer, SignedPayments.authorizationDigest(signedFunding, token, f.payer, payment, nonce));
    }
}
