/**
 * What the arbiter contracts cost whoever sends: the gas of the whole transaction, on the chain of chain.ts, each row from the same
 * state. Everybody who is paid was paid by the same arbiter before, in the same token; votes are signed, and a stranger sends them.
 */
import {
  type Address,
  type Agreement,
  disputeCall,
  finalizeCall,
  fundCall,
  type Hex,
  hashText,
  submitCall,
} from "@micro-escrow/sdk";
import {
  appealCall,
  appealRulingCall,
  decideCall,
  declineCall,
  executeProposalCall,
  executeRulingCall,
  openCaseCall,
  panelRuleCall,
  proposeCall,
  returnDepositCall,
  type SignedVote,
  voteCall,
  voteTypedData,
  withdrawFeeCall,
} from "@micro-escrow/sdk/arbiters";
import { MaxUint256, type Signer } from "ethers";
import { createChain } from "./chain.ts";

const text = hashText("Any text will do.");
const DAY = 86_400;
/** A dispute's hearing: what the agreements of chain.ts leave their arbiter. */
const HEARING = 14 * DAY;

/** What was measured, by name, in gas. */
export type GasRows = Readonly<Record<string, number>>;

export type ArbiterName = "PanelArbiter" | "AppealableArbiter" | "KlerosArbiter";

export async function measureArbiters(): Promise<Record<ArbiterName, GasRows>> {
  return {
    PanelArbiter: await measurePanel(),
    AppealableArbiter: await measureAppealable(),
    KlerosArbiter: await measureKleros(),
  };
}

/** The chain, with what every arbiter needs of it. */
async function prepare() {
  const chain = await createChain();
  const { ethers, escrow, account, define, consent, send, token } = chain;
  const accounts = await Promise.all(Array.from({ length: 10 }, (_, index) => account(index)));
  const [client, freelancer, stranger] = accounts;
  if (!client || !freelancer || !stranger) throw new Error("too few accounts");

  return {
    ...chain,
    ...{ client, freelancer, stranger, accounts },

    /** Deploys a contract, and tells what that cost. */
    deploy: async (name: string, terms: readonly unknown[]): Promise<{ address: Address; gas: number }> => {
      const contract = await ethers.deployContract(name, [...terms]);
      const receipt = await contract.deploymentTransaction()?.wait();
      return { address: (await contract.getAddress()) as Address, gas: Number(receipt?.gasUsed) };
    },

    /** A dispute about the first milestone of an agreement that names the arbiter, also as its gate. */
    dispute: async (arbiter: Address, nonce: string): Promise<Agreement> => {
      const agreement = await define(3, stranger, nonce, { arbiter, gate: arbiter });
      await send(client, fundCall({ escrow, agreement, indices: [0], freelancerSignature: await consent(agreement) }));
      await send(freelancer, submitCall({ escrow, agreement, index: 0, deliverable: text }));
      await send(client, disputeCall({ escrow, agreement, index: 0, submission: 1, evidence: text }));
      return agreement;
    },

    /** The fee comes out of the escrow, and everybody has some of the token. */
    paid: async (arbiter: Address, receivers: readonly (Signer | Address)[]) => {
      for (const receiver of [...receivers, arbiter]) await token.getFunction("transfer")(receiver, 10n ** 6n);
    },
  };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Accounts 5 to 9 are the members; three must vote. */
const panelTerms = async ({ escrow, accounts }: Prepared) => {
  const members = await Promise.all(accounts.slice(5).map((member) => member.getAddress()));
  return [escrow, HEARING, 300, members, [], 3, 5_000, 7_500] as const;
};

/** Votes of the first members, with these shares. */
async function votesOf(
  { accounts, chainId, sign }: Prepared,
  panel: Address,
  agreement: Agreement,
  shares: readonly number[],
): Promise<SignedVote[]> {
  const votes = shares.map(async (shareBps, place): Promise<SignedVote> => {
    const member = accounts[5 + place] as Signer;
    const typedData = voteTypedData({ panel, agreement, index: 0, shareBps, reasoning: text, chainId });
    return {
      member: (await member.getAddress()) as Address,
      ...{ shareBps, reasoning: text, signature: await sign(member, typedData) },
    };
  });
  return Promise.all(votes);
}

async function measurePanel(): Promise<GasRows> {
  const prepared = await prepare();
  const { stranger, accounts, deploy, dispute, paid, send, wait, remember, token } = prepared;
  const { address: panel, gas } = await deploy("PanelArbiter", await panelTerms(prepared));
  const vote = async (agreement: Agreement, votes: readonly SignedVote[]) =>
    send(stranger, voteCall({ panel, agreement, index: 0, votes }));

  await paid(panel, accounts.slice(5));
  const before = await dispute(panel, "before");
  await vote(before, await votesOf(prepared, panel, before, [1_000, 2_000, 3_000, 4_000, 5_000]));

  const agreement = await dispute(panel, "measured");
  const differing = await votesOf(prepared, panel, agreement, [1_000, 2_000, 3_000, 4_000, 5_000]);
  const alike = await votesOf(prepared, panel, agreement, [4_000, 4_000, 4_000]);
  const rows: Record<string, number> = { "deploy, 5 members": gas };
  const fresh = await remember();
  rows["vote, 3 alike, which rule at once"] = await vote(agreement, alike);
  const member = await (accounts[6] as Signer).getAddress();
  const withdrawal = withdrawFeeCall({ arbiter: panel, token: await token.getAddress(), account: member });
  rows["withdraw, the fee from the escrow"] = await send(stranger, withdrawal);
  const other = await (accounts[7] as Signer).getAddress();
  rows["withdraw, from what is here"] = await send(
    stranger,
    withdrawFeeCall({ arbiter: panel, token: await token.getAddress(), account: other }),
  );
  await fresh();
  rows["vote, 5, which rule at once"] = await vote(agreement, differing);
  await fresh();
  rows["vote, the first, recorded"] = await vote(agreement, differing.slice(0, 1));
  rows["vote, the second, recorded"] = await vote(agreement, differing.slice(1, 2));
  await vote(agreement, differing.slice(2, 3));
  wait(HEARING * 0.8);
  rows["rule, 3 recorded votes"] = await send(stranger, panelRuleCall({ panel, agreement, index: 0 }));
  return rows;
}

/** With account 3 as first instance, and account 4 or a panel as the second. */
async function measureAppealable(): Promise<GasRows> {
  const prepared = await prepare();
  const { client, stranger, accounts, escrow, deploy, dispute, paid, send, wait, remember, token } = prepared;
  const [first, second] = [accounts[3] as Signer, accounts[4] as Signer];
  const { address: panel } = await deploy("PanelArbiter", await panelTerms(prepared));
  const terms = (instance: string, firstAddress: string) =>
    [escrow, 300, firstAddress, instance, 3 * DAY, 3 * DAY, 5 * DAY, 500] as const;
  const firstAddress = await first.getAddress();
  const { address: arbiter, gas } = await deploy("AppealableArbiter", terms(await second.getAddress(), firstAddress));
  const { address: toPanel } = await deploy("AppealableArbiter", terms(panel, firstAddress));

  const proposal = { index: 0, shareBps: 4_000, reasoning: text } as const;
  const party = await client.getAddress();
  const paidAccounts = [await second.getAddress()];
  const propose = (agreement: Agreement) => send(first, proposeCall({ agreement, ...proposal }));
  const appeal = (agreement: Agreement) => send(client, appealCall({ agreement, index: 0, party }));
  const decide = (agreement: Agreement) =>
    send(second, decideCall({ agreement, ...proposal, shareBps: 2_000, paid: paidAccounts }));
  const throughPanel = async (agreement: Agreement) => {
    const votes = await votesOf(prepared, panel, agreement, [2_000, 2_000, 2_000]);
    return send(stranger, voteCall({ panel, agreement, index: 0, votes }));
  };
  for (const spender of [arbiter, toPanel]) {
    await paid(spender, []);
    await (await token.getFunction("approve")(spender, MaxUint256)).wait();
  }

  // Both instances and all voters have a fee, and the client has had a deposit back.
  const before = await dispute(arbiter, "before");
  await propose(before);
  await appeal(before);
  await decide(before);
  const silent = await dispute(arbiter, "silent");
  await propose(silent);
  await appeal(silent);
  wait(5 * DAY);
  await send(stranger, executeProposalCall({ agreement: silent, index: 0 }));
  const beforePanel = await dispute(toPanel, "before the panel");
  await propose(beforePanel);
  await appeal(beforePanel);
  await throughPanel(beforePanel);

  const agreement = await dispute(arbiter, "measured");
  const another = await dispute(toPanel, "measured with the panel");
  const rows: Record<string, number> = { deploy: gas };
  const fresh = await remember();
  rows.decline = await send(first, declineCall({ agreement, index: 0, reasoning: text }));
  rows["decide, after a decline"] = await decide(agreement);
  await fresh();
  rows.propose = await propose(agreement);
  const proposed = await remember();
  wait(3 * DAY);
  rows["execute, not appealed"] = await send(stranger, executeProposalCall({ agreement, index: 0 }));
  await proposed();
  rows["appeal, by a party"] = await appeal(agreement);
  const appealed = await remember();
  rows["decide, by an account"] = await decide(agreement);
  await appealed();
  wait(5 * DAY);
  rows["execute, nobody decided"] = await send(stranger, executeProposalCall({ agreement, index: 0 }));
  await appealed();
  wait(HEARING);
  await send(stranger, finalizeCall({ escrow, agreement, index: 0 }));
  rows["return the deposit"] = await send(stranger, returnDepositCall({ agreement, index: 0 }));
  await fresh();
  await propose(another);
  await appeal(another);
  rows["decide, by a panel: vote, 3 alike"] = await throughPanel(another);
  return rows;
}

/** With the example of a court that ERC-792's authors wrote, whose judge is account 0. */
async function measureKleros(): Promise<GasRows> {
  const prepared = await prepare();
  const { client, stranger, escrow, ethers, deploy, dispute, paid, send, wait, remember } = prepared;
  const court = await ethers.deployContract("CentralizedArbitratorWithAppeal");
  const judge = (name: string, ...values: readonly unknown[]) => ({
    to: court.target as Address,
    data: court.interface.encodeFunctionData(name, values) as Hex,
  });
  const { address: arbiter, gas } = await deploy("KlerosArbiter", [
    ...[escrow, HEARING, 300, court, "0x", "/ipfs/meta-evidence.json", [10_000, 0, 5_000]],
  ]);
  await paid(arbiter, []);
  const payment = 10n ** 15n;
  const open = (agreement: Agreement) => send(client, openCaseCall({ agreement, index: 0, payment }));

  const before = await dispute(arbiter, "before");
  await open(before);
  await send(client, judge("giveRuling", 0, 3));
  wait(DAY);
  await send(stranger, judge("executeRuling", 0));
  await send(stranger, executeRulingCall({ agreement: before, index: 0 }));

  const agreement = await dispute(arbiter, "measured");
  const rows: Record<string, number> = { "deploy, 3 options": gas };
  rows.open = await open(agreement);
  await send(client, judge("giveRuling", 1, 3));
  const ruled = await remember();
  // The example asks twice what it tells.
  rows["appeal at the court"] = await send(client, appealRulingCall({ agreement, index: 0, payment: 2n * payment }));
  await ruled();
  wait(DAY);
  rows["the court's ruling arrives"] = await send(stranger, judge("executeRuling", 1));
  rows.execute = await send(stranger, executeRulingCall({ agreement, index: 0 }));
  return rows;
}
