/**
 * `npm run token`: USDC on the local node, to try things out with: Circle's own code, and a million for each of the node's
 * accounts.
 */
import type { Address } from "@micro-escrow/sdk";
import { deployUsdc, send } from "./demo/usdc.ts";
import { connect } from "./network.ts";
import { expect, readOptions, runScript } from "./script.ts";

/** 1,000,000.00 USDC. */
const wealth = 1_000_000_000_000n;
/** Who could replace the token's code: nobody has this account. */
const nobody = "0x000000000000000000000000000000000000dEaD" as Address;

readOptions("npm run token", {});
await runScript(async () => {
  const { signers } = await connect("localhost", { account: true });
  const [issuer] = signers;
  expect(issuer !== undefined, "The node holds no account to deploy from.");
  const { address, contract } = await deployUsdc(issuer, issuer, nobody);
  await send(contract, "configureMinter", issuer.address, wealth * BigInt(signers.length));
  for (const account of signers) await send(contract, "mint", account.address, wealth);
  console.log(`USDC, on this chain alone: ${address}\nEach of the node's ${signers.length} accounts has 1,000,000.00.`);
});
