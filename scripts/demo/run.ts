/** The demo from the first block to the books. */
import {
  type Agreement,
  decodeLogs,
  eventsOf,
  type MicroEscrow,
  parseAmount,
  scopeHash,
  toAddress,
} from "@micro-escrow/sdk";
import { deploy, deploySignedFunding } from "@micro-escrow/sdk/deploy";
import { signedFundingAddress } from "@micro-escrow/sdk/gasless";
import type { Provider } from "ethers";
import { expect } from "../script.ts";
import { type Chapter, keepBooks } from "./books.ts";
import { assemble, connectAll } from "./cast.ts";
import { type Chain, connect, startChain } from "./chain.ts";
import { booksDocument, type DemoDocument, gigDocument, isAsItShouldBe, isBalanced, isComplete } from "./document.ts";
import { announced, findHappenings, type GigFacts, gatherFacts } from "./facts.ts";
import { app, blog, campaign, type Gig, type PersonKey, people, readScope } from "./gigs.ts";
import { booksReport, gigReport, happeningsReport } from "./report.ts";
import { mark, Stage } from "./stage.ts";
import { playApp } from "./stories/app.ts";
import { playBlog } from "./stories/blog.ts";
import { playCampaign } from "./stories/campaign.ts";
import { hanging, money, paint } from "./terminal.ts";
import { deployUsdc, mint } from "./usdc.ts";
import type { World } from "./world.ts";

const stories: readonly (readonly [Gig, (world: World) => Promise<Agreement>])[] = [
  [blog, playBlog],
  [app, playApp],
  [campaign, playCampaign],
];

/** What the clients have when the stories begin, USDC base units. */
const savings: Partial<Record<PersonKey, bigint>> = {
  ines: 1_200_000_000n,
  mateo: 5_000_000_000n,
  hanna: 5_000_000_000n,
};

/**
 * Plays everything and prints it.
 *
 * @returns Whether all that was to happen happened, and the books balance.
 */
export async function runDemo({ json }: { json: boolean }): Promise<boolean> {
  const chain = await startChain("2027-01-04T08:00:00Z");
  // Ctrl-C and a polite kill: the node goes first.
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => {
      chain.stop();
      process.exit(code);
    });
  }
  try {
    return await play(chain, json);
  } finally {
    chain.stop();
  }
}

async function play(chain: Chain, json: boolean): Promise<boolean> {
  const began = performance.now();
  const stage = new Stage(chain, people, json);
  const provider = connect(chain.url);
  const world = await build(chain, stage);
  const { cast, escrow, token } = world;
  const { address } = escrow.passerby;
  stage.print(`${paint("bold", "MicroEscrow")} ${paint("dim", "three gigs, from agreement to the last cent")}`);
  stage.print(paint("dim", `  node    ${chain.url}\n  USDC    ${token.address}\n  escrow  ${address}`));
  stage.print(
    `  ${paint("cyan", mark)}${paint("dim", "       a transaction; what has no sign is only said or signed")}`,
  );

  const facts: GigFacts[] = [];
  const chapters: Chapter<Gig["key"]>[] = [];
  for (const [gig, story] of stories) {
    await introduce(stage, gig, chapters.length + 1);
    const from = (await provider.getBlockNumber()) + 1;
    const agreement = await story(world);
    const chapter = { gig: gig.key, from, to: await provider.getBlockNumber() };
    const told = await readFacts(gig, agreement, chapter, escrow.passerby, provider);
    chapters.push(chapter);
    facts.push(told);
    stage.print(`\n${gigReport(told)}`);
  }

  const books = await keepBooks({
    usdc: world.usdc.contract,
    escrow: address,
    passing: [signedFundingAddress()],
    people: Object.values(cast).map(({ person, address: account }) => ({ name: person.name, address: account })),
    chapters,
    claimable: (account) => escrow.passerby.getClaimable({ token: token.address, account }),
    announced: (key, account) => {
      const gig = facts.find((candidate) => candidate.gig.key === key);
      return gig === undefined ? 0n : announced(gig, account);
    },
  });
  const happened = findHappenings(facts);
  const result: DemoDocument = {
    token,
    escrow: address,
    story: stage.lines,
    gigs: facts.map(gigDocument),
    happened,
    books: booksDocument(books),
    balanced: isBalanced(books),
    complete: isComplete(happened),
  };

  stage.print(`\n${paint("bold", "The books")} ${paint("dim", "from USDC's own transfers and balances")}\n`);
  stage.print(booksReport(books, { blog: "Blog", app: "App", campaign: "Campaign" }));
  stage.print(`\n${paint("bold", "What happened")}\n\n${happeningsReport(happened)}`);
  const transactions = stage.lines.filter(({ transaction }) => transaction !== undefined).length;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  stage.print(paint("dim", `\n  ${transactions} transactions in ${seconds} s`));
  if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  return isAsItShouldBe(result);
}

/** Deploys USDC, the escrow and what funds it by signature, and gives everybody an account and the clients their savings. */
async function build(chain: Chain, stage: Stage<PersonKey>): Promise<World> {
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
  await deploySignedFunding({ signer: deployer });
  const token = { symbol: "USDC", address: usdc.address, decimals: usdc.decimals };
  return { cast, escrow: await connectAll(cast), usdc, token, stage };
}

/** Reads what became of a gig as anybody can: with the agreement's id, from the chain alone. */
async function readFacts(
  gig: Gig,
  { id, scope }: Agreement,
  { from, to }: Chapter<Gig["key"]>,
  escrow: MicroEscrow,
  provider: Provider,
): Promise<GigFacts> {
  const agreement = await escrow.getAgreement(id);
  expect(scope !== undefined && scopeHash(scope) === agreement.terms.details, "This is not the scope that was signed.");
  const logs = await provider.getLogs({ address: escrow.address, fromBlock: from, toBlock: to });
  return gatherFacts({
    gig,
    title: scope.title,
    agreement,
    state: await escrow.getAgreementState(agreement),
    timeline: eventsOf(await escrow.getTimeline(agreement)),
    withdrawals: decodeLogs(logs, escrow.address).filter((event) => event.type === "Withdrawn"),
    provider,
  });
}

/** Who works for whom, on what, for how much. */
async function introduce(stage: Stage<PersonKey>, gig: Gig, number: number): Promise<void> {
  const { title } = await readScope(gig);
  const named = (key: PersonKey) => `${people[key].name} (${people[key].about})`;
  const price = gig.milestones.reduce((sum, { amount }) => sum + parseAmount(amount, 6), 0n);
  stage.print(`\n${paint("bold", `${number} · ${title}`)}`);
  stage.print(
    hanging(
      "  ",
      2,
      [
        `${named(gig.client)} hires ${named(gig.freelancer)}: ${gig.milestones.length} milestones, ${money(price)} USDC.`,
        `In a dispute: ${named(gig.arbiter)}.`,
        ...(gig.verifier ? [`Work is checked by ${named(gig.verifier)}.`] : []),
        ...(gig.platform ? [`${named(gig.platform)} takes ${gig.terms.platformFee}.`] : []),
      ].join(" "),
      "dim",
    ),
  );
  stage.print();
}
