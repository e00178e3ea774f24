/**
 * What this browser keeps: the agreements that its user made or opened, who signed them, and files by their hash. There is no
 * server, so what is not kept here or by the other party is lost; the chain has hashes alone.
 */
import {
  type Agreement,
  type AgreementId,
  type Hash,
  type Hex,
  parseAgreement,
  type SignedSettlement,
  serializeAgreement,
} from "@micro-escrow/sdk";
import { ContentMissingError, type ContentStorage, putContent } from "@micro-escrow/sdk/storage";
import { useQuery } from "@tanstack/react-query";
import { clear, createStore, entries, get, set, update } from "idb-keyval";
import type { Share } from "./share.ts";

/** An agreement that is kept. */
export interface Kept {
  readonly agreement: Agreement;
  readonly chainId: number;
  readonly signatures: Share["signatures"];
  /** The last proposal of each milestone to split it, by its index: one party's half. */
  readonly settlements: Readonly<Record<number, SignedSettlement>>;
  /** When it was last changed here, milliseconds since 1970. */
  readonly changedAt: number;
}

/** As it is stored: the agreement as the text of its file. */
type Stored = Omit<Kept, "agreement"> & { readonly file: string };

const agreements = createStore("micro-escrow-agreements", "agreements");
const contents = createStore("micro-escrow-contents", "contents");

/** The files that are kept here, for the SDK's functions on deliverables. */
export const files: ContentStorage = {
  async write(hash, bytes) {
    await set(hash, bytes, contents);
  },
  async *read(hash) {
    const bytes = await get<Uint8Array>(hash, contents);
    if (bytes === undefined) throw new ContentMissingError({ hash });
    yield bytes;
  },
};

/** The content with a hash, unchecked; `undefined` when it is not kept here. */
export const contentOf = (hash: Hash): Promise<Uint8Array | undefined> => get<Uint8Array>(hash, contents);

/** What was read before, by its id: to check that an agreement is what its hashes say takes time. */
const parsed = new Map<string, { readonly file: string; readonly agreement: Agreement }>();

function fromStored({ file, ...rest }: Stored, id: AgreementId): Kept {
  const before = parsed.get(id);
  const agreement = before?.file === file ? before.agreement : parseAgreement(file);
  parsed.set(id, { file, agreement });
  return { ...rest, agreement };
}

/**
 * Keeps what was shared, beside what was kept of the agreement before.
 *
 * @param chainId The chain that it is for, where the share does not say.
 */
export async function keep(
  share: Omit<Share, "contents"> & Partial<Pick<Share, "contents">>,
  chainId: number,
): Promise<void> {
  for (const bytes of share.contents ?? []) await putContent(files, bytes);
  const { agreement, signatures, settlement } = share;
  await update<Stored>(
    agreement.id,
    (before) => ({
      // What has a scope says more than what has none.
      file: agreement.scope === undefined && before !== undefined ? before.file : serializeAgreement(agreement),
      chainId: share.chainId ?? before?.chainId ?? chainId,
      signatures: { ...before?.signatures, ...signatures },
      settlements: { ...before?.settlements, ...(settlement && { [settlement.index]: settlement }) },
      changedAt: Date.now(),
    }),
    agreements,
  );
}

/** Keeps a party's consent. */
export const keepSignature = (agreement: Agreement, chainId: number, party: "client" | "freelancer", signature: Hex) =>
  keep({ agreement, chainId, signatures: { [party]: signature } }, chainId);

/** All agreements that are kept for a chain, the last changed first. */
export async function readKept(chainId: number): Promise<readonly Kept[]> {
  const all = await entries<AgreementId, Stored>(agreements);
  return all
    .filter(([, stored]) => stored.chainId === chainId)
    .sort(([, a], [, b]) => b.changedAt - a.changedAt)
    .map(([id, stored]) => fromStored(stored, id));
}

/** The key of everything that is read from here. */
export const LIBRARY = "library";

/** All agreements that are kept for a chain, the last changed first. */
export function useKeptAgreements(chainId: number) {
  return useQuery({
    queryKey: [LIBRARY, "agreements", chainId],
    queryFn: () => readKept(chainId),
    networkMode: "always",
    staleTime: Number.POSITIVE_INFINITY,
    // Somebody may have opened something in another tab.
    refetchOnWindowFocus: "always",
    structuralSharing: false,
  });
}

/** Forgets everything. */
export async function forget(): Promise<void> {
  await clear(agreements);
  await clear(contents);
}
