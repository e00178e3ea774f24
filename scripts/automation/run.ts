/** The play from the first block to the books. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, decodeLogs, type EscrowEvent, outcomeName, toAddress } from "@micro-escrow/sdk";
import { appealableArbiterInterface } from "@micro-escrow/sdk/arbiters";
import { deploy } from "@micro-escrow/sdk/deploy";
import { folderStorage } from "@micro-escrow/sdk/node";
import { HDNodeWallet, type Log, toQuantity } from "ethers";
import { type Chapter, keepBooks } from "../demo/books.ts";
import { assemble, connectAll } from "../demo/cast.ts";
import { type Chain, connect, startChain } from "../demo/chain.ts";
import { booksReport } from "../demo/report.ts";
import { mark, Stage, type Line as StoryLine } from "../demo/stage.ts";
import { paint } from "../demo/terminal.ts";
import { deployUsdc, mint } from "../demo/usdc.ts";
import { expect } from "../script.ts";
import { type Ending, endingsOf, endingsReport } from "./endings.ts";
import { multicall3Address, multicall3Code } from "./multicall3.ts";
import { type PersonKey, people, type ServiceKey, services } from "./people.ts";
import { type Line, openLine, Service } from "./services.ts";
import { modelKey, playAppealed } from "./stories/appealed.ts";
import { playChecked } from "./stories/checked.ts";
import { playClocks } from "./stories/clocks.ts";
import { playCourt } from "./stories/court.ts";
import type { Told, World } from "./world.ts";

const stories = {
  blog: { title: "Checked: ten articles on bread", short: "Blog", play: playChecked },
  shop: { title: "Appealed: three texts for a shop", short: "Shop", play: playAppealed },
  app: { title: "At court: an app, tested", short: "App", play: playCourt },
  photos: { title: "Out of time: 200 photographs", short: "Photos", play: playClocks },
} as const;
type StoryKey = keyof typeof stories;

/** What the clients, and the one who appeals, have when it begins, USDC base units. */
const savings: Partial<Record<PersonKey, bigint>> = {
  ines: 500_000_000n,
  hanna: 1_600_000_000n,
  diego: 30_000_000n,
  mateo: 900_000_000n,
};

/** What `--json` prints. Amounts are base units as decimal text. */
export interface AutomationDocument {
  readonly story: readonly StoryLine[];
  readonly endings: Readonly<
    Record<
      StoryKey,
      readonly {
        readonly name: string;
        readonly milestones: number;
        readonly outcome: string;
        readonly freelancer: string;
        readonly client: string;
        readonly fees: string;
      }[]
    >
  >;
  readonly happened: Told["happened"];
  readonly books: { readonly in: string; readonly out: string; readonly problems: readonly string[] };
}

/**
 * Plays everything and prints it.
 *
 * @returns Whether all that was to happen happened, and the books balance.
 */
export async function runAutomation({ json }: { json: boolean }): Promise<boolean> {
  const chain = await startChain("2027-01-04T08:00:00Z");
  const folder = await mkdtemp(join(tmpdir(), "micro-escrow-automation-"));
  const running = new Set<Service>();
  const end = async () => {
    for (const service of running) service.kill();
    chain.stop();
    await rm(folder, { recursive: true, force: true });
  };
  // Ctrl-C and a polite kill: the services and the node go first.
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => void end().then(() => process.exit(code)));
  }
  const line = await openLine(chain.url);
  try {
    return await play(await build({ chain, folder, line, running, json }), json);
  } finally {
    line.close();
    await end();
  }
}

interface Parts {
  readonly chain: Chain;
  readonly folder: string;
  readonly line: Line;
  /** The services that were started. */
  readonly running: Set<Service>;
  readonly json: boolean;
}

/** Deploys what all use, gives everybody an account, and starts the keeper. */
async function build({ chain, folder, line, running, json }: Parts): Promise<World> {
  const provider = connect(chain.url);
  const deployer = await provider.getSigner(0);
  const proxyAdmin = toAddress((await provider.getSigner(19)).address);
  const cast = await assemble(chain.url, people);
  const usdc = await deployUsdc(deployer, cast.circle.signer, proxyAdmin);
  const amounts = Object.entries(savings).map(
    ([person, amount]) => [cast[person as PersonKey].address, amount] as const,
  );
  await mint(usdc, cast.circle.address, amounts);
  await deploy({ signer: deployer });
  await provider.send("hardhat_setCode", [multicall3Address, multicall3Code]);
  const newAccount = async () => {
    const account = HDNodeWallet.createRandom();
    await provider.send("hardhat_setBalance", [account.address, toQuantity(10n ** 18n)]);
    return account;
  };
  const accounts = { verifier: await newAccount(), "first-instance": await newAccount(), keeper: await newAccount() };

  const contents = join(folder, "contents");
  await mkdir(contents);
  const start = async (name: ServiceKey, section: object) => {
    const key = `MICRO_ESCROW_${name.toUpperCase().replace("-", "_")}_KEY`;
    const common = { key: { environment: key }, listen: "127.0.0.1:0", interval: "1 second" };
    const limits = { maxFeePerGas: "30", minimumBalance: "0.1" };
    const config = join(folder, `${name}.json`);
    const all = { rpc: name === "keeper" ? line.url : chain.url, chainId: 31_337, state: name };
    await writeFile(config, JSON.stringify({ ...all, [name]: { ...common, ...limits, ...section } }, null, 2));
    const secrets = { [key]: accounts[name].privateKey, MICRO_ESCROW_MODEL_KEY: modelKey };
    const service = new Service(name, config, secrets);
    running.add(service);
    return service;
  };
  const startKeeper = async () => {
    const clients = (["ines", "amara", "hanna", "diego", "mateo", "yuki", "lina"] as const).map(
      (person) => cast[person].address,
    );
    const token = { [usdc.address]: { minimum: "1", price: "3000" } };
    const gas = { maxGasPerItem: 400_000, maxGasPerTransaction: 900_000 };
    keeper = await start("keeper", { accounts: clients, platforms: [cast.workbench.address], tokens: token, ...gas });
  };
  let keeper: Service | undefined;
  await startKeeper();
  return {
    ...{ provider, cast, accounts, usdc, line, start, startKeeper },
    escrow: await connectAll(cast),
    token: { symbol: "USDC", address: usdc.address, decimals: usdc.decimals },
    storage: folderStorage(contents),
    stage: new Stage(chain, { ...people, ...services }, json),
    keeper: () => {
      expect(keeper !== undefined, "There is no keeper.");
      return keeper;
    },
  };
}

async function play(world: World, json: boolean): Promise<boolean> {
  const began = performance.now();
  const { stage, provider, token, escrow, cast, accounts } = world;
  const { passerby } = escrow;
  stage.print(`${paint("bold", "MicroEscrow")} ${paint("dim", "what happens by itself")}`);
  stage.print(paint("dim", `  USDC    ${token.address}\n  escrow  ${passerby.address}`));
  stage.print(
    `  ${paint("cyan", mark)}${paint("dim", "       a transaction; what has no sign is only said or signed")}`,
  );

  const told: Told[] = [];
  const chapters: Chapter<StoryKey>[] = [];
  const moved = new Map<StoryKey, ReadonlyMap<Address, bigint>>();
  const endings = {} as Record<StoryKey, readonly Ending[]>;
  for (const [gig, { title, play }] of Object.entries(stories) as [StoryKey, (typeof stories)[StoryKey]][]) {
    stage.print(`\n${paint("bold", `${chapters.length + 1} · ${title}`)}\n`);
    const from = (await provider.getBlockNumber()) + 1;
    const story = await play(world);
    const chapter = { gig, from, to: await provider.getBlockNumber() };
    const logs = await provider.getLogs({ fromBlock: from, toBlock: chapter.to });
    const events = decodeLogs(logs, passerby.address);
    moved.set(gig, announcedBy(story, events, logs));
    endings[gig] = endingsOf(story, events);
    chapters.push(chapter);
    told.push(story);
    stage.print(`\n${endingsReport(endings[gig])}`);
  }

  const owners = { ...people, ...services };
  const addresses = {
    ...mapValues(cast, ({ address }) => address),
    ...mapValues(accounts, ({ address }) => toAddress(address)),
  };
  const books = await keepBooks({
    usdc: world.usdc.contract,
    escrow: passerby.address,
    passing: told.flatMap(({ arbiters }) => arbiters),
    people: (Object.keys(owners) as (keyof typeof owners)[]).map((key) => {
      return { name: owners[key].name, address: addresses[key] };
    }),
    chapters,
    claimable: (account) => passerby.getClaimable({ token: token.address, account }),
    announced: (gig, account) => moved.get(gig)?.get(account) ?? 0n,
  });
  const happened = told.flatMap((story) => story.happened);
  stage.print(`\n${paint("bold", "The books")} ${paint("dim", "from USDC's own transfers and balances")}\n`);
  stage.print(
    booksReport(
      books,
      mapValues(stories, ({ short }) => short),
    ),
  );
  stage.print(`\n${paint("bold", "What happened")}\n`);
  for (const { what, isSo } of happened) stage.print(`  ${isSo ? paint("green", "✓") : paint("red", "✗")} ${what}`);
  stage.print(paint("dim", `\n  ${((performance.now() - began) / 1_000).toFixed(0)} s`));
  if (json) {
    const document: AutomationDocument = {
      story: stage.lines,
      endings: mapValues(endings, (rows) =>
        rows.map(({ outcome, freelancer, client, fees, ...row }) => ({
          ...row,
          outcome: outcomeName(outcome),
          freelancer: String(freelancer),
          client: String(client),
          fees: String(fees),
        })),
      ),
      happened,
      books: { in: String(books.in.amount), out: String(books.out.amount), problems: books.problems },
    };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
  return books.problems.length === 0 && happened.every(({ isSo }) => isSo);
}

/** What the events of a story's contracts say that it changed for each account: negative for who paid, USDC base units. */
function announcedBy(
  { agreements, arbiters }: Told,
  events: readonly EscrowEvent[],
  logs: readonly Log[],
): ReadonlyMap<Address, bigint> {
  const changes = new Map<Address, bigint>();
  const add = (account: Address, amount: bigint) => changes.set(account, (changes.get(account) ?? 0n) + amount);
  for (const event of events) {
    if (event.type === "MilestoneFunded") add(event.payer, -event.amount);
    if (event.type !== "MilestoneConcluded") continue;
    const terms = agreements.find(({ id }) => id === event.id)?.terms;
    expect(terms !== undefined, "A milestone of a strange agreement ended.");
    add(terms.freelancer, event.freelancerAmount);
    add(terms.client, event.clientAmount);
    add(terms.feeRecipient, event.platformFee);
  }
  // What the arbiters took as deposits, and what they paid out.
  for (const log of logs) {
    if (!arbiters.includes(toAddress(log.address))) continue;
    const event = appealableArbiterInterface.parseLog(log);
    if (event?.name === "ProposalAppealed") add(toAddress(event.args.party), -(event.args.deposit as bigint));
    if (event?.name === "Withdrawn") add(toAddress(event.args.account), event.args.amount);
  }
  return changes;
}

function mapValues<Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  map: (value: From) => To,
): Record<Key, To> {
  return Object.fromEntries(Object.entries<From>(record).map(([key, value]) => [key, map(value)])) as Record<Key, To>;
}
