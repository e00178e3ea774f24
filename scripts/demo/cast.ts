/** Everybody in the stories, each with an account, a connection and an escrow client of their own. */
import { type Address, MicroEscrow, toAddress } from "@micro-escrow/sdk";
import type { JsonRpcSigner } from "ethers";
import { connect } from "./chain.ts";
import type { Person } from "./gigs.ts";

export interface Member {
  readonly person: Person;
  readonly address: Address;
  readonly signer: JsonRpcSigner;
}

export type Cast<Who extends string> = Readonly<Record<Who, Member>>;

/** Gives everybody one of the accounts that the node holds the keys of. Account 0 stays with the deployer. */
export async function assemble<Who extends string>(
  url: string,
  people: Readonly<Record<Who, Person>>,
): Promise<Cast<Who>> {
  const members = await Promise.all(
    Object.entries<Person>(people).map(async ([key, person], index) => {
      const signer = await connect(url).getSigner(index + 1);
      return [key, { person, address: toAddress(signer.address), signer }] as const;
    }),
  );
  return Object.fromEntries(members) as Cast<Who>;
}

/** Everybody's client of the deployed escrow: each checks for itself that it is the right contract. */
export async function connectAll<Who extends string>(cast: Cast<Who>): Promise<Readonly<Record<Who, MicroEscrow>>> {
  const clients = await Promise.all(
    Object.entries<Member>(cast).map(async ([key, { signer }]) => [key, await MicroEscrow.connect(signer)] as const),
  );
  return Object.fromEntries(clients) as Record<Who, MicroEscrow>;
}
