/** Testing an app, disputed before a court by ERC-792. Its first ruling is appealed there, and its second carried out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Outcome, parseAmount } from "@micro-escrow/sdk";
import {
  appealRulingCall,
  courtEvidenceCall,
  deployKlerosArbiter,
  getClaimableFee,
  getCourtAppealCost,
  getCourtCase,
  getOpeningCost,
  klerosArbiterInterface,
  openCaseCall,
  sendToArbiter,
} from "@micro-escrow/sdk/arbiters";
import { putDeliverable } from "@micro-escrow/sdk/storage";
import { type BaseContract, ContractFactory, formatEther } from "ethers";
import { money } from "../../demo/terminal.ts";
import { send } from "../../demo/usdc.ts";
import { ScriptError } from "../../script.ts";
import { eventually } from "../services.ts";
import { agree, DAY, filesOf, lastEvent, putFile, sentBy, type Told, type World } from "../world.ts";

/** What the court can rule: all to the freelancer, nothing, or half. */
const shares = [10_000, 0, 5_000];
const app = join("..", "demo", "app");

export async function playCourt(world: World): Promise<Told> {
  const { stage, escrow, cast, storage, provider, token } = world;
  const { mateo, yuki, passerby } = escrow;
  const { connection } = passerby;
  const tell = (who: "mateo" | "yuki", text: string, call: Parameters<typeof sendToArbiter>[3]) =>
    sendToArbiter(connection, cast[who].signer, klerosArbiterInterface, call).then((transaction) =>
      stage.tell(who, text, { transaction }),
    );
  stage.begin("app");

  await stage.until("2027-04-05");
  const court = await deployCourt(world);
  const { address: arbiter } = await deployKlerosArbiter({
    ...{ signer: await provider.getSigner(0), escrow: passerby.address, court: await court.getAddress(), shares },
    ...{ minArbitrationPeriod: 20 * DAY, minArbiterFeeBps: 300, extraData: "0x" },
    metaEvidence: "/ipfs/meta-evidence.json",
  });
  const agreement = await agree(world, {
    ...{ client: cast.mateo.address, freelancer: cast.yuki.address, arbiter, gate: arbiter },
    scope: {
      title: "Pedal: a booking app for bicycle couriers",
      milestones: [{ title: "Testing", description: "Twelve cases, each on two phones and a tablet." }],
    },
    milestones: [{ amount: "900", work: "21 days" }],
    ...{ review: "10 days", rework: "10 days", arbitration: "30 days", arbiterFee: "3%" },
    ...{ ifArbiterIsSilent: "50% to the freelancer", fundBy: new Date("2027-06-01") },
  });
  const freelancerSignature = await yuki.sign(agreement);
  const opened = await mateo.fund({ agreement, indices: [0], freelancerSignature });
  stage.tell("mateo", "Testing is funded. If we quarrel, a court that neither of us knows decides.", opened);

  await stage.until("2027-04-20");
  const work = await filesOf(join(app, "testing"), ["plan.md", "results-1.csv"]);
  const submitted = await yuki.submit({ agreement, index: 0, deliverable: await putDeliverable(storage, work) });
  stage.tell("yuki", "The test plan and the results.", submitted);
  await stage.until("2027-04-22");
  const evidence = await putFile(world, join(app, "testing", "attestation-1.md"));
  const disputed = await mateo.dispute({ agreement, index: 0, evidence });
  stage.tell("mateo", "Four of 36 runs fail. That is not tested, that is tried.", disputed);
  const cost = await getOpeningCost(connection, arbiter);
  await tell(
    "mateo",
    `I open the case, for ${formatEther(cost)} ether.`,
    openCaseCall({ agreement, index: 0, payment: cost }),
  );
  const uri = "/ipfs/what-yuki-says.json";
  await tell(
    "yuki",
    "My side, for the jurors: the plan says what is run, not that all pass.",
    courtEvidenceCall({ agreement, index: 0, uri }),
  );

  const found = () => getCourtCase(connection, { agreement, index: 0 });
  const disputeId = (await found())?.disputeId;
  await stage.until("2027-04-27");
  stage.tell("court", "Nothing for Yuki.", await send(court, "giveRuling", disputeId, 2));
  const first = await found();
  // This court doubles its price before it compares.
  const payment = 2n * (await getCourtAppealCost(connection, { agreement, index: 0 }));
  await tell(
    "yuki",
    `Then I appeal, for ${formatEther(payment)} ether.`,
    appealRulingCall({ agreement, index: 0, payment }),
  );
  await stage.until("2027-05-04");
  stage.tell(
    "court",
    "The milestone was testing, not repair: all to Yuki.",
    await send(court, "giveRuling", disputeId, 1),
  );
  const { appealPeriod } = (await found()) ?? {};
  await stage.until((appealPeriod?.end ?? 0) + 60);
  stage.tell("court", "Nobody appealed. The ruling is final.", await send(court, "executeRuling", disputeId));
  const second = await found();
  const concluded = await eventually("the keeper carries the ruling out", world.keeper, () =>
    lastEvent(world, agreement, 0, "MilestoneConcluded"),
  );
  stage.tell("keeper", "I carry it out. Anybody may.", sentBy(concluded));
  const won = money(concluded.freelancerAmount);
  stage.tell("yuki", `${won}. The four runs are mended next week, for the price of a coffee.`);
  const fee = { arbiter, token: token.address, account: cast.mateo.address };
  await eventually("the keeper pays out the fee", world.keeper, async () =>
    (await getClaimableFee(connection, fee)) === 0n ? true : undefined,
  );
  stage.tell("mateo", "I opened the case, so the arbiter's fee is mine. The keeper has sent it already: 27.00.");

  return {
    agreements: [agreement],
    rowOf: () => "Testing",
    arbiters: [arbiter],
    happened: [
      {
        what: "a court's ruling was appealed there, and the second one carried out",
        isSo:
          first?.shareBps === 0 &&
          first.status === "appealable" &&
          second?.stage === "ruled" &&
          concluded.outcome === Outcome.Ruled &&
          concluded.freelancerAmount === parseAmount("873", token.decimals),
      },
    ],
  };
}

/** ERC-792's own example of a court with appeals. */
async function deployCourt({ cast }: World): Promise<BaseContract> {
  const name = "CentralizedArbitratorWithAppeal";
  const path = `artifacts/@kleros/erc-792/contracts/examples/${name}.sol/${name}.json`;
  const text = await readFile(join(import.meta.dirname, "../../..", path), "utf8").catch(() => {
    throw new ScriptError("The contracts are not compiled. Run `npm run build` first.");
  });
  const { abi, bytecode } = JSON.parse(text);
  const court = await new ContractFactory(abi, bytecode, cast.court.signer).deploy();
  await court.waitForDeployment();
  return court;
}
