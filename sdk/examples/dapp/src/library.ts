/**
 * What this browser keeps: the agreements that its user made or opened, who signed them, and files by their hash. There is no
 * server, so what is not kept here or by the other party is lost; the chain has hashes alone.
 */
import {
  type Address,
  type Agreement,
  type AgreementId,
  type Hash,
  parseAgreement,
  type SignedSettlement,
  serializeAgreement,
} from "@micro-escrow/sdk";
import { ContentMissingError, type ContentStorage, putContent } from "@micro-escrow/sdk/storage";
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Share } from "./share.ts";
import { shelfOf } from "./shelf.ts";

/** An agreement that is kept. */
export interface Kept {
  readonly agreement: Agreement;
  readonly chainId: number;
  readonly signatures: Share["signatures"];
  /** The last half of a split of each milestone and signer: one's own, coming back in a link, does not replace the other's. */
  readonly settlements: Readonly<Record<string, SignedSettlement>>;
  /** When it was last changed here, milliseconds since 1970. */
  readonly changedAt: number;
}

/** As it is stored: the agreement as the text of its file. */
type Stored = Omit<Kept, "agreement"> & { readonly file: string };

const agreements = shelfOf<Stored>("micro-escrow-agreements", "agreements");
const contents = shelfOf<Uint8Array>("micro-escrow-contents", "contents");

/** The files that are kept here, for the SDK's functions on deliverables. */
export const files: ContentStorage = {
  async write(hash, bytes) {
    await contents.set(hash, bytes);
  },
  async *read(hash) {
    const bytes = await contents.get(hash);
    if (bytes === undefined) throw new ContentMissingError({ hash });
    yield bytes;
  },
};

/** The content with a hash, unchecked; `undefined` when it is not kept here. */
export const contentOf = (hash: Hash): Promise<Uint8Array | undefined> => contents.get(hash);

/** What was read before, by its id: to check that an agreement is what its hashes say takes time. */
const parsed = new Map<string, { readonly file: string; readonly agreement: Agreement }>();

function parse(file: string, name: string): Agreement {
  const before = parsed.get(name);
  const agreement = before?.file === file ? before.agreement : parseAgreement(file);
  parsed.set(name, { file, agreement });
  return agreement;
}

/** The same terms make the same agreement on each chain, but what is signed for one counts for no other. */
const nameOf = (chainId: number, id: AgreementId) => `${chainId} ${id}`;

const halfOf = ({ index, signer }: Pick<SignedSettlement, "index" | "signer">) => `${index} ${signer}`;

/** The half of a split that somebody has signed for a milestone, if it is kept. */
export const settlementOf = (kept: Kept | undefined, index: number, signer: Address): SignedSettlement | undefined =>
  kept?.settlements[halfOf({ index, signer })];

/** What is stored, read; `undefined` when it is nothing that this version of the page has written. */
function fromStored(stored: Stored, name: string): Kept | undefined {
  try {
    const { file, signatures, settlements, changedAt, chainId } = stored;
    const agreement = parse(file, name);
    const isWhole = [signatures, settlements].every((one) => typeof one === "object" && one !== null);
    return isWhole && typeof changedAt === "number"
      ? { agreement, chainId, signatures, settlements, changedAt }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps what was shared, beside what was kept of the agreement before.
 *
 * @param chainId The chain that it is for, where the share does not say.
 * @throws {StorageFailedError} When there is no room for all of it: the agreement is kept first, and then its contents.
 */
export async function keep(
  share: Omit<Share, "contents"> & Partial<Pick<Share, "contents">>,
  chainId: number,
): Promise<void> {
  const { agreement, signatures, settlement } = share;
  const chain = share.chainId ?? chainId;
  const file = serializeAgreement(agreement);
  const name = nameOf(chain, agreement.id);
  await agreements.update(name, (stored) => {
    const before = stored && fromStored(stored, name);
    // What has a scope says more than what has none.
    const isLess = agreement.scope === undefined && before?.agreement.scope !== undefined;
    return {
      file: isLess && stored ? stored.file : file,
      chainId: chain,
      signatures: { ...before?.signatures, ...signatures },
      settlements: { ...before?.settlements, ...(settlement && { [halfOf(settlement)]: settlement }) },
      changedAt: Date.now(),
    };
  });
  for (const bytes of share.contents ?? []) await putContent(files, bytes);
}

/** What is kept for a chain. */
export interface Library {
  /** The last changed first. */
  readonly kept: readonly Kept[];
  /** How many agreements are kept that cannot be read. */
  readonly unreadable: number;
  /** Whether it outlasts the tab. */
  readonly isLasting: boolean;
}

/** Reads all that is kept for a chain. */
export async function readLibrary(chainId: number): Promise<Library> {
  const all = (await agreements.entries()).filter(([name]) => name.startsWith(`${chainId} `));
  const kept = all.flatMap(([name, stored]) => {
    const one = fromStored(stored, name);
    return one !== undefined && nameOf(chainId, one.agreement.id) === name ? [one] : [];
  });
  return {
    kept: kept.sort((a, b) => b.changedAt - a.changedAt),
    unreadable: all.length - kept.length,
    isLasting: await agreements.isLasting(),
  };
}

/** The key of everything that is read from here. */
export const LIBRARY = "library";

function libraryQuery(chainId: number) {
  return queryOptions({
    queryKey: [LIBRARY, "agreements", chainId],
    queryFn: () => readLibrary(chainId),
    staleTime: Number.POSITIVE_INFINITY,
    // Somebody may have opened something in another tab.
    refetchOnWindowFocus: "always",
    structuralSharing: false,
  });
}

const keptOf = ({ kept }: Library) => kept;

/** All agreements that are kept for a chain, the last changed first. */
export const useKeptAgreements = (chainId: number) => useQuery({ ...libraryQuery(chainId), select: keptOf });

/** How well this browser keeps what is for a chain. */
export const useLibrary = (chainId: number) => useQuery(libraryQuery(chainId));

/** Forgets everything. */
export async function forget(): Promise<void> {
  await agreements.clear();
  await contents.clear();
}
