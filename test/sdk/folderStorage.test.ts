/** The storage in a folder: what lies there, who else may write there, and what a crash leaves. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cidOf, type Hash, hashText, InvalidParameterError, sha256 } from "@micro-escrow/sdk";
import { folderStorage } from "@micro-escrow/sdk/node";
import {
  ContentMismatchError,
  ContentMissingError,
  ContentTooLargeError,
  getContent,
  getDeliverable,
  putContent,
  putDeliverable,
  StorageFailedError,
} from "@micro-escrow/sdk/storage";
import { expect } from "chai";
import { failure } from "./chain.ts";

const HELLO = new TextEncoder().encode("hello world");
const hello = sha256(HELLO);
const never = new AbortController().signal;

describe("A folder", () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "micro-escrow-storage-"));
    folder = join(root, "deep", "contents");
  });
  afterEach(() => rm(root, { recursive: true }));

  /** What is open in the folder, where the system tells. */
  const openFiles = async (): Promise<string[]> => {
    if (process.platform !== "linux") return [];
    const open = (await readdir("/proc/self/fd")).map((file) => readlink(`/proc/self/fd/${file}`).catch(() => ""));
    return (await Promise.all(open)).filter((path) => path.startsWith(root));
  };

  it("keeps each content as a file named by its CID, and nothing else, and is made when it is needed", async () => {
    const storage = folderStorage(folder);
    await failure(ContentMissingError, getContent(storage, hello));
    expect(await readdir(root)).to.deep.equal([]);
    const files = [
      { path: "a.md", bytes: HELLO },
      { path: "b.bin", bytes: new Uint8Array(300_000).fill(7) },
    ];
    const hash = await putDeliverable(storage, files);
    expect((await getDeliverable(storage, hash)).files).to.deep.equal(files);
    const names = [hash, hello, sha256(new Uint8Array(300_000).fill(7))].map(cidOf);
    expect(await readdir(folder)).to.have.members(names);
    expect(await readFile(join(folder, cidOf(hello)), "utf8")).to.equal("hello world");
  });

  it("takes the same again, also from many at once, and mends what was damaged", async () => {
    const storage = folderStorage(folder);
    await Promise.all(Array.from({ length: 20 }, () => putContent(storage, HELLO)));
    expect(await readdir(folder)).to.deep.equal([cidOf(hello)]);
    await writeFile(join(folder, cidOf(hello)), "hello");
    const error = await failure(ContentMismatchError, getContent(storage, hello));
    expect(error.actual).to.equal(hashText("hello"));
    await putContent(storage, HELLO);
    expect(await getContent(storage, hello)).to.deep.equal(HELLO);
  });

  it("is whole for who reads while others write", async () => {
    const storage = folderStorage(folder);
    const bytes = new Uint8Array(2_000_000).fill(9);
    const hash = await putContent(storage, bytes);
    const writes = Array.from({ length: 5 }, () => putContent(storage, bytes));
    const reads = Array.from({ length: 20 }, () => getContent(storage, hash));
    for (const read of await Promise.all(reads)) expect(sha256(read)).to.equal(hash);
    await Promise.all(writes);
  });

  it("takes no note of what a crash left half written", async () => {
    const storage = folderStorage(folder);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, ".new-half"), "hello");
    await failure(ContentMissingError, getContent(storage, hello));
    await putContent(storage, HELLO);
    expect(await readdir(folder)).to.have.members([".new-half", cidOf(hello)]);
  });

  it("that cannot be written says so, and nothing of it is left", async () => {
    const storage = folderStorage(folder);
    await mkdir(join(folder, cidOf(hello)), { recursive: true });
    const error = await failure(StorageFailedError, putContent(storage, HELLO));
    expect(error.reason).to.equal("refused");
    expect(error.details).to.match(/^E[A-Z]+: /);
    expect(await readdir(folder)).to.deep.equal([cidOf(hello)]);
    await writeFile(join(root, "file"), "");
    await failure(StorageFailedError, putContent(folderStorage(join(root, "file")), HELLO));
  });

  it("keeps nothing when the time is up before it is written", async () => {
    const storage = folderStorage(folder);
    let error: unknown;
    await storage.write(hello, HELLO, AbortSignal.abort()).catch((reason: unknown) => (error = reason));
    expect(error).to.have.property("name", "AbortError");
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it("follows no link, wherever it leads, and reads no folder and no pipe", async function () {
    if (process.platform === "win32") this.skip();
    const storage = folderStorage(folder);
    await mkdir(folder, { recursive: true });
    await writeFile(join(root, "secret"), "hello world");
    await symlink(join(root, "secret"), join(folder, cidOf(hello)));
    const link = await failure(StorageFailedError, getContent(storage, hello));
    expect(link).to.include({ reason: "refused" });
    expect(link.details).to.match(/^ELOOP/);
    // What is written takes the link's place, and not what it leads to.
    const other = hashText("other");
    await symlink(join(root, "secret"), join(folder, cidOf(other)));
    await putContent(storage, "other");
    expect(await readFile(join(root, "secret"), "utf8")).to.equal("hello world");
    expect(new TextDecoder().decode(await getContent(storage, other))).to.equal("other");

    const [place, pipe] = [hashText("a folder"), hashText("a pipe")];
    await mkdir(join(folder, cidOf(place)));
    await promisify(execFile)("mkfifo", [join(folder, cidOf(pipe))]);
    for (const hash of [place, pipe]) {
      const error = await failure(StorageFailedError, getContent(storage, hash));
      expect(error).to.include({ reason: "refused", details: `${cidOf(hash)} is not a file` });
    }
    expect(await openFiles()).to.deep.equal([]);
  });

  it("of a file that is too large gives no more than is allowed", async () => {
    const storage = folderStorage(folder);
    const hash = await putContent(storage, new Uint8Array(10_000_000));
    const error = await failure(ContentTooLargeError, getContent(storage, hash, { maxSize: 1_000 }));
    expect(error.limit).to.equal(1_000);
    expect(await openFiles()).to.deep.equal([]);
  });

  it("is a path", () => {
    for (const path of [undefined, null, 5, {}, ""]) {
      expect(() => folderStorage(path as string)).to.throw(InvalidParameterError);
    }
  });

  it("has nothing to do with hashes that are none", async () => {
    const storage = folderStorage(folder);
    for (const hash of ["../../secret", "0x12", ""]) {
      let error: unknown;
      await storage.write(hash as Hash, HELLO, never).catch((reason: unknown) => (error = reason));
      expect(error).to.have.property("code", "InvalidHash");
    }
    expect(await readdir(folder)).to.deep.equal([]);
  });
});
