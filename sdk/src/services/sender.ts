/**
 * Sends transactions of one account so that a crash at any moment sends none twice and leaves no number out. What is signed is
 * in the journal before it leaves. From then on its number is taken: it is sent again as it is, or replaced under the same number
 * with a higher fee, of which the chain takes one at most. Only when it is in a block that stays is it forgotten.
 *
 * The account is this service's alone: nothing else should send from it.
 */
import type { Block, JsonRpcProvider, Signer, TransactionReceipt } from "ethers";
import { formatEther, formatUnits, keccak256, Transaction } from "ethers";
import { toAddress } from "../address.js";
import { RpcError } from "../errors.js";
import { ask, type EscrowConnection, finalBlock } from "../rpc.js";
import type { Address, Call, Hash, Hex } from "../types.js";
import { Journal } from "./journal.js";
import { type Log, wordsOf } from "./log.js";
import type { Monitor } from "./monitor.js";

/** What may be paid. */
export interface SenderLimits {
  /** Wei for a unit of gas at most; above it, nothing is sent or replaced. */
  readonly maxFeePerGas: bigint;
  /** Seconds after which a transaction that is in no block is replaced with a higher fee. */
  readonly stuckAfter: number;
  /** Wei that the account should have; with less, the service counts as unhealthy. */
  readonly minimumBalance: bigint;
}

/** What is to be sent. */
export interface Sending {
  readonly call: Pick<Call, "to" | "data">;
  readonly gasLimit: bigint;
  /** What it is about, a text for each thing: while it is under way, nothing else is sent about them. */
  readonly subjects: readonly string[];
}

/** A transaction in a block, which may still be reorganized. */
export interface Mined {
  readonly receipt: TransactionReceipt;
  readonly subjects: readonly string[];
}

/** What the journal has: each transaction that was signed, and each number that is done with. */
type Entry =
  | { readonly type: "signed"; readonly nonce: number; readonly raw: Hex; readonly subjects: readonly string[] }
  | { readonly type: "settled"; readonly nonce: number };

const TITLE = "micro-escrow transactions 1";
/** A journal of more records is emptied when nothing in it matters any more. */
const MOST_RECORDS = 1_000;
/** Transactions that may wait for a block at the same time. */
const MOST_UNDER_WAY = 8;

/** One of the transactions that were signed for a number. */
interface Signed {
  readonly transaction: Transaction;
  readonly hash: Hash;
  readonly raw: Hex;
  readonly subjects: readonly string[];
}

/** A number that is taken, until what has it is in a block that stays. */
class Slot {
  readonly nonce: number;
  /** The first transaction, and its replacements. */
  readonly signed: Signed[] = [];
  /** When the last one was sent, milliseconds of this process' clock; `undefined` when it has to be sent. */
  sentAt: number | undefined;
  /** Whether the endpoint refused the last one: then another may have its number. */
  isRefused = false;
  mined: Mined | undefined;
  /** The block in which the number was first seen to be used by none of these. */
  foreignSince: number | undefined;

  constructor(nonce: number) {
    this.nonce = nonce;
  }

  get last(): Signed {
    const last = this.signed.at(-1);
    if (last === undefined) throw new RangeError("a number without a transaction");
    return last;
  }
}

/** Wei for a unit of gas. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  /** What is likely paid. */
  readonly expected: bigint;
}

/** What a sender works with. */
export interface SenderParameters {
  /** The journal's file, of this account on this chain alone. */
  readonly file: string;
  readonly connection: EscrowConnection;
  readonly provider: JsonRpcProvider;
  readonly signer: Signer;
  readonly limits: SenderLimits;
  readonly log: Log;
  readonly monitor: Monitor;
  /** Told of each transaction that is in a block, and again when it comes into another one. */
  readonly onMined: (mined: Mined) => void;
}

/** What a transaction costs now; `undefined` when that is more than it may cost, wei for a unit of gas. */
export async function feesAt(provider: JsonRpcProvider, block: Block, limit: bigint): Promise<Fees | undefined> {
  const tip = (await ask(provider.getFeeData())).maxPriorityFeePerGas ?? 0n;
  const base = block.baseFeePerGas ?? 0n;
  if (base + tip > limit) return undefined;
  // The base fee can double in six blocks.
  const most = 2n * base + tip;
  return { maxFeePerGas: most > limit ? limit : most, maxPriorityFeePerGas: tip, expected: base + tip };
}

export class Sender {
  readonly account: Address;
  readonly #parameters: SenderParameters;
  readonly #journal: Journal<Entry>;
  readonly #slots: Slot[] = [];
  #count: (result: "sent" | "resent" | "replaced" | "mined" | "reverted" | "reorganized" | "refused") => void =
    () => {};
  #nextNonce = 0;
  #transactionCount = 0;
  #balance: bigint | undefined;

  private constructor(account: Address, parameters: SenderParameters, journal: Journal<Entry>) {
    this.account = account;
    this.#parameters = parameters;
    this.#journal = journal;
  }

  /** Opens the journal, and takes up what was under way. */
  static async open(parameters: SenderParameters): Promise<Sender> {
    const account = toAddress(await ask(parameters.signer.getAddress()));
    const { journal, records } = await Journal.open<Entry>(parameters.file, TITLE);
    const sender = new Sender(account, parameters, journal);
    for (const record of records) {
      if (record.type === "signed") sender.#take(record);
      else sender.#leave(record.nonce);
    }
    if (sender.#slots.length === 0 && records.length > MOST_RECORDS) await journal.clear();
    sender.#report();
    if (sender.#slots.length > 0) {
      parameters.log.info({ open: sender.#slots.map(({ last }) => last.hash) }, "Taking up what was under way");
    }
    return sender;
  }

  /** What transactions are about that are in no block: they may still come into one. */
  get underWay(): ReadonlySet<string> {
    return new Set(this.#waiting.flatMap(({ signed }) => signed.flatMap(({ subjects }) => subjects)));
  }

  /** Whether more can be sent now. */
  get hasRoom(): boolean {
    return this.#waiting.length < MOST_UNDER_WAY;
  }

  get #waiting(): readonly Slot[] {
    return this.#slots.filter(({ mined, isRefused }) => mined === undefined && !isRefused);
  }

  /**
   * Looks at everything that is under way, as of a block: what is in a block, what fell out of one, what has to be sent again
   * or with a higher fee.
   *
   * @throws {StateTakenError} When another process uses the journal.
   */
  async advance(block: Block): Promise<void> {
    const { provider, connection } = this.#parameters;
    const [count, balance, final] = await Promise.all([
      ask(provider.getTransactionCount(this.account, block.number)),
      ask(provider.getBalance(this.account, block.number)),
      finalBlock(provider, "finalized", block.number),
    ]);
    [this.#transactionCount, this.#balance] = [count, balance];
    // Not a chain that this journal is of, or a node that is behind.
    const first = this.#slots[0]?.nonce ?? this.#nextNonce;
    if (count < first) {
      const details = `it counts ${count} transactions of ${this.account} on chain ${connection.chainId}, and ${first} are in blocks that stay; if the chain was set back, remove the state folder`;
      throw new RpcError({ reason: "malformed", details });
    }
    for (const slot of [...this.#slots]) {
      if (slot.nonce < count) await this.#settle(slot, block.number, final);
      else await this.#push(slot, block);
    }
  }

  /** What a transaction costs now; `undefined` when that is more than it may. */
  async fees(block: Block): Promise<Fees | undefined> {
    const { provider, limits } = this.#parameters;
    return feesAt(provider, block, limits.maxFeePerGas);
  }

  /**
   * Signs, records and sends a transaction; it does not wait for a block.
   *
   * @returns What came of it: `"poor"` when the account has too little for it, and nothing was signed.
   * @throws {StateTakenError} When another process uses the journal; then nothing was sent.
   */
  async send(sending: Sending, fees: Fees): Promise<"sent" | "refused" | "poor"> {
    const cost = sending.gasLimit * fees.maxFeePerGas;
    if (this.#balance !== undefined && this.#balance < cost) {
      this.#parameters.log.warn({ account: this.account, needed: formatEther(cost) }, "The account has too little");
      return "poor";
    }
    const refused = this.#slots.find((slot) => slot.isRefused && slot.mined === undefined);
    const nonce = refused?.nonce ?? Math.max(this.#nextNonce, this.#transactionCount);
    // Where one was refused, it may be known to others: what replaces it must pay more.
    const raised = refused === undefined ? fees : (this.#raised(refused.last, fees) ?? fees);
    const slot = await this.#sign(nonce, sending, raised);
    if (this.#balance !== undefined) this.#balance -= cost;
    await this.#broadcast(slot, "sent");
    return slot.isRefused ? "refused" : "sent";
  }

  // ------------------------------------------------------------------------------------------------------------ inside

  #report(): void {
    const { monitor, limits } = this.#parameters;
    const transactions = monitor.counter("transactions_total", "Transactions, by what came of them", ["result"]);
    this.#count = (result) => transactions.inc({ result });
    monitor.gauge("transactions_open", "Transactions that are in no block that stays", () => this.#slots.length);
    monitor.gauge("account_balance_ether", "Balance of the service's account, in the chain's coin", () =>
      Number(formatEther(this.#balance ?? 0n)),
    );
    monitor.check(() =>
      this.#balance !== undefined && this.#balance < limits.minimumBalance
        ? `The account ${this.account} has ${formatEther(this.#balance)} of the chain's coin, less than ${formatEther(limits.minimumBalance)}.`
        : undefined,
    );
  }

  #take({ nonce, raw, subjects }: Extract<Entry, { type: "signed" }>): Slot {
    let slot = this.#slots.find((one) => one.nonce === nonce);
    if (slot === undefined) {
      slot = new Slot(nonce);
      this.#slots.push(slot);
      this.#slots.sort((a, b) => a.nonce - b.nonce);
    }
    slot.signed.push({ transaction: Transaction.from(raw), hash: keccak256(raw) as Hash, raw, subjects });
    slot.sentAt = undefined;
    slot.isRefused = false;
    this.#nextNonce = Math.max(this.#nextNonce, nonce + 1);
    return slot;
  }

  #leave(nonce: number): void {
    const position = this.#slots.findIndex((slot) => slot.nonce === nonce);
    if (position >= 0) this.#slots.splice(position, 1);
    this.#nextNonce = Math.max(this.#nextNonce, nonce + 1);
  }

  async #sign(nonce: number, { call, gasLimit, subjects }: Sending, fees: Omit<Fees, "expected">): Promise<Slot> {
    const { signer, connection } = this.#parameters;
    const { maxFeePerGas, maxPriorityFeePerGas } = fees;
    const raw = (await signer.signTransaction({
      ...{ type: 2, chainId: connection.chainId, nonce, to: call.to, data: call.data, value: 0n },
      ...{ gasLimit, maxFeePerGas, maxPriorityFeePerGas },
    })) as Hex;
    const entry = { type: "signed", nonce, raw, subjects } as const;
    await this.#journal.append(entry);
    return this.#take(entry);
  }

  /** A number that is used: by which of its transactions, and whether that stays. */
  async #settle(slot: Slot, latest: number, final: number): Promise<void> {
    const { provider, log, onMined } = this.#parameters;
    const receipts = await Promise.all(slot.signed.map(({ hash }) => ask(provider.getTransactionReceipt(hash))));
    const position = receipts.findIndex((receipt) => receipt !== null);
    const [receipt, signed] = [receipts[position], slot.signed[position]];
    if (!receipt || signed === undefined) {
      // A node may not have it yet.
      slot.foreignSince ??= latest;
      if (slot.foreignSince > final) return;
      log.warn({ nonce: slot.nonce }, "Another transaction of this account has the number: nothing else should use it");
    } else {
      slot.foreignSince = undefined;
      if (slot.mined?.receipt.blockHash !== receipt.blockHash) {
        slot.mined = { receipt, subjects: signed.subjects };
        const { hash, blockNumber: block, status, gasUsed, gasPrice } = receipt;
        this.#count(status === 1 ? "mined" : "reverted");
        log.info(
          { transaction: hash, block, status, gasUsed: `${gasUsed}`, fee: formatEther(gasUsed * gasPrice) },
          "Mined",
        );
        onMined(slot.mined);
      }
      if (receipt.blockNumber > final) return;
    }
    await this.#journal.append({ type: "settled", nonce: slot.nonce });
    this.#leave(slot.nonce);
  }

  /** A number that is not used: what has it is sent again, or replaced. */
  async #push(slot: Slot, block: Block): Promise<void> {
    const { log, limits } = this.#parameters;
    if (slot.mined !== undefined) {
      log.warn({ transaction: slot.mined.receipt.hash }, "A reorganization took it out of its block: sending it again");
      this.#count("reorganized");
      [slot.mined, slot.sentAt] = [undefined, undefined];
    }
    slot.foreignSince = undefined;
    if (slot.sentAt === undefined) return this.#broadcast(slot, "resent");
    if (performance.now() - slot.sentAt < limits.stuckAfter * 1_000) return;
    const fees = await this.fees(block);
    const raised = fees && !slot.isRefused ? this.#raised(slot.last, fees) : undefined;
    if (raised === undefined) return this.#broadcast(slot, "resent");
    const { to, data, gasLimit } = slot.last.transaction;
    const call = { to: toAddress(to ?? ""), data: data as Hex };
    log.info({ replaced: slot.last.hash, gwei: formatUnits(raised.maxFeePerGas, "gwei") }, "Stuck: replacing it");
    return this.#broadcast(
      await this.#sign(slot.nonce, { call, gasLimit, subjects: slot.last.subjects }, raised),
      "replaced",
    );
  }

  /** Fees for a replacement, which nodes take when both are higher by an eighth; `undefined` when that is above the limit. */
  #raised({ transaction }: Signed, fees: Fees): Omit<Fees, "expected"> | undefined {
    const raise = (fee: bigint | null) => ((fee ?? 0n) * 1_125n + 999n) / 1_000n;
    const larger = (one: bigint, other: bigint) => (one > other ? one : other);
    const { maxFeePerGas: limit } = this.#parameters.limits;
    const least = raise(transaction.maxFeePerGas);
    if (least > limit) return undefined;
    const maxFeePerGas = larger(least, fees.maxFeePerGas);
    const tip = larger(raise(transaction.maxPriorityFeePerGas), fees.maxPriorityFeePerGas);
    return { maxFeePerGas, maxPriorityFeePerGas: tip > maxFeePerGas ? maxFeePerGas : tip };
  }

  async #broadcast(slot: Slot, result: "sent" | "resent" | "replaced"): Promise<void> {
    const { provider, log } = this.#parameters;
    const { raw, hash } = slot.last;
    slot.sentAt = performance.now();
    try {
      await ask(provider.send("eth_sendRawTransaction", [raw]));
    } catch (error) {
      const words = wordsOf(error);
      if (isKnown(words.reason)) return;
      if (error instanceof RpcError && error.reason !== "refused") {
        slot.sentAt = undefined;
        throw error;
      }
      slot.isRefused = true;
      this.#count("refused");
      log.warn({ transaction: hash, nonce: slot.nonce, ...words }, "The endpoint refused it");
      return;
    }
    slot.isRefused = false;
    this.#count(result);
    log.info({ transaction: hash, nonce: slot.nonce }, result === "sent" ? "Sent" : `Sent: ${result}`);
  }
}

/** What nodes say of a transaction that they have or had, or of which they have one with a higher fee. */
function isKnown(reason: string): boolean {
  return /already|known|exists|nonce|underpriced|replacement/i.test(reason);
}
