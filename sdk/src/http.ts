/**
 * Storages that are reached over HTTP: any server that takes PUT and GET, and an IPFS node's own interface (Kubo).
 */

import { checkBoolean, checkObject, checkText } from "./check.js";
import type { ContentStorage } from "./content.js";
import { cidOf } from "./deliverables.js";
import { ContentMissingError, ContentTooLargeError, InvalidParameterError, StorageFailedError } from "./errors.js";
import { pause } from "./rpc.js";
import { inert } from "./text.js";
import type { Hash } from "./types.js";

/** Where a server keeps content, and what it wants to know. */
export interface HttpStorageOptions {
  /**
   * What the content's name, its CID, is put behind: `https://files.example/escrow` for `https://files.example/escrow/bafkrei…`.
   * A query stays behind the name, as a signature (Azure's SAS) or `?format=raw` for an IPFS gateway.
   */
  readonly url: string;
  /** Sent with every request, to this server alone: `{ authorization: "Bearer …" }`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where an IPFS node listens, and what it wants to know. */
export interface KuboStorageOptions {
  /** The RPC interface of the node: `http://127.0.0.1:5001`. */
  readonly api: string;
  /** Sent with every request, to this node alone: `{ authorization: "Bearer …" }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Whether to read only what the node itself has. By default it looks in the whole network, where nothing is ever known to be
   * missing: what nobody has ends in a timeout. Pass true to be told at once.
   */
  readonly offline?: boolean;
}

/**
 * The largest block that every IPFS node takes and passes on: Kubo refused more than 1 MiB up to its version 0.39, and more than
 * 2 MiB since.
 */
const MAX_BLOCK_SIZE = 1_024 * 1_024;

/** Milliseconds to wait before each further attempt. */
const RETRIES = [100, 300, 900] as const;

/** Answers of what is busy, or has somebody busy behind it: another attempt may do. */
const BUSY = [429, 502, 503, 504];
/** A server that fails may also do better; a node answers with 500 whatever it refuses. */
const FAILING = [500, ...BUSY];

/** Characters of a server's words that are looked at. */
const MAX_WORDS = 2_000;

/**
 * A server that keeps content by PUT and gives it by GET, at `url` and the content's CID. It need not be trusted, only be
 * there: what it gives is checked. It also reads from an IPFS gateway (`https://ipfs.io/ipfs?format=raw`).
 *
 * When it is busy it is asked up to three times more. Redirects are followed only to read, and only without headers, which
 * are for this server alone. For pages of another origin the server must allow CORS, with the method PUT, these headers and
 * content-type. Let it refuse to replace what is there: nobody is deceived, but content could be destroyed.
 *
 * @throws {InvalidParameterError} When the address is none of http or https, or a header is not text.
 * @example
 * const storage = httpStorage({ url: "https://files.example/escrow", headers: { authorization: "Bearer secret" } });
 * const scope = await getScope(storage, agreement.terms.details);
 */
export function httpStorage(options: HttpStorageOptions): ContentStorage {
  const { url, headers } = checkObject(options, "options with the url of a server");
  const base = readUrl(url);
  const sent = readHeaders(headers);
  const addressOf = (hash: Hash): URL => {
    const address = new URL(base);
    address.pathname = `${base.pathname.replace(/\/+$/, "")}/${cidOf(hash)}`;
    return address;
  };
  const redirect = Object.keys(sent).length === 0 ? "follow" : "manual";
  return {
    async write(hash, bytes, signal) {
      const body = bytes as Uint8Array<ArrayBuffer>;
      // Strangers' bytes, which no browser shall take for a page of this server's.
      const described = { "content-type": "application/octet-stream", ...sent };
      // A redirected PUT may become a GET, whose success says nothing.
      const init = { method: "PUT", headers: described, body, signal, redirect: "manual" } as const;
      const response = await request(addressOf(hash), init, FAILING);
      if (response.status === 413) throw new ContentTooLargeError({ hash, limit: undefined, during: "writing" });
      if (!response.ok) throw refusal(base, response);
    },
    async *read(hash, signal) {
      const response = await request(addressOf(hash), { headers: sent, signal, redirect }, FAILING);
      if ([404, 410].includes(response.status)) throw new ContentMissingError({ hash });
      if (!response.ok) throw refusal(base, response);
      yield* piecesOf(response);
    },
  };
}

/**
 * An IPFS node that keeps content as pinned raw blocks, through its RPC interface (Kubo). Whoever knows a hash can then get the
 * content from the whole network by its CID, for as long as a node keeps it. A block has at most 1 MiB; of several files each
 * may have as much.
 *
 * Whoever reaches this interface controls the node: let no stranger. It answers only pages of origins that its
 * configuration allows (`API.HTTPHeaders`); others read through a gateway, see {@link httpStorage}.
 *
 * @throws {InvalidParameterError} When the address is none of http or https, or a header is not text.
 * @example
 * const storage = kuboStorage({ api: "http://127.0.0.1:5001" });
 * const deliverable = await putDeliverable(storage, [{ path: "article-1.md", bytes }]);
 */
export function kuboStorage(options: KuboStorageOptions): ContentStorage {
  const { api, headers, offline = false } = checkObject(options, "options with the api of a node");
  checkBoolean(offline, "whether to read only what the node itself has");
  const base = readUrl(api);
  const sent = readHeaders(headers);
  const ask = (command: string, query: Readonly<Record<string, string>>, init: Init): Promise<Response> => {
    const address = new URL(base);
    address.pathname = `${base.pathname.replace(/\/+$/, "")}/api/v0/block/${command}`;
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    // Every command is a POST; a failure has status 500, and says in JSON what it is.
    return request(address, { method: "POST", headers: sent, redirect: "manual", ...init }, BUSY);
  };
  return {
    async write(hash, bytes, signal) {
      if (bytes.length > MAX_BLOCK_SIZE) {
        throw new ContentTooLargeError({ hash, limit: MAX_BLOCK_SIZE, during: "writing" });
      }
      const body = new FormData();
      body.set("data", new Blob([bytes as Uint8Array<ArrayBuffer>]));
      const query = { "cid-codec": "raw", mhtype: "sha2-256", pin: "true" };
      const response = await ask("put", query, { body, signal });
      const words = await wordsOf(response);
      if (!response.ok) throw refusal(base, response, words);
      if (memberOf(words, "Key") === cidOf(hash)) return;
      throw new StorageFailedError({ reason: "malformed", details: `it stored something else: ${inert(words)}` });
    },
    async *read(hash, signal) {
      const query = { arg: cidOf(hash), ...(offline && { offline: "true" }) };
      const response = await ask("get", query, { signal });
      if (response.ok) return yield* piecesOf(response);
      const words = await wordsOf(response);
      if (/not find|not found/.test(memberOf(words, "Message") ?? "")) throw new ContentMissingError({ hash });
      throw refusal(base, response, words);
    },
  };
}

/** A request, which can be ended. */
type Init = RequestInit & { readonly signal: AbortSignal };

/** An answer; with one of these statuses, or without any, it is asked for again. */
async function request(address: URL, init: Init, busy: readonly number[]): Promise<Response> {
  for (const wait of RETRIES) {
    const response = await fetch(address, init).catch(() => undefined);
    if (response !== undefined && !busy.includes(response.status)) return response;
    // Nothing more of that one is wanted.
    await response?.body?.cancel().catch(() => undefined);
    await pause(wait, init.signal);
    init.signal.throwIfAborted();
  }
  return fetch(address, init).catch((cause) => {
    throw unreachable(cause);
  });
}

/** The body of an answer, piece by piece. Not every browser iterates it; who wants no more of it aborts the request. */
async function* piecesOf({ body }: Response): AsyncGenerator<Uint8Array, void> {
  const reader = body?.getReader();
  for (;;) {
    const piece = await reader?.read().catch((cause) => {
      throw unreachable(cause);
    });
    if (piece?.value === undefined) return;
    yield piece.value;
  }
}

/** The first words of an answer. */
async function wordsOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let words = "";
  for await (const piece of piecesOf(response)) {
    words += decoder.decode(piece, { stream: true });
    if (words.length > MAX_WORDS) break;
  }
  return words.slice(0, MAX_WORDS);
}

/** A member of a JSON object, if it is text. */
function memberOf(json: string, name: string): string | undefined {
  try {
    const member: unknown = JSON.parse(json)[name];
    return typeof member === "string" ? member : undefined;
  } catch {
    return undefined;
  }
}

function unreachable(error: unknown): StorageFailedError {
  // Node says "fetch failed", and its cause says why.
  const { message, cause } = error as Error;
  const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return new StorageFailedError({ reason: "unreachable", details: inert(reason) }, { cause: error });
}

function refusal({ host }: URL, { status, type }: Response, words = ""): StorageFailedError {
  const isRedirect = type === "opaqueredirect" || (status >= 300 && status < 400);
  const answer = isRedirect ? "redirects elsewhere, which is not followed" : `answered with status ${status}`;
  const said = inert(memberOf(words, "Message") ?? words);
  const details = `${host} ${answer}${said === "" ? "" : `: ${said}`}`;
  return new StorageFailedError({ reason: "refused", details });
}

function readUrl(text: string): URL {
  checkText(text, "the address of a server");
  let url: URL;
  // A name and a password before it, and what is asked for, may be secret: they are not repeated.
  const shown = text.replace(/^.*@/s, "…@").replace(/\?.*$/s, "?…");
  try {
    url = new URL(text);
  } catch {
    throw new InvalidParameterError(shown, "is not an address", { advice: "Pass one like https://files.example." });
  }
  if (url.username !== "" || url.password !== "") {
    throw new InvalidParameterError(url.host, "is an address with a name or a password before it", {
      advice: "Pass them in headers, as authorization.",
    });
  }
  if (!["http:", "https:"].includes(url.protocol)) {
    throw new InvalidParameterError(shown, "is not an address of http or https");
  }
  return url;
}

function readHeaders(headers: HttpStorageOptions["headers"] = {}): Record<string, string> {
  const entries = Object.entries(checkObject(headers, "headers"));
  for (const [name, value] of entries) checkText(value, `the header ${inert(name, 40)}`);
  try {
    return Object.fromEntries(new Headers(entries));
  } catch {
    // Its cause would repeat what is in them.
    throw new InvalidParameterError(headers, "are no headers", { advice: "Pass an object of texts." });
  }
}
