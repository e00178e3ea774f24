/**
 * What funding by signature costs whoever sends it, beside `fund` by the client itself in the same token: the gas of the whole
 * transaction, on the chain of scripts/gas/chain.ts, each row from the same state.
 */
import { agreementTypedData, fundCall, toAddress } from "@micro-escrow/sdk";
import {
  authorizationTypedData,
  fundWithAuthorizationCall,
  fundWithPermit2Call,
  permit2Address,
  permit2TypedData,
} from "@micro-escrow/sdk/gasless";
import { type Contract, MaxUint256 } from "ethers";
import { deployUsdc } from "../../scripts/demo/usdc.ts";
import { createChain } from "../../scripts/gas/chain.ts";
import { permit2Code } from "../sdk/permit2.ts";

export async function signedFundingGasLines(): Promise<string[]> {
  const { ethers, networkHelpers, escrow, chainId, account, define, consent, send, sign, remember } =
    await createChain();
  const [client, freelancer, arbiter, relayer] = await Promise.all([0, 1, 2, 3].map(account));
  if (!client || !freelancer || !arbiter || !relayer) throw new Error("too few accounts");
  const signedFunding = await (await ethers.deployContract("SignedFunding", [escrow])).getAddress();
  await networkHelpers.setCode(permit2Address, await permit2Code(ethers.provider));
  const { contract: usdc, address: token } = await deployUsdc(client, client, toAddress(await relayer.getAddress()));
  await (await usdc.getFunction("configureMinter")(client, MaxUint256)).wait();
  // Nobody has their first balance in a row.
  for (const owner of [client, freelancer, escrow, signedFunding])
    await (await usdc.getFunction("mint")(owner, 10n ** 10n)).wait();
  for (const spender of [escrow, permit2Address]) {
    await (await (usdc.connect(client) as Contract).getFunction("approve")(spender, MaxUint256)).wait();
  }

  const domain = { name: "USD Coin", version: "2", chainId, verifyingContract: token };
  const agreement = await define(3, arbiter, "signed funding", { token: { address: token, decimals: 6 } });
  const freelancerSignature = await consent(agreement);
  const clientSignature = await sign(client, agreementTypedData(agreement, { chainId, escrow }));
  const payment = (indices: readonly number[]) => {
    return { signedFunding, agreement, indices, nonce: 1n, deadline: 4_102_444_800 };
  };
  const authorization = async (indices: readonly number[], consents = {}) => {
    const what = payment(indices);
    const signature = await sign(client, authorizationTypedData({ ...what, chainId, domain }));
    return fundWithAuthorizationCall({ ...what, ...consents, signature });
  };
  const permit2 = async (indices: readonly number[], consents = {}) => {
    const what = payment(indices);
    const signature = await sign(client, permit2TypedData({ ...what, chainId }));
    return fundWithPermit2Call({ ...what, ...consents, signature });
  };
  const both = { clientSignature, freelancerSignature };
  const direct = (indices: readonly number[], consents = {}) => fundCall({ escrow, agreement, indices, ...consents });

  const rows: [string, number][] = [];
  const fresh = await remember();
  rows.push(["fund, and both consent", await send(client, direct([0], { freelancerSignature }))]);
  const opened = await remember();
  rows.push(["fund the next", await send(client, direct([1]))]);
  await opened();
  rows.push(["fundWithAuthorization, the next", await send(relayer, await authorization([1]))]);
  await opened();
  rows.push(["fundWithPermit2, the next", await send(relayer, await permit2([1]))]);
  await fresh();
  rows.push(["fundWithAuthorization, and both consent", await send(relayer, await authorization([0], both))]);
  await fresh();
  rows.push(["fundWithPermit2, and both consent", await send(relayer, await permit2([0], both))]);
  return rows.map(([name, gas]) => `${name.padEnd(42)} ${gas.toLocaleString("en-US").padStart(8)}`);
}
