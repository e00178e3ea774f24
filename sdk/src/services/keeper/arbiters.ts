/**
 * The arbiter contracts that agreements name, each proven to be what it says it is, at this escrow. Nothing else is called: an
 * agreement can name any contract.
 */
import { type Appealable, getAppealable } from "../../arbiters/appealable.js";
import { GAS_OF_UNPROVEN, view } from "../../arbiters/contract.js";
import { getKleros, type Kleros } from "../../arbiters/kleros.js";
import { getPanel, type Panel, panelArbiterInterface } from "../../arbiters/panel.js";
import { NoCodeError, RpcError, WrongContractError } from "../../errors.js";
import type { EscrowConnection } from "../../rpc.js";
import type { Address } from "../../types.js";
import { Aside } from "../aside.js";

/** One of this project's arbiter contracts. */
export type Arbiter = { readonly address: Address } & (
  | { readonly type: "appealable"; readonly terms: Appealable }
  | { readonly type: "kleros"; readonly terms: Kleros }
  | { readonly type: "panel"; readonly terms: Panel }
);

/** Seconds after which an address is looked at again at the latest: without code, which may come yet, and with other code. */
const LONGEST_EMPTY = 600;
const LONGEST_FOREIGN = 6 * 3_600;

export class Arbiters {
  readonly #connection: EscrowConnection;
  /** What is proven stays so: an address of CREATE2 has one code. */
  readonly #known = new Map<Address, Promise<Arbiter | undefined>>();
  readonly #foreign = new Aside();

  constructor(connection: EscrowConnection) {
    this.#connection = connection;
  }

  /**
   * The arbiter at an address.
   *
   * @returns `undefined` when it is a person, any other contract, or hears another escrow's disputes.
   * @throws {RpcError} When the endpoint does not answer.
   */
  async at(address: Address): Promise<Arbiter | undefined> {
    if (this.#foreign.has(address)) return undefined;
    const known = this.#known.get(address) ?? this.#prove(address);
    this.#known.set(address, known);
    try {
      const arbiter = await known;
      if (arbiter === undefined) this.#known.delete(address);
      return arbiter;
    } catch (error) {
      this.#known.delete(address);
      throw error;
    }
  }

  async #prove(address: Address): Promise<Arbiter | undefined> {
    let longest = LONGEST_FOREIGN;
    try {
      // What does not even say so is asked nothing more.
      const options = { gasLimit: GAS_OF_UNPROVEN };
      const [said] = await view(this.#connection, panelArbiterInterface, address, "ESCROW", [], options);
      const arbiter = said === this.#connection.escrow ? await this.#read(address) : undefined;
      if (arbiter?.terms.escrow === this.#connection.escrow) return arbiter;
    } catch (error) {
      // Nonsense is what the contract says, or an endpoint that shows it in everything else too.
      if (error instanceof RpcError && (error.reason === "unreachable" || error.reason === "timeout")) throw error;
      if (error instanceof NoCodeError) longest = LONGEST_EMPTY;
    }
    this.#foreign.put(address, longest, false);
    return undefined;
  }

  async #read(address: Address): Promise<Arbiter> {
    const connection = this.#connection;
    const kinds = [
      async () => ({ address, type: "appealable", terms: await getAppealable(connection, address) }) as const,
      async () => ({ address, type: "panel", terms: await getPanel(connection, address) }) as const,
    ];
    for (const read of kinds) {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof WrongContractError)) throw error;
      }
    }
    return { address, type: "kleros", terms: await getKleros(connection, address) };
  }
}
