/**
 * The keeper as the process that it is, killed and cut off at random: 200 agreements whose clocks run out are finalized exactly
 * once. `SEED=n` repeats a run.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { eventsOf, hashText, Outcome } from "@micro-escrow/sdk";
import { expect } from "chai";
import { type HDNodeWallet, Interface, type TransactionResponse } from "ethers";
import { readHistory } from "../../../sdk/dist/history.js";
import { DAY, UNIT } from "../chain.ts";
import { LogSink, proxiesOfEachTest, transactionsOf, until, worldOfEachTest } from "./world.ts";

const bin = join(import.meta.dirname, "../../../sdk/bin/micro-escrow.js");

/** Numbers below 1 that a seed makes. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly log: LogSink;
  readonly exited: Promise<unknown[]>;
}

describe("The keeper as a process", function () {
  this.timeout(120_000);
  const world = worldOfEachTest();
  const proxy = proxiesOfEachTest();
  const running: ChildProcess[] = [];
  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
  });

  function start(config: string, account: HDNodeWallet): Started {
    const args = [bin, "keeper", "--config", config];
    const env = { PATH: process.env.PATH ?? "", MICRO_ESCROW_KEEPER_KEY: account.privateKey };
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    running.push(child);
    const log = new LogSink();
    child.stderr.pipe(log);
    child.stdout.pipe(log, { end: false });
    return { child, log, exited: once(child, "exit") };
  }

  it("finalizes 200 milestones exactly once, through two kills and an outage", async () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
    console.log(`      SEED=${seed}`);
    const random = randomFrom(seed);
    const { provider, node, escrow, fund, submit, elapse, configure, newAccount, accounts, balance } = world();
    const agreements = await fund(200);
    await submit(agreements.slice(0, 20), hashText("An article"));
    await elapse(2 * DAY);
    const before = { client: await balance(accounts.client), escrow: await balance(escrow.address) };
    expect(before.escrow).to.equal(200n * 100n * UNIT);
    await provider.send("evm_setAutomine", [false]);
    const mining = setInterval(() => void provider.send("evm_mine", []).catch(() => {}), 250);

    // A kill at the moment when a transaction leaves: before the node has it, or after.
    let sends = 0;
    let isOut = false;
    let kill: { readonly at: number; readonly isAfter: boolean; readonly now: () => void } | undefined;
    const url = await proxy(node.url, async (method, _, forward) => {
      if (isOut) throw new Error("gone");
      if (method !== "eth_sendRawTransaction") return forward();
      const isTime = ++sends === kill?.at;
      if (isTime && !kill?.isAfter) kill?.now();
      if (isTime && !kill?.isAfter) throw new Error("gone");
      const answer = await forward();
      if (isTime) kill?.now();
      return answer;
    });
    const config = await configure(
      { platforms: [accounts.platform], maxGasPerItem: 400_000, maxGasPerTransaction: 900_000 },
      { rpc: url },
    );
    const account = await newAccount();
    const logs: LogSink[] = [];
    let metrics = "";
    try {
      let keeper = start(config, account);
      kill = { at: 1 + Math.floor(random() * 6), isAfter: random() < 0.5, now: () => keeper.child.kill("SIGKILL") };
      await keeper.exited;
      logs.push(keeper.log);

      keeper = start(config, account);
      await until("it has started again", () => keeper.log.saying("Ready").length > 0);
      await new Promise((resolve) => setTimeout(resolve, random() * 1_000));
      keeper.child.kill("SIGKILL");
      await keeper.exited;
      logs.push(keeper.log);

      isOut = random() < 0.5;
      keeper = start(config, account);
      logs.push(keeper.log);
      await new Promise((resolve) => setTimeout(resolve, random() * 1_500));
      isOut = true;
      await until(
        "it has met the outage",
        async () => {
          const port = keeper.log.saying("Started")[0]?.port;
          const said = port === undefined ? "" : await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
          return /^micro_escrow_failures_total\{reason="Rpc",service="keeper"\} [1-9]/m.test(said);
        },
        40,
      );
      isOut = false;
      await until("all is paid out", async () => (await balance(escrow.address)) === 0n, 40);
      await until("nothing is under way", () => keeper.log.lines.at(-1)?.msg === "Mined");

      // What it says of itself meanwhile.
      const port = keeper.log.saying("Started")[0]?.port;
      const health = await fetch(`http://127.0.0.1:${port}/health`);
      expect([health.status, await health.json()]).to.deep.equal([200, { healthy: true, problems: [] }]);
      await until("its metrics say so", async () => {
        metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        return /^micro_escrow_milestones_watched\{service="keeper"\} 0$/m.test(metrics);
      });
      const seen = await readFile(`/proc/${keeper.child.pid}/cmdline`, "utf8").catch(() => "");
      expect(seen).not.to.include(account.privateKey.slice(2));

      keeper.child.kill("SIGTERM");
      expect(await keeper.exited).to.deep.equal([0, null]);
      expect(keeper.log.lines.at(-1)?.msg).to.equal("Stopped");
    } finally {
      clearInterval(mining);
      if (process.env.VERBOSE) for (const { text } of logs) console.log(text, "\n=======");
    }

    // Each once, and by nothing that failed.
    const events = eventsOf(await readHistory(escrow.connection, [[]]));
    const concluded = events.flatMap((event) => (event.type === "MilestoneConcluded" ? [event] : []));
    expect(concluded.map(({ id }) => id)).to.have.members(agreements.map(({ id }) => id));
    expect(concluded.filter(({ outcome }) => outcome === Outcome.ReviewExpired)).to.have.lengthOf(20);
    expect(concluded.filter(({ outcome }) => outcome === Outcome.WorkExpired)).to.have.lengthOf(180);
    const sent = await transactionsOf(provider, account.address);
    expect(sent.map(({ nonce }) => nonce)).to.deep.equal(sent.map((_, index) => index));
    const calls = sent.flatMap(callsIn);
    const finalizations = calls.filter((data) => data.startsWith(finalizeSelector));
    expect(finalizations).to.have.lengthOf(200);
    expect(new Set(finalizations).size).to.equal(200);
    for (const { hash } of sent) expect((await provider.getTransactionReceipt(hash))?.status).to.equal(1);

    // The books.
    expect(await balance(escrow.address)).to.equal(0n);
    expect(await balance(accounts.client)).to.equal(before.client + 180n * 100n * UNIT);
    expect(await balance(accounts.freelancer)).to.equal(20n * 98n * UNIT);
    expect(await balance(accounts.platform)).to.equal(20n * 2n * UNIT);

    expect(metrics).to.match(/^micro_escrow_done_total\{duty="withdraw",service="keeper"\} 1$/m);
    expect(metrics).to.match(/^micro_escrow_failures_total\{reason="Rpc",service="keeper"\} [1-9]/m);
    expect(metrics).not.to.match(/items_failed_total\{/);
    const journal = await readFile(join(world().folder, `state/keeper-31337-${account.address}.journal`), "utf8");
    for (const text of [...logs.map((log) => log.text), metrics, journal]) {
      expect(text).not.to.include(account.privateKey.slice(2));
    }
  });
});

const escrowCalls = new Interface([
  "function finalize((address,address,address,address,address,address,address,address,address,uint16,uint16,uint16,uint32,uint32,uint32,uint32,uint40,bytes32,bytes32), uint256)",
]);
const finalizeSelector = escrowCalls.getFunction("finalize")?.selector ?? "";
const multicall = new Interface(["function aggregate3((address target, bool allowFailure, bytes callData)[] calls)"]);

/** The calls of the escrow that a transaction makes. */
function callsIn({ data }: TransactionResponse): readonly string[] {
  if (data.slice(0, 10) !== multicall.getFunction("aggregate3")?.selector) return [data];
  const [calls] = multicall.decodeFunctionData("aggregate3", data);
  return calls.map(({ callData }: { callData: string }) => callData);
}
