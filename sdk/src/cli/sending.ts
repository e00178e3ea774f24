/**
 * The way to the endpoint of everything that is sent. Here, and nowhere else, it is certain what left this computer: an endpoint
 * may pass a transaction on and then fail to say so, and what was signed may cost more than what was asked about.
 */
import { formatEther, formatUnits, JsonRpcProvider, keccak256, Transaction } from "ethers";
import { unwrap } from "../revert.js";
import { ask } from "../rpc.js";
import type { Call, Hash } from "../types.js";
import { UsageError } from "./errors.js";

/** How many times the network fee that was shown may be paid: fees rise while somebody reads a question. */
const MOST = 3n;

/** What may be paid for a transaction: by its price, and where that was known by its gas too; both in wei. */
interface Limit {
  readonly price: bigint;
  readonly fee: bigint | undefined;
}

export class SendingProvider extends JsonRpcProvider {
  /** The transactions that were sent, or may have been, in their order. */
  readonly sent = new Set<Hash>();
  /** Whether an account of the endpoint's own may have sent one whose hash it did not say. */
  isUnsure = false;
  #limit: Limit | undefined;

  /**
   * What a call costs now, in words. From then on nothing is sent that costs more than three times that.
   *
   * @param call Left out where its gas cannot be known before: then its price is the limit.
   * @throws {MicroEscrowError} What the call would fail with.
   */
  async networkFee(call: Call | undefined, from: string): Promise<string> {
    const [gas, { maxFeePerGas, gasPrice }] = await Promise.all([
      call === undefined ? undefined : ask(this.estimateGas({ ...call, from })),
      ask(this.getFeeData()),
    ]);
    const price = maxFeePerGas ?? gasPrice ?? 0n;
    this.#limit = { price: MOST * price, fee: gas === undefined ? undefined : MOST * gas * price };
    return gas === undefined
      ? `at about ${formatUnits(price, "gwei")} gwei`
      : `about ${formatEther(gas * price)} ether`;
  }

  override async send(method: string, parameters: unknown[]): Promise<unknown> {
    if (method === "eth_sendTransaction") return this.#sendByNode(method, parameters);
    if (method !== "eth_sendRawTransaction") return super.send(method, parameters);
    const raw = String(parameters[0]);
    const hash = keccak256(raw) as Hash;
    this.#checkCost(Transaction.from(raw));
    this.sent.add(hash);
    try {
      return await super.send(method, parameters);
    } catch (error) {
      if (isRefusal(error)) this.sent.delete(hash);
      throw error;
    }
  }

  async #sendByNode(method: string, parameters: unknown[]): Promise<unknown> {
    this.isUnsure = true;
    try {
      const hash = await super.send(method, parameters);
      this.sent.add(hash as Hash);
      this.isUnsure = false;
      return hash;
    } catch (error) {
      if (isRefusal(error)) this.isUnsure = false;
      throw error;
    }
  }

  #checkCost({ gasLimit, maxFeePerGas, gasPrice }: Transaction): void {
    if (this.#limit === undefined) return;
    const price = maxFeePerGas ?? gasPrice ?? 0n;
    const fee = gasLimit * price;
    if (price <= this.#limit.price && (this.#limit.fee === undefined || fee <= this.#limit.fee)) return;
    throw new UsageError(
      `The network fee could be ${formatEther(fee)} ether now, more than three times what was shown: nothing was sent; try again, or use another endpoint.`,
    );
  }
}

/** Never reached: nothing listens there. */
const UNREACHED: readonly unknown[] = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"];

/** Whether a transaction that failed to be sent was certainly not sent. */
function isRefusal(error: unknown): boolean {
  const layers = unwrap(error);
  if (layers.some(({ code }) => UNREACHED.includes(code))) return true;
  // A server in between may have passed it on.
  if (layers.some(({ code }) => code === "SERVER_ERROR")) return false;
  const answer = layers.find(({ code }) => typeof code === "number");
  // What a node says that has it already, or had it: somebody passed it on twice.
  return answer !== undefined && !/already|known|nonce|time(d )?out/i.test(String(answer.message));
}
