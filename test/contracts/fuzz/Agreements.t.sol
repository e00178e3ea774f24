// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice Any agreement: opened exactly when it is valid, refused for what is wrong with it.
contract AgreementsTest is Fuzz {
    function setUp() public override {
        super.setUp();
        _shorten(3);
        _sealAgreement();
    }

    /// @dev The first consent, by a party who calls.
    function _opening(address party) private view returns (bytes memory) {
        return abi.encodeCall(escrow.accept, (agreement, schedule, party, ""));
    }

    /// @dev The agreement cannot be opened, by neither party, and not by funding it.
    function _assertNotOpened(bytes memory reason) private {
        _sealAgreement();
        bytes memory funding = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), ""));
        _assertRefused(agreement.client, _opening(agreement.client), reason);
        _assertRefused(agreement.freelancer, _opening(agreement.freelancer), reason);
        _assertRefused(agreement.client, funding, reason);
    }

    /// @dev The first four must be set; the first seven can be neither the escrow nor (the token's own place aside) the
    /// token.
    function _setMember(uint256 member, address account) private {
        if (member == 0) agreement.client = account;
        else if (member == 1) agreement.freelancer = account;
        else if (member == 2) agreement.arbiter = account;
        else if (member == 3) agreement.token = account;
        else if (member == 4) agreement.payoutTo = account;
        else if (member == 5) agreement.refundTo = account;
        else if (member == 6) agreement.feeRecipient = account;
        else if (member == 7) agreement.verifier = account;
        else agreement.gate = account;
    }

    // ------------------------------------------------------------------------------------------- one thing is wrong

    function testFuzz_MissingParties(uint256 which) public {
        which = 1 + (which % 15); // any of the four, or several
        for (uint256 i = 0; i < 4; ++i) if ((which >> i) & 1 == 1) _setMember(i, address(0));
        bytes4 selector = IMicroEscrow.MissingParty.selector;
        _assertNotOpened(
            abi.encodeWithSelector(selector, agreement.client, agreement.freelancer, agreement.arbiter, agreement.token)
        );
    }

    function testFuzz_PartiesThatAreOneAccount(uint256 which, address account) public {
        if (account == address(0) || account == token || account == address(escrow)) account = treasury;
        if (account == address(vm)) account = treasury;
        if (which % 4 != 0) agreement.client = account;
        if (which % 4 != 1) agreement.freelancer = account;
        if (which % 4 != 2) agreement.arbiter = account;
        agreement.verifier = address(0);
        bytes4 selector = IMicroEscrow.PartiesNotDistinct.selector;
        _assertNotOpened(abi.encodeWithSelector(selector, agreement.client, agreement.freelancer, agreement.arbiter));
    }

    /// @dev The escrow or the token, as any of the six accounts; the escrow as the token too.
    function testFuzz_ForbiddenAccounts(uint256 member, bool theEscrow) public {
        member %= 7;
        address account = theEscrow || member == 3 ? address(escrow) : token;
        _setMember(member, account);
        _assertNotOpened(abi.encodeWithSelector(IMicroEscrow.ForbiddenAccount.selector, account));
    }

    function testFuzz_VerifierThatIsNotIndependent(bool isTheArbiter, address party) public {
        if (party == address(0) || party == token || party == address(escrow) || party == address(vm)) party = treasury;
        if (party == client || party == freelancer || party == arbiter) party = treasury;
        agreement.verifier = party;
        if (isTheArbiter) agreement.arbiter = party;
        else agreement.freelancer = party;
        _assertNotOpened(abi.encodeWithSelector(IMicroEscrow.VerifierNotIndependent.selector, party));
    }

    function testFuzz_FeeAboveItsCap(uint16 feeBps) public {
        agreement.feeBps = uint16(_bound(feeBps, 1_001, type(uint16).max));
        _assertNotOpened(abi.encodeWithSelector(IMicroEscrow.FeeTooHigh.selector, agreement.feeBps, 1_000));
    }

    function testFuzz_ArbiterFeeAboveItsCap(uint16 feeBps) public {
        agreement.arbiterFeeBps = uint16(_bound(feeBps, 1_001, type(uint16).max));
        bytes4 selector = IMicroEscrow.ArbiterFeeTooHigh.selector;
        _assertNotOpened(abi.encodeWithSelector(selector, agreement.arbiterFeeBps, 1_000));
    }

    function testFuzz_DefaultShareAboveTheWhole(uint16 share) public {
        agreement.defaultShareBps = uint16(_bound(share, 10_001, type(uint16).max));
        bytes4 selector = IMicroEscrow.DefaultShareTooHigh.selector;
        _assertNotOpened(abi.encodeWithSelector(selector, agreement.defaultShareBps, 10_000));
    }

    function testFuzz_FeeWithoutARecipient(uint16 feeBps) public {
        (agreement.feeBps, agreement.feeRecipient) = (uint16(_bound(feeBps, 1, 1_000)), address(0));
        _assertNotOpened(abi.encodeWithSelector(IMicroEscrow.FeeWithoutRecipient.selector, agreement.feeBps));
    }

    function testFuzz_PeriodsOfZero(uint256 which, uint32 review, uint32 rework, uint32 arbitration) public {
        which = 1 + (which % 7); // any of the three, or several
        agreement.reviewPeriod = which & 1 == 0 ? review | 1 : 0;
        agreement.reworkPeriod = which & 2 == 0 ? rework | 1 : 0;
        agreement.arbitrationPeriod = which & 4 == 0 ? arbitration | 1 : 0;
        bytes4 selector = IMicroEscrow.ZeroPeriod.selector;
        _assertNotOpened(
            abi.encodeWithSelector(
                selector,
                agreement.reviewPeriod,
                agreement.reworkPeriod,
                agreement.arbitrationPeriod
            )
        );
    }

    /// @dev One entry without an amount or without a work period, anywhere in the schedule.
    function testFuzz_InvalidMilestones(uint256 index, uint128 amount, uint32 workPeriod) public {
        index = _bound(index, 0, schedule.length - 1);
        if (amount % 2 == 0) amount = 0;
        else workPeriod = 0;
        schedule[index] = IMicroEscrow.Milestone(amount, workPeriod);
        bytes4 selector = IMicroEscrow.InvalidMilestone.selector;
        _assertNotOpened(abi.encodeWithSelector(selector, index, amount, workPeriod));
    }

    /// @dev Another schedule than the one that was agreed on: any entry changed, dropped, added or exchanged.
    function testFuzz_AnotherSchedule(uint256 kind, uint256 index, uint128 amount, uint32 workPeriod) public {
        bytes32 agreed = agreement.milestones;
        index = _bound(index, 0, schedule.length - 2);
        IMicroEscrow.Milestone memory entry = IMicroEscrow.Milestone(amount, workPeriod);
        if (kind % 4 == 0) schedule.push(entry);
        else if (kind % 4 == 1) schedule.pop();
        else if (kind % 4 == 2) (schedule[index], schedule[index + 1]) = (_entry(index + 1), _entry(index));
        else schedule[index] = entry;
        bytes32 actual = TypedData.scheduleHash(schedule);
        vm.assume(actual != agreed);
        bytes memory reason = abi.encodeWithSelector(IMicroEscrow.ScheduleMismatch.selector, actual, agreed);
        _assertRefused(client, _opening(client), reason);
        _assertRefused(client, abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), "")), reason);
    }

    // ------------------------------------------------------------------------------------------------ anything at all

    bytes[] private _reasons;

    /// @dev Any members set to anything, in any combination: opened exactly when nothing is wrong, otherwise refused for
    /// one of the things that are.
    function testFuzz_AnyTerms_AreAcceptedExactlyWhenValid(uint256 seed, uint256[4] calldata changes) public {
        for (uint256 i = 0; i < 1 + (seed % 4); ++i) _change(changes[i]);
        _sealAgreement();
        _findReasons();
        address party = seed % 8 < 4 ? agreement.client : agreement.freelancer;
        (bool success, bytes memory result) = _call(party, _opening(party));
        vm.assertEq(success, _reasons.length == 0, "opened");
        if (success) {
            uint8 consent = party == agreement.client ? CLIENT_CONSENTED : FREELANCER_CONSENTED;
            vm.assertEq(_milestone(0).flags, consent, "flags");
            return;
        }
        bool named = false;
        for (uint256 i = 0; i < _reasons.length; ++i) if (keccak256(result) == keccak256(_reasons[i])) named = true;
        vm.assertTrue(named, "refused for something else");
    }

    /// @dev Changes one member to something that may be valid or not.
    function _change(uint256 change) private {
        uint256 value = change / 20;
        address[10] memory accounts = [
            address(0),
            address(escrow),
            token,
            client,
            freelancer,
            arbiter,
            verifier,
            platform,
            treasury,
            address(uint160(value))
        ];
        uint256 member = change % 20;
        if (member < 9) _setMember(member, accounts[value % 10]);
        else if (member == 9) agreement.feeBps = uint16(_bound(value % 3, 999, 1_001) * (value % 2));
        else if (member == 10) agreement.arbiterFeeBps = uint16(999 + (value % 3));
        else if (member == 11) agreement.defaultShareBps = uint16(9_999 + (value % 3));
        else if (member == 12) agreement.reviewPeriod = uint32(value % 2);
        else if (member == 13) agreement.reworkPeriod = uint32(value % 2);
        else if (member == 14) agreement.arbitrationPeriod = uint32(value % 2);
        else if (member == 15) agreement.challengePeriod = uint32(value);
        else if (member == 16) schedule[value % schedule.length].amount = uint128(value % 2);
        else if (member == 17) schedule[value % schedule.length].workPeriod = uint32(value % 2);
        else if (member == 18) (agreement.fundBy, agreement.details) = (uint40(value), bytes32(value));
        else _shorten(value % 3);
    }

    function _shorten(uint256 length) private {
        while (schedule.length > 1 && schedule.length > length) schedule.pop();
    }

    /// @dev Everything that is wrong with the agreement, from the protocol's sentence about what is checked.
    function _findReasons() private {
        IMicroEscrow.Agreement memory a = agreement;
        if (a.client == address(0) || a.freelancer == address(0) || a.arbiter == address(0) || a.token == address(0)) {
            _because(IMicroEscrow.MissingParty.selector, abi.encode(a.client, a.freelancer, a.arbiter, a.token));
        }
        if (a.client == a.freelancer || a.client == a.arbiter || a.freelancer == a.arbiter) {
            _because(IMicroEscrow.PartiesNotDistinct.selector, abi.encode(a.client, a.freelancer, a.arbiter));
        }
        address[7] memory receivers = [
            a.client,
            a.freelancer,
            a.arbiter,
            a.payoutTo,
            a.refundTo,
            a.feeRecipient,
            a.token
        ];
        for (uint256 i = 0; i < receivers.length; ++i) {
            if (receivers[i] != address(escrow) && (receivers[i] != a.token || i == 6)) continue;
            _because(IMicroEscrow.ForbiddenAccount.selector, abi.encode(receivers[i]));
        }
        if (a.verifier == a.freelancer || a.verifier == a.arbiter) {
            _because(IMicroEscrow.VerifierNotIndependent.selector, abi.encode(a.verifier));
        }
        if (a.feeBps > 1_000) _because(IMicroEscrow.FeeTooHigh.selector, abi.encode(a.feeBps, 1_000));
        if (a.arbiterFeeBps > 1_000) {
            _because(IMicroEscrow.ArbiterFeeTooHigh.selector, abi.encode(a.arbiterFeeBps, 1_000));
        }
        if (a.defaultShareBps > 10_000) {
            _because(IMicroEscrow.DefaultShareTooHigh.selector, abi.encode(a.defaultShareBps, 10_000));
        }
        if (a.feeBps > 0 && a.feeRecipient == address(0)) {
            _because(IMicroEscrow.FeeWithoutRecipient.selector, abi.encode(a.feeBps));
        }
        if (a.reviewPeriod == 0 || a.reworkPeriod == 0 || a.arbitrationPeriod == 0) {
            bytes memory periods = abi.encode(a.reviewPeriod, a.reworkPeriod, a.arbitrationPeriod);
            _because(IMicroEscrow.ZeroPeriod.selector, periods);
        }
        for (uint256 i = 0; i < schedule.length; ++i) {
            if (schedule[i].amount > 0 && schedule[i].workPeriod > 0) continue;
            bytes memory entry = abi.encode(i, schedule[i].amount, schedule[i].workPeriod);
            _because(IMicroEscrow.InvalidMilestone.selector, entry);
        }
    }

    function _because(bytes4 selector, bytes memory values) private {
        _reasons.push(bytes.concat(selector, values));
    }

    /// @dev Any number of entries that one transaction might carry, of any amounts and periods: opened, and as announced.
    function testFuzz_AnySchedule_IsOpened(uint256 length, uint256 seed) public {
        length = seed % 8 == 0 ? 1 + (length % 50) : 1 + (length % 10);
        delete schedule;
        for (uint256 i = 0; i < length; ++i) {
            uint256 word = _draw(seed, i);
            schedule.push(IMicroEscrow.Milestone(uint128(word) | 1, uint32(word >> 128) | 1));
        }
        _sealAgreement();
        vm.assertEq(escrow.scheduleHash(schedule), agreement.milestones, "hash");
        _recordWorld();
        _expectOpened(freelancer);
        _assertCall(freelancer, _opening(freelancer));
        _assertWorld();
    }

    /// @dev What nobody ever agreed on can be closed all the same, valid or not, and stays closed.
    function testFuzz_Close_OfAnyAgreement_Holds(uint256[3] calldata changes, bool byClient) public {
        for (uint256 i = 0; i < changes.length; ++i) _change(changes[i]);
        _sealAgreement();
        address party = byClient ? agreement.client : agreement.freelancer;
        _assertCall(party, abi.encodeCall(escrow.close, (agreement, party, _byCalling())));
        vm.assertEq(_milestone(0).flags, CLOSED, "flags");
        bytes memory funding = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), ""));
        _assertRefused(agreement.client, funding, abi.encodeWithSelector(IMicroEscrow.FundingClosed.selector, id));
    }

    // -------------------------------------------------------------------------------------------------------- consent

    /// @dev The consents in any order, by calls or signatures, repeated with any bytes: each is recorded and announced
    /// once, the agreement once.
    function testFuzz_Accept_AnyOrderAndAnyRepetition(uint256 seed, bytes calldata junk) public {
        vm.recordLogs();
        uint8 flags = 0;
        uint256 events = 0;
        for (uint256 i = 0; i < 5; ++i) {
            uint256 word = _draw(seed, i);
            address party = word % 2 == 0 ? client : freelancer;
            uint8 consent = word % 2 == 0 ? CLIENT_CONSENTED : FREELANCER_CONSENTED;
            if (flags & consent == 0) events += flags == 0 ? 2 : 1;
            bool again = flags & consent != 0;
            bytes memory signature = again ? junk : _signature(party, id);
            bool calls = word % 3 == 0;
            if (calls) signature = "";
            _assertCall(calls || again ? party : stranger, _accepting(party, signature));
            flags |= consent;
            vm.assertEq(_milestone(0).flags, flags, "flags");
        }
        vm.assertEq(vm.getRecordedLogs().length, events, "events");
    }
}
