/**
 * 200 photographs, each with an agreement of its own, all of whose clocks run out: 120 were delivered and nobody answered, 80 were
 * not. The keeper finalizes them while it is killed twice and cut off once.
 */
import {
  type Agreement,
  type Call,
  decodeLogs,
  finalizeCall,
  fundCall,
  hashText,
  Outcome,
  submitCall,
} from "@micro-escrow/sdk";
import { MaxUint256 } from "ethers";
import { send } from "../../demo/usdc.ts";
import { callsIn } from "../multicall3.ts";
import { eventually } from "../services.ts";
import { agree, type Told, type World } from "../world.ts";

const COUNT = 200;
const DELIVERED = 120;
/** How many calls go into one transaction. */
const TOGETHER = 20;

export async function playClocks(world: World): Promise<Told> {
  const { stage, escrow, cast, usdc, provider, line } = world;
  const { hanna, lina, passerby } = escrow;
  stage.begin("photos");

  await stage.until("2027-06-01");
  const agreements: Agreement[] = [];
  for (let number = 1; number <= COUNT; ++number) {
    agreements.push(
      await agree(world, {
        ...{ client: cast.hanna.address, freelancer: cast.lina.address, arbiter: cast.tomasz.address },
        scope: { title: `Photograph ${number}`, milestones: ["Piece on white, from three sides"] },
        milestones: [{ amount: "5", work: "7 days" }],
        ...{ review: "3 days", rework: "3 days", arbitration: "7 days", arbiterFee: "3%" },
        ifArbiterIsSilent: "50% to the freelancer",
        fee: { recipient: cast.workbench.address, share: "2%" },
        fundBy: new Date("2027-07-01"),
      }),
    );
  }
  await send(usdc.contract.connect(cast.hanna.signer), "approve", hanna.address, MaxUint256);
  const funding = await Promise.all(
    agreements.map(async (agreement) => {
      const freelancerSignature = await lina.sign(agreement);
      return fundCall({ escrow: hanna.address, agreement, indices: [0], freelancerSignature });
    }),
  );
  const funded = [];
  for (const calls of inParts(funding)) funded.push(await hanna.multicall({ calls }));
  stage.tell(
    "hanna",
    `${COUNT} pieces, 5.00 each, an agreement for each, ${TOGETHER} funded at a time.`,
    funded.at(-1),
  );

  await stage.until("2027-06-04");
  const submissions = agreements.slice(0, DELIVERED).map((agreement, index) => {
    const deliverable = hashText(`Photograph ${index + 1}`);
    return submitCall({ escrow: lina.address, agreement, index: 0, deliverable });
  });
  const submitted = [];
  for (const calls of inParts(submissions)) submitted.push(await lina.multicall({ calls }));
  stage.tell("lina", `${DELIVERED} of them, before the camera fell into the sea.`, submitted.at(-1));
  stage.tell("hanna", "(is at a fair, for three weeks, without a telephone)");

  const from = await provider.getBlockNumber();
  const finalized = async () => {
    const logs = await provider.getLogs({ address: passerby.address, fromBlock: from + 1 });
    return decodeLogs(logs, passerby.address).flatMap((event) => (event.type === "MilestoneConcluded" ? [event] : []));
  };
  const sent = () => provider.getTransactionCount(world.accounts.keeper.address);
  const before = await sent();

  const dies = line.atNextTransaction("before", () => world.keeper().kill());
  await stage.until("2027-06-08");
  await dies;
  await world.keeper().gone();
  const wasLost = (await sent()) === before;
  stage.tell("keeper", "All clocks have run out. I sign the first transaction and am killed: the node never saw it.");

  const diesAgain = line.atNextTransaction("after", () => world.keeper().kill());
  await world.startKeeper();
  await diesAgain;
  await world.keeper().gone();
  const wasUnheard = (await sent()) > before;
  stage.tell("keeper", "Started again, I send what I had signed, and am killed before I hear that the node has it.");

  await world.startKeeper();
  const next = await sent();
  await eventually("the keeper goes on", world.keeper, async () => ((await sent()) > next ? true : undefined));
  line.isCut = true;
  await eventually("the keeper meets the outage", world.keeper, () =>
    world.keeper().said("A step failed; waiting before the next") > 0 ? true : undefined,
  );
  const inTheMiddle = (await finalized()).length;
  stage.tell("keeper", `${inTheMiddle} are finalized when the endpoint goes away. I wait.`);
  line.isCut = false;
  const concluded = await eventually("the keeper finalizes all", world.keeper, async () => {
    const found = await finalized();
    return found.length >= COUNT ? found : undefined;
  });
  const transactions = new Set(concluded.map(({ transaction }) => transaction));
  const [last = ""] = [...transactions].slice(-1);
  const text = `It is back, and so is the rest: ${concluded.length} milestones in ${transactions.size} transactions.`;
  stage.tell("keeper", text, { transaction: { hash: last } });
  const platform = { token: world.token.address, account: cast.workbench.address };
  await eventually("the keeper pays out the platform's fees", world.keeper, async () =>
    (await passerby.getClaimable(platform)) === 0n ? true : undefined,
  );
  stage.tell("workbench", "My fees have arrived as well.");

  const wanted = agreements.map((agreement) => finalizeCall({ escrow: passerby.address, agreement, index: 0 }).data);
  const selector = wanted[0]?.slice(0, 10) ?? "";
  const finalizations = (await keeperCalls(world, from)).filter((data) => data.startsWith(selector));
  const ended = (outcome: Outcome) => concluded.filter((event) => event.outcome === outcome).length;
  return {
    agreements,
    rowOf: (agreement) => (agreements.indexOf(agreement) < DELIVERED ? "Delivered" : "Not delivered"),
    arbiters: [],
    happened: [
      {
        what: `${COUNT} milestones whose clocks ran out were finalized, each once, through two kills and an outage`,
        isSo:
          wasLost &&
          wasUnheard &&
          inTheMiddle < COUNT &&
          ended(Outcome.ReviewExpired) === DELIVERED &&
          ended(Outcome.WorkExpired) === COUNT - DELIVERED &&
          finalizations.sort().join() === wanted.sort().join(),
      },
    ],
  };
}

/** All calls that the keeper made since a block. A transaction that failed is none of them, so that it is missed. */
async function keeperCalls({ provider, accounts }: World, since: number): Promise<string[]> {
  const calls: string[] = [];
  const latest = await provider.getBlockNumber();
  for (let number = since + 1; number <= latest; ++number) {
    const block = await provider.getBlock(number, true);
    for (const transaction of block?.prefetchedTransactions ?? []) {
      const receipt = await provider.getTransactionReceipt(transaction.hash);
      if (transaction.from === accounts.keeper.address && receipt?.status === 1) calls.push(...callsIn(transaction));
    }
  }
  return calls;
}

/** Calls, as many together as fit into a transaction. */
function inParts(calls: readonly Call[]): readonly (readonly Call[])[] {
  const parts: Call[][] = [];
  for (let at = 0; at < calls.length; at += TOGETHER) parts.push(calls.slice(at, at + TOGETHER));
  return parts;
}
