/** What the tests against the real contract share: a chain of its own, accounts, a token, the escrow, and an agreement. */
import {
  type Address,
  type Agreement,
  type DefineAgreementParameters,
  defineAgreement,
  type Hash,
  hashText,
  MicroEscrow,
  type MicroEscrowError,
  toAddress,
} from "@micro-escrow/sdk";
import { deploy } from "@micro-escrow/sdk/deploy";
import { expect } from "chai";
import { BrowserProvider } from "ethers";
import { createChain, mined } from "./evm.ts";

/** 1 unit of a token with 6 decimals. */
export const UNIT = 1_000_000n;
export const DAY = 86_400;

export const deliverable: Hash = hashText("Ten articles");
export const otherDeliverable: Hash = hashText("Ten better articles");
export const reason: Hash = hashText("The fourth one is missing");
export const evidence: Hash = hashText("Our chat");
export const reasoning: Hash = hashText("Half of it is done");

/** The same agreement in a token named by its address alone, amounts in base units: most mocks have other decimals than 6. */
export const inToken = (token: string) => ({
  token,
  milestones: [
    { amount: 100n * UNIT, work: "14 days" },
    { amount: 200n * UNIT, work: "28 days" },
    { amount: 300n * UNIT, work: "42 days" },
  ],
});

/**
 * A fresh chain with MicroEscrow, a token with 6 decimals of which the client has 10,000 units, and everybody's client.
 *
 * @param chainId Another one than a development node's: the escrow then has an address of its own.
 */
export async function setUp({ chainId = 31_337 } = {}) {
  const chain = await createChain({ chainId });
  const { ethers, networkHelpers } = chain;
  const [deployer, client, freelancer, arbiter, verifier, platform, stranger] = await ethers.getSigners();
  if (!deployer || !client || !freelancer || !arbiter || !verifier || !platform || !stranger) {
    throw new Error("The development chain has too few accounts");
  }
  const address =
    chainId === 31_337
      ? (await deploy({ signer: deployer })).address
      : await (await ethers.deployContract("MicroEscrow")).getAddress();
  const token = await ethers.deployContract("PlainToken", [6]);
  await mined(token.getFunction("mint")(client.address, 10_000n * UNIT));
  const tokenAddress = toAddress(await token.getAddress());

  const escrow = await MicroEscrow.connect(client, { address });
  const now = await escrow.getTime();
  /** An agreement of three milestones: 100, 200 and 300 units; platform fee 2%, arbiter fee 3%, default share 50%. */
  const define = (changes: Partial<DefineAgreementParameters> = {}): Agreement =>
    defineAgreement({
      client: client.address,
      freelancer: freelancer.address,
      arbiter: arbiter.address,
      verifier: verifier.address,
      token: { address: tokenAddress, decimals: 6 },
      scope: { title: "Blog", milestones: ["Ten articles", "Ten more", "Pictures"] },
      milestones: [
        { amount: "100", work: "14 days" },
        { amount: "200", work: "28 days" },
        { amount: "300", work: "42 days" },
      ],
      review: "7 days",
      rework: "5 days",
      challenge: "2 days",
      arbitration: "14 days",
      arbiterFee: "3%",
      fee: { recipient: platform.address, share: "2%" },
      ifArbiterIsSilent: "50% to the freelancer",
      fundBy: now + 3_650 * DAY,
      ...changes,
    });

  return {
    ...{ chain, ethers, networkHelpers, token, tokenAddress, escrow, define },
    signers: { deployer, client, freelancer, arbiter, verifier, platform, stranger },
    /** The escrow as each account sees it. */
    as: {
      client: escrow,
      freelancer: escrow.connect(freelancer),
      arbiter: escrow.connect(arbiter),
      verifier: escrow.connect(verifier),
      platform: escrow.connect(platform),
      stranger: escrow.connect(stranger),
    },
    balance: async (account: { readonly address: string } | Address): Promise<bigint> =>
      token.getFunction("balanceOf")(typeof account === "string" ? account : account.address),
    /** An agreement with its first milestones funded by the client. */
    funded: async (indices: readonly number[] = [0], changes: Partial<DefineAgreementParameters> = {}) => {
      const agreement = define(changes);
      const freelancerSignature = await escrow.connect(freelancer).sign(agreement);
      await escrow.fund({ agreement, indices, freelancerSignature });
      return agreement;
    },
  };
}

/** Runs what must fail, and returns its error, which must be of this class. */
export async function failure<E extends MicroEscrowError>(
  kind: new (...parameters: never[]) => E,
  action: Promise<unknown> | (() => unknown),
): Promise<E> {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    expect(error).to.be.instanceOf(kind);
    return error as E;
  }
  expect.fail(`${kind.name} expected, but nothing failed`);
}

export type Context = Awaited<ReturnType<typeof setUp>>;

/** Answers a request in its own way, or forwards it to the node. */
export type Endpoint = (
  method: string,
  parameters: readonly unknown[],
  forward: () => Promise<unknown>,
) => Promise<unknown>;

/** The escrow through an endpoint of one's own making; `actor` is an account of the node. */
export async function through(
  { chain, escrow }: Context,
  endpoint: Endpoint,
  actor?: { readonly address: string },
): Promise<MicroEscrow> {
  const provider = new BrowserProvider(
    {
      request: ({ method, params = [] }) => {
        const forward = () => chain.provider.request({ method, params: params as unknown[] });
        return endpoint(method, Array.isArray(params) ? params : [], forward);
      },
    },
    undefined,
    { cacheTimeout: -1 },
  );
  const runner = actor === undefined ? provider : await provider.getSigner(actor.address);
  return MicroEscrow.connect(runner, { address: escrow.address });
}

/** In a `describe`: what this is given is stopped after the test, also when it fails; a watch that goes on keeps mocha alive. */
export function stoppedAfterEach<Stoppable extends { stop(): void }>(): (started: Stoppable) => Stoppable {
  const running: Stoppable[] = [];
  afterEach(() => {
    for (const started of running.splice(0)) started.stop();
  });
  return (started) => {
    running.push(started);
    return started;
  };
}

/** An error as an endpoint answers it. */
export const rpcError = (code: number | string, message: string) => Object.assign(new Error(message), { code });
