/** What the stories play in. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Address,
  type Agreement,
  type DefineAgreementParameters,
  type DeliverableFile,
  defineAgreement,
  type EscrowEvent,
  type EscrowEventName,
  type EscrowEventOf,
  eventsOf,
  type MicroEscrow,
  type TokenDescription,
} from "@micro-escrow/sdk";
import { type ContentStorage, putContent, putScope } from "@micro-escrow/sdk/storage";
import type { HDNodeWallet, JsonRpcProvider } from "ethers";
import type { Cast } from "../demo/cast.ts";
import type { Stage } from "../demo/stage.ts";
import type { Sent, Usdc } from "../demo/usdc.ts";
import type { PersonKey, ServiceKey } from "./people.ts";
import type { Line, Service } from "./services.ts";

export interface World {
  readonly provider: JsonRpcProvider;
  readonly cast: Cast<PersonKey>;
  /** Everybody's own client of the escrow. */
  readonly escrow: Readonly<Record<PersonKey, MicroEscrow>>;
  /** The services' accounts, whose keys nobody else has. */
  readonly accounts: Readonly<Record<ServiceKey, HDNodeWallet>>;
  readonly usdc: Usdc;
  readonly token: Required<TokenDescription> & { readonly address: Address };
  /** Where everybody puts scopes, work, evidence, reports and reasons. */
  readonly storage: ContentStorage;
  readonly stage: Stage<PersonKey | ServiceKey>;
  /** Between the keeper and the node. */
  readonly line: Line;
  /** Runs a service with its section of the configuration. */
  readonly start: (name: ServiceKey, section: object) => Promise<Service>;
  /** The keeper that runs at present. */
  readonly keeper: () => Service;
  /** Another keeper in the place of one that was killed: same file, same state. */
  readonly startKeeper: () => Promise<void>;
}

/** What a story has to show for itself. */
export interface Told {
  readonly agreements: readonly Agreement[];
  /** The row of the table in which a milestone stands. */
  readonly rowOf: (agreement: Agreement, index: number) => string;
  /** Contracts of its own through which money passes. */
  readonly arbiters: readonly Address[];
  /** What was to happen, and whether the chain says so. */
  readonly happened: readonly { readonly what: string; readonly isSo: boolean }[];
}

/** An agreement in USDC, whose scope is stored for the services. */
export async function agree(
  { token, storage }: World,
  parameters: Omit<DefineAgreementParameters, "token">,
): Promise<Agreement> {
  const agreement = defineAgreement({ ...parameters, token });
  if (agreement.scope !== undefined) await putScope(storage, agreement.scope);
  return agreement;
}

/** Files of one folder of the scripts, as they are submitted. */
export const filesOf = (folder: string, names: readonly string[]): Promise<DeliverableFile[]> =>
  Promise.all(
    names.map(async (path) => ({
      path,
      bytes: new Uint8Array(await readFile(join(import.meta.dirname, folder, path))),
    })),
  );

/** Stores a file of this folder, and returns its hash. */
export const putFile = async ({ storage }: World, path: string) =>
  putContent(storage, await readFile(join(import.meta.dirname, path), "utf8"));

/** The last event of a kind on a milestone. */
export async function lastEvent<Name extends EscrowEventName>(
  { escrow }: World,
  agreement: Agreement,
  index: number,
  type: Name,
): Promise<EscrowEventOf<Name> | undefined> {
  const events: readonly EscrowEvent[] = eventsOf(await escrow.passerby.getTimeline(agreement));
  return events
    .filter((event): event is EscrowEventOf<Name> & EscrowEvent => event.type === type)
    .filter((event) => "index" in event && event.index === index)
    .at(-1);
}

/** A transaction that an event tells of. */
export const sentBy = ({ transaction }: { readonly transaction: string }): Sent => ({
  transaction: { hash: transaction },
});

/** Seconds. */
export const DAY = 86_400;
