// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {ISignedFunding} from "../../../contracts/interfaces/ISignedFunding.sol";
import {AuthorizationToken} from "../../../contracts/mocks/AuthorizationToken.sol";
import {Base} from "./Base.sol";
import {SignedPayments} from "./SignedPayments.sol";
import {vm} from "./Vm.sol";

/// @notice What the tests of SignedFunding share: the contract, a token with ERC-3009, the real Permit2, and what the client
/// signs for them.
abstract contract SignedFundingBase is Base {
    address internal constant PERMIT2 = SignedPayments.PERMIT2;

    /// @dev A payment's number, as anybody may choose it.
    uint256 internal constant NONCE = 7;

    ISignedFunding internal signedFunding;

    function setUp() public virtual override {
        super.setUp();
        SignedPayments.deployPermit2();
        signedFunding = _deploySignedFunding(escrow);
        _useToken(address(new AuthorizationToken()));
        _watch(address(signedFunding));
    }

    function _deploySignedFunding(IMicroEscrow escrow_) internal returns (ISignedFunding) {
        return SignedPayments.deploySignedFunding(escrow_);
    }

    // -------------------------------------------------------------------------------------------------- what is signed

    /// @dev The milestones of `indices`, with both signatures.
    function _funding(uint256[] memory indices) internal view returns (ISignedFunding.Funding memory) {
        return
            ISignedFunding.Funding({
                agreement: agreement,
                schedule: schedule,
                indices: indices,
                clientSignature: _signature(client, id),
                freelancerSignature: _signature(freelancer, id)
            });
    }

    /// @dev Gives the client the sum of `indices`.
    function _mintSum(uint256[] memory indices) internal returns (uint256 sum) {
        for (uint256 i = 0; i < indices.length; ++i) sum += schedule[indices[i]].amount;
        _mint(client, sum);
    }

    /// @dev The client's payment for `indices` in the token's own terms.
    function _authorization(uint256[] memory indices) internal returns (ISignedFunding.Payment memory payment) {
        payment = ISignedFunding.Payment(_mintSum(indices), NONCE, _deadline(), "");
        _signAuthorization(client, indices, payment);
    }

    function _signAuthorization(
        address signer,
        uint256[] memory indices,
        ISignedFunding.Payment memory payment
    ) internal view {
        bytes32 nonce = signedFunding.authorizationNonce(id, indices, payment.nonce);
        payment.signature = _signatureOfDigest(signer, _authorizationDigest(payment, nonce));
    }

    function _authorizationDigest(
        ISignedFunding.Payment memory payment,
        bytes32 nonce
    ) internal view returns (bytes32) {
        return SignedPayments.authorizationDigest(signedFunding, token, agreement.client, payment, nonce);
    }

    /// @dev The client's payment for `indices` in Permit2's terms, out of an allowance without limit.
    function _permit(uint256[] memory indices) internal returns (ISignedFunding.Payment memory payment) {
        payment = ISignedFunding.Payment(_mintSum(indices), NONCE, _deadline(), "");
        vm.prank(client);
        IERC20(token).approve(PERMIT2, type(uint256).max);
        _signPermit(client, indices, payment);
    }

    function _signPermit(
        address signer,
        uint256[] memory indices,
        ISignedFunding.Payment memory payment
    ) internal view {
        payment.signature = _signatureOfDigest(signer, _permitDigest(indices, payment));
    }

    function _permitDigest(
        uint256[] memory indices,
        ISignedFunding.Payment memory payment
    ) internal view returns (bytes32) {
        return SignedPayments.permitDigest(signedFunding, token, id, indices, payment);
    }

    // ---------------------------------------------------------------------------------------------- what must happen

    /// @dev The milestones of `indices` are funded with the client's money, and the first consents to them recorded.
    function _expectFundings(uint256[] memory indices) internal {
        _expectOpened(client);
        _expectAccepted(freelancer);
        _expectFundingsAlone(indices);
    }

    /// @dev The payer that the escrow sees is SignedFunding, which has as much as before: the money is the client's.
    function _expectFundingsAlone(uint256[] memory indices) internal {
        for (uint256 i = 0; i < indices.length; ++i) {
            _expectMoved(client, address(signedFunding), schedule[indices[i]].amount);
            _expectFunding(indices[i], address(signedFunding));
        }
    }

    /// @dev The world is as expected, and SignedFunding lets nobody take anything.
    function _assertFunded() internal {
        _assertWorld();
        vm.assertEq(IERC20(token).allowance(address(signedFunding), address(escrow)), 0, "allowance");
    }

    function _pair(uint256 first, uint256 second) internal pure returns (uint256[] memory indices) {
        indices = new uint256[](2);
        (indices[0], indices[1]) = (first, second);
    }

    // ---------------------------------------------------------------------------------------------- errors of the tokens

    function _invalidAuthorization() internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector);
    }
}
