// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract CloseTest is Base {
    function _close(address caller, address party, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        escrow.close(agreement, party, auth);
    }

    function _closeAndAssert(address caller, address party, IMicroEscrow.Authorization memory auth) private {
        _recordWorld();
        uint8 flags = _milestone(0).flags;
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.AgreementClosed(id, party);
        _close(caller, party, auth);
        _expectFlags(flags | CLOSED);
        _assertWorld();
    }

    function test_RevertWhen_ThePartyIsNeitherTheClientNorTheFreelancer() public {
        vm.expectRevert(_notAParty(arbiter));
        _close(arbiter, arbiter, _byCalling());
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheParty() public {
        vm.expectRevert(_unauthorized(freelancer, client));
        _close(freelancer, client, _byCalling());
    }

    function test_RevertWhen_TheSignatureIsAtItsDeadline() public {
        uint256 deadline = block.timestamp;
        IMicroEscrow.Authorization memory auth = _signed(client, TypedData.close(id, deadline), deadline);
        vm.expectRevert(_signatureExpired(deadline));
        _close(stranger, client, auth);
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        bytes32 structHash = TypedData.close(id, _deadline());
        IMicroEscrow.Authorization memory auth = _signed(freelancer, structHash, _deadline());
        vm.expectRevert(_invalidSignature(client, structHash));
        _close(stranger, client, auth);
    }

    function test_Given_NobodyAccepted() public {
        _closeAndAssert(client, client, _byCalling());
    }

    function test_Given_AMilestoneIsFunded() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _closeAndAssert(freelancer, freelancer, _byCalling());
    }

    function test_Given_TheAgreementIsClosed() public {
        _close(client, client, _byCalling());
        _recordWorld();
        _close(freelancer, freelancer, _byCalling());
        _assertWorld();
    }

    function test_When_AStrangerSendsThePartysSignature() public {
        IMicroEscrow.Authorization memory auth = _signed(freelancer, TypedData.close(id, _deadline()), _deadline());
        _closeAndAssert(stranger, freelancer, auth);
    }
}
