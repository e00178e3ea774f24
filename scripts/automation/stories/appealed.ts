/** Three texts, disputed. A model proposes, the freelancer appeals, a panel decides otherwise. */
import { join } from "node:path";
import { parseAmount } from "@micro-escrow/sdk";
import {
  appealableArbiterInterface,
  appealableArbitrationPeriod,
  appealCall,
  deployAppealableArbiter,
  deployPanelArbiter,
  getAppealCase,
  panelArbiterInterface,
  sendToArbiter,
  signVote,
  voteCall,
  withdrawFeeCall,
} from "@micro-escrow/sdk/arbiters";
import { putContent, putDeliverable } from "@micro-escrow/sdk/storage";
import { day, money } from "../../demo/terminal.ts";
import { send } from "../../demo/usdc.ts";
import { type Asked, startModelServer } from "../../modelServer.ts";
import { eventually } from "../services.ts";
import { agree, DAY, filesOf, lastEvent, putFile, type Told, type World } from "../world.ts";

/** What the model's server asks for. */
export const modelKey = "key-of-the-local-model";

/** What the model is asked by, and how it answers: a score and a reason for each. No model is on this machine. */
const requirements = [
  { asks: "Each text names the clay and the glaze", score: 3, says: "Two of three name both." },
  { asks: "Each text says how the piece is cared for", score: 1, says: "No text speaks of dishwasher, oven or frost." },
  { asks: "The texts are for people who buy their first piece", score: 8, says: "They are warm and have no jargon." },
];

export async function playAppealed(world: World): Promise<Told> {
  const { stage, escrow, cast, accounts, storage, provider, token, usdc } = world;
  const { hanna, diego, passerby } = escrow;
  const { connection } = passerby;
  const deployer = await provider.getSigner(0);
  stage.begin("shop");

  await stage.until("2027-02-01");
  const panel = await deployPanelArbiter({
    ...{ signer: deployer, escrow: passerby.address, minArbitrationPeriod: 0, minArbiterFeeBps: 0, quorum: 2 },
    members: [cast.noor.address, cast.tomasz.address, cast.mei.address],
  });
  const terms = {
    ...{ escrow: passerby.address, minArbiterFeeBps: 300, appealFeeBps: 500 },
    ...{ firstInstance: accounts["first-instance"].address, secondInstance: panel.address },
    ...{ proposalPeriod: 5 * DAY, appealPeriod: 3 * DAY, decisionPeriod: 7 * DAY },
  };
  const { address: arbiter } = await deployAppealableArbiter({ signer: deployer, ...terms });
  const days = appealableArbitrationPeriod(terms) / DAY;
  const agreement = await agree(world, {
    ...{ client: cast.hanna.address, freelancer: cast.diego.address, arbiter, gate: arbiter },
    scope: {
      title: "Three texts for a shop of ceramics",
      milestones: [{ title: "Bowl, cup and vase", requirements: requirements.map(({ asks }) => asks) }],
    },
    milestones: [{ amount: "600", work: "14 days" }],
    ...{ review: "5 days", rework: "5 days", arbitration: `${days} days`, arbiterFee: "3%" },
    ...{ ifArbiterIsSilent: "50% to the freelancer", fundBy: new Date("2027-06-01") },
  });
  const freelancerSignature = await diego.sign(agreement);
  stage.tell(
    "diego",
    `In a dispute a model proposes, and a panel of three decides appeals: ${days} days at most. Signed.`,
  );
  const opened = await hanna.fund({ agreement, indices: [0], freelancerSignature });
  stage.tell("hanna", "The arbiter, as our gate, has checked that its periods fit. Funded.", opened);

  await stage.until("2027-02-08");
  const files = await filesOf("shop", ["bowl.md", "cup.md", "vase.md"]);
  const submitted = await diego.submit({ agreement, index: 0, deliverable: await putDeliverable(storage, files) });
  stage.tell("diego", "Bowl, cup and vase.", submitted);
  await stage.until("2027-02-09");
  const claim = await putFile(world, join("shop", "claim.md"));
  const disputed = await hanna.dispute({ agreement, index: 0, evidence: claim });
  stage.tell("hanna", "Not a word on how they are cared for! I dispute this.", disputed);
  const reply = await putFile(world, join("shop", "reply.md"));
  const answered = await diego.submitEvidence({ agreement, index: 0, evidence: reply });
  stage.tell("diego", "You told me to leave that to the symbols below. My answer, for whoever judges.", answered);

  await stage.until("2027-02-11");
  await provider.send("hardhat_mine", ["0x40"]); // what both said is final now
  const server = await startModelServer(modelKey, (asked) => ({ json: answerOf(asked) }));
  let proposed: Awaited<ReturnType<typeof getAppealCase>>;
  try {
    const model = await world.start("first-instance", {
      ...{ contract: arbiter, storages: ["contents"], waitForEvidence: "1 day" },
      tokens: { [token.address]: { minimum: "20" } },
      model: {
        ...{ protocol: "openai", endpoint: server.endpoint, model: "judge-1", key: "MICRO_ESCROW_MODEL_KEY" },
        ...{ price: { input: "3", output: "15" }, costPerJudgement: "1", costPerDay: "10" },
      },
    });
    proposed = await eventually(
      "the model proposes",
      () => model,
      async () => {
        const found = await getAppealCase(connection, { agreement, index: 0 });
        return found.stage === "none" ? undefined : found;
      },
    );
    await model.stop();
  } finally {
    await server.stop();
  }
  const [proposal] = await provider.getLogs({
    address: arbiter,
    topics: [appealableArbiterInterface.getEvent("RulingProposed")?.topicHash ?? ""],
    fromBlock: 0,
  });
  const percent = proposed.shareBps / 100;
  const until = day(proposed.until ?? 0);
  stage.tell(
    "first-instance",
    `I propose ${percent}% for Diego, by ${server.asked.length} samples. ${requirements.map(({ says }) => says).join(" ")} Either may appeal until ${until}.`,
    { transaction: { hash: proposal?.transactionHash ?? "" } },
  );

  await stage.until("2027-02-12");
  const deposit = proposed.appealCost;
  await send(usdc.contract.connect(cast.diego.signer), "approve", arbiter, deposit);
  const appeal = appealCall({ agreement, index: 0, party: cast.diego.address });
  const appealed = await sendToArbiter(connection, cast.diego.signer, appealableArbiterInterface, appeal);
  stage.tell("diego", `I appeal, for a deposit of ${money(deposit)}.`, { transaction: appealed });

  await stage.until("2027-02-16");
  const opinions = [
    ["noor", 9_000, "What both said in the call binds both."],
    ["tomasz", 8_000, "Well written. One glaze is missing."],
    ["mei", 8_500, "The symbols say it all; I sell by them."],
  ] as const;
  const votes = await Promise.all(
    opinions.map(async ([who, shareBps, why]) => {
      stage.tell(who, `${why} ${shareBps / 100}%; signed.`);
      const reasoning = await putContent(storage, why);
      const vote = { panel: panel.address, agreement, index: 0, shareBps, reasoning };
      return signVote(connection, cast[who].signer, vote);
    }),
  );
  const call = voteCall({ panel: panel.address, agreement, index: 0, votes });
  const ruled = await sendToArbiter(connection, cast.passerby.signer, panelArbiterInterface, call);
  stage.tell("passerby", "Three signed votes in one transaction, and the panel rules.", { transaction: ruled });
  const concluded = await lastEvent(world, agreement, 0, "MilestoneConcluded");
  const { freelancerAmount = 0n, clientAmount = 0n } = concluded ?? {};
  stage.tell("diego", `The median is 85%. With my deposit, which Hanna pays now: ${money(freelancerAmount)}.`);
  stage.tell("hanna", `And ${money(clientAmount)} for me. Next time I write it down.`);
  for (const [account, text] of [
    [cast.noor.address, "Everybody who decided gets a part of the deposit, whoever calls for it."],
    [cast.tomasz.address, "So does Tomasz …"],
    [cast.mei.address, "… and Mei …"],
    [accounts["first-instance"].address, "… and the model's owner the arbiter's fee, for proposing."],
  ] as const) {
    const fee = withdrawFeeCall({ arbiter, token: token.address, account });
    const sent = await sendToArbiter(connection, cast.passerby.signer, appealableArbiterInterface, fee);
    stage.tell("passerby", text, { transaction: sent });
  }

  // 600 less the fee of 3% are 582: 85% of it, and the deposit of 30 from the other side.
  const won = parseAmount("524.70", token.decimals);
  return {
    agreements: [agreement],
    rowOf: () => "Bowl, cup and vase",
    arbiters: [arbiter, panel.address],
    happened: [
      {
        what: "a model's proposal was appealed to a panel and overturned",
        isSo: proposed.stage === "proposed" && proposed.shareBps === 4_000 && freelancerAmount === won,
      },
    ],
  };
}

/** The answer of a model that reads as it was told to: each reason with a quote from the work. */
function answerOf({ documents, criteria }: Asked) {
  const work = documents.findIndex(({ from }) => from.includes("work"));
  const quote = documents[work]?.text.trim().split("\n")[0] ?? "";
  return {
    criteria: criteria.map((_, index) => ({
      criterion: index + 1,
      reasons: [{ says: requirements[index]?.says ?? "", quotes: [{ document: work + 1, text: quote }] }],
      sure: true,
      score: requirements[index]?.score ?? 0,
    })),
    attempts: [],
  };
}
