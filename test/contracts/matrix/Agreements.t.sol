// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {Matrix} from "./Matrix.sol";

/// @notice The functions that are not about one milestone's status, each with dimensions of its own.
///
/// An agreement's standing is what milestone 0 says of it: which consents it has, whether it is closed, and milestone 0's
/// status, which is another than None only when both consented. That makes 4 × 2 + 7 × 2 standings.
/// - accept, close: standing × around `fundBy`, which does not concern them × the party named (any role) × role × way.
/// - fund: standing × role × way × which freelancer's signature is there × around `fundBy`.
/// - permit: role × whose permit it is × way × around its deadline.
/// - withdraw: role × account × way × whether anything is claimable × a milestone's status, which does not concern it.
contract AgreementsMatrixTest is Matrix {
    struct Standing {
        uint8 flags;
        IMicroEscrow.Status status;
    }

    uint8 private constant BOTH = CLIENT_CONSENTED | FREELANCER_CONSENTED;
    uint256 private constant STANDINGS = 22;

    Standing[STANDINGS] private _standings;

    constructor() {
        uint256 n = 0;
        for (uint8 closed = 0; closed <= CLOSED; closed += CLOSED) {
            for (uint8 consents = 0; consents <= BOTH; ++consents) {
                _standings[n++] = Standing(closed | consents, IMicroEscrow.Status.None);
            }
            for (uint256 s = 1; s < STATUSES; ++s) {
                _standings[n++] = Standing(closed | BOTH, IMicroEscrow.Status(s));
            }
        }
        vm.assertEq(n, STANDINGS, "standings");
    }

    function _bringTo(Standing memory standing) private {
        _bring(0, standing.status);
        if (standing.flags & CLIENT_CONSENTED != 0) _accept(client);
        if (standing.flags & FREELANCER_CONSENTED != 0) _accept(freelancer);
        if (standing.flags & CLOSED != 0) {
            vm.prank(client);
            escrow.close(agreement, client, _byCalling());
        }
        vm.assertEq(_milestone(0).flags, standing.flags, "flags");
        vm.assertEq(uint256(_milestone(0).status), uint256(standing.status), "status");
    }

    function _accept(address party) private {
        vm.prank(party);
        escrow.accept(agreement, schedule, party, "");
    }

    function _consentOf(address party) private view returns (uint8) {
        if (party == client) return CLIENT_CONSENTED;
        return party == freelancer ? FREELANCER_CONSENTED : 0;
    }

    // ----------------------------------------------------------------------------------------------- accept, close

    function test_T10_T11_Accept() public {
        Count memory count;
        for (uint256 i = 0; i < STANDINGS; ++i) {
            uint256 snapshot = vm.snapshotState();
            _bringTo(_standings[i]);
            for (uint256 time = agreement.fundBy - 1; time <= agreement.fundBy + 1; ++time) {
                vm.warp(time);
                uint256 free = _free();
                for (uint256 p = 0; p < ROLES; ++p) {
                    for (uint256 r = 0; r < ROLES; ++r) {
                        for (uint256 w = 0; w < WAYS; ++w) {
                            if (_isAccepted(_account(Role(p)), Role(r), Way(w))) ++count.allowed;
                            else ++count.refused;
                        }
                    }
                }
                _freeFrom(free);
            }
            vm.revertToState(snapshot);
        }
        // Of either party, where it consented before (18 standings): all. Where it did not (4): its own.
        uint256 allowed = (2 * 18 * ROLES * WAYS + 2 * 4 * WAYS) * TIMES;
        _assertCount("accept", count, allowed, STANDINGS * TIMES * ROLES * ROLES * WAYS);
    }

    function _isAccepted(address party, Role role, Way way) private returns (bool) {
        address account = _account(role);
        address sender = _sender(role, way);
        bytes memory signature = way == Way.Signs ? _signature(account, id) : bytes("");
        bytes memory data = _in(way, abi.encodeCall(escrow.accept, (agreement, schedule, party, signature)));
        uint8 flags = _milestone(0).flags;
        uint8 consent = _consentOf(party);
        if (consent == 0) {
            _assertRefused(sender, data, _notAParty(party));
            return false;
        }
        bool repeats = flags & consent != 0;
        if (!repeats && account != party) {
            _assertRefused(
                sender,
                data,
                way == Way.Signs ? _invalidSignature(party, id) : _unauthorized(account, party)
            );
            return false;
        }
        uint256 snapshot = vm.snapshotState();
        _recordWorld();
        if (!repeats) {
            if (flags & BOTH == 0) _expectOpened(party);
            else _expectAccepted(party);
        }
        _assertDone(sender, data);
        vm.revertToState(snapshot);
        return true;
    }

    function test_T10_T11_Close() public {
        Count memory count;
        for (uint256 i = 0; i < STANDINGS; ++i) {
            uint256 snapshot = vm.snapshotState();
            _bringTo(_standings[i]);
            for (uint256 time = agreement.fundBy - 1; time <= agreement.fundBy + 1; ++time) {
                vm.warp(time);
                uint256 free = _free();
                for (uint256 p = 0; p < ROLES; ++p) {
                    for (uint256 r = 0; r < ROLES; ++r) {
                        for (uint256 w = 0; w < WAYS; ++w) {
                            if (_isClosed(_account(Role(p)), Role(r), Way(w))) ++count.allowed;
                            else ++count.refused;
                        }
                    }
                }
                _freeFrom(free);
            }
            vm.revertToState(snapshot);
        }
        _assertCount("close", count, STANDINGS * TIMES * 2 * WAYS, STANDINGS * TIMES * ROLES * ROLES * WAYS);
    }

    function _isClosed(address party, Role role, Way way) private returns (bool) {
        address account = _account(role);
        address sender = _sender(role, way);
        bytes32 structHash = TypedData.close(id, LATER);
        IMicroEscrow.Authorization memory auth;
        if (way == Way.Signs) auth = _signed(account, structHash, LATER);
        bytes memory data = _in(way, abi.encodeCall(escrow.close, (agreement, party, auth)));
        if (_consentOf(party) == 0) {
            _assertRefused(sender, data, _notAParty(party));
            return false;
        }
        if (account != party) {
            _assertRefused(
                sender,
                data,
                way == Way.Signs ? _invalidSignature(party, structHash) : _unauthorized(account, party)
            );
            return false;
        }
        uint256 snapshot = vm.snapshotState();
        uint8 flags = _milestone(0).flags;
        _recordWorld();
        if (flags & CLOSED == 0) {
            _expectFlags(flags | CLOSED);
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.AgreementClosed(id, party);
        }
        _assertDone(sender, data);
        vm.revertToState(snapshot);
        return true;
    }

    // --------------------------------------------------------------------------------------------------------- fund

    enum Signature {
        Missing,
        OfFreelancer,
        OfStranger
    }

    function test_T10_T11_T17_Fund() public {
        for (uint256 r = 0; r < ROLES; ++r) _prepareMoney(_account(Role(r)), _only(0));
        Count memory count;
        for (uint256 i = 0; i < STANDINGS; ++i) {
            uint256 snapshot = vm.snapshotState();
            _bringTo(_standings[i]);
            for (uint256 time = agreement.fundBy - 1; time <= agreement.fundBy + 1; ++time) {
                vm.warp(time);
                for (uint256 r = 0; r < ROLES; ++r) {
                    for (uint256 w = 0; w < UNSIGNED_WAYS; ++w) {
                        for (uint256 s = 0; s < 3; ++s) {
                            if (_isFunded(Role(r), Way(w), Signature(s))) ++count.allowed;
                            else ++count.refused;
                        }
                    }
                }
            }
            vm.revertToState(snapshot);
        }
        // In time, open, in status None. Nobody consented: the client, with the signature. The client did: everybody with
        // the signature, the freelancer with any. The freelancer did: the client, with any. Both did: everybody, with any.
        uint256 allowed = (1 + (ROLES + 2) + 3 + ROLES * 3) * UNSIGNED_WAYS;
        _assertCount("fund", count, allowed, STANDINGS * TIMES * ROLES * UNSIGNED_WAYS * 3);
    }

    function _isFunded(Role role, Way way, Signature kind) private returns (bool) {
        address account = _account(role);
        bytes memory signature;
        if (kind == Signature.OfFreelancer) signature = _signature(freelancer, id);
        if (kind == Signature.OfStranger) signature = _signature(stranger, id);
        bytes memory data = _in(way, abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), signature)));
        bytes memory refusal = _refusalToFund(account, kind);
        if (refusal.length != 0) {
            _assertRefused(account, data, refusal);
            return false;
        }
        uint256 snapshot = vm.snapshotState();
        uint8 flags = _milestone(0).flags;
        _recordWorld();
        if (flags & BOTH == 0) _expectOpened(client);
        else if (flags & CLIENT_CONSENTED == 0) _expectAccepted(client);
        if (flags & FREELANCER_CONSENTED == 0) _expectAccepted(freelancer);
        _expectFunding(0, account);
        _assertDone(account, data);
        vm.revertToState(snapshot);
        return true;
    }

    /// @dev The first reason to refuse it; none: it is allowed.
    function _refusalToFund(address account, Signature kind) private view returns (bytes memory) {
        IMicroEscrow.MilestoneState memory first = _milestone(0);
        if (first.flags & CLOSED != 0) return abi.encodeWithSelector(IMicroEscrow.FundingClosed.selector, id);
        if (block.timestamp >= agreement.fundBy) {
            return abi.encodeWithSelector(IMicroEscrow.FundingExpired.selector, agreement.fundBy, block.timestamp);
        }
        if (first.flags & CLIENT_CONSENTED == 0 && account != client) {
            return abi.encodeWithSelector(IMicroEscrow.NotAccepted.selector, client);
        }
        if (first.flags & FREELANCER_CONSENTED == 0 && account != freelancer) {
            if (kind == Signature.Missing) return abi.encodeWithSelector(IMicroEscrow.NotAccepted.selector, freelancer);
            if (kind == Signature.OfStranger) return _invalidSignature(freelancer, id);
        }
        if (first.status != IMicroEscrow.Status.None) return _wrongStatus(0, first.status, NONE);
        return "";
    }

    // ---------------------------------------------------------------------------------------------- permit, withdraw

    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    /// @dev It is never refused, because somebody may have used the permit before; but only the caller's own works.
    function test_T10_T11_Permit() public {
        uint256 deadline = START + 1 days;
        Count memory count;
        uint256 effective = 0;
        for (uint256 time = deadline - 1; time <= deadline + 1; ++time) {
            vm.warp(time);
            for (uint256 r = 0; r < ROLES; ++r) {
                for (uint256 o = 0; o < ROLES; ++o) {
                    for (uint256 w = 0; w < UNSIGNED_WAYS; ++w) {
                        if (_isPermitted(_account(Role(r)), _account(Role(o)), Way(w), deadline)) ++effective;
                        ++count.allowed;
                    }
                }
            }
        }
        // To EIP-2612 a permit is still good at its deadline.
        vm.assertEq(effective, ROLES * UNSIGNED_WAYS * 2, "permits that work");
        uint256 cells = TIMES * ROLES * ROLES * UNSIGNED_WAYS;
        _assertCount("permit", count, cells, cells);
    }

    function _isPermitted(address account, address owner, Way way, uint256 deadline) private returns (bool works) {
        works = account == owner && block.timestamp <= deadline;
        bytes memory data = _in(way, _permit(owner, deadline));
        uint256 snapshot = vm.snapshotState();
        _recordWorld();
        _assertDone(account, data);
        for (uint256 i = 0; i < ROLES; ++i) {
            address other = _account(Role(i));
            uint256 expected = works && other == owner ? 1_234 : 0;
            vm.assertEq(IERC20(token).allowance(other, address(escrow)), expected, "allowance");
        }
        vm.revertToState(snapshot);
    }

    function _permit(address owner, uint256 deadline) private view returns (bytes memory) {
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, owner, address(escrow), 1_234, 0, deadline));
        bytes32 digest = TypedData.digest(PlainToken(token).DOMAIN_SEPARATOR(), structHash);
        bytes memory signature = _signatureOfDigest(owner, digest);
        (bytes32 r, bytes32 s) = (_word(signature, 0), _word(signature, 32));
        return abi.encodeCall(escrow.permit, (token, 1_234, deadline, uint8(signature[64]), r, s));
    }

    function _word(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }

    /// @dev It is never refused, and pays nobody but the account.
    function test_T10_Withdraw() public {
        Count memory count;
        for (uint256 a = 0; a < ROLES; ++a) {
            for (uint256 s = 0; s < STATUSES; ++s) {
                for (uint256 owed = 0; owed < 2; ++owed) {
                    uint256 snapshot = vm.snapshotState();
                    _owe(_account(Role(a)), IMicroEscrow.Status(s), owed == 1);
                    for (uint256 r = 0; r < ROLES; ++r) {
                        for (uint256 w = 0; w < UNSIGNED_WAYS; ++w) {
                            _assertWithdrawn(_account(Role(a)), Role(r), Way(w));
                            ++count.allowed;
                        }
                    }
                    vm.revertToState(snapshot);
                }
            }
        }
        uint256 cells = ROLES * STATUSES * 2 * ROLES * UNSIGNED_WAYS;
        _assertCount("withdraw", count, cells, cells);
    }

    /// @dev Brings milestone 1 into the status. What is owed is the platform's fee, the account being the platform, on
    /// milestone 0 at least; what is not owed is because there are no fees.
    function _owe(address account, IMicroEscrow.Status status, bool owed) private {
        agreement.feeRecipient = account;
        if (!owed) (agreement.feeBps, agreement.arbiterFeeBps) = (0, 0);
        _sealAgreement();
        if (owed) _bring(0, IMicroEscrow.Status.Released);
        _bring(1, status);
        vm.assertEq(escrow.claimable(token, account) != 0, owed, "claimable");
    }

    function _assertWithdrawn(address account, Role role, Way way) private {
        uint256 snapshot = vm.snapshotState();
        _recordWorld();
        _expectWithdrawn(account);
        _assertDone(_account(role), _in(way, abi.encodeCall(escrow.withdraw, (token, account))));
        vm.revertToState(snapshot);
    }
}
