// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {ISignedFunding} from "../../contracts/interfaces/ISignedFunding.sol";
import {KeyedAuthorizationToken} from "../../contracts/mocks/AuthorizationToken.sol";
import {ContractAccount} from "../../contracts/mocks/ContractAccount.sol";
import {FeeToken} from "../../contracts/mocks/FeeToken.sol";
import {TetherToken} from "../../contracts/mocks/TetherToken.sol";
import {EndlessAllowanceToken} from "./utils/EndlessAllowanceToken.sol";
import {SignedFundingBase} from "./utils/SignedFundingBase.sol";
import {vm} from "./utils/Vm.sol";

contract FundWithPermit2Test is SignedFundingBase {
    function _send(ISignedFunding.Funding memory funding, ISignedFunding.Payment memory payment) private {
        vm.prank(stranger);
        signedFunding.fundWithPermit2(funding, payment);
    }

    function _assertRefused(
        ISignedFunding.Funding memory funding,
        ISignedFunding.Payment memory payment,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        _send(funding, payment);
    }

    function _assertAccepted(uint256[] memory indices, ISignedFunding.Payment memory payment) private {
        ISignedFunding.Funding memory funding = _funding(indices);
        _recordWorld();
        _expectFundings(indices);
        _send(funding, payment);
        _assertFunded();
    }

    function _invalidSigner() private pure returns (bytes memory) {
        return abi.encodeWithSignature("InvalidSigner()");
    }

    function _usedNonce() private pure returns (bytes memory) {
        return abi.encodeWithSignature("InvalidNonce()");
    }

    function test_RevertWhen_TheSignatureIsNotTheClients() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        _signPermit(freelancer, _only(0), payment);
        _assertRefused(_funding(_only(0)), payment, _invalidSigner());
    }

    function test_RevertWhen_TheSignatureIsForAnotherPayment() public {
        ISignedFunding.Payment memory signed = _permit(_only(0));
        ISignedFunding.Payment[3] memory others = [
            ISignedFunding.Payment(signed.amount - 1, signed.nonce, signed.deadline, signed.signature),
            ISignedFunding.Payment(signed.amount, signed.nonce + 1, signed.deadline, signed.signature),
            ISignedFunding.Payment(signed.amount, signed.nonce, signed.deadline + 1, signed.signature)
        ];
        for (uint256 i = 0; i < others.length; ++i) _assertRefused(_funding(_only(0)), others[i], _invalidSigner());
    }

    function test_RevertWhen_TheSignatureIsForOtherMilestones() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        _assertRefused(_funding(_only(1)), payment, _invalidSigner());
        _assertRefused(_funding(_pair(0, 1)), payment, _invalidSigner());
    }

    function test_RevertWhen_TheSignatureIsForTheMilestonesInAnotherOrder() public {
        ISignedFunding.Payment memory payment = _permit(_pair(0, 1));
        _assertRefused(_funding(_pair(1, 0)), payment, _invalidSigner());
    }

    function test_RevertWhen_TheSignatureIsForAnotherAgreement() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        agreement.details = keccak256("another scope");
        _sealAgreement();
        _assertRefused(_funding(_only(0)), payment, _invalidSigner());
    }

    function test_RevertWhen_TheSignatureIsForAnotherContractOfThisKind() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        signedFunding = _deploySignedFunding(_deployEscrow());
        _assertRefused(_funding(_only(0)), payment, _invalidSigner());
    }

    /// @dev The stranger, with a friend, writes an agreement of its own, and gets the client to sign the payment for it.
    function test_RevertWhen_TheClientOfTheAgreementIsSomebodyElseThanWhoSignedTheTransfer() public {
        agreement.client = stranger;
        _sealAgreement();
        ISignedFunding.Payment memory payment = _permit(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        funding.clientSignature = _signature(stranger, id);
        _assertRefused(funding, payment, _invalidSigner());
    }

    function test_RevertWhen_TheDeadlineIsOver() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        vm.warp(payment.deadline + 1);
        bytes memory reason = abi.encodeWithSignature("SignatureExpired(uint256)", payment.deadline);
        _assertRefused(_funding(_only(0)), payment, reason);
    }

    function test_RevertGiven_ThePaymentWasUsedBefore() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        _send(_funding(_only(0)), payment);
        _mintSum(_only(0));
        _assertRefused(_funding(_only(0)), payment, _usedNonce());
    }

    function test_RevertGiven_TheClientCancelledThePayment() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        vm.prank(client);
        (bool success, ) = PERMIT2.call(
            abi.encodeWithSignature("invalidateUnorderedNonces(uint256,uint256)", NONCE >> 8, 1 << (NONCE & 0xff))
        );
        vm.assertTrue(success, "cancelled");
        _assertRefused(_funding(_only(0)), payment, _usedNonce());
    }

    function test_RevertGiven_TheClientDidNotAllowPermit2TheSum() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        vm.prank(client);
        IERC20(token).approve(PERMIT2, payment.amount - 1);
        _assertRefused(_funding(_only(0)), payment, abi.encodeWithSignature("Error(string)", "TRANSFER_FROM_FAILED"));
    }

    function test_RevertGiven_TheClientDidNotAcceptAndThereIsNoSignatureOfIt() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        funding.clientSignature = "";
        _assertRefused(funding, payment, abi.encodeWithSelector(IMicroEscrow.NotAccepted.selector, client));
    }

    function test_RevertGiven_AMilestoneWasFundedBefore() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        _fund(_only(0));
        _assertRefused(_funding(_only(0)), payment, _wrongStatus(0, IMicroEscrow.Status.Funded, NONE));
    }

    /// @dev The client signs for another amount than the sum.
    function _permitOf(uint256 amount) private returns (ISignedFunding.Payment memory payment) {
        payment = _permit(_only(0));
        _mint(client, 1);
        payment.amount = amount;
        _signPermit(client, _only(0), payment);
    }

    function test_RevertWhen_TheAmountIsLessThanTheSum() public {
        uint256 sum = schedule[0].amount;
        _assertRefused(
            _funding(_only(0)),
            _permitOf(sum - 1),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, escrow, sum - 1, sum)
        );
    }

    function test_RevertWhen_TheAmountIsMoreThanTheSum() public {
        _assertRefused(
            _funding(_only(0)),
            _permitOf(schedule[0].amount + 1),
            abi.encodeWithSelector(ISignedFunding.AmountNotTaken.selector, 1)
        );
    }

    /// @dev Of an allowance that is not lowered all would be left; one unit more, and it is lowered.
    function test_RevertGiven_TheTokenTakesAnAllowanceOfTheSumForEndless() public {
        uint256 sum = schedule[0].amount;
        _useToken(address(new EndlessAllowanceToken(sum)));
        ISignedFunding.Payment memory payment = _permit(_only(0));
        _assertRefused(
            _funding(_only(0)),
            payment,
            abi.encodeWithSelector(ISignedFunding.AmountNotTaken.selector, sum)
        );

        _useToken(address(new EndlessAllowanceToken(sum + 1)));
        payment = _permit(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        _recordWorld();
        _expectFundings(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    /// @dev Before the client's tokens move, its wallet sends the same once more.
    function test_RevertGiven_TheTokenCallsBack() public {
        ContractAccount wallet = _useWallet();
        _useToken(address(new KeyedAuthorizationToken()));
        ISignedFunding.Payment memory payment = _permit(_only(0));
        ISignedFunding.Funding memory funding = _funding(_only(0));
        bytes memory again = abi.encodeCall(ISignedFunding.fundWithPermit2, (funding, payment));
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
        _assertAccepted(_only(0), _permit(_only(0)));
    }

    function test_Given_BothAccepted() public {
        ISignedFunding.Funding memory funding = _funding(_only(0));
        escrow.accept(agreement, schedule, client, funding.clientSignature);
        escrow.accept(agreement, schedule, freelancer, funding.freelancerSignature);
        (funding.clientSignature, funding.freelancerSignature) = (bytes(""), bytes(""));
        ISignedFunding.Payment memory payment = _permit(_only(0));
        _recordWorld();
        _expectFundingsAlone(_only(0));
        _send(funding, payment);
        _assertFunded();
    }

    function test_When_ItIsTheDeadline() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        vm.warp(payment.deadline);
        _assertAccepted(_only(0), payment);
    }

    function test_When_ThereAreSeveralMilestones() public {
        _assertAccepted(_pair(2, 1), _permit(_pair(2, 1)));
    }

    function test_Given_TheTokenReturnsNothing() public {
        _useToken(address(new TetherToken()));
        ISignedFunding.Payment memory payment = ISignedFunding.Payment(_mintSum(_only(0)), NONCE, _deadline(), "");
        vm.prank(client);
        TetherToken(token).approve(PERMIT2, type(uint256).max);
        _signPermit(client, _only(0), payment);
        _assertAccepted(_only(0), payment);
    }

    /// @dev What arrives is 1% less than what was sent.
    function test_RevertGiven_TheTokenChargesAFee() public {
        FeeToken charging = new FeeToken();
        charging.setFee(100, 0, 0);
        _useToken(address(charging));
        ISignedFunding.Payment memory payment = _permit(_only(0));
        uint256 arrived = payment.amount - payment.amount / 100;
        _assertRefused(
            _funding(_only(0)),
            payment,
            abi.encodeWithSelector(IMicroEscrow.UnexpectedBalance.selector, token, arrived, payment.amount)
        );
    }

    function test_RevertGiven_AnotherChain() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        vm.chainId(block.chainid + 1);
        _assertRefused(_funding(_only(0)), payment, _invalidSigner());
    }

    /// @dev Two payments of the client for one milestone, both good until then: it keeps the money of the second.
    function test_RevertGiven_TheMilestoneWasPaidForByAnAuthorization() public {
        ISignedFunding.Payment memory first = _authorization(_only(0));
        ISignedFunding.Payment memory second = _permit(_only(0));
        signedFunding.fundWithAuthorization(_funding(_only(0)), first);
        _assertRefused(_funding(_only(0)), second, _wrongStatus(0, IMicroEscrow.Status.Funded, NONE));
        vm.assertEq(_balance(client), second.amount, "the client's balance");
    }

    /// @dev What Permit2 signs does not name the owner. The agreement does, and so the witness.
    function test_RevertGiven_AnotherWalletOfTheSameOwner() public {
        _useWallet();
        ISignedFunding.Payment memory payment = _permit(_only(0));
        _useWallet();
        _permit(_only(0)); // gives the other wallet the money, and Permit2 the allowance
        _assertRefused(_funding(_only(0)), payment, abi.encodeWithSignature("InvalidContractSignature()"));
    }

    function test_Given_TheContractHasTokensOfItsOwn() public {
        _mint(address(signedFunding), 5);
        _assertAccepted(_only(0), _permit(_only(0)));
        vm.assertEq(_balance(address(signedFunding)), 5, "what it had");
    }

    function test_When_TheSignatureIsInTheCompactForm() public {
        ISignedFunding.Payment memory payment = _permit(_only(0));
        payment.signature = _compact(payment.signature);
        _assertAccepted(_only(0), payment);
    }

    /// @dev ERC-2098: the parity of the point in the highest bit of `s`.
    function _compact(bytes memory signature) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        uint256 parity = uint256(uint8(signature[64])) - 27;
        return abi.encodePacked(r, bytes32(uint256(s) | (parity << 255)));
    }

    function test_Given_TheClientIsAnAccountWithCode() public {
        _useWallet();
        _assertAccepted(_only(0), _permit(_only(0)));
    }

    /// @dev The client is a wallet whose owner is the stranger.
    function _useWallet() private returns (ContractAccount wallet) {
        wallet = new ContractAccount(stranger);
        _signsFor(stranger, address(wallet));
        client = address(wallet);
        _draft();
    }
}
