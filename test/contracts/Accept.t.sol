// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract AcceptTest is Base {
    function _accept(address caller, address party, bytes memory signature) private {
        vm.prank(caller);
        escrow.accept(agreement, schedule, party, signature);
    }

    /// @dev Requires that nobody can give a first consent to the agreement as it stands now.
    function _assertInvalid(address party, bytes memory reason) private {
        _sealAgreement();
        vm.expectRevert(reason);
        _accept(party, party, "");
    }

    function _assertForbidden(address account) private {
        _assertInvalid(
            agreement.client == account ? freelancer : client,
            abi.encodeWithSelector(IMicroEscrow.ForbiddenAccount.selector, account)
        );
        _draft();
    }

    function _assertMissing() private {
        _assertInvalid(
            agreement.client == address(0) ? freelancer : client,
            abi.encodeWithSelector(
                IMicroEscrow.MissingParty.selector,
                agreement.client,
                agreement.freelancer,
                agreement.arbiter,
                agreement.token
            )
        );
        _draft();
    }

    function _assertNotDistinct() private {
        _assertInvalid(
            agreement.client,
            abi.encodeWithSelector(
                IMicroEscrow.PartiesNotDistinct.selector,
                agreement.client,
                agreement.freelancer,
                agreement.arbiter
            )
        );
        _draft();
    }

    function _assertZeroPeriod() private {
        _assertInvalid(
            client,
            abi.encodeWithSelector(
                IMicroEscrow.ZeroPeriod.selector,
                agreement.reviewPeriod,
                agreement.reworkPeriod,
                agreement.arbitrationPeriod
            )
        );
        _draft();
    }

    function _assertNothingHappens(address caller, bytes memory signature) private {
        _recordWorld();
        _accept(caller, client, signature);
        _assertWorld();
    }

    function test_RevertWhen_ThePartyIsNeitherTheClientNorTheFreelancer() public {
        vm.expectRevert(_notAParty(arbiter));
        _accept(arbiter, arbiter, "");
    }

    function test_Given_ThePartyAcceptedBefore() public {
        _accept(client, client, "");
        _assertNothingHappens(client, "");
        _assertNothingHappens(stranger, "");
        _assertNothingHappens(stranger, hex"deadbeef");
        delete schedule;
        _assertNothingHappens(stranger, hex"deadbeef");
    }

    function test_RevertWhen_TheScheduleIsNotTheAgreements() public {
        schedule[1].amount += 1;
        bytes32 actual = TypedData.scheduleHash(schedule);
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.ScheduleMismatch.selector, actual, agreement.milestones));
        _accept(client, client, "");
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheParty() public {
        vm.expectRevert(_unauthorized(client, freelancer));
        _accept(client, freelancer, "");
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        bytes memory signature = _signature(client, id);
        vm.expectRevert(_invalidSignature(freelancer, id));
        _accept(client, freelancer, signature);
    }

    function test_RevertGiven_TheClientTheFreelancerTheArbiterOrTheTokenIsMissing() public {
        agreement.client = address(0);
        _assertMissing();
        agreement.freelancer = address(0);
        _assertMissing();
        agreement.arbiter = address(0);
        _assertMissing();
        agreement.token = address(0);
        _assertMissing();
    }

    function test_RevertGiven_TwoOfTheClientTheFreelancerAndTheArbiterAreOne() public {
        agreement.freelancer = client;
        _assertNotDistinct();
        agreement.arbiter = client;
        _assertNotDistinct();
        agreement.arbiter = freelancer;
        _assertNotDistinct();
    }

    function test_RevertGiven_TheEscrowOrTheTokenIsAPartyOrReceivesPayments() public {
        agreement.token = address(escrow);
        _assertForbidden(address(escrow));
        address[2] memory forbidden = [address(escrow), token];
        for (uint256 i = 0; i < 2; ++i) {
            agreement.client = forbidden[i];
            _assertForbidden(forbidden[i]);
            agreement.freelancer = forbidden[i];
            _assertForbidden(forbidden[i]);
            agreement.arbiter = forbidden[i];
            _assertForbidden(forbidden[i]);
            agreement.payoutTo = forbidden[i];
            _assertForbidden(forbidden[i]);
            agreement.refundTo = forbidden[i];
            _assertForbidden(forbidden[i]);
            agreement.feeRecipient = forbidden[i];
            _assertForbidden(forbidden[i]);
        }
    }

    function test_RevertGiven_TheVerifierIsTheFreelancerOrTheArbiter() public {
        agreement.verifier = freelancer;
        _assertInvalid(client, abi.encodeWithSelector(IMicroEscrow.VerifierNotIndependent.selector, freelancer));
        agreement.verifier = arbiter;
        _assertInvalid(client, abi.encodeWithSelector(IMicroEscrow.VerifierNotIndependent.selector, arbiter));
    }

    function test_RevertGiven_ThePlatformFeeIsAboveItsCap() public {
        agreement.feeBps = 1_001;
        _assertInvalid(client, abi.encodeWithSelector(IMicroEscrow.FeeTooHigh.selector, 1_001, 1_000));
    }

    function test_RevertGiven_TheArbiterFeeIsAboveItsCap() public {
        agreement.arbiterFeeBps = 1_001;
        _assertInvalid(client, abi.encodeWithSelector(IMicroEscrow.ArbiterFeeTooHigh.selector, 1_001, 1_000));
    }

    function test_RevertGiven_TheDefaultShareIsAboveTheWhole() public {
        agreement.defaultShareBps = 10_001;
        _assertInvalid(client, abi.encodeWithSelector(IMicroEscrow.DefaultShareTooHigh.selector, 10_001, 10_000));
    }

    function test_RevertGiven_AFeeHasNoRecipient() public {
        agreement.feeRecipient = address(0);
        _assertInvalid(client, abi.encodeWithSelector(IMicroEscrow.FeeWithoutRecipient.selector, 250));
    }

    function test_RevertGiven_TheReviewTheReworkOrTheArbitrationPeriodIsZero() public {
        agreement.reviewPeriod = 0;
        _assertZeroPeriod();
        agreement.reworkPeriod = 0;
        _assertZeroPeriod();
        agreement.arbitrationPeriod = 0;
        _assertZeroPeriod();
    }

    function test_RevertGiven_TheScheduleIsEmpty() public {
        delete schedule;
        _assertInvalid(client, abi.encodeWithSelector(IMicroEscrow.EmptySchedule.selector));
    }

    function test_RevertGiven_AMilestoneHasNoAmountOrNoWorkPeriod() public {
        schedule[7].amount = 0;
        _assertInvalid(
            client,
            abi.encodeWithSelector(IMicroEscrow.InvalidMilestone.selector, 7, 0, schedule[7].workPeriod)
        );
        _draft();
        schedule[7].workPeriod = 0;
        _assertInvalid(
            client,
            abi.encodeWithSelector(IMicroEscrow.InvalidMilestone.selector, 7, schedule[7].amount, 0)
        );
    }

    function test_Given_EveryFeeAndShareIsAtItsCapAndNobodyIsNamedThatNeedNotBe() public {
        (agreement.feeBps, agreement.arbiterFeeBps, agreement.defaultShareBps) = (1_000, 1_000, 10_000);
        (agreement.verifier, agreement.challengePeriod) = (address(0), 0);
        (agreement.reviewPeriod, agreement.reworkPeriod, agreement.arbitrationPeriod) = (1, 1, 1);
        delete schedule;
        schedule.push(IMicroEscrow.Milestone(1, 1));
        _sealAgreement();
        _recordWorld();
        _expectOpened(client);
        _accept(client, client, "");
        _assertWorld();
    }

    function test_When_TheClientCalls() public {
        _recordWorld();
        _expectOpened(client);
        _accept(client, client, "");
        _assertWorld();
    }

    function test_When_TheFreelancerCalls() public {
        _recordWorld();
        _expectOpened(freelancer);
        _accept(freelancer, freelancer, "");
        _assertWorld();
    }

    function test_When_AStrangerSendsTheClientsSignature() public {
        bytes memory signature = _signature(client, id);
        _recordWorld();
        _expectOpened(client);
        _accept(stranger, client, signature);
        _assertWorld();
    }

    function test_When_AStrangerSendsTheFreelancersSignature() public {
        bytes memory signature = _signature(freelancer, id);
        _recordWorld();
        _expectOpened(freelancer);
        _accept(stranger, freelancer, signature);
        _assertWorld();
    }

    function test_Given_TheOtherPartyAcceptedBefore() public {
        _accept(client, client, "");
        _recordWorld();
        _expectAccepted(freelancer);
        _accept(freelancer, freelancer, "");
        _assertWorld();
    }

    function test_Given_TheAgreementIsClosed() public {
        vm.prank(freelancer);
        escrow.close(agreement, freelancer, _byCalling());
        _recordWorld();
        _expectOpened(client);
        _accept(client, client, "");
        _expectFlags(CLOSED | CLIENT_CONSENTED);
        _assertWorld();
    }
}
