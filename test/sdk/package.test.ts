/** What a user gets: the packed package in an empty project of its own, in Node, in a browser bundle, and for tsc. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { cidOf, defineAgreement, escrowAddress, hashText, submitCall } from "@micro-escrow/sdk";
import { expect } from "chai";
import { build } from "esbuild";
import { closure } from "../../scripts/lockfile.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** An agreement as JSON, to be defined wherever the program runs. */
const parameters = {
  client: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  freelancer: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  arbiter: "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
  token: { address: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", decimals: 6 },
  scope: { title: "Blog", milestones: ["Ten articles"] },
  milestones: [{ amount: "500", work: "14 days" }],
  review: "7 days",
  rework: "7 days",
  arbitration: "14 days",
  ifArbiterIsSilent: "50% to the freelancer",
  fundBy: 1_798_761_600,
  nonce: `0x${"11".repeat(32)}`,
} as const;

/** A program that uses what a user uses first. */
const program = `
import { cidOf, defineAgreement, escrowAddress, hashText, MicroEscrow, submitCall } from "@micro-escrow/sdk";
const agreement = defineAgreement(${JSON.stringify(parameters)});
const deliverable = hashText("Ten articles");
const call = submitCall({ escrow: escrowAddress(8453), agreement, index: 0, deliverable });
const result = { id: agreement.id, cid: cidOf(deliverable), data: call.data, connect: typeof MicroEscrow.connect };
`;

/** A program that keeps something on a server, and reads it again. */
const keeping = `
import { getContent, httpStorage, putContent } from "@micro-escrow/sdk/storage";
const contents = new Map();
globalThis.fetch = async (address, { method = "GET", body }) => {
  if (method === "PUT") contents.set(address.href, body);
  return new Response(method === "PUT" ? null : contents.get(address.href));
};
const storage = httpStorage({ url: "https://files.example/escrow" });
const kept = (async () => {
  const bytes = await getContent(storage, await putContent(storage, "Ten articles"));
  return [...contents.keys(), new TextDecoder().decode(bytes)].join();
})();
`;

describe("The packed package", () => {
  let project: string;
  let filename: string;
  let files: string[];

  before(async function () {
    this.timeout(120_000);
    project = await mkdtemp(join(tmpdir(), "micro-escrow-package-"));
    // From a fresh clone: nothing is built yet, and packing has to do it.
    const clone = join(project, "clone");
    for (const file of ["package.json", "tsconfig.json", "sdk"]) {
      await cp(join(root, file), join(clone, file), {
        recursive: true,
        filter: (path) => path !== join(root, "sdk/dist"),
      });
    }
    await symlink(join(root, "node_modules"), join(clone, "node_modules"), "junction");
    const { stdout } = await run("npm", ["pack", "-w", "sdk", "--json", "--pack-destination", project], { cwd: clone });
    const [packed] = JSON.parse(stdout);
    ({ filename } = packed);
    files = packed.files.map(({ path }: { path: string }) => path);

    // An empty project with the package and its peer. The lockfile takes the versions from ours, so that npm's cache has them.
    const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
    const manifest = JSON.parse(await readFile(join(root, "sdk/package.json"), "utf8"));
    const dependencies = {
      "@micro-escrow/sdk": `file:${packed.filename}`,
      ethers: packages["node_modules/ethers"].version,
    };
    const needed = ["ethers", ...Object.keys(manifest.dependencies)].flatMap((name) => closure(packages, name, "sdk"));
    const lock = {
      lockfileVersion: 3,
      packages: {
        "": { dependencies },
        "node_modules/@micro-escrow/sdk": {
          version: manifest.version,
          resolved: `file:${packed.filename}`,
          integrity: packed.integrity,
          bin: manifest.bin,
          dependencies: manifest.dependencies,
          peerDependencies: manifest.peerDependencies,
          peerDependenciesMeta: manifest.peerDependenciesMeta,
        },
        // What stands beside the SDK here, because others need another version, stands beside everything there.
        ...Object.fromEntries(needed.map((path) => [path.replace(/^sdk\//, ""), { ...packages[path], dev: false }])),
      },
    };
    await writeFile(join(project, "package.json"), JSON.stringify({ type: "module", private: true, dependencies }));
    await writeFile(join(project, "package-lock.json"), JSON.stringify(lock));
    await run("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: project });
  });

  after(() => rm(project, { recursive: true, force: true }));

  /** What the program computes, wherever it runs. */
  const agreement = defineAgreement(parameters);
  const deliverable = hashText("Ten articles");
  const { data } = submitCall({ escrow: escrowAddress(8_453), agreement, index: 0, deliverable });
  const expected = { id: agreement.id, cid: cidOf(deliverable), data, connect: "function" };

  it("holds the code and the types of every source, what it is and its licence, and nothing else", async () => {
    const sources = (await readdir(join(root, "sdk/src"), { recursive: true })).filter((path) => path.endsWith(".ts"));
    const built = sources.flatMap((path) =>
      ["js", "js.map", "d.ts", "d.ts.map"].map((end) => path.replace(/ts$/, end)),
    );
    expect(files).to.have.members([
      "bin/micro-escrow.js",
      ...sources.map((path) => `src/${path}`),
      ...built.map((path) => `dist/${path}`),
      ...["MicroEscrow", "SignedFunding"].flatMap((name) => {
        return ["calldata", "eip712"].map((kind) => `descriptors/${kind}-${name}.json`);
      }),
      ...[
        "arbiter",
        "command-line",
        "first-escrow",
        "judgement",
        "keeper",
        "platform",
        "relayer",
        "smart-wallets",
        "verifier",
      ].map((name) => `docs/${name}.md`),
      ...["viem", "wagmi"].map((name) => `examples/${name}.ts`),
      ...["package.json", "README.md", "LICENSE"],
    ]);
    expect(await readFile(join(root, "sdk/LICENSE"), "utf8")).to.equal(await readFile(join(root, "LICENSE"), "utf8"));
  });

  it("has no link to what it does not hold", async () => {
    const documents = files.filter((path) => path.endsWith(".md"));
    const links: string[] = [];
    for (const from of documents) {
      const text = await readFile(join(root, "sdk", from), "utf8");
      for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [path = "", heading] = target.split("#");
        const to = path === "" ? from : posix.join(posix.dirname(from), path);
        expect(files, `${from} links to ${target}`).to.include(to);
        if (heading !== undefined) {
          const headings = [...(await readFile(join(root, "sdk", to), "utf8")).matchAll(/^#+ (.*)$/gm)];
          const names = headings.map(([, name = ""]) =>
            name
              .toLowerCase()
              .replace(/[^\w -]/g, "")
              .replaceAll(" ", "-"),
          );
          expect(names, `${from} links to ${target}`).to.include(heading);
        }
        links.push(target);
      }
    }
    expect(links.length).to.be.greaterThan(10);
  });

  it("is the file that the READMEs install", async () => {
    for (const readme of ["README.md", "sdk/README.md"]) {
      expect(await readFile(join(root, readme), "utf8")).to.include(`npm install ./${filename} ethers`);
    }
  });

  it("runs in Node", async () => {
    await writeFile(join(project, "main.js"), `${program}\nconsole.log(JSON.stringify(result));`);
    const { stdout } = await run(process.execPath, ["main.js"], { cwd: project });
    expect(JSON.parse(stdout)).to.deep.equal(expected);
  });

  it("has a second entry for Node alone", async () => {
    const source = `import * as node from "@micro-escrow/sdk/node"; console.log(Object.keys(node).join());`;
    await writeFile(join(project, "node.js"), source);
    const { stdout } = await run(process.execPath, ["node.js"], { cwd: project });
    expect(stdout.trim().split(",")).to.include.members([
      ...["fileStorage", "hashFile", "readAgreement", "writeAgreement"],
    ]);
  });

  it("brings the command line", async () => {
    const { version } = JSON.parse(await readFile(join(root, "sdk/package.json"), "utf8"));
    const { stdout } = await run(join(project, "node_modules/.bin/micro-escrow"), ["--version"], { cwd: project });
    expect(stdout).to.equal(`${version}\n`);
  });

  it("has an entry for storages", async () => {
    await writeFile(join(project, "keeping.js"), `${keeping}\nconsole.log(await kept);`);
    const { stdout } = await run(process.execPath, ["keeping.js"], { cwd: project });
    expect(stdout.trim()).to.equal(`https://files.example/escrow/${cidOf(deliverable)},Ten articles`);
  });

  it("has an entry for wallets, and the descriptors as JSON", async () => {
    const source = `
import * as wallets from "@micro-escrow/sdk/wallets";
import calls from "@micro-escrow/sdk/descriptors/calldata-MicroEscrow.json" with { type: "json" };
import messages from "@micro-escrow/sdk/descriptors/eip712-MicroEscrow.json" with { type: "json" };
const formats = [calls, messages].map(({ display }) => Object.keys(display.formats).length);
console.log(JSON.stringify([Object.keys(wallets), formats]));`;
    await writeFile(join(project, "wallets.js"), source);
    const { stdout } = await run(process.execPath, ["wallets.js"], { cwd: project });
    const [names, formats] = JSON.parse(stdout);
    expect(names).to.include.members(["sendCallsRequest", "safeTransactions", "AccountSigner"]);
    expect(formats).to.deep.equal([18, 12]);
  });

  it("has hooks for React, which need what only they need, and touch no page as they are loaded", async () => {
    const loading = (name: string) => {
      const source = `import * as react from "@micro-escrow/sdk/react"; console.log(Object.keys(react).join());`;
      return writeFile(join(project, name), source).then(() => run(process.execPath, [name], { cwd: project }));
    };
    const { stderr } = await loading("react.js").then(
      () => expect.fail("it needs React"),
      (error: { readonly stderr: string }) => error,
    );
    expect(stderr).to.match(/Cannot find package '(react|@tanstack\/react-query)' imported from/);

    const optional = ["react", "@tanstack/react-query", "@tanstack/query-core"];
    await mkdir(join(project, "node_modules/@tanstack"), { recursive: true });
    for (const name of optional) {
      await symlink(join(root, "node_modules", name), join(project, "node_modules", name), "junction");
    }
    try {
      const { stdout } = await loading("react.js");
      expect(stdout.trim().split(",")).to.include.members(["EscrowProvider", "escrowKeys", "useEscrowMutation"]);
    } finally {
      for (const name of optional) await rm(join(project, "node_modules", name));
    }
  });

  it("is bundled for a browser without anything of Node, and runs there", async () => {
    const history = `import { indexedDbStorage, statementOf, syncHistory } from "@micro-escrow/sdk/history";
globalThis.history = [indexedDbStorage, statementOf, syncHistory].map((one) => typeof one).join();`;
    await writeFile(
      join(project, "page.js"),
      `${program}${keeping}\n${history}\nglobalThis.result = result; globalThis.kept = kept;`,
    );
    const { outputFiles, metafile } = await build({
      absWorkingDir: project,
      entryPoints: ["page.js"],
      bundle: true,
      platform: "browser",
      format: "iife",
      target: "es2022",
      metafile: true,
      write: false,
    });
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    const fromNode = imported.filter((path) => path.startsWith("node:") || builtinModules.includes(path));
    expect(fromNode).to.deep.equal([]);

    // What a page has beside the language; its byte arrays must be those of its TextEncoder.
    const { crypto, TextEncoder, TextDecoder, setTimeout, clearTimeout, AbortController, URL } = globalThis;
    const page: Record<string, unknown> = { crypto, TextEncoder, TextDecoder, Uint8Array: globalThis.Uint8Array };
    Object.assign(page, { setTimeout, clearTimeout, AbortController, URL });
    // And what it reaches servers with.
    const { AbortSignal, Headers, Response } = globalThis;
    Object.assign(page, { AbortSignal, Headers, Response });
    page.self = page;
    runInNewContext(outputFiles[0]?.text ?? "", page);
    expect({ ...(page.result as typeof expected) }).to.deep.equal(expected);
    expect(page.history).to.equal("function,function,function");
    expect(await page.kept).to.equal(`https://files.example/escrow/${cidOf(deliverable)},Ten articles`);
  });

  it("leaves out of a bundle what a page does not use", async () => {
    const source = `import { parseAmount } from "@micro-escrow/sdk"; globalThis.result = parseAmount("1.5", 6);`;
    await writeFile(join(project, "small.js"), source);
    const { outputFiles } = await build({
      absWorkingDir: project,
      entryPoints: ["small.js"],
      bundle: true,
      minify: true,
      platform: "browser",
      format: "esm",
      write: false,
    });
    expect(outputFiles[0]?.text.length).to.be.lessThan(10_000);
  });

  it("has hooks that bring no other entry along", async () => {
    const { metafile } = await build({
      ...{ absWorkingDir: project, external: ["ethers", "react", "@tanstack/react-query"] },
      stdin: { contents: `export * from "@micro-escrow/sdk/react";`, resolveDir: project },
      ...{ bundle: true, metafile: true, platform: "browser", format: "esm", write: false },
    });
    const modules = Object.keys(metafile.inputs);
    for (const entry of ["gasless", "deploy", "storage", "wallets", "node"]) {
      expect(modules.filter((path) => path.endsWith(`/dist/${entry}.js`))).to.deep.equal([]);
    }
    expect(modules.some((path) => path.endsWith("/dist/react/mutation.js"))).to.equal(true);
  });

  it("type-checks in a strict project", async function () {
    this.timeout(60_000);
    const source = `
import { ClockRanOutError, MicroEscrow, type Results, type SignedAction } from "@micro-escrow/sdk";
import { type HistoryStorage, type Statement, statementOf } from "@micro-escrow/sdk/history";
import { fileStorage, folderStorage, hashFile } from "@micro-escrow/sdk/node";
import { completeAgreement, type ContentStorage } from "@micro-escrow/sdk/storage";
import type { Signer } from "ethers";
export async function work(signer: Signer, path: string): Promise<Results["submit"] | number> {
  const escrow = await MicroEscrow.connect(signer);
  const agreement = await escrow.getAgreement("0x" as Parameters<typeof escrow.getAgreement>[0]);
  try {
    const action: SignedAction<"submit"> = await escrow.signSubmit({ agreement, index: 0, deliverable: await hashFile(path) });
    return await escrow.relay(action);
  } catch (error) {
    if (error instanceof ClockRanOutError) return error.clock;
    throw error;
  }
}
export async function account(escrow: MicroEscrow, storage: HistoryStorage = fileStorage("x")): Promise<Statement> {
  return statementOf(escrow.connection, escrow.address, { storage });
}
export const storage: ContentStorage = folderStorage("contents");
export const complete = async (escrow: MicroEscrow, id: Parameters<MicroEscrow["getAgreement"]>[0]) =>
  (await completeAgreement([storage], await escrow.getAgreement(id))).scope?.title;
// @ts-expect-error a verb takes what it says, and nothing less
export const wrong = (escrow: MicroEscrow) => escrow.submit({ index: 0 });
`;
    await writeFile(join(project, "work.ts"), source);
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
      ...{ target: "es2022", module: "nodenext", lib: ["es2022", "dom"], types: [] },
    };
    await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["work.ts"] }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", "."], { cwd: project }).catch((error) => error);
    // What ethers' own dependencies get wrong is not ours.
    const errors = stdout.split("\n").filter((line: string) => /^\S+\(\d+,\d+\)/.test(line));
    expect(errors.filter((line: string) => !line.startsWith("node_modules/ethers/"))).to.deep.equal([]);
  });
});
