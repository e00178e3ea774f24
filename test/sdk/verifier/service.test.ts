/** The verifier as a service, on a node: the demo's blog gig, good and plagiarised; and as a process that is killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Agreement,
  type DeliverableFile,
  hashText,
  manifest,
  Outcome,
  readHistory,
  Status,
  scopeHash,
} from "@micro-escrow/sdk";
import { folderStorage } from "@micro-escrow/sdk/node";
import { getContent, putDeliverable, putScope } from "@micro-escrow/sdk/storage";
import { type CheckKind, runVerifier } from "@micro-escrow/sdk/verifier";
import { expect } from "chai";
import { HDNodeWallet } from "ethers";
import { checks } from "../../../scripts/automation/stories/checked.ts";
import { DAY, UNIT } from "../chain.ts";
import { LogSink, proxiesOfEachTest, worldOfEachTest } from "../services/world.ts";

const KEY = "MICRO_ESCROW_VERIFIER_KEY";
const blog = join(import.meta.dirname, "../../../scripts/demo/blog");
const command = join(import.meta.dirname, "../../../sdk/bin/micro-escrow.js");

/** The demo's articles by their numbers. */
async function articles(...numbers: readonly number[]): Promise<DeliverableFile[]> {
  const names = (await readdir(join(blog, "articles"))).sort();
  return Promise.all(
    numbers.map(async (number) => {
      const path = names[number - 1] ?? "";
      return { path, bytes: new Uint8Array(await readFile(join(blog, "articles", path))) };
    }),
  );
}

describe("The verifier", function () {
  this.timeout(90_000);
  const world = worldOfEachTest();
  const proxy = proxiesOfEachTest();
  let account: HDNodeWallet;

  beforeEach(async () => {
    account = await world().newAccount();
  });

  const storage = () => folderStorage(join(world().folder, "contents"));

  /** Agreements of some milestones with checks, of which all are funded; their scopes are stored. */
  async function agree(
    count: number,
    milestones: readonly (readonly object[])[] = [checks],
  ): Promise<readonly Agreement[]> {
    const { fund } = world();
    const agreements = await fund(count, {
      ...{ verifier: account.address, challenge: "1 day", review: "3 days" },
      scope: {
        title: "Crumb",
        milestones: milestones.map((declared, index) => ({
          title: `Articles ${index + 1}`,
          checks: declared as never,
        })),
      },
      milestones: milestones.map(() => ({ amount: "100", work: "30 days" })),
    });
    for (const { scope } of agreements) if (scope !== undefined) await putScope(storage(), scope);
    return agreements;
  }

  async function freelancer() {
    const { escrow, signers, provider } = world();
    await provider.send("hardhat_setBalance", [signers.freelancer.address, "0x8ac7230489e80000"]);
    return escrow.connect(signers.freelancer.connect(provider));
  }

  async function submit(agreement: Agreement, index: number, files: readonly DeliverableFile[]) {
    const deliverable = await putDeliverable(storage(), files);
    return (await freelancer()).submit({ agreement, index, deliverable });
  }

  const configure = (section: object = {}, changes: object = {}) =>
    world().configure(
      {},
      {
        ...changes,
        verifier: {
          ...{ account: account.address, key: { environment: KEY }, listen: "127.0.0.1:0", interval: "1 second" },
          ...{ storages: ["contents"], maxFeePerGas: "30", minimumBalance: "0.1", ...section },
        },
      },
    );

  async function verify(section: object = {}, options: object = {}): Promise<string> {
    const stderr = new LogSink();
    const config = await configure(section);
    await runVerifier({ config, once: true, env: { [KEY]: account.privateKey }, stderr, ...options });
    expect(stderr.text).to.not.include(account.privateKey.slice(2));
    return stderr.text;
  }

  async function attestations() {
    const { final, unfinal } = await readHistory(world().escrow.connection, [[]]);
    return [...final, ...unfinal].flatMap((event) => (event.type === "MilestoneAttested" ? [event] : []));
  }

  it("passes the blog gig, which is then paid without anybody acting", async () => {
    const { escrow, elapse, balance, accounts } = world();
    const [agreement] = await agree(1);
    if (agreement === undefined) return expect.fail("no agreement");
    const files = await articles(1, 2, 3, 4, 5);
    await submit(agreement, 0, files);
    await verify();

    const [attested, ...more] = await attestations();
    expect(more).to.deep.equal([]);
    expect(attested).to.deep.include({ id: agreement.id, index: 0, submission: 1, passed: true });
    const text = new TextDecoder().decode(await getContent(storage(), attested?.report ?? agreement.terms.details));
    expect(JSON.parse(text)).to.deep.equal({
      ...{ report: 1, chainId: 31_337, escrow: escrow.address, agreement: agreement.id, milestone: 0, submission: 1 },
      ...{ deliverable: manifest(files).hash, scope: agreement.terms.details, verdict: "passed" },
      checks: [
        { declared: checks[0], result: "passed", reasons: ["5 files fit '*.md'."] },
        { declared: checks[1], result: "passed", reasons: ["Each of 5 articles has 129 to 139 words."] },
        { declared: checks[2], result: "passed", reasons: ["5 in 'en'."] },
        {
          declared: checks[3],
          result: "passed",
          reasons: [
            "5 articles compared with each other: none has more than 20% of its words in phrases of 8 words that stand elsewhere too.",
          ],
        },
      ],
    });
    await elapse(DAY);
    await escrow.connect(world().signers.stranger).finalize({ agreement, index: 0 });
    expect(await balance(accounts.freelancer)).to.equal(98n * UNIT);
    expect((await escrow.getMilestone({ agreement, index: 0 })).outcome).to.equal(Outcome.ReviewExpired);
  });

  it("fails a plagiarised one with reasons, and passes it when it is mended", async () => {
    const { escrow } = world();
    const [agreement] = await agree(1, [checks, checks]);
    if (agreement === undefined) return expect.fail("no agreement");
    await submit(agreement, 0, await articles(1, 2, 3, 4, 5));
    await verify();
    await world()
      .escrow.connect(world().signers.client)
      .fund({ agreement, indices: [1] });
    const copied = await articles(6, 7, 8, 9, 2);
    await submit(agreement, 1, copied);
    await verify();

    const failed = (await attestations())[1];
    expect(failed).to.deep.include({ index: 1, submission: 1, passed: false });
    const report = JSON.parse(
      new TextDecoder().decode(await getContent(storage(), failed?.report ?? agreement.terms.details)),
    );
    expect(report.checks.map(({ result }: { result: string }) => result)).to.deep.equal([
      ...["passed", "passed", "passed", "failed"],
    ]);
    const name = "02-fresh-flour-smells-of-grass.md";
    expect(report.checks[3].reasons[0]).to.equal(
      `${name}: 129 of its 129 words (100%) stand elsewhere too, and at most 20% may.`,
    );
    expect(report.checks[3].reasons[1]).to.match(
      /^In 02-fresh-flour-smells-of-grass\.md \(milestone 1, submission 1\) too: 'Fresh flour smells of grass/,
    );
    expect((await escrow.getMilestone({ agreement, index: 1 })).status).to.equal(Status.ChangesRequested);

    await submit(agreement, 1, await articles(6, 7, 8, 9, 10));
    await verify();
    expect((await attestations()).map(({ passed }) => passed)).to.deep.equal([true, false, true]);
  });

  it("attests nothing where no checks are declared, one is unknown, or the work or scope is another document", async () => {
    const [none, unknown, gone] = await agree(3, [[]]);
    const [strange] = await agree(1, [[{ kind: "taste" }]]);
    if (!none || !unknown || !gone || !strange) return expect.fail("no agreement");
    const files = await articles(1);
    await submit(none, 0, files);
    await submit(strange, 0, files);
    await (await freelancer()).submit({ agreement: gone, index: 0, deliverable: hashText("not stored anywhere") });
    const log = await verify();
    expect(await attestations()).to.deep.equal([]);
    expect(log.match(/The checks cannot tell: humans decide/g)).to.have.lengthOf(2);
    expect(log.match(/It cannot be done now; trying again/g)).to.have.lengthOf(1);
  });

  it("compares with each earlier content once, with its texts alone, and with no more of them than it may read", async () => {
    const original = [{ kind: "original", in: "*.md" }];
    const [agreement] = await agree(1, [[], original]);
    if (agreement === undefined) return expect.fail("no agreement");
    const { escrow, signers } = world();
    const ada = escrow.connect(signers.client);
    const size = 600 * 1_024;
    const long = (name: string) => ({
      path: `${name}.txt`,
      bytes: new TextEncoder().encode(`${name} `.repeat(size / 4)),
    });
    const picture = { path: "picture.png", bytes: new Uint8Array(400 * 1_024) };
    const submissions = [[long("one"), picture], [long("one"), picture], [long("two")]];
    for (const [number, files] of submissions.entries()) {
      await submit(agreement, 0, files);
      if (number === 1) {
        await ada.fund({ agreement, indices: [1] });
        await submit(agreement, 1, await articles(1));
        await verify({ maxSize: 1 });
        const [{ report = hashText("none") } = {}] = await attestations();
        const { checks: found } = JSON.parse(new TextDecoder().decode(await getContent(storage(), report)));
        expect(found[0].reasons[0]).to.match(/^1 article compared with 1 other work:/);
        await ada.requestChanges({ agreement, index: 1, reason: hashText("Another one") });
      }
      await ada.requestChanges({ agreement, index: 0, reason: hashText("Another one") });
    }
    await submit(agreement, 1, await articles(2));
    const log = await verify({ maxSize: 1 });
    expect(log).to.match(/"code":"ContentTooLarge".*It cannot be checked: humans decide/);
    expect(await attestations()).to.have.length(1);
  });

  it("leaves to humans what takes longer than it gives to one submission, and goes on with the next", async () => {
    const [slow] = await agree(1, [[{ kind: "slow" }, { kind: "slow" }]]);
    const [good] = await agree(1, [[{ kind: "files", in: "*.md" }]]);
    if (slow === undefined || good === undefined) return expect.fail("no agreement");
    for (const agreement of [slow, good]) await submit(agreement, 0, await articles(1));
    const kind: CheckKind = {
      kind: "slow",
      read: (value) => value as { kind: string },
      check: (_declared, _work, signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    };
    const log = await verify({ time: "5 seconds" }, { kinds: [kind] });
    expect(log).to.include("Its checks take too long: humans decide");
    expect((await attestations()).map(({ id, passed }) => [id, passed])).to.deep.equal([[good.id, true]]);
  });

  it("leaves to humans what is left too late, and says in a dry run what it would do, writing nothing", async () => {
    const [agreement] = await agree(1);
    if (agreement === undefined) return expect.fail("no agreement");
    await submit(agreement, 0, await articles(1, 2, 3, 4, 5));
    const dry = await verify({}, { dryRun: true, env: {} });
    expect(dry).to.include("Would attest");
    expect(await attestations()).to.deep.equal([]);
    await access(join(world().folder, "state/reports")).then(
      () => expect.fail("it wrote a report"),
      () => {},
    );
    await world().elapse(3 * DAY - 120);
    expect(await verify()).to.include("Too late to attest");
    expect(await attestations()).to.deep.equal([]);
  });

  it("works for those whom it is told to work for, and refuses the key of another account", async () => {
    const [agreement] = await agree(1);
    if (agreement === undefined) return expect.fail("no agreement");
    await submit(agreement, 0, await articles(1, 2, 3, 4, 5));
    await verify({ accounts: [world().accounts.stranger] });
    expect(await attestations()).to.deep.equal([]);
    const other = HDNodeWallet.createRandom();
    const error = await verify({}, { env: { [KEY]: other.privateKey } }).catch((cause: Error) => cause);
    expect(String(error)).to.match(/services\.json, verifier\.account is not the account of the key/);
    expect(scopeHash(agreement.scope ?? expect.fail("no scope"))).to.equal(agreement.terms.details);
  });

  it("attests each submission once, killed at random moments", async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    console.log(`      seed ${seed}`);
    let state = seed;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const agreements = await agree(5);
    const [good, bad] = [await articles(1, 2, 3, 4, 5), await articles(1, 2, 3, 4, 4)];
    bad[4] = { path: "copy.md", bytes: bad[4]?.bytes ?? new Uint8Array() };
    // Some are killed at the moment when a transaction leaves: before the node has it, or after.
    let onSending: ((isAfter: boolean) => boolean) | undefined;
    const url = await proxy(world().node.url, async (method, _, forward) => {
      if (method !== "eth_sendRawTransaction") return forward();
      if (onSending?.(false)) throw new Error("gone");
      const answer = await forward();
      onSending?.(true);
      return answer;
    });
    const config = await configure({}, { rpc: url });
    const { HOME, PATH } = process.env;
    const env = { HOME, PATH, [KEY]: account.privateKey };
    let said = "";
    const start = (...args: readonly string[]): ChildProcess => {
      const child = spawn(process.execPath, [command, "verifier", "--config", config, ...args], {
        ...{ env, stdio: ["ignore", "ignore", "pipe"] },
      });
      child.stderr?.on("data", (piece) => (said += piece));
      return child;
    };
    for (const [index, agreement] of agreements.entries()) {
      await submit(agreement, 0, index % 2 === 0 ? good : bad);
      const child = start();
      const exited = once(child, "exit");
      const [isAtSending, isAfter] = [random() < 0.5, random() < 0.5];
      onSending = (isNowAfter) => isAtSending && isNowAfter === isAfter && child.kill("SIGKILL");
      const timer = sleep(isAtSending ? 5_000 : 500 + random() * 2_000);
      await Promise.race([exited, timer]);
      child.kill("SIGKILL");
      await exited;
    }
    onSending = undefined;
    const last = start("--once");
    const [code] = await once(last, "exit");
    expect(code, said.slice(-2_000)).to.equal(0);
    const found = await attestations();
    const expected = agreements.map(({ id }, index) => `${id} ${index % 2 === 0}`);
    expect(found.map(({ id, passed }) => `${id} ${passed}`).sort()).to.deep.equal(expected.sort());
    expect(said).to.not.include(account.privateKey.slice(2));
  });
});
