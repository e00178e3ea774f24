/**
 * Deploying MicroEscrow, and SignedFunding for it, each at its one address, through the standard CREATE2 deployer. An entry of
 * its own, because it carries the contracts' code, and only platforms deploy.
 *
 * @example
 * import { deploy, deploySignedFunding } from "@micro-escrow/sdk/deploy";
 */
import { concat, zeroPadValue } from "ethers";
import { toAddress } from "./address.js";
import { checkCode } from "./connect.js";
import { addressOf, chainOf, create, type Deployed, type DeployParameters } from "./creation.js";
import { initCode } from "./generated/bytecode.js";
import { microEscrowAddress } from "./generated/code.js";
import { signedFundingInitCode } from "./generated/signedFundingBytecode.js";
import { checkSignedFundingCode } from "./signedFunding.js";
import type { Address } from "./types.js";

export type { Deployed, DeployParameters } from "./creation.js";

/**
 * Deploys MicroEscrow at its address on the signer's chain; where it is already, it checks the code and sends nothing.
 * On a development node it also creates the CREATE2 deployer, where that is missing.
 *
 * @throws {MissingProviderError} When the signer is not connected to a chain.
 * @throws {DeploymentFailedError} When the chain has no CREATE2 deployer, or gives the contract other code.
 * @throws {WrongContractError} When there is something else at the address.
 * @throws {InsufficientGasFundsError} When the signer cannot pay.
 * @throws {UserRejectedError} When the signer's user refuses.
 * @throws {NotMinedError} When it was sent and is in no block after half an hour.
 * @throws {TransactionReplacedError} When the signer's user put another transaction in its place.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { address, transaction } = await deploy({ signer });
 */
export async function deploy(parameters: DeployParameters): Promise<Deployed> {
  const { signer, provider, chainId } = await chainOf(parameters);
  const address = microEscrowAddress as Address;
  return create(signer, provider, { chainId, address, initCode, check: () => checkCode(provider, address, chainId) });
}

/**
 * Deploys SignedFunding for an escrow, at its address on the signer's chain; where it is already, it checks the code and sends
 * nothing. It fails as {@link deploy} does, and without the escrow.
 *
 * @param parameters `escrow`: one of your own; by default MicroEscrow at its address.
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {NoCodeError} When the escrow is not deployed.
 * @example
 * await deploy({ signer });
 * const { address } = await deploySignedFunding({ signer });
 */
export async function deploySignedFunding(
  parameters: DeployParameters & { readonly escrow?: string },
): Promise<Deployed> {
  const { signer, provider, chainId } = await chainOf(parameters);
  const escrow = toAddress(parameters.escrow ?? microEscrowAddress);
  await checkCode(provider, escrow, chainId);
  const initCode = concat([signedFundingInitCode, zeroPadValue(escrow, 32)]);
  const address = addressOf(initCode);
  const check = () => checkSignedFundingCode(provider, address, chainId, escrow);
  return create(signer, provider, { chainId, address, initCode, check });
}
