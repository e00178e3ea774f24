import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cidOf,
  type Hash,
  hashOfCid,
  hashText,
  InvalidDeliverableError,
  InvalidHashError,
  type ManifestEntry,
  manifest,
  manifestOf,
  parseManifest,
  sha256,
  verifyDeliverable,
  verifyManifest,
} from "@micro-escrow/sdk";
import { hashFile, hashFiles, readAgreement, writeAgreement } from "@micro-escrow/sdk/node";
import { expect } from "chai";
import fc from "fast-check";
import { CID } from "multiformats/cid";
import { create as createDigest } from "multiformats/hashes/digest";
import { shop, thrown } from "./pure.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const EMPTY = "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const HELLO = "0xb94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

describe("deliverables", () => {
  it("hashes bytes and text with SHA-256, as Node does", () => {
    expect(sha256(new Uint8Array())).to.equal(EMPTY);
    expect(hashText("hello world")).to.equal(HELLO);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_000, size: "max" }), (content) => {
        expect(sha256(content)).to.equal(`0x${createHash("sha256").update(content).digest("hex")}`);
      }),
    );
  });

  it("verifies bytes and text", () => {
    expect(verifyDeliverable("hello world", HELLO as Hash)).to.equal(true);
    expect(verifyDeliverable(bytes("hello world"), HELLO.toUpperCase().replace("0X", "0x") as Hash)).to.equal(true);
    expect(verifyDeliverable("hello world ", HELLO as Hash)).to.equal(false);
  });

  describe("content addresses", () => {
    // Computed with another tool (Python's hashlib and base64).
    it("are CIDv1, raw, sha2-256, base32", () => {
      expect(cidOf(HELLO as Hash)).to.equal("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
      expect(cidOf(EMPTY as Hash)).to.equal("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
    });

    it("lead back to the hash", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 100, size: "max" }), (content) => {
          expect(hashOfCid(cidOf(sha256(content)))).to.equal(sha256(content));
        }),
      );
    });

    it("of another kind are refused", () => {
      for (const cid of [
        "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
        "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
        "nonsense",
        "",
        // sha2-256 with two bytes of digest: 0x1234.
        CID.createV1(0x55, createDigest(0x12, Uint8Array.of(0x12, 0x34))).toString(),
      ]) {
        expect(thrown(() => hashOfCid(cid), InvalidDeliverableError).message).to.equal(
          `The deliverable is not valid: "${cid}" is not a CIDv1 in base32 with the raw codec and a sha2-256 hash. Correct that, and try again.`,
        );
      }
    });
  });

  it("content addresses are of 32-byte hashes alone", () => {
    for (const hash of ["0x12", "hello", HELLO.slice(0, -2), `${HELLO}00`]) {
      thrown(() => cidOf(hash as Hash), InvalidHashError);
    }
  });

  describe("manifest", () => {
    const files = [
      { path: "src/b.ts", bytes: bytes("b") },
      { path: "README.md", bytes: bytes("hello world") },
    ];

    it("is canonical JSON, the same in whatever order the files come", () => {
      const hashOfB = sha256(bytes("b"));
      const expected =
        `{"files":[{"path":"README.md","sha256":"${HELLO}","size":11},` +
        `{"path":"src/b.ts","sha256":"${hashOfB}","size":1}],"manifest":1}`;
      expect(manifest(files)).to.deep.equal({ text: expected, hash: hashText(expected) });
      expect(manifest([...files].reverse())).to.deep.equal(manifest(files));
    });

    it("is read back", () => {
      expect(parseManifest(manifest(files).text)).to.deep.equal([
        { path: "README.md", size: 11, hash: HELLO },
        { path: "src/b.ts", size: 1, hash: sha256(bytes("b")) },
      ]);
    });

    it("tells how files differ", () => {
      const { text } = manifest(files);
      expect(verifyManifest(text, files)).to.deep.equal([]);
      expect(
        verifyManifest(text, [
          { path: "README.md", bytes: bytes("hello") },
          { path: "more.txt", bytes: bytes("") },
        ]),
      ).to.deep.equal([
        { path: "README.md", problem: "different" },
        { path: "src/b.ts", problem: "missing" },
        { path: "more.txt", problem: "unlisted" },
      ]);
    });

    it("tells of a file of another size than listed, though its hash is right", () => {
      const { text } = manifestOf(parseManifest(manifest(files).text).map((entry) => ({ ...entry, size: 1 })));
      expect(verifyManifest(text, files)).to.deep.equal([{ path: "README.md", problem: "different" }]);
    });

    it("is not written of what would not be read", () => {
      const entry = { path: "README.md", size: 11, hash: HELLO };
      expect(parseManifest(manifestOf([entry as ManifestEntry]).text)).to.deep.equal([entry]);
      for (const wrong of [
        ...[-1, 1.5, "11", undefined, 2 ** 60].map((size) => ({ ...entry, size })),
        ...["0x12", HELLO.toUpperCase(), 5, undefined].map((hash) => ({ ...entry, hash })),
        ...[5, undefined].map((path) => ({ ...entry, path })),
        ...[null, undefined, "README.md", []],
      ]) {
        const error = thrown(() => manifestOf([wrong as ManifestEntry]), InvalidDeliverableError);
        expect(error.reason).to.contain("expected a path, a size in bytes, and a SHA-256 in lower case");
      }
    });

    for (const path of [
      "",
      "/etc/passwd",
      "../secret",
      "a/../b",
      "a/./b",
      "a//b",
      "a/",
      ".",
      "..",
      "C:/windows",
      "a\\b",
      "a\u0000b",
      "a\nb",
      "cod\u202egnp.exe",
      "name.",
      "name ",
      "what?",
      "e\u0301.txt",
      "half\ud800",
    ]) {
      it(`refuses the path ${JSON.stringify(path)}`, () => {
        const error = thrown(() => manifest([{ path, bytes: bytes("") }]), InvalidDeliverableError);
        expect(error.reason).to.equal(`the path ${JSON.stringify(path)} is unsafe; expected one like "src/index.ts"`);
      });
    }

    it("refuses no file, the same path twice, and a file that is a folder", () => {
      const file = (path: string) => ({ path, bytes: bytes(path) });
      const reason = (...paths: string[]) => thrown(() => manifest(paths.map(file)), InvalidDeliverableError).reason;
      expect(reason()).to.equal("a manifest lists at least one file");
      expect(reason("a", "a")).to.equal('the paths "a" and "a" name the same file on some systems');
      expect(reason("Readme", "README")).to.equal('the paths "Readme" and "README" name the same file on some systems');
      expect(reason("a/b/c", "A/B")).to.equal('the path "A/B" is a file and a folder of "a/b/c"');
    });

    it("finds a file that is a folder among others, whatever they are called", () => {
      const file = (path: string) => ({ path, bytes: bytes(path) });
      const paths = ["a", "a-b", "a!/x", "b/c", "b/c.d", "b/c-d/e", "b/cd"];
      expect(parseManifest(manifest(paths.map(file)).text)).to.have.length(7);
      for (const [folder, path] of [
        ["a", "a/z"],
        ["b/c", "b/C/d/e"],
        ["b/c-d/e", "b/c-d/e/f"],
      ] as const) {
        const error = thrown(() => manifest([...paths, path].map(file)), InvalidDeliverableError);
        expect(error.reason).to.equal(`the path "${folder}" is a file and a folder of "${path}"`);
      }
    });

    it("is read in time that grows with its length, also of one path of 500,000 folders", () => {
      const path = Array(500_000).fill("a").join("/");
      expect(parseManifest(manifest([{ path, bytes: bytes("") }]).text)[0]?.path).to.equal(path);
    });

    it("refuses a text that is not exactly a manifest", () => {
      const { text } = manifest(files);
      for (const other of [
        "",
        "null",
        "[]",
        "{}",
        '{"manifest":1}',
        text.replace('"manifest":1', '"manifest":2'),
        text.replace(HELLO, "0x12"),
      ]) {
        expect(thrown(() => parseManifest(other), InvalidDeliverableError).reason).to.match(
          /^the text is not a manifest/,
        );
      }
      for (const other of [
        ` ${text}`,
        text.replace('"size":1}', '"size":1,"x":1}'),
        JSON.stringify(JSON.parse(text), null, 1),
      ]) {
        expect(thrown(() => parseManifest(other), InvalidDeliverableError).reason).to.match(/not in canonical form/);
      }
      const unsafe = text.replace("README.md", "../evil");
      expect(thrown(() => parseManifest(unsafe), InvalidDeliverableError).reason).to.match(/unsafe/);
    });

    it("of random files is read back and verifies", () => {
      const names = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
      const paths = fc.array(names, { minLength: 1, maxLength: 4 }).map((parts) => `f/${parts.join("/")}.txt`);
      const file = fc.record({ path: paths, bytes: fc.uint8Array({ maxLength: 50, size: "max" }) });
      fc.assert(
        fc.property(fc.uniqueArray(file, { minLength: 1, selector: ({ path }) => path }), (list) => {
          const { text, hash } = manifest(list);
          expect(verifyDeliverable(text, hash)).to.equal(true);
          expect(manifestOf(parseManifest(text))).to.deep.equal({ text, hash });
          expect(verifyManifest(text, list)).to.deep.equal([]);
        }),
      );
    });
  });

  describe("files", () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "micro-escrow-"));
      await mkdir(join(folder, "src"));
      await writeFile(join(folder, "README.md"), "hello world");
      await writeFile(join(folder, "src", "b.ts"), "b");
    });
    after(() => rm(folder, { recursive: true }));

    it("are hashed one by one and together, as their bytes are", async () => {
      expect(await hashFile(join(folder, "README.md"))).to.equal(HELLO);
      const paths = [join(folder, "src", "b.ts"), join(folder, "README.md")];
      expect(await hashFiles(paths, folder)).to.deep.equal(
        manifest([
          { path: "src/b.ts", bytes: bytes("b") },
          { path: "README.md", bytes: bytes("hello world") },
        ]),
      );
      expect(parseManifest((await hashFiles(paths)).text).map(({ path }) => path)).to.deep.equal(["README.md", "b.ts"]);
    });

    it("outside of the root are refused", async () => {
      let error: unknown;
      await hashFiles([join(folder, "README.md")], join(folder, "src")).catch((reason: unknown) => (error = reason));
      expect(error).to.be.instanceOf(InvalidDeliverableError);
    });

    it("hold an agreement", async () => {
      const file = join(folder, "agreement.json");
      await writeAgreement(file, shop);
      expect(await readAgreement(file)).to.deep.equal(shop);
    });
  });
});
