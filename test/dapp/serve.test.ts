/** The web app's demo: what is served, the world that is staged for it, and that nothing of it stays behind. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import {
  type Agreement,
  acceptTypedData,
  availableActions,
  decodeLogs,
  eventsOf,
  formatAmount,
  type Hash,
  hashText,
  MicroEscrow,
  outcomeName,
  parseManifest,
  sha256,
  statusName,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { Contract, type JsonRpcProvider, verifyTypedData } from "ethers";
import { type Dapp, startDapp } from "../../scripts/dapp/serve.ts";
import { connect } from "../../scripts/demo/chain.ts";
import { fileOf } from "../../scripts/demo/gigs.ts";
import type { DemoDocument } from "../../sdk/examples/dapp/src/demo.ts";
import { fromFile, type Share } from "../../sdk/examples/dapp/src/share.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const script = join(root, "scripts/dapp.ts");
const DAY = 86_400;

/** Whether somebody answers there. */
const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

const readWorld = async (url: string): Promise<DemoDocument> => (await fetch(`${url}/demo.json`)).json();

function only<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`There is no item ${index}.`);
  return item;
}

describe("The web app's demo", () => {
  let dapp: Dapp;
  let world: DemoDocument;
  let shares: readonly Share[];
  let provider: JsonRpcProvider;
  let escrow: MicroEscrow;
  let begun: number;
  const addressOf = (name: string) => world.people.find((person) => person.name === name)?.address ?? "";
  const agreementOf = (gig: number): Agreement => only(shares, gig).agreement;

  before(async function () {
    this.timeout(240_000);
    begun = Date.now() / 1_000;
    dapp = await startDapp();
    world = await readWorld(dapp.url);
    shares = world.shares.map(fromFile);
    provider = connect(dapp.rpc);
    escrow = await MicroEscrow.connect(provider);
  });
  after(async () => {
    provider?.destroy();
    await dapp?.stop();
  });

  describe("serves", () => {
    const headers = {
      "content-security-policy": "frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    };
    const headersOf = (response: Response, ...more: string[]) =>
      Object.fromEntries([...Object.keys(headers), ...more].map((name) => [name, response.headers.get(name)]));

    it("the page as it was built, with what it loads, and nothing else", async () => {
      const built = await readFile(join(root, "sdk/examples/dapp/dist/demo/index.html"), "utf8");
      // The demo's page knows this server alone, no chain elsewhere.
      expect(built).to.include("connect-src &#39;self&#39;;");
      const page = await fetch(dapp.url);
      expect(page.status).to.equal(200);
      expect(headersOf(page, "content-type")).to.deep.equal({ ...headers, "content-type": "text/html" });
      expect(await page.text()).to.equal(built);
      const [, main] = /<script type="module"[^>]* src="([^"]+)"/.exec(built) ?? [];
      const response = await fetch(new URL(main ?? "", dapp.url));
      expect(headersOf(response, "content-type")).to.deep.equal({ ...headers, "content-type": "text/javascript" });
      expect((await fetch(`${dapp.url}/agreements/1`)).status).to.equal(404);
    });

    it("the demo's world, which is not kept", async () => {
      const response = await fetch(`${dapp.url}/demo.json?2`);
      expect(response.status).to.equal(200);
      expect(headersOf(response, "content-type", "cache-control")).to.deep.equal({
        ...headers,
        "content-type": "application/json; charset=utf-8",
        "cache-control": "no-store",
      });
      expect(await response.json()).to.deep.equal(world);
    });

    it("the node's JSON-RPC", async () => {
      const ask = async (method: string) => {
        const response = await fetch(`${dapp.url}/rpc`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [] }),
        });
        expect(headersOf(response)).to.deep.equal(headers);
        return response.json();
      };
      expect(await ask("eth_chainId")).to.deep.equal({ jsonrpc: "2.0", id: 1, result: "0x7a69" });
      expect(await ask("eth_accounts")).to.deep.equal({
        jsonrpc: "2.0",
        id: 1,
        result: await provider.send("eth_accounts", []),
      });
    });

    it("on this machine alone, and to nobody who comes by another name", async () => {
      expect(new URL(dapp.url).hostname).to.equal("127.0.0.1");
      expect(new URL(dapp.rpc).hostname).to.equal("127.0.0.1");
      // Who listens at all addresses would answer at this one too.
      for (const url of [dapp.url, dapp.rpc])
        expect(await answers(url.replace("127.0.0.1", "127.0.0.2"))).to.equal(false);
      for (const path of ["/", "/demo.json", "/rpc"]) {
        const asked = request(dapp.url + path, { headers: { host: "evil.example" } }).end();
        const [response] = await once(asked, "response");
        response.resume();
        expect(response.statusCode).to.equal(403);
      }
    });
  });

  describe("has", () => {
    it("people with the node's accounts, in their order", async () => {
      const accounts = (await provider.listAccounts()).map(({ address }) => address);
      expect(world.people.map(({ name, about, address }) => [name, about, accounts.indexOf(address)])).to.deep.equal([
        ["Inês", "owns a flour mill in Porto", 1],
        ["Amara", "food writer in Lagos", 2],
        ["Tomasz", "retired editor in Kraków", 3],
        ["Mateo", "runs a bicycle courier co-operative in Montevideo", 4],
        ["Yuki", "developer in Osaka", 5],
        ["Noor", "engineer and mediator in Rotterdam", 6],
        ["Hanna", "has a ceramics studio in Helsinki", 7],
        ["Diego", "does marketing from Lima", 8],
        ["Oskar", "an arbiter who does not answer his mail", 9],
        ["Workbench", "the platform where they met", 10],
        ["Fieldtest", "a test lab", 11],
      ]);
    });

    it("USDC for all of them", async () => {
      const abi = ["function balanceOf(address) view returns (uint256)", "function name() view returns (string)"];
      const usdc = new Contract(world.token.address, abi, provider);
      const balance = async (account: string) => formatAmount(await usdc.getFunction("balanceOf")(account), 6);
      expect(await usdc.getFunction("name")()).to.equal("USD Coin");
      expect({ ...world.token, address: "" }).to.deep.equal({ address: "", symbol: "USDC", decimals: 6 });
      expect(
        Object.fromEntries(
          await Promise.all(world.people.map(async ({ name, address }) => [name, await balance(address)])),
        ),
      ).to.deep.equal({
        ...{ Inês: "9500", Amara: "10250", Tomasz: "10000", Mateo: "6400", Yuki: "11200", Noor: "10000" },
        ...{ Hanna: "8400", Diego: "10000", Oskar: "10000", Workbench: "10000", Fieldtest: "10000" },
      });
      expect(await balance(escrow.address)).to.equal("4250");
    });

    it("a share of each gig, with the freelancer's signature, that can be funded for months", () => {
      expect(
        shares.map(({ chainId, agreement: { scope, terms }, signatures, settlement }) => {
          const { client, freelancer, arbiter, verifier, feeRecipient, feeBps } = terms;
          const parties = [client, freelancer, arbiter, verifier, feeRecipient];
          const names = parties.map((party) => world.people.find(({ address }) => address === party)?.name);
          const days = (terms.fundBy - begun) / DAY;
          expect(days).to.be.within(179, 180);
          expect([chainId, terms.token, Object.keys(signatures), settlement]).to.deep.equal([
            31_337,
            world.token.address,
            ["freelancer"],
            undefined,
          ]);
          return [scope?.title.split(":")[0], ...names, feeBps];
        }),
      ).to.deep.equal([
        ["Crumb", "Inês", "Amara", "Tomasz", undefined, undefined, 0],
        ["Pedal", "Mateo", "Yuki", "Noor", "Fieldtest", undefined, 0],
        ["Savi", "Hanna", "Diego", "Oskar", undefined, "Workbench", 250],
      ]);
      for (const { agreement, signatures } of shares) {
        const { domain, types, message } = acceptTypedData({ agreement, ...escrow.connection });
        const signer = verifyTypedData(domain, types, message, signatures.freelancer ?? "");
        expect(signer).to.equal(agreement.terms.freelancer);
      }
    });

    it("gigs that are under way", async () => {
      const now = await escrow.getTime();
      const standing = await Promise.all(
        shares.map(async ({ agreement }) => {
          const { closed, milestones } = await escrow.getAgreementState(agreement);
          expect(closed).to.equal(false);
          return milestones.map(({ status, outcome, held, submissions, clock }) => [
            statusName(status),
            outcomeName(outcome),
            formatAmount(held, 6),
            submissions,
            // Days that are left.
            clock === 0 ? undefined : Math.round((clock - now) / (DAY / 10)) / 10,
          ]);
        }),
      );
      const unfunded = ["None", "None", "0", 0, undefined];
      expect(standing).to.deep.equal([
        [["Released", "Approved", "0", 2, undefined], ["Submitted", "None", "250", 1, 5.2], unfunded, unfunded],
        [["Released", "Approved", "0", 1, undefined], ["Disputed", "None", "2400", 1, 9.6], unfunded],
        [["Submitted", "None", "800", 1, -11.4], ["Funded", "None", "800", 0, 19.3], ...Array(4).fill(unfunded)],
      ]);
    });

    it("what the people can do next", async () => {
      const now = await escrow.getTime();
      const possible = async (gig: number, index: number, name: string) => {
        const agreement = agreementOf(gig);
        const state = await escrow.getAgreementState(agreement);
        const account = name === "" ? only(await provider.listAccounts(), 13).address : addressOf(name);
        return availableActions(agreement, state, account, now)
          .filter((candidate) => candidate.index === index)
          .map(({ action }) => action);
      };
      expect(await possible(0, 1, "Inês")).to.include.members(["approve", "requestChanges", "dispute"]);
      expect(await possible(0, 2, "Inês")).to.deep.equal(["fund"]);
      expect(await possible(1, 1, "Noor")).to.deep.equal(["rule", "submitEvidence"]);
      expect(await possible(2, 0, "")).to.deep.equal(["finalize"]);
      expect(await possible(2, 1, "Diego")).to.include("submit");
    });

    it("a past, which ends now", async () => {
      const end = Date.now() / 1_000;
      const [first, newest] = await Promise.all([provider.getBlock(0), provider.getBlock("latest")]);
      expect(first?.timestamp).to.be.within(begun - 64 * DAY - 1, begun - 64 * DAY + 30);
      // Blocks have no fractions of seconds, and several may come in one.
      expect(newest?.timestamp).to.be.within(end - 15, end + 5);
      const past = await Promise.all(
        shares.map(async ({ agreement }) =>
          Promise.all(
            eventsOf(await escrow.getTimeline(agreement)).map(async (event) => {
              const time = (await provider.getBlock(event.block))?.timestamp ?? 0;
              const daysAgo = Math.round(((begun - time) / DAY) * 10) / 10;
              return [event.type, ...("index" in event ? [event.index] : []), daysAgo].join(" ");
            }),
          ),
        ),
      );
      expect(past).to.deep.equal([
        [
          "AgreementOpened 26.2",
          "AgreementAccepted 26.2",
          "AgreementAccepted 26.2",
          "MilestoneFunded 0 26.2",
          "MilestoneSubmitted 0 19.3",
          "ChangesRequested 0 17.4",
          "MilestoneSubmitted 0 16.9",
          "MilestoneConcluded 0 14.1",
          "MilestoneFunded 1 14.1",
          "MilestoneSubmitted 1 1.8",
        ],
        [
          "AgreementOpened 62.1",
          "AgreementAccepted 62.1",
          "AgreementAccepted 62.1",
          "MilestoneFunded 0 62.1",
          "MilestoneSubmitted 0 43.3",
          "MilestoneConcluded 0 41.2",
          "MilestoneFunded 1 41.2",
          "MilestoneSubmitted 1 8.1",
          "MilestoneDisputed 1 4.4",
          "EvidenceSubmitted 1 3.6",
        ],
        [
          "AgreementOpened 45.2",
          "AgreementAccepted 45.2",
          "AgreementAccepted 45.2",
          "MilestoneFunded 0 45.2",
          "MilestoneSubmitted 0 16.4",
          "MilestoneFunded 1 15.7",
        ],
      ]);
    });

    it("exactly the contents that its past names", async () => {
      for (const { agreement, contents } of shares) {
        const given = new Map(contents.map((bytes) => [sha256(bytes), bytes]));
        const named = new Set<Hash>();
        for (const event of eventsOf(await escrow.getTimeline(agreement))) {
          if (event.type === "MilestoneSubmitted") {
            named.add(event.deliverable);
            const manifest = new TextDecoder().decode(given.get(event.deliverable));
            for (const { hash } of parseManifest(manifest)) named.add(hash);
          }
          if (event.type === "ChangesRequested") named.add(event.reason);
          if (event.type === "MilestoneDisputed" || event.type === "EvidenceSubmitted") named.add(event.evidence);
        }
        expect([...given.keys()].sort()).to.deep.equal([...named].sort());
        expect(given.size).to.equal(contents.length);
      }
      const texts = ["blog/change-request-05.md", "app/dispute/backend-client.md", "app/dispute/backend-freelancer.md"];
      const all = shares.flatMap(({ contents }) => contents.map(sha256));
      for (const path of texts) expect(all).to.include(hashText(await readFile(fileOf(path), "utf8")));
    });
  });

  describe("then", () => {
    it("goes on in time when nobody does anything", async function () {
      this.timeout(30_000);
      const [number, time] = [await provider.getBlockNumber(), await escrow.getTime()];
      for (let look = 0; look < 200 && (await provider.getBlockNumber()) < number + 2; ++look) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const seconds = (await escrow.getTime()) - time;
      expect(seconds).to.be.within(4, 20);
      expect((await escrow.getTime()) - Date.now() / 1_000).to.be.within(-15, 5);
    });

    it("lets anybody finalize what the client let pass", async () => {
      const agreement = agreementOf(2);
      const passerby = only(await provider.listAccounts(), 13);
      const { transaction } = await escrow.connect(passerby).finalize({ agreement, index: 0 });
      const receipt = await provider.getTransactionReceipt(transaction.hash);
      const events = decodeLogs(receipt?.logs ?? [], escrow.address);
      expect(
        events.flatMap((event) =>
          event.type === "MilestoneConcluded"
            ? [[outcomeName(event.outcome), event.freelancerAmount, event.clientAmount, event.platformFee]]
            : [],
        ),
      ).to.deep.equal([["ReviewExpired", 780_000_000n, 0n, 20_000_000n]]);
    });
  });
});

describe("Several of the web app's demos", () => {
  it("run at once, each with a chain of its own, and stop one by one, also twice", async function () {
    this.timeout(240_000);
    const [one, other] = await Promise.all([startDapp({ isBuilt: true }), startDapp({ isBuilt: true, port: [0] })]);
    try {
      expect(new Set([one.url, one.rpc, other.url, other.rpc]).size).to.equal(4);
      const providers = [connect(one.rpc), connect(other.rpc)];
      const [first, second] = await Promise.all(providers.map((provider) => MicroEscrow.connect(provider)));
      const agreementAt = async ({ url }: Dapp) => fromFile(only((await readWorld(url)).shares, 2)).agreement;
      const passerby = only(await only(providers, 0).listAccounts(), 13);
      await first?.connect(passerby).finalize({ agreement: await agreementAt(one), index: 0 });
      const statusIn = async (escrow: MicroEscrow | undefined, agreement: Agreement) =>
        (await escrow?.getAgreementState(agreement))?.milestones.slice(0, 1).map(({ status }) => statusName(status));
      expect(await statusIn(first, await agreementAt(one))).to.deep.equal(["Released"]);
      expect(await statusIn(second, await agreementAt(other))).to.deep.equal(["Submitted"]);
      for (const provider of providers) provider.destroy();

      await one.stop();
      await one.ended;
      expect(await Promise.all([one.url, one.rpc, other.url, other.rpc].map(answers))).to.deep.equal([
        ...[false, false],
        ...[true, true],
      ]);
      await one.stop();
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
    expect(await Promise.all([other.url, other.rpc].map(answers))).to.deep.equal([false, false]);
  });

  it("keep no process alive when they have stopped, and leave its environment as it was", async function () {
    this.timeout(120_000);
    const url = pathToFileURL(join(root, "scripts/dapp/serve.ts")).href;
    const source = `
      import { startDapp } from ${JSON.stringify(url)};
      const { stop } = await startDapp({ isBuilt: true });
      console.log(process.env.NODE_ENV, process.listenerCount("SIGTERM"), process.listenerCount("exit"));
      await stop();
      console.log(process.env.NODE_ENV, process.listenerCount("SIGTERM"), process.listenerCount("exit"));`;
    const { NODE_ENV: _, ...env } = process.env;
    const { stdout, stderr } = await run(process.execPath, ["--eval", source], { env });
    expect([stdout, stderr]).to.deep.equal(["undefined 1 1\nundefined 0 0\n", ""]);
  });
});

describe("npm run dapp", function () {
  this.timeout(120_000);
  const runs: Run[] = [];
  afterEach(() => {
    for (const { process } of runs.splice(0)) process.kill();
  });
  const start = (options: readonly string[] = [], more: NodeJS.ProcessEnv = {}): Run => {
    const env = { ...process.env, ...more };
    const started = new Run(spawn(process.execPath, [script, ...options], { stdio: ["ignore", "pipe", "pipe"], env }));
    runs.push(started);
    return started;
  };

  it("says what is there to try, and the address last; ends with all it started on Ctrl-C", async () => {
    const port = await freePort();
    const rpcPort = await freePort();
    const dapp = start(["--port", String(port), "--rpc-port", String(rpcPort)]);
    await dapp.says("  Open ");
    const lines = dapp.output.split("\n");
    expect(lines.slice(-2)).to.deep.equal([`  Open http://127.0.0.1:${port}`, ""]);
    expect(lines.filter((line) => line.length > 100)).to.deep.equal([]);
    const { people } = await readWorld(`http://127.0.0.1:${port}`);
    expect(people.filter(({ name, about }) => !dapp.words.includes(`${name} (${about})`))).to.deep.equal([]);
    expect(dapp.words).to.include(`http://127.0.0.1:${rpcPort}, chain 31337`);
    const provider = connect(`http://127.0.0.1:${rpcPort}`);
    expect(await provider.send("eth_chainId", [])).to.equal("0x7a69");
    provider.destroy();

    const started = await dapp.children();
    expect(started).to.have.length(1);
    dapp.process.kill("SIGINT");
    expect(await dapp.end).to.deep.equal([130, ""]);
    expect(await alive(started)).to.deep.equal([]);
  });

  it("ends with all it started on a polite kill, also before it is there", async () => {
    const dapp = start();
    await dapp.says("one moment");
    let started = await dapp.children();
    for (let look = 0; look < 100 && started.length < 2; ++look) started = await dapp.children();
    expect(started).to.have.length(2);
    dapp.process.kill("SIGTERM");
    expect(await dapp.end).to.deep.equal([143, ""]);
    expect(await alive(started)).to.deep.equal([]);
    expect(dapp.output).to.not.include("Open");
  });

  it("ends when its node ends", async () => {
    const dapp = start(["--port", String(await freePort())]);
    await dapp.says("  Open ");
    const [node = 0] = await dapp.children();
    process.kill(node, "SIGTERM");
    expect(await dapp.end).to.deep.equal([
      1,
      "The node has ended, and what was on its chain is gone. Start it once more.\n",
    ]);
  });

  it("ends with all it started when the node or the page cannot be had", async () => {
    const nowhere = start([], { EVM: "anvil", PATH: "" });
    const [code, complaint] = await nowhere.end;
    expect(code).to.equal(1);
    expect(complaint).to.match(/^The Hardhat node did not start\. Error: .*\nTry `npm ci`, then once more\.\n$/);
    const fault = "if(process.argv[2]==='build')throw(new(Error)('of_the_page'))";
    const unbuilt = start([], { NODE_OPTIONS: `--import=data:text/javascript,${fault}` });
    const [failed, reason] = await unbuilt.end;
    expect(failed).to.equal(1);
    expect(reason).to.match(/^The page could not be built\.\n[\s\S]*Error: of_the_page/);
    expect(unbuilt.output).to.not.include("Open");
  });

  it("takes another port than Vite's usual one when that is taken, but none that was not asked for", async () => {
    const server = createServer().listen(0, "127.0.0.1").unref();
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    for (const option of ["--port", "--rpc-port"]) {
      expect(await start([option, String(port)]).end).to.deep.equal([
        1,
        `Port ${port} is taken. Choose another one, or leave it out.\n`,
      ]);
    }
    const dapp = await startDapp({ isBuilt: true, port: [port, 0] });
    try {
      expect(dapp.url).to.not.equal(`http://127.0.0.1:${port}`);
      expect((await fetch(dapp.url)).status).to.equal(200);
    } finally {
      await dapp.stop();
    }
    server.close();
  });

  it("takes no options that it does not know, and ports that are some", async () => {
    for (const port of ["0", "65536", "http", "1e3", ""]) {
      expect(await start(["--port", port]).end).to.deep.equal([
        1,
        `--port is a number from 1 to 65535, not "${port}".\n`,
      ]);
    }
    expect(await start(["--fast"]).end).to.deep.equal([
      1,
      "Unknown option '--fast'\nUsage: npm run dapp -- [--port N] [--rpc-port N]\n",
    ]);
  });
});

/** A process of the script, and what it says. */
class Run {
  readonly process: ChildProcess;
  /** Exit code and standard error, when it has ended. */
  readonly end: Promise<[code: number | null, complaint: string]>;
  output = "";

  constructor(child: ChildProcess) {
    this.process = child;
    let complaint = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    this.end = once(child, "close").then(([code]) => [code, complaint]);
  }

  /** What it said, in whatever lines. */
  get words(): string {
    return this.output.replaceAll(/\s+/g, " ");
  }

  async says(text: string): Promise<void> {
    const ended = this.end.then(([code, complaint]) => {
      throw new Error(`It ended with ${code}. ${complaint}`);
    });
    ended.catch(() => {});
    while (!this.output.includes(text)) {
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
  }

  /** The ids of the processes that it started. */
  async children(): Promise<number[]> {
    return (await processes()).filter(({ parent }) => parent === this.process.pid).map(({ pid }) => pid);
  }
}

/** All processes but those that have ended, of which init has not been told. */
async function processes(): Promise<{ pid: number; parent: number }[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,stat="]);
  const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  return rows
    .filter(([, , state]) => state !== undefined && !state.startsWith("Z"))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}

/** Which of some processes are still there, a moment after they should have ended. */
async function alive(pids: readonly number[]): Promise<number[]> {
  const look = async () => (await processes()).map(({ pid }) => pid).filter((pid) => pids.includes(pid));
  let left = await look();
  for (let looks = 0; looks < 20 && left.length > 0; ++looks) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = await look();
  }
  return left;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
