// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IKlerosArbiter} from "../../../contracts/interfaces/IKlerosArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {ISignedFunding} from "../../../contracts/interfaces/ISignedFunding.sol";
import {HookToken} from "../../../contracts/mocks/HookToken.sol";
import {MoodyWallet} from "../../../contracts/mocks/MoodyWallet.sol";
import {SwitchableGate} from "../../../contracts/mocks/SwitchableGate.sol";
import {TetherToken} from "../../../contracts/mocks/TetherToken.sol";
import {SignedPayments} from "../utils/SignedPayments.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {Court} from "./Court.sol";
import {SigningFaultyToken, SigningFeeToken, SigningRestrictedToken} from "./SigningTokens.sol";

/// @title World
/// @notice Who and what there is: people, arbiters, tokens, a gate, and the agreements that they made. Everything here stays as
/// it is but for the moods of tokens, wallets and gate (see {Moods}).
abstract contract World {
    /// @notice An agreement, with what is needed to use it.
    struct Entry {
        IMicroEscrow.Agreement agreement;
        IMicroEscrow.Milestone[] schedule;
        bytes32 id;
        uint256 token;
        /// @dev The arbiter that is a contract of this world; ACCOUNTS: somebody else.
        uint256 arbiter;
    }

    /// @notice A milestone's place: entry and index.
    struct Place {
        uint256 entry;
        uint256 index;
    }

    // Indices into `accounts`.
    uint256 internal constant CLIENT = 0;
    uint256 internal constant OTHER_CLIENT = 1;
    uint256 internal constant WALLET = 2;
    uint256 internal constant FREELANCER = 3;
    uint256 internal constant OTHER_FREELANCER = 4;
    uint256 internal constant ARBITER = 5;
    uint256 internal constant OTHER_ARBITER = 6;
    uint256 internal constant VERIFIER = 7;
    uint256 internal constant PLATFORM = 8;
    uint256 internal constant TREASURY = 9;
    uint256 internal constant GATEWAY = 10;
    uint256 internal constant PAYER = 11;
    uint256 internal constant STRANGER = 12;
    uint256 internal constant PEOPLE = 13;
    // Contracts that arbitrate: a panel, one whose second instance is that panel, one whose second instance is a person, and
    // one that asks a court.
    uint256 internal constant PANEL = 13;
    uint256 internal constant APPEALS_TO_PANEL = 14;
    uint256 internal constant APPEALS = 15;
    uint256 internal constant COURT_ARBITER = 16;
    uint256 internal constant ACCOUNTS = 17;

    /// @dev The account that delegates to the wallet's code now and then (EIP-7702).
    uint256 internal constant DELEGATOR = OTHER_FREELANCER;

    // Indices into `tokens`.
    uint256 internal constant TETHER = 0;
    uint256 internal constant RESTRICTED = 1;
    uint256 internal constant HOOK = 2;
    uint256 internal constant FEE = 3;
    uint256 internal constant FAULTY = 4;
    uint256 internal constant TOKENS = 5;

    /// @dev Each set of terms is agreed on twice, so that there is always another agreement with the same people.
    uint256 private constant COPIES = 2;

    /// @dev What every account but the stranger starts with, of each token: more than all schedules together.
    uint256 internal constant RICHES = 1 << 136;

    uint256 internal constant BPS = 10_000;

    /// @dev How long some of the agreements can be funded.
    uint256 internal constant FUNDING_TIME = 45 days;

    // The panel, its hearing, and who sits on it.
    uint256 internal constant QUORUM = 3;
    uint256 internal constant SUBSTITUTE_BPS = 3_000;
    uint256 internal constant CLOSE_BPS = 5_001;
    // The instances, and how long they have.
    uint256 internal constant PROPOSAL_PERIOD = 1 days;
    uint256 internal constant APPEAL_PERIOD = 1 days;
    uint256 internal constant DECISION_PERIOD = 3 days;
    uint256 internal constant APPEAL_FEE_BPS = 333;
    /// @dev What the arbiters want to have at least.
    uint32 private constant ARBITRATION_PERIOD = 7 days;

    IMicroEscrow internal immutable escrow;
    ISignedFunding internal immutable signedFunding;
    bytes32 internal immutable domain;

    address[ACCOUNTS] internal accounts;
    mapping(address account => uint256) internal keys;

    IPanelArbiter internal immutable panel;
    IKlerosArbiter internal immutable courtArbiter;
    Court internal immutable court = new Court();
    /// @dev Who sits on the panel, the substitutes behind the members.
    uint256[7] internal panelists = [ARBITER, OTHER_ARBITER, VERIFIER, WALLET, DELEGATOR, PLATFORM, GATEWAY];
    uint256 internal constant SEATS = 5;
    uint16[] internal courtShares = [10_000, 0, 4_567];

    /// @dev An arbiter and a token in which it serves: the account and the token, two bytes.
    uint256[] internal pairs;

    IERC20[TOKENS] internal tokens;
    SigningRestrictedToken internal immutable restricted = new SigningRestrictedToken();
    HookToken internal immutable hook = new HookToken();
    SigningFeeToken internal immutable feeToken = new SigningFeeToken();
    SigningFaultyToken internal immutable faultyToken = new SigningFaultyToken();
    SwitchableGate internal immutable gate = new SwitchableGate();
    MoodyWallet internal immutable wallet;

    Entry[] internal entries;
    Place[] internal places;

    constructor() {
        bytes memory code = vm.getCode("MicroEscrow.sol:MicroEscrow");
        address deployed;
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        escrow = IMicroEscrow(deployed);
        domain = TypedData.domainSeparator(block.chainid, deployed);
        signedFunding = SignedPayments.deploySignedFunding(escrow);
        if (SignedPayments.PERMIT2.code.length == 0) SignedPayments.deployPermit2();

        for (uint256 i = 0; i < PEOPLE; ++i) {
            accounts[i] = vm.addr(i + 1);
            keys[accounts[i]] = i + 1;
        }
        wallet = new MoodyWallet(accounts[WALLET]);
        accounts[WALLET] = address(wallet);
        keys[address(wallet)] = WALLET + 1;
        panel = IPanelArbiter(_deployPanel());
        courtArbiter = IKlerosArbiter(_deployCourtArbiter());
        accounts[PANEL] = address(panel);
        accounts[APPEALS_TO_PANEL] = _deployAppealable(accounts[ARBITER], address(panel));
        accounts[APPEALS] = _deployAppealable(address(wallet), accounts[OTHER_ARBITER]);
        accounts[COURT_ARBITER] = address(courtArbiter);

        TetherToken tether = new TetherToken();
        tokens = [IERC20(address(tether)), restricted, hook, feeToken, faultyToken];
        for (uint256 i = 0; i < STRANGER; ++i) {
            tether.mint(accounts[i], RICHES);
            restricted.mint(accounts[i], RICHES);
            hook.mint(accounts[i], RICHES);
            feeToken.mint(accounts[i], RICHES);
            faultyToken.mint(accounts[i], RICHES);
        }
        for (uint256 copy = 0; copy < COPIES; ++copy) {
            _agree(bytes32(copy));
            _agreeOnArbiters(bytes32(copy));
        }
    }

    // -------------------------------------------------------------------------------------------------- agreements

    /// @dev Six sets of terms: from the plainest to the oddest that the rules allow.
    function _agree(bytes32 details) private {
        IMicroEscrow.Agreement memory terms;
        terms.details = details;

        // Nothing optional.
        terms.client = accounts[CLIENT];
        terms.freelancer = accounts[FREELANCER];
        terms.arbiter = accounts[ARBITER];
        terms.defaultShareBps = 5_000;
        terms.reviewPeriod = 3 days;
        terms.reworkPeriod = 2 days;
        terms.arbitrationPeriod = 7 days;
        terms.fundBy = type(uint40).max;
        _add(terms, TETHER, [uint128(100e6), 250e6, 1, 99_999_999, 42, 7_000e6]);

        // Everything optional, and every fee at its cap.
        terms.freelancer = accounts[OTHER_FREELANCER];
        terms.payoutTo = accounts[TREASURY];
        terms.refundTo = accounts[GATEWAY];
        terms.verifier = accounts[VERIFIER];
        terms.gate = address(gate);
        terms.feeRecipient = accounts[PLATFORM];
        terms.feeBps = 1_000;
        terms.arbiterFeeBps = 1_000;
        terms.defaultShareBps = 3_333;
        terms.challengePeriod = 1 days;
        terms.fundBy = uint40(block.timestamp + FUNDING_TIME);
        _add(terms, RESTRICTED, [uint128(1_000e6 + 1), 777_777_777, 9_999, 10_000, 0, 0]);

        // The same token for other people. The verifier's word pays at once.
        terms.client = accounts[OTHER_CLIENT];
        terms.freelancer = accounts[FREELANCER];
        terms.arbiter = accounts[OTHER_ARBITER];
        (terms.payoutTo, terms.refundTo, terms.gate) = (address(0), address(0), address(0));
        (terms.feeBps, terms.arbiterFeeBps, terms.defaultShareBps) = (250, 333, 10_000);
        terms.challengePeriod = 0;
        _add(terms, RESTRICTED, [uint128(55_555_555), 1_234_567, 3, 0, 0, 0]);

        // Roles that coincide: the client, a contract, verifies and receives the freelancer's money; the arbiter is the
        // platform. The largest amount. A challenge period longer than the review.
        terms.client = accounts[WALLET];
        terms.freelancer = accounts[OTHER_FREELANCER];
        terms.payoutTo = accounts[WALLET];
        terms.verifier = accounts[WALLET];
        terms.feeRecipient = accounts[OTHER_ARBITER];
        (terms.feeBps, terms.arbiterFeeBps, terms.defaultShareBps) = (77, 1, 0);
        terms.challengePeriod = 365 days;
        terms.fundBy = type(uint40).max;
        _add(terms, HOOK, [type(uint128).max, 3e18, 5, 1e18, 7e18, 0]);

        // Amounts so small that fees round to nothing. Another agreement's freelancer receives the payouts, the
        // freelancer the platform's fee. The arbiter is the contract.
        terms.client = accounts[OTHER_CLIENT];
        terms.arbiter = accounts[WALLET];
        terms.payoutTo = accounts[FREELANCER];
        terms.refundTo = accounts[TREASURY];
        terms.verifier = accounts[VERIFIER];
        terms.gate = address(gate);
        terms.feeRecipient = accounts[OTHER_FREELANCER];
        (terms.feeBps, terms.arbiterFeeBps, terms.defaultShareBps) = (1, 1_000, 1);
        terms.challengePeriod = 0;
        _add(terms, FEE, [uint128(1), 19, 10_001, 2, 0, 0]);

        // No fees, a token with faults, and the contract as the freelancer.
        terms.client = accounts[CLIENT];
        terms.freelancer = accounts[WALLET];
        terms.arbiter = accounts[OTHER_ARBITER];
        (terms.payoutTo, terms.refundTo, terms.feeRecipient) = (address(0), address(0), address(0));
        terms.verifier = accounts[DELEGATOR];
        (terms.feeBps, terms.arbiterFeeBps, terms.defaultShareBps) = (0, 0, 5_000);
        _add(terms, FAULTY, [uint128(500e6), 31, 1_000, 20e6, 3, 77e6]);
    }

    /// @dev Each arbiter, as the gate too but for the last, which the escrow's clock cuts off.
    function _agreeOnArbiters(bytes32 details) private {
        IMicroEscrow.Agreement memory terms;
        terms.details = details;
        terms.verifier = accounts[VERIFIER];
        terms.feeRecipient = accounts[PLATFORM];
        terms.reviewPeriod = 3 days;
        terms.reworkPeriod = 2 days;
        terms.arbitrationPeriod = ARBITRATION_PERIOD;
        terms.fundBy = type(uint40).max;

        // A member is a party.
        (terms.client, terms.freelancer) = (accounts[CLIENT], accounts[WALLET]);
        (terms.feeBps, terms.arbiterFeeBps, terms.defaultShareBps) = (250, 1_000, 5_000);
        _addWith(terms, PANEL, TETHER, [uint128(300e6 + 7), 12_345, 0, 0, 0, 0]);

        (terms.client, terms.freelancer) = (accounts[OTHER_CLIENT], accounts[FREELANCER]);
        terms.payoutTo = accounts[TREASURY];
        (terms.feeBps, terms.arbiterFeeBps, terms.defaultShareBps) = (100, 777, 0);
        _addWith(terms, APPEALS_TO_PANEL, RESTRICTED, [uint128(1_000e6 + 3), 777, 29, 0, 0, 0]);

        // The client is called by its token.
        terms.client = accounts[WALLET];
        terms.payoutTo = address(0);
        _addWith(terms, APPEALS_TO_PANEL, HOOK, [type(uint128).max, 2e18 + 1, 0, 0, 0, 0]);
        terms.freelancer = accounts[DELEGATOR];
        (terms.feeBps, terms.arbiterFeeBps, terms.defaultShareBps) = (0, 500, 2_500);
        _addWith(terms, COURT_ARBITER, HOOK, [uint128(5e18), 31, 3e18 + 1, 0, 0, 0]);

        (terms.client, terms.freelancer) = (accounts[CLIENT], accounts[FREELANCER]);
        _addWith(terms, APPEALS, FAULTY, [uint128(90e6 + 1), 10_007, 0, 0, 0, 0]);
        (terms.client, terms.freelancer) = (accounts[OTHER_CLIENT], accounts[DELEGATOR]);
        terms.arbitrationPeriod = 4 days;
        _addWith(terms, APPEALS, FEE, [uint128(1_000_003), 9_999, 0, 0, 0, 0]);
    }

    function _addWith(
        IMicroEscrow.Agreement memory terms,
        uint256 arbiter,
        uint256 token,
        uint128[6] memory amounts
    ) private {
        terms.arbiter = accounts[arbiter];
        terms.gate = terms.arbitrationPeriod == ARBITRATION_PERIOD ? terms.arbiter : address(0);
        if (terms.details == 0) pairs.push((arbiter << 8) | token);
        _add(terms, token, amounts);
    }

    /// @param amounts One for each milestone; zeros at the end are no milestones.
    function _add(IMicroEscrow.Agreement memory terms, uint256 token, uint128[6] memory amounts) private {
        Entry storage entry = entries.push();
        for (uint256 i = 0; i < amounts.length && amounts[i] != 0; ++i) {
            entry.schedule.push(IMicroEscrow.Milestone(amounts[i], uint32((i + 1) * 4 days)));
            places.push(Place(entries.length - 1, i));
        }
        terms.token = address(tokens[token]);
        terms.milestones = TypedData.scheduleHash(entry.schedule);
        entry.agreement = terms;
        entry.token = token;
        entry.id = TypedData.agreementId(terms);
        entry.arbiter = PEOPLE;
        while (entry.arbiter < ACCOUNTS && accounts[entry.arbiter] != terms.arbiter) ++entry.arbiter;
    }

    // ---------------------------------------------------------------------------------------------------- arbiters

    function _deployPanel() private returns (address) {
        address[] memory members = new address[](SEATS);
        address[] memory substitutes = new address[](panelists.length - SEATS);
        for (uint256 k = 0; k < panelists.length; ++k) {
            if (k < SEATS) members[k] = accounts[panelists[k]];
            else substitutes[k - SEATS] = accounts[panelists[k]];
        }
        bytes memory args = abi.encode(
            escrow,
            ARBITRATION_PERIOD,
            500,
            members,
            substitutes,
            QUORUM,
            SUBSTITUTE_BPS,
            CLOSE_BPS
        );
        return _create("PanelArbiter.sol:PanelArbiter", args);
    }

    function _deployAppealable(address firstInstance, address secondInstance) private returns (address) {
        bytes memory args = abi.encode(
            escrow,
            500,
            firstInstance,
            secondInstance,
            PROPOSAL_PERIOD,
            APPEAL_PERIOD,
            DECISION_PERIOD,
            APPEAL_FEE_BPS
        );
        return _create("AppealableArbiter.sol:AppealableArbiter", args);
    }

    function _deployCourtArbiter() private returns (address) {
        bytes memory args = abi.encode(
            escrow,
            ARBITRATION_PERIOD,
            500,
            court,
            bytes("court"),
            "/evidence.json",
            courtShares
        );
        return _create("KlerosArbiter.sol:KlerosArbiter", args);
    }

    /// @dev The real artifact, which mutants take the place of.
    function _create(string memory artifact, bytes memory args) private returns (address deployed) {
        bytes memory initCode = abi.encodePacked(vm.getCode(artifact), args);
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
        }
        require(deployed != address(0), "an arbiter was not deployed");
    }

    function _arbiterOf(uint256 e) internal view returns (uint256) {
        return entries[e].arbiter;
    }

    function _isAppealable(uint256 arbiter) internal pure returns (bool) {
        return arbiter == APPEALS_TO_PANEL || arbiter == APPEALS;
    }

    function _firstInstance(uint256 arbiter) internal pure returns (uint256) {
        return arbiter == APPEALS ? WALLET : ARBITER;
    }

    function _secondInstance(uint256 arbiter) internal pure returns (uint256) {
        return arbiter == APPEALS ? OTHER_ARBITER : PANEL;
    }

    function _freelancerPayee(IMicroEscrow.Agreement memory agreement) internal pure returns (address) {
        return agreement.payoutTo == address(0) ? agreement.freelancer : agreement.payoutTo;
    }

    function _clientPayee(IMicroEscrow.Agreement memory agreement) internal pure returns (address) {
        return agreement.refundTo == address(0) ? agreement.client : agreement.refundTo;
    }
}
