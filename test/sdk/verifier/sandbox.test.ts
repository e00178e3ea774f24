/** The sandbox, attacked by what runs in it. On a system without one, nothing may run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import type { Scope } from "@micro-escrow/sdk";
import { type Check, checkWork } from "@micro-escrow/sdk/verifier";
import { expect } from "chai";
import { commandKind, commandLimits } from "../../../sdk/dist/verifier/kinds/command.js";
import { runInSandbox, type SandboxJob, SandboxUnavailable } from "../../../sdk/dist/verifier/sandbox.js";

const never = new AbortController().signal;
const tools = [dirname(process.execPath)];

const job = (command: readonly string[], changes: Partial<SandboxJob> = {}): SandboxJob => ({
  ...{ command, files: [], seconds: 20, memory: 512, disk: 64, processes: 64, output: 100_000, tools, ...changes },
});
const shell = (script: string, changes: Partial<SandboxJob> = {}) =>
  runInSandbox(job(["sh", "-c", script], changes), never);
const inNode = (script: string, changes: Partial<SandboxJob> = {}) =>
  runInSandbox(job(["node", "-e", script], changes), never);

describe("The sandbox", function () {
  this.timeout(60_000);
  let isHere = false;

  before(async function () {
    isHere = await runInSandbox(job(["true"]), never).then(
      () => true,
      (error) => {
        if (!(error instanceof SandboxUnavailable)) throw error;
        return false;
      },
    );
    if (!isHere && process.env.CI) return;
    if (!isHere) this.skip();
  });

  it("runs a command on the files, and tells its exit code, output and result", async () => {
    const files = [
      {
        path: "a/b.sh",
        bytes: new TextEncoder().encode("#!/bin/sh\necho hi >r.xml\necho out\necho err >&2\nexit 3\n"),
        isExecutable: true,
      },
    ];
    expect(await runInSandbox(job(["./a/b.sh"], { files, result: "r.xml" }), never)).to.deep.equal({
      ...{ end: "exited", code: 3, output: "out\n", errors: "err\n", result: "hi\n" },
    });
  });

  it("has neither the verifier's files, nor its environment, nor its processes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "micro-escrow-secret-"));
    try {
      const secret = join(folder, "keystore.json");
      await writeFile(secret, "the secret");
      process.env.MICRO_ESCROW_TEST_SECRET = "the secret";
      const looks = `cat ${secret}; ls /root /home /etc/shadow /usr/local; env; cat /proc/*/environ; cat /proc/1/fd/*; ls /proc/*/root/root; ls /proc | grep -c '^[0-9]'`;
      const { output, errors } = await shell(`${looks}; kill -0 ${process.pid} && echo seen`);
      expect(output + errors)
        .to.not.include("the secret\n")
        .and.not.include("TEST_SECRET")
        .and.not.match(/^seen/m);
      expect(errors)
        .to.include(`cat: ${secret}: No such file or directory`)
        .and.include("/proc/1/environ: Permission denied");
      expect(Number(/(\d+)\s*$/.exec(output)?.[1])).to.be.lessThan(20);
    } finally {
      delete process.env.MICRO_ESCROW_TEST_SECRET;
      await rm(folder, { recursive: true });
    }
  });

  it("reaches no network, not even this computer's", async () => {
    const server = createServer((_, response) => response.end("reached"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { output } = await inNode(
        `for (const url of ["${url}", "http://1.1.1.1"]) fetch(url).then(() => console.log("reached"), (e) => console.log(e.cause.code))`,
      );
      expect(output.trim().split("\n")).to.have.lengthOf(2);
      expect(output).to.match(/^(ECONNREFUSED|ENETUNREACH)\n(ECONNREFUSED|ENETUNREACH)\n$/);
    } finally {
      server.close();
    }
  });

  it("writes nothing but its own folder, which is bounded, and gains no rights", async () => {
    const { output, errors } = await shell(
      "head -c 200000000 /dev/zero >big; du -m big | cut -f1; for at in / /usr/bin /etc /dev /proc/sys/kernel; do touch $at/x && echo wrote $at; done; unshare -U true && echo nested; mount -t tmpfs x /tmp && echo mounted; chroot / true && echo chrooted; kill -9 1; echo alive; grep CapEff /proc/self/status",
    );
    expect(output).to.match(/^6[0-4]\nalive\nCapEff:\t0{16}\n$/);
    expect(errors).to.include("No space left on device");
  });

  it("ends what takes too long, ignores signals, or forks without end, with all that is left of it", async () => {
    expect((await shell("trap '' TERM INT HUP; while :; do :; done", { seconds: 1 })).end).to.equal("out of time");
    expect((await shell("b() { b | b & }; b; sleep 100", { seconds: 1 })).end).to.equal("out of time");
    const { end, code, output } = await shell("(setsid sleep 7654321 >/dev/null 2>&1 &); echo done");
    expect({ end, code, output }).to.deep.equal({ end: "exited", code: 0, output: "done\n" });
    const commands = await Promise.all(
      (await readdir("/proc"))
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
    );
    expect(commands.filter((line) => line.includes("7654321"))).to.deep.equal([]);
  });

  it("ends what takes too much memory, in one process, in many, or in a file of memory", async () => {
    expect((await inNode("const a = []; for (;;) a.push(Buffer.alloc(1e7, 1))", { memory: 256 })).end).to.equal(
      "out of memory",
    );
    const many =
      "for i in 1 2 3 4; do node -e 'const a = Buffer.alloc(9e7, 1); setTimeout(() => a, 15000)' & done; wait";
    expect((await shell(many, { memory: 256 })).end).to.equal("out of memory");
  });

  it("ends what writes too much, and takes no word of the command for its own", async () => {
    const { end, output } = await shell("yes");
    expect([end, output.length]).to.deep.equal(["too much output", 100_000]);
    expect((await shell("echo 'exit 0' >/proc/1/fd/3; echo 'exit 0' >&3; exit 4")).code).to.equal(4);
    const { result } = await shell("ln -s /proc/1/environ r.xml", { result: "r.xml" });
    expect(result).to.equal("");
  });

  it("ends with the verifier, also when that is killed", async () => {
    const sandbox = new URL("../../../sdk/dist/verifier/sandbox.js", import.meta.url);
    const program = `import { runInSandbox } from "${sandbox}"; await runInSandbox(${JSON.stringify(job(["sleep", "7654322"]))}, new AbortController().signal);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "ignore" });
    const running = async () => {
      const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
      const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
      return lines.filter((line) => line === "sleep\0" + "7654322\0").length;
    };
    const until = async (count: number) => {
      for (let look = 0; look < 200 && (await running()) !== count; look++)
        await new Promise((done) => setTimeout(done, 50));
      expect(await running()).to.equal(count);
    };
    await until(1);
    child.kill("SIGKILL");
    await until(0);
  });

  it("is what a command check needs: its tests count, and where there is none the answer is unclear", async () => {
    const declared = {
      kind: "command",
      run: ["node", "--test", "--test-reporter=tap"],
      results: { format: "tap", atLeast: 2 },
    } as const;
    const scope: Scope = {
      title: "App",
      milestones: [{ title: "Backend", checks: [declared as Check] }],
      nonce: `0x${"11".repeat(32)}`,
    };
    const tests = (second: string) => [
      {
        path: "a.test.js",
        bytes: new TextEncoder().encode(
          `const { test } = require("node:test"); test("one", () => {}); test("two", () => { ${second} });`,
        ),
      },
    ];
    const good = await checkWork({ scope, index: 0, files: tests(""), limits: { tools } });
    expect(good.checks[0]?.reasons).to.deep.equal([
      "'node --test --test-reporter=tap' ended with exit code 0; 2 tests pass.",
    ]);
    const bad = await checkWork({ scope, index: 0, files: tests("throw 1"), limits: { tools } });
    expect(bad.verdict).to.equal("failed");
    expect(bad.checks[0]?.reasons).to.include("The test 'two' fails.");

    const without = commandKind(commandLimits, () => Promise.reject(new SandboxUnavailable("no namespaces")));
    const answer = await without.check(declared, { files: tests(""), others: [] }, never);
    expect(answer).to.deep.equal({
      result: "unclear",
      reasons: ["There is no sandbox here, and nothing runs without one: no namespaces."],
    });
    const missing = await commandKind(commandLimits).check(
      { kind: "command", run: ["no-such-program"] },
      { files: tests(""), others: [] },
      never,
    );
    expect(missing).to.deep.equal({
      result: "unclear",
      reasons: ["There is no sandbox here, and nothing runs without one: there is no program no-such-program here."],
    });
    const more = await commandKind(commandLimits).check(
      { ...declared, seconds: 601 },
      { files: tests(""), others: [] },
      never,
    );
    expect(more).to.deep.equal({ result: "unclear", reasons: ["This verifier gives 600 seconds, not 601."] });
  });
});
