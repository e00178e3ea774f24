/**
 * The same little world twice: once as the SDK's model, once as the real contract with the real USDC on a chain of its own.
 * `World.act` does one thing in both and compares everything that can be seen afterwards.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Action,
  type Address,
  type Agreement,
  type AgreementState,
  decodeError,
  emptyState,
  type Hex,
  MicroEscrowError,
  type MilestoneState,
  type Payment,
  type StepResult,
  step,
} from "@micro-escrow/sdk";
import { encode } from "./calldata.ts";
import { type Chain, WEALTH } from "./chain.ts";
import { eventsOf, type Log, tell, withdrawalOf } from "./events.ts";
import { Disagreement, Story } from "./story.ts";

/** What can be done: an action of an agreement, or something around it. */
export type Deed =
  | { readonly agreement: number; readonly action: Action }
  | { readonly withdraw: Address }
  | { readonly freeze: Address }
  | { readonly thaw: Address };

/** How a deed ended: `undefined` when it succeeded, else the code of its error. */
export type Ending = string | undefined;

/** A transaction to send: to whom, and with what. */
interface Transaction {
  readonly from: Address;
  readonly to: string;
  readonly data: string;
}

/** Something that can be seen, and is the same in both, or not. */
interface Sight {
  readonly what: string;
  readonly model: unknown;
  readonly contract: unknown;
}

export class World {
  /** The model's side. */
  readonly states: AgreementState[];
  readonly claimable = new Map<Address, bigint>();
  readonly balances = new Map<Address, bigint>();
  readonly frozen = new Set<Address>();
  /** The time of the last block, Unix seconds. */
  now: number;
  /** What happened. */
  readonly story: Story;

  readonly chain: Chain;
  readonly agreements: readonly Agreement[];
  /** Who has tokens: the people and the escrow. */
  private readonly accounts: readonly Address[];
  /** The questions that {@link look} asks; always the same. */
  private readonly questions: { readonly escrow: string; readonly balances: readonly string[] };

  private constructor(chain: Chain, agreements: readonly Agreement[], now: number) {
    this.chain = chain;
    this.agreements = agreements;
    this.now = now;
    this.story = new Story(chain, agreements);
    this.states = agreements.map(emptyState);
    this.balances.set(chain.address, 0n);
    for (const account of chain.people.keys()) this.balances.set(account, WEALTH);

    this.accounts = [...chain.people.keys(), chain.address];
    const { interface: abi } = chain.escrow;
    const calls = [
      ...agreements.flatMap(({ id, schedule }) =>
        schedule.map((_, index) => abi.encodeFunctionData("milestone", [id, index])),
      ),
      ...this.accounts.map((account) => abi.encodeFunctionData("claimable", [chain.tokenAddress, account])),
    ];
    this.questions = {
      escrow: abi.encodeFunctionData("multicall", [calls]),
      balances: this.accounts.map((account) => chain.token.interface.encodeFunctionData("balanceOf", [account])),
    };
  }

  /** A world in which nothing has happened yet. */
  static async create(chain: Chain, define: (now: number) => readonly Agreement[]): Promise<World> {
    await chain.snapshot.restore();
    const now = await chain.networkHelpers.time.latest();
    return new World(chain, define(now), now);
  }

  /**
   * Does one deed at a time (Unix seconds, later than the last), in the model and on the chain, and compares.
   *
   * @throws {Disagreement} When anything differs.
   */
  async act(deed: Deed, sender: Address, now: number): Promise<Ending> {
    this.now = now;
    this.story.begin(deed, sender, now, this.states);
    const { transaction, expected, payments, events } = await this.prepare(deed, sender);
    const actual = await this.send(transaction, now);
    const error = actual instanceof MicroEscrowError ? actual : undefined;
    this.story.end(error, payments);
    if (!isDeepStrictEqual(plain(error), plain(expected))) {
      throw new Disagreement(this.story, [{ what: "the answer", model: answer(expected), contract: answer(error) }]);
    }
    // A transaction that reverts changes nothing, on any EVM.
    if (actual instanceof MicroEscrowError) return actual.code;

    const sights = await this.look();
    const emitted = await this.eventsIn(actual);
    const told = (logs: readonly Log[]) => logs.map((log) => tell(this.chain, log, (value) => this.story.text(value)));
    const same = isDeepStrictEqual(emitted, events);
    sights.push({ what: "the events", model: same || told(events), contract: same || told(emitted) });
    const differences = sights.filter(({ model, contract }) => !isDeepStrictEqual(model, contract));
    if (differences.length > 0) throw new Disagreement(this.story, differences);
    return undefined;
  }

  /** The transaction of a deed, and how the model says that it ends; the model's side is changed already. */
  private async prepare(
    deed: Deed,
    sender: Address,
  ): Promise<{
    transaction: Transaction;
    expected: MicroEscrowError | undefined;
    payments: readonly Payment[];
    events: readonly Log[];
  }> {
    const { escrow, address, token, issuer, tokenAddress } = this.chain;
    const prepared = (transaction: Transaction, expected?: MicroEscrowError) => ({
      transaction,
      expected,
      payments: [],
      events: [],
    });
    if ("freeze" in deed || "thaw" in deed) {
      const [name, account] = "freeze" in deed ? ["blacklist", deed.freeze] : ["unBlacklist", deed.thaw];
      if ("freeze" in deed) this.frozen.add(account as Address);
      else this.frozen.delete(account as Address);
      return prepared({
        from: issuer,
        to: tokenAddress,
        data: token.interface.encodeFunctionData(name as string, [account]),
      });
    }
    if ("withdraw" in deed) {
      const account = deed.withdraw;
      const amount = this.claimable.get(account) ?? 0n;
      const data = escrow.interface.encodeFunctionData("withdraw", [tokenAddress, account]);
      const transaction = { from: sender, to: address, data };
      if (amount > 0n && this.frozen.has(account)) return prepared(transaction, blacklisted);
      this.claimable.delete(account);
      add(this.balances, account, amount);
      add(this.balances, address, -amount);
      return { ...prepared(transaction), events: withdrawalOf(this.chain, account, amount) };
    }

    const { action } = deed;
    const agreement = this.agreements[deed.agreement] as Agreement;
    const state = this.states[deed.agreement] as AgreementState;
    const transaction = { from: sender, to: address, data: await encode(this.chain, agreement, state, action) };
    let result: StepResult;
    try {
      const context = { sender, now: this.now, deferred: [...this.frozen], escrow: address };
      result = step(agreement, state, action, context);
    } catch (error) {
      if (error instanceof MicroEscrowError) return prepared(transaction, error);
      throw error;
    }
    if (action.type === "fund") {
      // Outside of the model: USDC takes nothing from a blacklisted account.
      if (this.frozen.has(sender)) return prepared(transaction, blacklisted);
      const sum = action.indices.reduce((total, index) => total + (agreement.schedule[index]?.amount ?? 0n), 0n);
      add(this.balances, sender, -sum);
      add(this.balances, address, sum);
    }
    this.states[deed.agreement] = result.state;
    for (const payment of result.payments) this.pay(payment);
    const events = eventsOf(this.chain, agreement, state, action, sender, result);
    return { ...prepared(transaction), payments: result.payments, events };
  }

  private pay({ to, amount, claimable }: Payment): void {
    add(claimable ? this.claimable : this.balances, to, amount);
    if (!claimable) add(this.balances, this.chain.address, -amount);
  }

  /** A transaction's hash, or its error; without ethers' questions before and after, which are most of the time that one takes. */
  private async send(transaction: Transaction, now: number): Promise<Hex | MicroEscrowError> {
    const { provider } = this.chain;
    await provider.request({ method: "evm_setNextBlockTimestamp", params: [now] });
    try {
      return (await provider.request({
        method: "eth_sendTransaction",
        params: [{ ...transaction, gas: GAS_LIMIT }],
      })) as Hex;
    } catch (error) {
      return decodeError(error);
    }
  }

  /** Everything that can be seen of the contract and the token, beside what the model says. */
  private async look(): Promise<Sight[]> {
    const { escrow, address, tokenAddress } = this.chain;
    const [answers, ...balances] = await Promise.all([
      this.call(address, this.questions.escrow),
      ...this.questions.balances.map((data) => this.call(tokenAddress, data)),
    ]);
    const [results] = escrow.interface.decodeFunctionResult("multicall", answers) as unknown as [Hex[]];
    const next = results.values();

    const sights: Sight[] = [];
    for (const [number, { schedule }] of this.agreements.entries()) {
      const state = this.states[number] as AgreementState;
      for (const index of schedule.keys()) {
        // One word for each member, in the interface's order.
        const words = wordsOf(next.next().value as Hex);
        const [amount = 0n, clock, submissions, status, outcome, flags] = words;
        const what = `milestone ${index} of agreement ${number}`;
        const contract: MilestoneState = {
          held: amount,
          clock: Number(clock),
          submissions: Number(submissions),
          status: Number(status) as MilestoneState["status"],
          outcome: Number(outcome) as MilestoneState["outcome"],
        };
        sights.push({ what, model: state.milestones[index], contract });
        if (index === 0) sights.push({ what: `flags of agreement ${number}`, model: flagsOf(state), contract: flags });
      }
    }
    for (const [position, account] of this.accounts.entries()) {
      const name = this.story.name(account);
      const [claimable] = wordsOf(next.next().value as Hex);
      sights.push({ what: `claimable of ${name}`, model: this.claimable.get(account) ?? 0n, contract: claimable });
      const [balance] = wordsOf(balances[position] as Hex);
      sights.push({ what: `balance of ${name}`, model: this.balances.get(account), contract: balance });
    }
    const held = this.states.flatMap((state) => state.milestones).reduce((sum, milestone) => sum + milestone.held, 0n);
    const waiting = [...this.claimable.values()].reduce((sum, amount) => sum + amount, 0n);
    const [balance] = wordsOf(balances.at(-1) as Hex);
    sights.push({ what: "held + claimable = balance of the escrow", model: held + waiting, contract: balance });
    return sights;
  }

  /** The escrow's logs of a transaction. */
  private async eventsIn(hash: Hex): Promise<readonly Log[]> {
    const { provider, address } = this.chain;
    const receipt = await provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    const { logs } = receipt as { logs: readonly (Log & { address: string })[] };
    return logs
      .filter((log) => log.address === address.toLowerCase())
      .map(({ topics, data }) => ({ topics: [...topics], data }));
  }

  private async call(to: string, data: string): Promise<Hex> {
    return (await this.chain.provider.request({ method: "eth_call", params: [{ to, data }, "latest"] })) as Hex;
  }
}

const GAS_LIMIT = "0x1e8480"; // 2,000,000

/** What USDC says when an account is blacklisted; the SDK decodes it as a revert with that reason. */
const blacklisted = Object.assign(new MicroEscrowError("TransactionReverted", "The token blacklists an account."), {
  reason: "Blacklistable: account is blacklisted",
});

/** An error's code and fields; the digest of a signature, which the model does not know, and a transaction's hash aside. */
function plain(error: MicroEscrowError | undefined): Record<string, unknown> | undefined {
  if (error === undefined) return undefined;
  const { digest, transaction, data, name, ...rest } = { ...error } as Record<string, unknown>;
  return rest;
}

/** The same for a reader, with the sentence that the error is for people. */
function answer(error: MicroEscrowError | undefined): unknown {
  return error === undefined ? "done" : { ...plain(error), message: error.message };
}

/** The consents and the close as the contract's bits. */
function flagsOf({ clientConsented, freelancerConsented, closed }: AgreementState): bigint {
  return (clientConsented ? 1n : 0n) | (freelancerConsented ? 2n : 0n) | (closed ? 4n : 0n);
}

function wordsOf(data: Hex): readonly bigint[] {
  return (data.slice(2).match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`));
}

function add(amounts: Map<Address, bigint>, account: Address, amount: bigint): void {
  amounts.set(account, (amounts.get(account) ?? 0n) + amount);
}
