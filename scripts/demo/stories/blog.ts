/**
 * A 20-article blog in four milestones: approved; released after the client's silence; changed and resubmitted; paid in
 * part in advance. Every milestone is funded with a permit.
 */
import { readdir } from "node:fs/promises";
import { type Agreement, ClockStillRunningError, parseAmount } from "@micro-escrow/sdk";
import { expect } from "../../script.ts";
import { blog, fileOf } from "../gigs.ts";
import { day, money } from "../terminal.ts";
import { draft, hashOf, manifestOf, short, type World } from "../world.ts";

/** The paths of the articles from one number to another. */
export async function articles(from: number, to: number): Promise<string[]> {
  const names = (await readdir(fileOf("blog/articles"))).sort();
  return names
    .filter((name) => Number.parseInt(name, 10) >= from && Number.parseInt(name, 10) <= to)
    .map((name) => `blog/articles/${name}`);
}

export async function playBlog(world: World): Promise<Agreement> {
  const { stage, escrow } = world;
  const { ines, amara, passerby } = escrow;
  stage.begin(blog.key);

  await stage.until(blog.begins);
  const agreement = await draft(world, blog);
  stage.tell("ines", "Your samples made me hungry. Twenty articles on bread, five at a time, 250 USDC for each five?");
  const freelancerSignature = await amara.sign(agreement);
  stage.tell("amara", "Gladly. I have signed, which cost me nothing.");
  const opened = await ines.fund({ agreement, indices: [0], freelancerSignature });
  stage.tell("ines", "Articles 1 to 5 are funded. My wallet signed a permit, so that was one transaction.", opened);

  await stage.until("2027-01-14");
  const flour = await manifestOf(await articles(1, 5));
  const first = await amara.submit({ agreement, index: 0, deliverable: flour });
  stage.tell("amara", `Five articles about flour, five files under one hash: ${short(flour)}.`, first);

  await stage.until("2027-01-16");
  const received = await manifestOf(await articles(1, 5));
  const approved = await ines.approve({ agreement, index: 0, deliverable: received });
  stage.tell("ines", "Your files have that hash, and I have read them: approved. I finally understand rye.", approved);
  stage.tell("amara", `And ${money(approved.freelancerAmount)} USDC is here, in the same transaction.`);
  const next = await ines.fund({ agreement, indices: [1] });
  stage.tell("ines", "The next five are funded. I am off to the trade fair!", next);

  await stage.until("2027-01-27");
  const second = await amara.submit({ agreement, index: 1, deliverable: await manifestOf(await articles(6, 10)) });
  stage.tell("amara", `Articles 6 to 10, all about time. You have until ${day(second.clock)} to look at them.`, second);

  await stage.until("2027-02-01");
  const tooEarly = await amara.finalize({ agreement, index: 1 }).catch((error: unknown) => error);
  expect(tooEarly instanceof ClockStillRunningError, "A milestone was finalized while its clock was running.");
  stage.tell("amara", `No answer. May I finalize? Too early, says the SDK: not before ${day(tooEarly.clock)}.`);

  await stage.until(second.clock);
  const released = await passerby.finalize({ agreement, index: 1 });
  stage.tell("passerby", "The review period is over, so I push the button. Anybody may.", released);
  stage.tell("amara", "250.00 USDC. A silent client is not the end of the month.");

  await stage.until("2027-02-04");
  stage.tell("ines", "Back, and ashamed: no network in the fair's basement. They are good, that was right.");
  const third = await ines.fund({ agreement, indices: [2] });
  stage.tell("ines", "Articles 11 to 15 are funded.", third);

  await stage.until("2027-02-15");
  const paths = await articles(11, 15);
  const draftPaths = paths.map((path) => path.replace("articles/13-", "first-draft/13-"));
  const drafts = await amara.submit({ agreement, index: 2, deliverable: await manifestOf(draftPaths) });
  stage.tell("amara", "Five about sourdough.", drafts);

  await stage.until("2027-02-17");
  const reason = await hashOf("blog/change-request.md");
  const request = await ines.requestChanges({ agreement, index: 2, reason });
  stage.tell("ines", "Number 13 would kill our readers' starters. My notes are in change-request.md.", request);

  await stage.until("2027-02-19");
  const corrected = await amara.submit({ agreement, index: 2, deliverable: await manifestOf(paths) });
  stage.tell("amara", "You are right, and I am glad that you bake. Number 13 is corrected.", corrected);

  await stage.until("2027-02-20");
  const agreed = await ines.approve({ agreement, index: 2 });
  stage.tell("ines", "Now it saves them. Approved.", agreed);
  const last = await ines.fund({ agreement, indices: [3] });
  stage.tell("ines", "And the last five are funded.", last);

  await stage.until("2027-02-22");
  stage.tell(
    "amara",
    "For number 20 I should eat açorda where it comes from. Could I have 100 for the train to Évora?",
  );
  const advanced = await ines.advance({ agreement, index: 3, amount: parseAmount("100", world.token.decimals) });
  stage.tell("ines", "Here is 100.00 of the 250.00. Bring me a recipe.", advanced);

  await stage.until("2027-03-03");
  const fire = await amara.submit({ agreement, index: 3, deliverable: await manifestOf(await articles(16, 20)) });
  stage.tell("amara", "The last five: fire, and what to do with old bread. With the recipe.", fire);

  await stage.until("2027-03-05");
  const done = await ines.approve({ agreement, index: 3 });
  stage.tell("ines", "I had it for lunch. Approved, the other 150.00 is yours, and thank you.", done);
  return agreement;
}
