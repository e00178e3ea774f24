// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IFundingGate} from "../../contracts/interfaces/IFundingGate.sol";
import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {ISignedFunding} from "../../contracts/interfaces/ISignedFunding.sol";
import {AuthorizationToken, KeyedAuthorizationToken} from "../../contracts/mocks/AuthorizationToken.sol";
import {ContractAccount} from "../../contracts/mocks/ContractAccount.sol";
import {Disappointed, Fault} from "../../contracts/mocks/Fault.sol";
import {Mood, MoodyWallet} from "../../contracts/mocks/MoodyWallet.sol";
import {PlainToken} from "../../contracts/mocks/PlainToken.sol";
import {PretendingToken} from "../../contracts/mocks/PretendingToken.sol";
import {SwitchableGate} from "../../contracts/mocks/SwitchableGate.sol";
import {EndlessAllowanceToken} from "./utils/EndlessAllowanceToken.sol";
import {SignedFundingBase} from "./utils/SignedFundingBase.sol";
import {vm} from "./utils/Vm.sol";

/// @notice A token whose domain names no chain: what is signed for it is good on each.
contract ChainlessToken is AuthorizationToken {
    function _domain() private view returns (bytes32) {
        bytes32 typehash = keccak256("EIP712Domain(string name,address verifyingContract)");
        return keccak256(abi.encode(typehash, keccak256("Chainless Token"), address(this)));
    }

    function _hashTypedDataV4(bytes32 structHash) internal view override returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), structHash));
    }

    function DOMAIN_SEPARATOR() public view override returns (bytes32) {
        return _domain();
    }
}

contract FundWithAuthorizationTest is SignedFundingBase {
    function _send(ISignedFunding.Funding memory funding, ISignedFunding.Payment memory payment) private {
        vm.prank(stranger);
        signedFunding.fundWithAuthorization(funding, payment);
    }

    function _assertRefused(
        ISignedFunding.Funding memory funding,
        ISignedFunding.Payment memory payment,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        _send(funding, payment);
    }

    /// @dev The client signed for milestone 0; what is sent is `indices`.
    function _assertOthersRefused(uint256[] memory indices) private {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        _assertRefused(_funding(indices), payment, _invalidAuthorization());
    }

    /// @dev Funding of milestone 0 without the two signatures over the agreement.
    function _accepted() private view returns (ISignedFunding.Funding memory funding) {
        funding = _funding(_only(0));
        (funding.clientSignature, funding.freelancerSignature) = (bytes(""), bytes(""));
    }

    function _accept(address party) private {
        vm.prank(party);
        escrow.accept(agreement, schedule, party, "");
    }

    function _insufficientBalance(address account, uint256 have, uint256 need) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, account, have, need);
    }

    function test_RevertWhen_TheSignatureIsNotTheClients() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        _signAuthorization(freelancer, _only(0), payment);
        _assertRefused(_funding(_only(0)), payment, _invalidAuthorization());
    }

    function test_RevertWhen_TheSignatureIsForAnotherPayment() public {
        ISignedFunding.Payment memory signed = _authorization(_only(0));
        ISignedFunding.Payment[3] memory others = [
            ISignedFunding.Payment(signed.amount - 1, signed.nonce, signed.deadline, signed.signature),
            ISignedFunding.Payment(signed.amount, signed.nonce + 1, signed.deadline, signed.signature),
            ISignedFunding.Payment(signed.amount, signed.nonce, signed.deadline + 1, signed.signature)
        ];
        for (uint256 i = 0; i < others.length; ++i) {
            _assertRefused(_funding(_only(0)), others[i], _invalidAuthorization());
        }
    }

    function test_RevertWhen_TheSignatureIsForOtherMilestones() public {
        _assertOthersRefused(_only(1));
        _assertOthersRefused(_pair(0, 1));
    }

    function test_RevertWhen_TheSignatureIsForTheMilestonesInAnotherOrder() public {
        ISignedFunding.Payment memory payment = _authorization(_pair(0, 1));
        _assertRefused(_funding(_pair(1, 0)), payment, _invalidAuthorization());
    }

    function test_RevertWhen_TheSignatureIsForAnotherAgreement() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        agreement.details = keccak256("another scope");
        _sealAgreement();
        _assertRefused(_funding(_only(0)), payment, _invalidAuthorization());
    }

    function test_RevertWhen_TheSignatureIsForAnotherContractOfThisKind() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        signedFunding = _deploySignedFunding(_deployEscrow());
        _assertRefused(_funding(_only(0)), payment, _invalidAuthorization());
    }

    function test_RevertWhen_TheSignatureIsForATransferAndNotForReceiving() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        payment.signature = _transferSignature(payment);
        _assertRefused(_funding(_only(0)), payment, _invalidAuthorization());
    }

    function _transferSignature(ISignedFunding.Payment memory payment) private view returns (bytes memory) {
        bytes32 typehash = keccak256(
            "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 nonce = signedFunding.authorizationNonce(id, _only(0), payment.nonce);
        bytes32 structHash = keccak256(
            abi.encode(typehash, client, signedFunding, payment.amount, 0, payment.deadline, nonce)
        );
        bytes32 domain = AuthorizationToken(token).DOMAIN_SEPARATOR();
        return _signatureOfDigest(client, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
    }

    /// @dev The stranger, with a friend, writes an agreement of its own, and gets the client to sign the payment for it.
    function test_RevertWhen_TheClientOfTheAgreementIsSomebodyElseThanWhoSignedTheTransfer() public {
        agreement.client = stranger;
        _sealAgreement();
        ISignedFunding.Payment memory payment = ISignedFunding.Payment(_mintSum(_only(0)), NONCE, _deadline(), "");
        _signAuthorization(client, _only(0), payment);
        ISignedFunding.Funding memory funding = _funding(_only(0));
        funding.clientSignature = _signature(stranger, id);
        _assertRefused(funding, payment, _invalidAuthorization());
    }

    function test_RevertWhen_TheDeadlineHasCome() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        vm.warp(payment.deadline);
        _assertRefused(
            _funding(_only(0)),
            payment,
            abi.encodeWithSelector(ERC3009.ERC3009InvalidAuthorizationTime.selector, 0, payment.deadline)
        );
    }

    function _used() private view returns (bytes memory) {
        bytes32 nonce = signedFunding.authorizationNonce(id, _only(0), NONCE);
        return abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, client, nonce);
    }

    function test_RevertGiven_ThePaymentWasUsedBefore() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        _send(_funding(_only(0)), payment);
        _mintSum(_only(0));
        _assertRefused(_funding(_only(0)), payment, _used());
    }

    function test_RevertGiven_TheClientCancelledThePayment() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        bytes32 nonce = signedFunding.authorizationNonce(id, _only(0), NONCE);
        bytes32 structHash = keccak256(
            abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), client, nonce)
        );
        bytes32 domain = AuthorizationToken(token).DOMAIN_SEPARATOR();
        bytes memory signature = _signatureOfDigest(client, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        AuthorizationToken(token).cancelAuthorization(client, nonce, uint8(signature[64]), r, s);
        _assertRefused(_funding(_only(0)), payment, _used());
    }

    function test_RevertGiven_TheClientDoesNotHaveTheSum() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        vm.prank(client);
        vm.assertTrue(AuthorizationToken(token).transfer(stranger, 1), "spent");
        _assertRefused(_funding(_only(0)), payment, _insufficientBalance(client, payment.amount - 1, payment.amount));
    }

    /// @dev The client signed as it would for a token with such transfers.
    function _assertTokenRefused(address other, bytes memory reason) private {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        agreement.token = other;
        _sealAgreement();
        _assertRefused(_funding(_only(0)), payment, reason);
    }

    function test_RevertGiven_TheTokenHasNoCode() public {
        _assertTokenRefused(treasury, "");
    }

    function test_RevertGiven_TheTokenHasNoSuchTransfers() public {
        _assertTokenRefused(address(new PlainToken(6)), "");
    }

    function _unexpectedBalance(uint256 actual, uint256 expected) private view returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.UnexpectedBalance.selector, token, actual, expected);
    }

    function test_RevertGiven_TheTokenTakesTheCallForAnotherOne() public {
        _useToken(address(new PretendingToken()));
        uint256 sum = schedule[0].amount;
        ISignedFunding.Payment memory payment = ISignedFunding.Payment(sum, NONCE, _deadline(), "no signature");
        _assertRefused(_funding(_only(0)), payment, _unexpectedBalance(0, sum));
    }

    function test_RevertGiven_ItDoesSoAndTheContractHasTokensOfItsOwn() public {
        _useToken(address(new PretendingToken()));
        uint256 sum = schedule[0].amount;
        _mint(address(signedFunding), sum);
        ISignedFunding.Payment memory payment = ISignedFunding.Payment(sum, NONCE, _deadline(), "no signature");
        _assertRefused(_funding(_only(0)), payment, _unexpectedBalance(sum, 2 * sum));
    }

    function test_RevertGiven_AnotherChainAndATokenWhoseDomainHasNone() public {
        _useToken(address(new ChainlessToken()));
        vm.prank(client);
        escrow.accept(agreement, schedule, client, "");
        vm.prank(freelancer);
        escrow.accept(agreement, schedule, freelancer, "");
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        vm.chainId(block.chainid + 1);
        _assertRefused(_accepted(), payment, abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
    }

    function test_RevertGiven_TheClientDidNotAcceptAndThereIsNoSignatureOfIt() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        funding.clientSignature = "";
        _assertRefused(funding, payment, abi.encodeWithSelector(IMicroEscrow.NotAccepted.selector, client));
    }

    function test_RevertWhen_TheClientsSignatureIsOverAnotherAgreement() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        funding.clientSignature = _signature(client, keccak256("another agreement"));
        _assertRefused(funding, payment, _invalidSignature(client, id));
    }

    function test_RevertGiven_TheFreelancerDidNotAcceptAndThereIsNoSignatureOfIt() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        funding.freelancerSignature = "";
        _assertRefused(funding, payment, abi.encodeWithSelector(IMicroEscrow.NotAccepted.selector, freelancer));
    }

    function test_RevertGiven_TheAgreementIsClosed() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        vm.prank(client);
        escrow.close(agreement, client, _byCalling());
        _assertRefused(_funding(_only(0)), payment, abi.encodeWithSelector(IMicroEscrow.FundingClosed.selector, id));
    }

    function test_RevertGiven_AMilestoneWasFundedBefore() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        _fund(_only(0));
        _assertRefused(_funding(_only(0)), payment, _wrongStatus(0, IMicroEscrow.Status.Funded, NONE));
    }

    function test_RevertGiven_TheGateRefuses() public {
        SwitchableGate gate = new SwitchableGate();
        gate.setFault(Fault.Reverts);
        agreement.gate = address(gate);
        _sealAgreement();
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        bytes memory reason = abi.encodeWithSelector(Disappointed.selector);
        _assertRefused(
            _funding(_only(0)),
            payment,
            abi.encodeWithSelector(IMicroEscrow.GateRefused.selector, gate, reason)
        );
    }

    /// @dev The client signs for another amount than the sum.
    function _payment(uint256 amount) private returns (ISignedFunding.Payment memory payment) {
        _mint(client, amount);
        payment = ISignedFunding.Payment(amount, NONCE, _deadline(), "");
        _signAuthorization(client, _only(0), payment);
    }

    function test_RevertWhen_TheAmountIsLessThanTheSum() public {
        uint256 sum = schedule[0].amount;
        _assertRefused(
            _funding(_only(0)),
            _payment(sum - 1),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, escrow, sum - 1, sum)
        );
    }

    function test_RevertWhen_TheAmountIsMoreThanTheSum() public {
        _assertRefused(
            _funding(_only(0)),
            _payment(schedule[0].amount + 1),
            abi.encodeWithSelector(ISignedFunding.AmountNotTaken.selector, 1)
        );
    }

    /// @dev Of an allowance that is not lowered all would be left; one unit more, and it is lowered.
    function test_RevertGiven_TheTokenTakesAnAllowanceOfTheSumForEndless() public {
        uint256 sum = schedule[0].amount;
        _useToken(address(new EndlessAllowanceToken(sum)));
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        _assertRefused(
            _funding(_only(0)),
            payment,
            abi.encodeWithSelector(ISignedFunding.AmountNotTaken.selector, sum)
        );

        _useToken(address(new EndlessAllowanceToken(sum + 1)));
        payment = _authorization(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        _recordWorld();
        _expectFundings(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    /// @dev Before the client's tokens move, its wallet sends the same once more.
    function test_RevertGiven_TheTokenCallsBack() public {
        MoodyWallet wallet = _useWallet();
        ISignedFunding.Payment memory payment = ISignedFunding.Payment(_mintSum(_only(0)), NONCE, _deadline(), "any");
        ISignedFunding.Funding memory funding = _funding(_only(0));
        bytes memory again = abi.encodeCall(ISignedFunding.fundWithAuthorization, (funding, payment));
        wallet.setHook(true, address(signedFunding), again);
        KeyedAuthorizationToken(token).setRegistered(address(wallet), true);

        _send(funding, payment);
        vm.assertEq(wallet.hookCalls(), 1, "calls");
        vm.assertEq(
            wallet.hookResult(),
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
            "what the call back reverted with"
        );
        vm.assertEq(_balance(address(escrow)), payment.amount, "held");
    }

    function test_Given_NobodyAcceptedWhenAnybodySendsIt() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        _recordWorld();
        _expectFundings(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    function test_Given_BothAccepted() public {
        _accept(client);
        _accept(freelancer);
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        _recordWorld();
        _expectFundingsAlone(_only(0));
        _send(_accepted(), payment);
        _assertFunded();
    }

    function test_Given_BothAcceptedWhenThereAreSignatures() public {
        _accept(client);
        _accept(freelancer);
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        (funding.clientSignature, funding.freelancerSignature) = (bytes("no"), bytes("nor this"));
        _recordWorld();
        _expectFundingsAlone(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    function test_When_ItIsTheLastSecondBeforeTheDeadline() public {
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        vm.warp(payment.deadline - 1);
        ISignedFunding.Funding memory funding = _funding(_only(0));
        _recordWorld();
        _expectFundings(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    function test_When_ThereAreSeveralMilestones() public {
        ISignedFunding.Payment memory payment = _authorization(_pair(2, 1));
        ISignedFunding.Funding memory funding = _funding(_pair(2, 1));
        _recordWorld();
        _expectFundings(_pair(2, 1));
        _send(funding, payment);
        _assertFunded();
    }

    function test_Given_TheContractHasTokensOfItsOwn() public {
        _mint(address(signedFunding), 5);
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        _recordWorld();
        _expectFundings(_only(0));
        _send(funding, payment);
        _assertFunded();
        vm.assertEq(_balance(address(signedFunding)), 5, "what it had");
    }

    function test_Given_TheGateLetsItPass() public {
        SwitchableGate gate = new SwitchableGate();
        agreement.gate = address(gate);
        _sealAgreement();
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        _recordWorld();
        _expectFundings(_only(0));
        vm.expectCall(
            address(gate),
            abi.encodeCall(IFundingGate.check, (id, agreement, address(signedFunding), payment.amount)),
            1
        );
        _send(funding, payment);
        _assertFunded();
    }

    function test_Given_TheTokenCountsNoncesWithinAKey() public {
        _useToken(address(new KeyedAuthorizationToken()));
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        _recordWorld();
        _expectFundings(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    function test_Given_TheClientIsAnAccountWithCode() public {
        _useWallet();
        ISignedFunding.Payment memory payment = ISignedFunding.Payment(_mintSum(_only(0)), NONCE, _deadline(), "any");
        ISignedFunding.Funding memory funding = _funding(_only(0));
        _recordWorld();
        _expectFundings(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    function test_Given_TheClientIsSuchAnAccountWithASignatureOfOneKey() public {
        client = address(new ContractAccount(stranger));
        _signsFor(stranger, client);
        _useToken(address(new KeyedAuthorizationToken()));
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        vm.assertEq(payment.signature.length, 65, "length");
        ISignedFunding.Funding memory funding = _funding(_only(0));
        _recordWorld();
        _expectFundings(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    /// @dev The token takes signatures in parts alone, and the delegate does not check any: the key signs.
    function test_Given_TheClientIsAnAccountThatDelegates() public {
        ISignedFunding.Funding memory funding = _funding(_only(0));
        escrow.accept(agreement, schedule, client, funding.clientSignature);
        funding.clientSignature = "";
        vm.etch(client, abi.encodePacked(hex"ef0100", address(new PlainToken(6))));
        ISignedFunding.Payment memory payment = _authorization(_only(0));
        _recordWorld();
        _expectAccepted(freelancer);
        _expectFundingsAlone(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    /// @dev The client is a wallet that says yes to every signature, and the token takes signatures of such accounts.
    function _useWallet() private returns (MoodyWallet wallet) {
        wallet = new MoodyWallet(stranger);
        wallet.setMood(Mood.SaysYes);
        _signsFor(stranger, address(wallet));
        client = address(wallet);
        _useToken(address(new KeyedAuthorizationToken()));
    }
}
