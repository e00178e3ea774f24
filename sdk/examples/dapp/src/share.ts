/**
 * What one party hands to the other, as a file or in a link: an agreement, who signed it, and what belongs to it (texts,
 * deliverables, evidence). A link has it in its fragment, which browsers send to no server.
 *
 * Whatever comes in is somebody's word. Hashes are computed again and contents are kept under their own hash; signatures are
 * checked against the chain by whoever shows them.
 */
import {
  type Agreement,
  type AgreementId,
  type Hex,
  parseAgreement,
  type SignedSettlement,
  serializeAgreement,
  toAddress,
  toHash,
} from "@micro-escrow/sdk";

/** What is shared. */
export interface Share {
  /** The chain that it is for; `undefined` in an agreement's own file, which names none. */
  readonly chainId: number | undefined;
  readonly agreement: Agreement;
  /** Consents: signatures over the agreement. */
  readonly signatures: { readonly client?: Hex; readonly freelancer?: Hex };
  /** Texts and files; each is known by its SHA-256. */
  readonly contents: readonly Uint8Array[];
  /** One party's half of a settlement. */
  readonly settlement?: SignedSettlement;
}

/** The version of the format. */
const VERSION = 1;
/** Bytes that a link may unpack to: an agreement with the longest scope has less. */
const MOST_IN_LINK = 8 * 1_024 * 1_024;
/** Characters up to which messengers and mail programs commonly keep a link whole. */
const LONGEST_LINK = 8_000;

/** What came in is no share: the message says why. */
export class InvalidShareFileError extends Error {
  override readonly name = "InvalidShareFileError";
}

// ----------------------------------------------------------------------------------------------------------------- file

/** A share as the text of a file. */
export function toFile({ chainId, agreement, signatures, contents, settlement }: Share): string {
  const document = {
    microEscrowShare: VERSION,
    chainId,
    agreement: JSON.parse(serializeAgreement(agreement)) as unknown,
    signatures,
    contents: contents.map(toBase64),
    settlement,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * Reads a share, or an agreement's own file.
 *
 * @throws {InvalidShareFileError} When it is neither.
 * @throws {MicroEscrowError} When the agreement in it is none, or not what its hashes say: `InvalidAgreementFileError`,
 * `AgreementMismatchError`; or a settlement in it names no account or agreement: `InvalidAddressError`, `InvalidHashError`.
 */
export function fromFile(text: string): Share {
  const document = parseObject(text);
  if ("microEscrowAgreement" in document) {
    return { chainId: undefined, agreement: parseAgreement(text), signatures: {}, contents: [] };
  }
  if (document.microEscrowShare !== VERSION) throw new InvalidShareFileError("its microEscrowShare is not 1");
  const { chainId, signatures = {}, contents = [], settlement } = document;
  if (!Array.isArray(contents)) throw new InvalidShareFileError("its contents are no list");
  const { client, freelancer } = objectOf(signatures, "signatures");
  return {
    chainId: numberOf(chainId, "chainId"),
    agreement: parseAgreement(written(document.agreement)),
    signatures: {
      ...(client === undefined ? {} : { client: hexOf(client) }),
      ...(freelancer === undefined ? {} : { freelancer: hexOf(freelancer) }),
    },
    contents: contents.map(fromBase64),
    ...(settlement === undefined ? {} : { settlement: settlementOf(settlement) }),
  };
}

/** Half of a settlement. Whether the contract would take it is for who uses it to ask. */
function settlementOf(value: unknown): SignedSettlement {
  const { authorization, ...rest } = objectOf(value, "settlement");
  const { deadline, signature } = objectOf(authorization, "settlement's authorization");
  return {
    chainId: numberOf(rest.chainId, "settlement's chainId"),
    escrow: toAddress(textOf(rest.escrow, "settlement's escrow")),
    agreement: toHash(textOf(rest.agreement, "settlement's agreement")) as AgreementId,
    index: numberOf(rest.index, "settlement's index"),
    freelancerAmount: amountOf(rest.freelancerAmount),
    signer: toAddress(textOf(rest.signer, "settlement's signer")),
    authorization: { deadline: numberOf(deadline, "settlement's deadline"), signature: hexOf(signature) },
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(text), "file");
  } catch (error) {
    if (error instanceof InvalidShareFileError) throw error;
    throw new InvalidShareFileError("it is not JSON");
  }
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // What can be read can be too deep to be written.
    throw new InvalidShareFileError("its agreement goes too deep");
  }
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidShareFileError(`its ${what} is no object`);
}

function numberOf(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new InvalidShareFileError(`its ${what} is no number`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new InvalidShareFileError(`its ${what} is no text`);
}

/** Base units in decimal, as the contract can hold them (uint128). */
function amountOf(value: unknown): string {
  const text = textOf(value, "settlement's amount");
  if (/^(0|[1-9]\d{0,38})$/.test(text)) return text;
  throw new InvalidShareFileError("its settlement's amount is no amount");
}

function hexOf(value: unknown): Hex {
  if (typeof value === "string" && /^0x([0-9a-f]{2})+$/i.test(value)) return value as Hex;
  throw new InvalidShareFileError("a signature in it is not hexadecimal");
}

// ----------------------------------------------------------------------------------------------------------------- link

/** A share as the fragment of a link; `undefined` when it is too much for one, and has to be a file. */
export async function toFragment(share: Share): Promise<string | undefined> {
  if (share.contents.reduce((size, bytes) => size + bytes.length, 0) > MOST_IN_LINK / 2) return undefined;
  const compact = JSON.stringify(JSON.parse(toFile(share)));
  const fragment = toBase64(await through(new TextEncoder().encode(compact), new CompressionStream("deflate-raw")))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  return fragment.length > LONGEST_LINK ? undefined : fragment;
}

/**
 * Reads the fragment of a link.
 *
 * @throws As {@link fromFile} does.
 */
export async function fromFragment(fragment: string): Promise<Share> {
  let text: string;
  try {
    const packed = fromBase64(fragment.replaceAll("-", "+").replaceAll("_", "/"));
    text = new TextDecoder("utf-8", { fatal: true }).decode(
      await through(packed, new DecompressionStream("deflate-raw")),
    );
  } catch {
    throw new InvalidShareFileError("the link is not whole");
  }
  return fromFile(text);
}

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(stream).getReader();
  const parts: BlobPart[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MOST_IN_LINK) {
      await reader.cancel();
      throw new InvalidShareFileError("the link holds too much");
    }
    parts.push(value as BlobPart);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// --------------------------------------------------------------------------------------------------------------- base64

/** Bytes as base64 (RFC 4648). */
function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}

function fromBase64(text: unknown): Uint8Array {
  // Of what is no text, atob would take the name.
  if (typeof text !== "string") throw new InvalidShareFileError("something in it is no text");
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new InvalidShareFileError("something in it is not base64");
  }
}
