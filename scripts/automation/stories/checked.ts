/** Ten articles in two parts. The verifier's checks pass the first, fail the second for a copy in it, and pass it when it is mended. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Outcome } from "@micro-escrow/sdk";
import { getContent, putDeliverable } from "@micro-escrow/sdk/storage";
import { day, money } from "../../demo/terminal.ts";
import { eventually } from "../services.ts";
import { agree, DAY, filesOf, lastEvent, sentBy, type Told, type World } from "../world.ts";

const articles = join("..", "demo", "blog", "articles");

/** What a part is checked by: five articles of 120 to 160 words in English, none of them copied. */
export const checks = [
  { kind: "files", in: "*.md", atLeast: 5, atMost: 5, type: "text" },
  { kind: "words", in: "*.md", atLeast: 120, atMost: 160 },
  { kind: "language", in: "*.md", language: "en" },
  { kind: "original", in: "*.md" },
] as const;

export async function playChecked(world: World): Promise<Told> {
  const { stage, escrow, cast, accounts, storage } = world;
  const { ines, amara } = escrow;
  const names = (await readdir(join(import.meta.dirname, "..", articles))).sort();
  const part = (from: number, to: number) => filesOf(articles, names.slice(from - 1, to));
  stage.begin("blog");

  await stage.until("2027-01-04");
  const verifier = await world.start("verifier", {
    ...{ account: accounts.verifier.address, storages: ["contents"] },
    finality: 0, // nothing takes a block back here
  });
  const agreement = await agree(world, {
    client: cast.ines.address,
    freelancer: cast.amara.address,
    arbiter: cast.tomasz.address,
    verifier: accounts.verifier.address,
    scope: {
      title: "Crumb: ten articles on baking bread",
      milestones: [
        { title: "Articles 1 to 5: flour", checks },
        { title: "Articles 6 to 10: time", checks },
      ],
    },
    milestones: [
      { amount: "250", work: "14 days" },
      { amount: "250", work: "14 days" },
    ],
    ...{ review: "7 days", rework: "7 days", challenge: "1 day", arbitration: "14 days" },
    ...{ arbiterFee: "3%", ifArbiterIsSilent: "50% to the freelancer" },
    fundBy: new Date("2027-06-01"),
  });
  const freelancerSignature = await amara.sign(agreement);
  stage.tell("amara", "Ten articles, checked by what the scope says: five files, 120 to 160 words, English, my own.");
  const opened = await ines.fund({ agreement, indices: [0, 1], freelancerSignature });
  stage.tell("ines", "Signed and funded, both parts. Now I go to the mill and touch nothing.", opened);

  /** Submits, and waits for the verifier. */
  const checked = async (index: number, submission: number, files: Awaited<ReturnType<typeof part>>) => {
    const deliverable = await putDeliverable(storage, files);
    const submitted = await amara.submit({ agreement, index, deliverable });
    const attested = await eventually(
      "the verifier attests",
      () => verifier,
      async () => {
        const event = await lastEvent(world, agreement, index, "MilestoneAttested");
        return event?.submission === submission ? event : undefined;
      },
    );
    return { submitted, attested, reasons: await reasonsOf(world, attested.report) };
  };
  /** The challenge period goes by, and the keeper pays. */
  const paid = async (index: number) => {
    const { clock } = await escrow.passerby.getMilestone({ agreement, index });
    await stage.until(clock);
    const concluded = await eventually("the keeper finalizes", world.keeper, () =>
      lastEvent(world, agreement, index, "MilestoneConcluded"),
    );
    const text = `A day went by without an objection: ${money(concluded.freelancerAmount)} to Amara.`;
    stage.tell("keeper", text, sentBy(concluded));
    const transaction = await world.provider.getTransaction(concluded.transaction);
    return concluded.outcome === Outcome.ReviewExpired && transaction?.from === accounts.keeper.address;
  };

  await stage.until("2027-01-14");
  const first = await checked(0, 1, await part(1, 5));
  stage.tell("amara", "Articles 1 to 5.", first.submitted);
  const objection = day((await escrow.passerby.getMilestone({ agreement, index: 0 })).clock);
  stage.tell(
    "verifier",
    `Passed; Inês can object until ${objection}. ${first.reasons.join(" ")}`,
    sentBy(first.attested),
  );
  const isFirstPaid = await paid(0);

  await stage.until(Date.parse("2027-01-15T12:00:00Z") / 1_000 + 1 * DAY);
  const [copy] = await part(2, 2);
  const copied = [...(await part(6, 9)), { path: names[9] ?? "", bytes: copy?.bytes ?? new Uint8Array() }];
  const second = await checked(1, 1, copied);
  stage.tell("amara", "Articles 6 to 10. (The tenth is the second once more. Who would notice?)", second.submitted);
  stage.tell("verifier", `Failed, back to Amara. ${second.reasons.join(" ")}`, sentBy(second.attested));

  await stage.until("2027-01-18");
  const third = await checked(1, 2, await part(6, 10));
  stage.tell("amara", "Sorry. Here is a tenth article of its own.", third.submitted);
  stage.tell("verifier", `Passed. ${third.reasons.at(-1) ?? ""}`, sentBy(third.attested));
  const isSecondPaid = await paid(1);

  return {
    agreements: [agreement],
    rowOf: (_, index) => ["Articles 1–5", "Articles 6–10"][index] ?? "",
    arbiters: [],
    happened: [
      {
        what: "work that its checks passed was paid after the challenge period, without anybody acting",
        isSo: first.attested.passed && isFirstPaid && third.attested.passed && isSecondPaid,
      },
      {
        what: "a copy failed, with the reasons in the report",
        isSo: !second.attested.passed && second.reasons.some((reason) => reason.includes("stand elsewhere too")),
      },
    ],
  };
}

/** The first reason of each check that decided: of those that failed, or else of all. */
async function reasonsOf({ storage }: World, hash: Parameters<typeof getContent>[1]): Promise<readonly string[]> {
  const text = new TextDecoder().decode(await getContent(storage, hash));
  const { checks }: { checks: { result: string; reasons: string[] }[] } = JSON.parse(text);
  const failed = checks.filter(({ result }) => result !== "passed");
  return (failed.length > 0 ? failed : checks).map(({ reasons }) => reasons[0] ?? "");
}
