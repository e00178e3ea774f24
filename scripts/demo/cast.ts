/** Everybody in the stories, each with an account, a connection and an escrow client of their own. */
import { type Address, MicroEscrow, toAddress } from "@micro-escrow/sdk";
import type { JsonRpcSigner } from "ethers";
import { connect } from "./chain.ts";
import { type Person, type PersonKey, people } from "./gigs.ts";

export interface Member {
  readonly person: Person;
  readonly address: Address;
  readonly signer: JsonRpcSigner;
}

export type Cast = Readonly<Record<PersonKey, Member>>;

/** Gives everybody one of the accounts that the node holds the keys of. Account 0 stays with the deployer. */
export async function assemble(url: string): Promise<Cast> {
  const keys = Object.keys(people) as PersonKey[];
  const members = await Promise.all(
    keys.map(async (key, index) => {
      const signer = await connect(url).getSigner(index + 1);
      return [key, { person: people[key], address: toAddress(signer.address), signer }] as const;
    }),
  );
  return Object.fromEntries(members) as Cast;
}

/** Everybody's client of the deployed escrow: each checks for itself that it is the right contract. */
export async function connectAll(cast: Cast): Promise<Readonly<Record<PersonKey, MicroEscrow>>> {
  const clients = await Promise.all(
    Object.entries(cast).map(async ([key, { signer }]) => [key, await MicroEscrow.connect(signer)] as const),
  );
  return Object.fromEntries(clients) as Record<PersonKey, MicroEscrow>;
}
