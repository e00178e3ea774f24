// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice Nobody but the actor can call: any other account, in any status where the action is possible. Milestone `n`
/// begins in status `n`.
contract AuthorizationTest is Fuzz {
    function setUp() public override {
        super.setUp();
        _bringAll();
    }

    // -------------------------------------------------------------------------------------------------- anybody else

    /// @dev Without a signature, `caller` is refused, with any deadline.
    function _assertOnlyTheActor(Action action, address caller, uint256 seed) private {
        uint256 index = uint256(_possibleStatus(action, seed));
        address actor = _actorFor(action, index);
        caller = _anybodyBut(actor, caller);
        bytes memory data = _callFor(action, index, IMicroEscrow.Authorization(seed, ""));
        _assertRefused(caller, data, _unauthorized(caller, actor));
    }

    function testFuzz_Close_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Close, caller, seed);
    }

    function testFuzz_Submit_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Submit, caller, seed);
    }

    function testFuzz_Approve_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Approve, caller, seed);
    }

    function testFuzz_Advance_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Advance, caller, seed);
    }

    function testFuzz_RequestChanges_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.RequestChanges, caller, seed);
    }

    function testFuzz_Attest_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Attest, caller, seed);
    }

    function testFuzz_Extend_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Extend, caller, seed);
    }

    function testFuzz_Dispute_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Dispute, caller, seed);
    }

    function testFuzz_Rule_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Rule, caller, seed);
    }

    function testFuzz_Settle_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Settle, caller, seed);
    }

    function testFuzz_Refund_ByAnybodyElse_IsRefused(address caller, uint256 seed) public {
        _assertOnlyTheActor(Action.Refund, caller, seed);
    }

    /// @dev Exactly the four who are named can.
    function testFuzz_SubmitEvidence_ByAnybodyElse_IsRefused(uint256 account) public {
        address caller = _account(account);
        bool named = caller == client || caller == freelancer || caller == arbiter || caller == verifier;
        bytes memory data = _callFor(Action.SubmitEvidence, 4, _byCalling());
        if (named) _assertCall(caller, data);
        else _assertRefused(caller, data, _notAParty(caller));
    }

    /// @dev Where nobody is named as the verifier, nobody can attest, whoever calls and whatever is signed.
    function testFuzz_Attest_WithoutAVerifier_IsRefused(address caller, bytes calldata signature, uint256 key) public {
        agreement.verifier = address(0);
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        caller = _anybodyBut(address(0), caller);
        _assertRefused(caller, _callFor(Action.Attest, 0, _byCalling()), _unauthorized(caller, address(0)));
        bytes32 structHash = _hashFor(Action.Attest, 0, LATER);
        bytes memory tried = key % 2 == 0 && signature.length != 0 ? signature : _signature(stranger, structHash);
        _assertRefused(
            caller,
            _callFor(Action.Attest, 0, IMicroEscrow.Authorization(LATER, tried)),
            _invalidSignature(address(0), structHash)
        );
    }

    // ---------------------------------------------------------------------------------------------- consent and close

    function testFuzz_Close_ForAnybodyElse_IsRefused(address party, bytes calldata signature) public {
        party = _anybodyBut(freelancer, _anybodyBut(client, party));
        IMicroEscrow.Authorization memory auth = IMicroEscrow.Authorization(LATER, signature);
        _assertRefused(party, abi.encodeCall(escrow.close, (agreement, party, auth)), _notAParty(party));
    }

    function testFuzz_Accept_ForAnybodyElse_IsRefused(address party, bytes calldata signature) public {
        party = _anybodyBut(freelancer, _anybodyBut(client, party));
        bytes memory data = abi.encodeCall(escrow.accept, (agreement, schedule, party, signature));
        _assertRefused(party, data, _notAParty(party));
    }

    /// @dev A fresh agreement: neither party's consent can be given by anybody else who calls.
    function testFuzz_Accept_ByAnybodyElse_IsRefused(address caller, bytes32 details, bool ofClient) public {
        agreement.details = keccak256(abi.encode(details)); // nobody consented to it yet
        _sealAgreement();
        address party = ofClient ? client : freelancer;
        caller = _anybodyBut(party, caller);
        bytes memory data = abi.encodeCall(escrow.accept, (agreement, schedule, party, ""));
        _assertRefused(caller, data, _unauthorized(caller, party));
    }

    /// @dev Funding needs the client's consent, from whoever calls with whatever money.
    function testFuzz_Fund_ByAnybodyElse_NeedsTheClientsConsent(address caller, bytes32 details, bool accepted) public {
        agreement.details = keccak256(abi.encode(details)); // nobody consented to it yet
        _sealAgreement();
        caller = _anybodyBut(client, caller);
        bytes memory signature = _signature(freelancer, id);
        if (accepted)
            _assertCall(stranger, abi.encodeCall(escrow.accept, (agreement, schedule, freelancer, signature)));
        bytes memory data = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), signature));
        _assertRefused(caller, data, abi.encodeWithSelector(IMicroEscrow.NotAccepted.selector, client));
    }

    /// @dev The freelancer's consent: nothing else than its signature will do, from anybody but itself.
    function testFuzz_Fund_ByAnybodyElse_NeedsTheFreelancersConsent(bytes calldata signature, bool byClient) public {
        agreement.details = keccak256(signature);
        _sealAgreement();
        vm.prank(client);
        escrow.accept(agreement, schedule, client, "");
        bytes memory data = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), signature));
        bytes memory reason =
            signature.length == 0
                ? abi.encodeWithSelector(IMicroEscrow.NotAccepted.selector, freelancer)
                : _invalidSignature(freelancer, id);
        _assertRefused(byClient ? client : stranger, data, reason);
    }

    // ------------------------------------------------------------------------------------------------------- settle

    /// @dev A settlement happens exactly when each party either calls, or signed it; whatever each of the two gave.
    function testFuzz_Settle_NeedsBoth(uint256 account, uint8 ofClient, uint8 ofFreelancer, uint256 seed) public {
        uint256 index = uint256(_heldStatus(seed));
        address caller = _account(account);
        (IMicroEscrow.Authorization memory first, bool clientAgrees) = _given(client, caller, ofClient, index);
        (IMicroEscrow.Authorization memory second, bool freelancerAgrees) = _given(
            freelancer,
            caller,
            ofFreelancer,
            index
        );
        bytes memory data = abi.encodeCall(escrow.settle, (agreement, index, PART, first, second));
        (bool success, ) = _call(caller, data);
        vm.assertEq(success, clientAgrees && freelancerAgrees, "settled");
    }

    /// @dev Nothing, its own signature, another's over the same, or its own over another amount.
    function _given(
        address party,
        address caller,
        uint256 kind,
        uint256 index
    ) private view returns (IMicroEscrow.Authorization memory auth, bool agrees) {
        kind %= 4;
        if (kind == 0) return (auth, caller == party);
        if (kind == 1) return (_half(party, index, PART, _deadline()), true);
        if (kind == 2) return (_half(party == client ? freelancer : client, index, PART, _deadline()), false);
        return (_half(party, index, PART - 1, _deadline()), false);
    }
}
