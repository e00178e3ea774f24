/** What is asked of any storage and believed of none: content by its hash, and scopes and deliverables made of it. */
import {
  type Agreement,
  AgreementMismatchError,
  canonicalJson,
  cidOf,
  type Hash,
  hashText,
  InvalidAgreementError,
  InvalidDeliverableError,
  InvalidHashError,
  InvalidParameterError,
  InvalidScopeError,
  manifest,
  manifestOf,
  type Scope,
  sha256,
  toAgreement,
} from "@micro-escrow/sdk";
import {
  ContentMismatchError,
  ContentMissingError,
  type ContentStorage,
  ContentTooLargeError,
  completeAgreement,
  getContent,
  getDeliverable,
  getScope,
  NotAScopeError,
  putContent,
  putDeliverable,
  putScope,
  StorageFailedError,
  type Storages,
  TooManyFilesError,
} from "@micro-escrow/sdk/storage";
import { expect } from "chai";
import fc from "fast-check";
import { failure, setUp } from "./chain.ts";
import { shop } from "./pure.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Keeps content in memory; honest, unless a test changes what it holds. */
class MemoryStorage implements ContentStorage {
  readonly contents = new Map<Hash, Uint8Array>();
  /** Hashes in the order in which they were asked for, and in which they were stored. */
  readonly reads: Hash[] = [];
  readonly writes: Hash[] = [];

  async write(hash: Hash, bytes: Uint8Array): Promise<void> {
    this.writes.push(hash);
    this.contents.set(hash, bytes);
  }

  async *read(hash: Hash): AsyncGenerator<Uint8Array, void> {
    this.reads.push(hash);
    const bytes = this.contents.get(hash);
    if (bytes === undefined) throw new ContentMissingError({ hash });
    // In two pieces, of which one may be empty.
    const middle = Math.floor(bytes.length / 2);
    yield bytes.subarray(0, middle);
    yield bytes.subarray(middle);
  }
}

/** Reads in its own way, and refuses to store. */
const reading = (read: ContentStorage["read"]): ContentStorage => ({
  read,
  write: () => Promise.reject(new Error("read-only")),
});

const giving = (...pieces: unknown[]) =>
  reading(async function* () {
    yield* pieces as Uint8Array[];
  });

const never = () => new Promise<never>(() => {});
const hanging: ContentStorage = {
  write: never,
  // biome-ignore lint/correctness/useYield: it never gets that far
  read: async function* () {
    await never();
  },
};

const HELLO = bytesOf("hello world");
const hello = sha256(HELLO);

describe("Content", () => {
  it("comes back as it was stored, bytes and text, of any size", async () => {
    const storage = new MemoryStorage();
    expect(await putContent(storage, HELLO)).to.equal(hello);
    expect(await putContent(storage, "héllo")).to.equal(hashText("héllo"));
    expect(await getContent(storage, hello)).to.deep.equal(HELLO);
    expect(textOf(await getContent(storage, hashText("héllo")))).to.equal("héllo");
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 0, max: 255 }), async (size, fill) => {
        const bytes = new Uint8Array(size).fill(fill);
        expect(await getContent(storage, await putContent(storage, bytes))).to.deep.equal(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it("is stored as it was when it was hashed, whatever becomes of the array", async () => {
    const storage = new MemoryStorage();
    const bytes = HELLO.slice();
    const storing = putContent(storage, bytes);
    bytes.fill(0);
    expect(await storing).to.equal(hello);
    expect(storage.contents.get(hello)).to.deep.equal(HELLO);
  });

  it("is asked for by its hash in lower case", async () => {
    const storage = new MemoryStorage();
    await putContent(storage, HELLO);
    const upper = hello.toUpperCase().replace("0X", "0x") as Hash;
    expect(await getContent(storage, upper)).to.deep.equal(HELLO);
    expect(storage.reads).to.deep.equal([hello]);
  });

  it("that is something else is refused, whoever gives it", async () => {
    const other = bytesOf("hello world!");
    const error = await failure(ContentMismatchError, getContent(giving(other), hello));
    expect(error).to.deep.include({ actual: sha256(other), expected: hello });
    const nothing = await failure(ContentMismatchError, getContent(giving(), hello));
    expect(nothing.actual).to.equal(sha256(new Uint8Array()));
  });

  it("that is something else than bytes is refused", async () => {
    for (const piece of ["hello world", [104], null, undefined, HELLO.buffer]) {
      const error = await failure(StorageFailedError, getContent(giving(piece), hello));
      expect(error).to.include({ reason: "malformed", details: "it gave something else than bytes" });
    }
  });

  it("may have exactly as many bytes as are allowed, and not one more", async () => {
    const storage = new MemoryStorage();
    await putContent(storage, HELLO);
    expect(await getContent(storage, hello, { maxSize: 11 })).to.deep.equal(HELLO);
    const error = await failure(ContentTooLargeError, getContent(storage, hello, { maxSize: 10 }));
    expect(error).to.deep.include({ hash: hello, limit: 10, during: "reading" });
    const empty = await putContent(storage, "");
    expect(await getContent(storage, empty, { maxSize: 0 })).to.deep.equal(new Uint8Array());
  });

  it("without end is given up at the limit, by default 64 MiB, and its storage is told", async () => {
    let given = 0;
    let ended = false;
    const piece = new Uint8Array(1_024 * 1_024);
    const endless = reading(async function* () {
      try {
        for (;;) {
          given += piece.length;
          yield piece;
        }
      } finally {
        ended = true;
      }
    });
    const error = await failure(ContentTooLargeError, getContent(endless, hello));
    expect(error.limit).to.equal(64 * 1_024 * 1_024);
    expect(given).to.equal(65 * 1_024 * 1_024);
    expect(ended).to.equal(true);
  });

  it("in a million pieces of one byte comes back whole, in memory of its own", async () => {
    const bytes = new Uint8Array(1_000_000).fill(7);
    const crumbs = reading(async function* () {
      for (let index = 0; index < bytes.length; ++index) yield bytes.subarray(index, index + 1);
    });
    const read = await getContent(crumbs, sha256(bytes));
    expect(read).to.deep.equal(bytes);
    // Its own, and not the whole of a larger buffer.
    expect(read.buffer.byteLength).to.equal(bytes.length);
  });

  it("that does not come in time is a timeout, also of storages that do not listen to the signal", async () => {
    for (const action of [
      getContent(hanging, hello, { patience: 0.01 }),
      putContent(hanging, "x", { patience: 0.01 }),
    ]) {
      const error = await failure(StorageFailedError, action);
      expect(error).to.include({ reason: "timeout", details: "it took longer than 0.01 s" });
    }
  });

  it("that comes drop by drop is a timeout, after which nothing more is taken", async () => {
    let ended: () => void = () => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    const dripping = reading(async function* () {
      try {
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve));
          yield Uint8Array.of(1);
        }
      } finally {
        ended();
      }
    });
    const error = await failure(StorageFailedError, getContent(dripping, hello, { patience: 0.02 }));
    expect(error.reason).to.equal("timeout");
    await end;
  });

  it("is no longer waited for when the caller's signal aborts", async () => {
    const cause = new Error("the page was left");
    const actions: ((signal: AbortSignal) => Promise<unknown>)[] = [
      (signal) => getContent([hanging, giving(HELLO)], hello, { signal }),
      // That it was the caller says more than what failed before.
      (signal) => getContent([giving(bytesOf("lie")), hanging], hello, { signal }),
      (signal) => putContent(hanging, HELLO, { signal }),
    ];
    for (const action of actions) {
      const controller = new AbortController();
      const started = action(controller.signal);
      setImmediate(() => controller.abort(cause));
      const error = await failure(StorageFailedError, started);
      expect(error).to.include({ reason: "aborted", details: "the caller's signal ended it", cause });
    }
  });

  it("is no longer waited for when it is the storage that makes the caller's signal abort", async () => {
    const controller = new AbortController();
    const stopping: ContentStorage = {
      write() {
        controller.abort();
        return never();
      },
      read: hanging.read,
    };
    const error = await failure(StorageFailedError, putContent(stopping, HELLO, { signal: controller.signal }));
    expect(error.reason).to.equal("aborted");
  });

  it("may be stored and given by methods that return no promise", async () => {
    const pieces: Uint8Array[] = [];
    const direct = {
      write: (_: Hash, bytes: Uint8Array) => void pieces.push(bytes),
      read: () => pieces,
    } as unknown as ContentStorage;
    expect(await getContent(direct, await putContent(direct, HELLO))).to.deep.equal(HELLO);
  });

  it("is not asked for at all when the signal was aborted before", async () => {
    const storage = new MemoryStorage();
    const signal = AbortSignal.abort();
    expect((await failure(StorageFailedError, getContent(storage, hello, { signal }))).reason).to.equal("aborted");
    expect((await failure(StorageFailedError, putContent(storage, HELLO, { signal }))).reason).to.equal("aborted");
    expect([storage.reads, storage.writes]).to.deep.equal([[], []]);
  });

  it("leaves nothing behind at a signal that lives on", async () => {
    const storage = new MemoryStorage();
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...parameters: Parameters<typeof addEventListener>) => {
      ++listeners;
      addEventListener.apply(signal, parameters);
    };
    signal.removeEventListener = (...parameters: Parameters<typeof removeEventListener>) => {
      --listeners;
      removeEventListener.apply(signal, parameters);
    };
    await putDeliverable(storage, [{ path: "a", bytes: HELLO }], { signal });
    await failure(ContentMissingError, getContent(storage, hashText("?"), { signal }));
    expect(listeners).to.equal(0);
  });

  it("whose storage fails in words of its own is a failure of the storage, in inert words", async () => {
    const cause = new Error("<b>disk\u202e full</b>\n");
    const broken = reading(() => {
      throw cause;
    });
    const error = await failure(StorageFailedError, getContent(broken, hello));
    expect(error).to.include({ reason: "refused", details: "‹b›disk\\u{202e} full‹/b›", cause });
    const refused = await failure(StorageFailedError, putContent(broken, HELLO));
    expect(refused).to.include({ reason: "refused", details: "read-only" });
    const odd = reading(() => {
      throw "out of order";
    });
    expect((await failure(StorageFailedError, getContent(odd, hello))).details).to.equal("out of order");
    const shapeless = reading(() => 5 as never);
    expect((await failure(StorageFailedError, getContent(shapeless, hello))).reason).to.equal("refused");
  });

  describe("in several storages", () => {
    it("is written to all", async () => {
      const [one, two] = [new MemoryStorage(), new MemoryStorage()];
      await putContent([one, two], HELLO);
      expect([one.writes, two.writes]).to.deep.equal([[hello], [hello]]);
      await failure(StorageFailedError, putContent([one, giving()], HELLO));
    });

    it("is read from the first that has it, passing over what lies, fails, is slow or has too much", async () => {
      const good = new MemoryStorage();
      await putContent(good, HELLO);
      const bad = [new MemoryStorage(), giving(bytesOf("lie")), giving(new Uint8Array(100)), hanging];
      for (const other of bad) {
        expect(await getContent([other, good], hello, { maxSize: 50, patience: 0.05 })).to.deep.equal(HELLO);
      }
      const untouched = new MemoryStorage();
      await getContent([good, untouched], hello);
      expect(untouched.reads).to.deep.equal([]);
    });

    it("is missing only where all could be asked", async () => {
      const empty = new MemoryStorage();
      await failure(ContentMissingError, getContent([empty, new MemoryStorage()], hello));
      const lying = giving(bytesOf("lie"));
      await failure(ContentMismatchError, getContent([empty, lying, empty], hello));
      // Of two that fail, the first is told.
      await failure(ContentMismatchError, getContent([lying, giving(null)], hello));
    });
  });

  it("is neither stored nor asked for with values that are none", async () => {
    const storage = new MemoryStorage();
    const bad: [unknown, unknown, unknown][] = [
      ...[undefined, null, 5, {}, { read() {} }, { write() {} }, [], [undefined], [{}]].map(
        (other): [unknown, unknown, unknown] => [other, HELLO, {}],
      ),
      ...[null, 5, { patience: "1" }, { patience: -1 }, { patience: Number.NaN }, { signal: {} }].map(
        (options): [unknown, unknown, unknown] => [storage, HELLO, options],
      ),
    ];
    for (const [storages, content, options] of bad) {
      await failure(InvalidParameterError, putContent(storages as Storages, content as Uint8Array, options as object));
      await failure(InvalidParameterError, getContent(storages as Storages, hello, options as object));
    }
    for (const content of [undefined, null, 5, [1], HELLO.buffer]) {
      await failure(InvalidParameterError, putContent(storage, content as unknown as Uint8Array));
    }
    for (const maxSize of [-1, 1.5, "5", Number.NaN, Number.POSITIVE_INFINITY]) {
      await failure(InvalidParameterError, getContent(storage, hello, { maxSize: maxSize as number }));
    }
    for (const hash of ["0x12", undefined, null, 5, cidOf(hello)]) {
      await failure(InvalidHashError, getContent(storage, hash as Hash));
    }
    expect([storage.reads, storage.writes]).to.deep.equal([[], []]);
  });
});

describe("A scope", () => {
  const scope = shop.scope as Scope;

  it("comes back as it was stored, under the hash that the agreement names", async () => {
    const storage = new MemoryStorage();
    expect(await putScope(storage, scope)).to.equal(shop.terms.details);
    expect(textOf(await getContent(storage, shop.terms.details))).to.equal(canonicalJson(scope));
    expect(await getScope(storage, shop.terms.details)).to.deep.equal(scope);
  });

  it("that is none is not stored", async () => {
    const storage = new MemoryStorage();
    await failure(InvalidScopeError, putScope(storage, { ...scope, title: "" }));
    expect(storage.writes).to.deep.equal([]);
  });

  it("is none when it is no JSON, has no such members, or is not canonical", async () => {
    const storage = new MemoryStorage();
    const text = canonicalJson(scope);
    const reasons: [string | Uint8Array, string][] = [
      ["%PDF-1.7", "it is not JSON"],
      [`\ufeff${text}`, "it is not JSON"],
      [Uint8Array.of(0x22, 0xff, 0x22), "it is not JSON"],
      ["{}", "scope.title holds anything but text here"],
      [
        text.replace('"title"', '"name\u202e"'),
        "scope.milestones[0].name\\u{202e} holds a member that this version does not know",
      ],
      [` ${text}`, "its JSON is not canonical"],
      [text.replace('{"', '{"title":"Another","'), "its JSON is not canonical"],
    ];
    for (const [content, reason] of reasons) {
      const hash = await putContent(storage, content);
      const error = await failure(NotAScopeError, getScope(storage, hash));
      expect(error).to.deep.include({ hash, reason });
    }
  });

  it("is read up to 1 MiB, or as much as is allowed", async () => {
    const storage = new MemoryStorage();
    const hash = await putScope(storage, { ...scope, description: "x".repeat(1_024 * 1_024) });
    expect((await failure(ContentTooLargeError, getScope(storage, hash))).limit).to.equal(1_024 * 1_024);
    expect((await getScope(storage, hash, { maxSize: 2_000_000 })).description).to.have.length(1_024 * 1_024);
    await failure(InvalidParameterError, getScope(storage, hash, 5 as unknown as object));
  });

  it("completes an agreement that was read from the chain", async () => {
    const { escrow, funded } = await setUp();
    const agreement = await funded();
    const storage = new MemoryStorage();
    await putScope(storage, agreement.scope as Scope);
    const read = await escrow.getAgreement(agreement.id);
    expect(read.scope).to.equal(undefined);
    expect(await completeAgreement(storage, read)).to.deep.equal(agreement);
    expect(read.scope).to.equal(undefined);
  });

  it("that an agreement has already is not asked for, and must be the one", async () => {
    const storage = new MemoryStorage();
    expect(await completeAgreement(storage, shop)).to.equal(shop);
    const altered: Agreement = { ...shop, scope: { ...scope, title: "Another" } };
    const error = await failure(AgreementMismatchError, completeAgreement(storage, altered));
    expect(error).to.deep.include({ member: "details", expected: shop.terms.details });
    expect(storage.reads).to.deep.equal([]);
    await failure(InvalidAgreementError, completeAgreement(storage, {} as Agreement));
    const bare = toAgreement(shop.terms, shop.schedule);
    expect((await failure(ContentMissingError, completeAgreement(storage, bare))).hash).to.equal(shop.terms.details);
  });
});

describe("A deliverable", () => {
  const files = [
    { path: "src/b.ts", bytes: bytesOf("b") },
    { path: "README.md", bytes: HELLO },
    { path: "copy.md", bytes: HELLO },
  ];
  const sorted = [files[1], files[2], files[0]];

  it("of one file is its bytes, and gets its CID for a name", async () => {
    const storage = new MemoryStorage();
    expect(await putDeliverable(storage, HELLO)).to.equal(hello);
    expect(await getDeliverable(storage, hello)).to.deep.equal({
      files: [{ path: cidOf(hello), bytes: HELLO }],
      manifest: undefined,
    });
  });

  it("of several files is its manifest, which is stored last, and each content once", async () => {
    const storage = new MemoryStorage();
    const { text, hash } = manifest(files);
    expect(await putDeliverable(storage, files)).to.equal(hash);
    expect(storage.writes).to.have.members([sha256(bytesOf("b")), hello, hash]);
    expect(storage.writes.at(-1)).to.equal(hash);
    expect(await getDeliverable(storage, hash)).to.deep.equal({ files: sorted, manifest: text });
    expect(storage.reads).to.have.members([hash, hello, sha256(bytesOf("b"))]);
  });

  it("of a list of one file keeps its name", async () => {
    const storage = new MemoryStorage();
    const hash = await putDeliverable(storage, [{ path: "a.md", bytes: HELLO }]);
    expect((await getDeliverable(storage, hash)).files).to.deep.equal([{ path: "a.md", bytes: HELLO }]);
  });

  it("is not whole when a file is missing, or is another: nothing is returned", async () => {
    const storage = new MemoryStorage();
    const hash = await putDeliverable(storage, files);
    storage.contents.set(hello, bytesOf("other"));
    await failure(ContentMismatchError, getDeliverable(storage, hash));
    storage.contents.delete(hello);
    expect((await failure(ContentMissingError, getDeliverable(storage, hash))).hash).to.equal(hello);
    storage.contents.delete(hash);
    expect((await failure(ContentMissingError, getDeliverable(storage, hash))).hash).to.equal(hash);
  });

  it("whose manifest lies about a size is refused, and no more than it says is read", async () => {
    const storage = new MemoryStorage();
    await putContent(storage, HELLO);
    const listing = (size: number) => putContent(storage, manifestOf([{ path: "a.md", size, hash: hello }]).text);
    const less = await failure(InvalidDeliverableError, getDeliverable(storage, await listing(10)));
    expect(less.reason).to.equal('"a.md" is larger than the 10 bytes that the manifest lists');
    expect(less.cause).to.be.instanceOf(ContentTooLargeError);
    const more = await failure(InvalidDeliverableError, getDeliverable(storage, await listing(12)));
    expect(more.reason).to.equal('"a.md" has 11 bytes, and the manifest lists 12');
  });

  it("whose manifest says two things of one content is refused", async () => {
    const storage = new MemoryStorage();
    await putContent(storage, HELLO);
    const entries = [10, 11].map((size) => ({ path: `${size}.md`, size, hash: hello }));
    const hash = await putContent(storage, manifestOf(entries).text);
    const error = await failure(InvalidDeliverableError, getDeliverable(storage, hash));
    expect(error.reason).to.equal('"10.md" has 11 bytes, and the manifest lists 10');
  });

  it("that is too large together, or too many files, is refused by its manifest alone", async () => {
    const storage = new MemoryStorage();
    const hash = await putDeliverable(storage, files);
    storage.reads.length = 0;
    expect((await getDeliverable(storage, hash, { maxSize: 400, maxFiles: 3 })).files).to.have.length(3);
    storage.reads.length = 0;
    const many = await failure(TooManyFilesError, getDeliverable(storage, hash, { maxFiles: 2 }));
    expect(many).to.deep.include({ hash, count: 3, limit: 2 });
    // Of sizes whose sum no number holds exactly.
    const huge = manifestOf(
      Array.from({ length: 10 }, (_, index) => ({ path: `${index}`, size: Number.MAX_SAFE_INTEGER, hash: hello })),
    );
    await putContent(storage, huge.text);
    const large = await failure(ContentTooLargeError, getDeliverable(storage, huge.hash));
    expect(large).to.deep.include({ hash: huge.hash, limit: 64 * 1_024 * 1_024, during: "reading" });
    expect(storage.reads).to.deep.equal([hash, huge.hash]);
    const upper = huge.hash.toUpperCase().replace("0X", "0x") as Hash;
    expect((await failure(ContentTooLargeError, getDeliverable(storage, upper))).hash).to.equal(huge.hash);
    for (const maxFiles of [-1, 1.5, "5", null]) {
      await failure(InvalidParameterError, getDeliverable(storage, hash, { maxFiles: maxFiles as number }));
    }
  });

  it("may have as many bytes as are allowed, and not one more", async () => {
    const storage = new MemoryStorage();
    const hash = await putDeliverable(storage, [
      { path: "a", bytes: new Uint8Array(1_000) },
      { path: "b", bytes: new Uint8Array(1_001) },
    ]);
    expect((await getDeliverable(storage, hash, { maxSize: 2_001 })).files).to.have.length(2);
    const error = await failure(ContentTooLargeError, getDeliverable(storage, hash, { maxSize: 2_000 }));
    expect(error.limit).to.equal(2_000);
  });

  it("that only looks like a manifest is a file like any other", async () => {
    const storage = new MemoryStorage();
    const { text } = manifest(files);
    for (const other of [
      ` ${text}`,
      `\ufeff${text}`,
      text.replace("README.md", "../../etc/passwd"),
      text.replace('"manifest":1', '"manifest":2'),
      '{"files":[],"manifest":1}',
    ]) {
      const hash = await putContent(storage, other);
      const { files: read, manifest: none } = await getDeliverable(storage, hash);
      expect(none).to.equal(undefined);
      expect(read).to.deep.equal([{ path: cidOf(hash), bytes: bytesOf(other) }]);
    }
  });

  it("does not hold up its reader with marks without end: such a path is unsafe, and put in order by nobody", async () => {
    const storage = new MemoryStorage();
    const named = (path: string) => JSON.stringify({ files: [{ path, sha256: hash, size: 11 }], manifest: 1 });
    const hash = await putContent(storage, HELLO);
    // Below the line first, and then above: NFC has to turn them around, in a time that grows with the square.
    const half = 300_000;
    const endless = await putContent(storage, named(`a${"\u0301".repeat(half)}${"\u0327".repeat(half)}`));
    expect((await getDeliverable(storage, endless)).manifest).to.equal(undefined);
    const [most, more] = [30, 31].map((count) => `q${"\u0301".repeat(count)}`) as [string, string];
    const { files: read } = await getDeliverable(storage, await putContent(storage, named(most)));
    expect(read).to.deep.equal([{ path: most, bytes: HELLO }]);
    const error = await failure(InvalidDeliverableError, putDeliverable(storage, [{ path: more, bytes: HELLO }]));
    expect(error.reason).to.contain("is unsafe");
  });

  it("has a manifest of at most 4 MiB: a larger one is neither written nor taken for one", async () => {
    const storage = new MemoryStorage();
    const long = (index: number) => `${index}/${"x".repeat(500_000)}`;
    const tooMany = Array.from({ length: 9 }, (_, index) => ({ path: long(index), bytes: HELLO }));
    const { text, hash } = manifest(tooMany);
    const error = await failure(ContentTooLargeError, putDeliverable(storage, tooMany));
    expect(error).to.deep.include({ hash, limit: 4 * 1_024 * 1_024, during: "writing" });
    expect(storage.writes).to.deep.equal([]);
    await putContent(storage, text);
    expect((await getDeliverable(storage, hash)).manifest).to.equal(undefined);
    const fitting = await putDeliverable(storage, tooMany.slice(1));
    expect((await getDeliverable(storage, fitting)).files).to.have.length(8);
  });

  const many = Array.from({ length: 40 }, (_, index) => ({ path: `${index}`, bytes: bytesOf(`${index}`) }));

  it("is read and written four files at a time", async () => {
    let running = 0;
    let most = 0;
    const storage = new MemoryStorage();
    const counted = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      --running;
    };
    const counting: ContentStorage = {
      async write(hash, bytes) {
        await counted();
        await storage.write(hash, bytes);
      },
      async *read(hash) {
        await counted();
        yield* storage.read(hash);
      },
    };
    const hash = await putDeliverable(counting, many);
    expect(most).to.equal(4);
    most = 0;
    expect((await getDeliverable(counting, hash)).files).to.have.length(40);
    expect(most).to.equal(4);
  });

  it("is given up after the first failure: who is at work is told, and nothing more is begun", async () => {
    let begun = 0;
    const told: Promise<void>[] = [];
    const failing: ContentStorage = {
      ...giving(),
      async write(_hash, _bytes, signal) {
        if (++begun === 4) throw new Error("disk full");
        const one = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        told.push(one);
        await one;
      },
    };
    const error = await failure(StorageFailedError, putDeliverable(failing, many));
    expect(error.details).to.equal("disk full");
    await Promise.all(told);
    expect(begun).to.equal(4);
  });

  it("is no longer waited for when the caller's signal aborts, before or meanwhile", async () => {
    const storage = new MemoryStorage();
    const hash = await putDeliverable(storage, files);
    const controller = new AbortController();
    const stopping: ContentStorage = {
      write: (...parameters) => storage.write(...(parameters as unknown as [Hash, Uint8Array])),
      async *read(asked) {
        if (asked !== hash) {
          controller.abort();
          await never();
        }
        yield* storage.read(asked);
      },
    };
    const meanwhile = getDeliverable(stopping, hash, { signal: controller.signal });
    expect((await failure(StorageFailedError, meanwhile)).reason).to.equal("aborted");
    const before = putDeliverable(storage, files, { signal: controller.signal });
    expect((await failure(StorageFailedError, before)).reason).to.equal("aborted");
  });

  it("is not stored of what is no file, or has an unsafe path", async () => {
    const storage = new MemoryStorage();
    const bad: [unknown, typeof InvalidParameterError | typeof InvalidDeliverableError][] = [
      ...[undefined, null, 5, "text", {}, [null], [5], [{ path: "a" }], [{ path: "a", bytes: "b" }]].map(
        (content): [unknown, typeof InvalidParameterError] => [content, InvalidParameterError],
      ),
      [[], InvalidDeliverableError],
      [[{ path: "../a", bytes: HELLO }], InvalidDeliverableError],
      [[{ path: 5, bytes: HELLO }], InvalidDeliverableError],
    ];
    for (const [content, kind] of bad)
      await failure<Error & never>(kind as never, putDeliverable(storage, content as Uint8Array));
    await failure(InvalidParameterError, putDeliverable({} as ContentStorage, files));
    await failure(InvalidParameterError, putDeliverable(storage, files, { patience: -1 }));
    expect(storage.writes).to.deep.equal([]);
  });
});
