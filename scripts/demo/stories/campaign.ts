/**
 * A six-month campaign: approved by a signature that somebody else sent, and paid to a blacklisted account, later; funded by
 * such a signature, and returned because changes never came; split because the arbiter was silent; returned after a missed
 * deadline; given back; ended early. The platform takes a fee.
 */
import { type Agreement, MicroEscrowError, parseAmount, parseDuration } from "@micro-escrow/sdk";
import { relayFunding, signFunding } from "@micro-escrow/sdk/gasless";
import { expect } from "../../script.ts";
import { campaign } from "../gigs.ts";
import { day, money } from "../terminal.ts";
import { send } from "../usdc.ts";
import { draft, hashOf, manifestOf, type World } from "../world.ts";

const report = (month: string) => manifestOf([`campaign/${month}/report.md`, `campaign/${month}/results.csv`]);

export async function playCampaign(world: World): Promise<Agreement> {
  const { stage, escrow, cast, token, usdc } = world;
  const { hanna, diego, workbench, passerby } = escrow;
  const diegoAccount = { token: token.address, account: cast.diego.address };
  stage.begin(campaign.key);

  await stage.until(campaign.begins);
  const agreement = await draft(world, campaign);
  stage.tell("hanna", "Half a year of marketing for my ceramics, 800 USDC a month. I want to be able to stop.");
  const freelancerSignature = await diego.sign(agreement);
  stage.tell("diego", "Month by month, then. Signed.");
  const september = await hanna.fund({ agreement, indices: [0], freelancerSignature });
  stage.tell("hanna", "September is funded.", september);

  await stage.until("2027-09-30");
  const plan = await diego.submit({ agreement, index: 0, deliverable: await report("2027-09") });
  stage.tell("diego", "Fourteen interviews, one plan: people buy gifts, not glazes.", plan);
  const listed = await send(usdc.contract, "blacklist", cast.diego.address);
  stage.tell("circle", "A name on a list looks like Diego's. His account can neither send nor receive USDC.", listed);
  await stage.until("2027-10-01");
  const approval = await hanna.signApprove({ agreement, index: 0 });
  stage.tell("hanna", "I am on a train with a phone and no gas. I only sign: September is approved.");
  const relayed = await workbench.relay(approval);
  stage.tell("workbench", "We send her signature and pay the gas. 2.5% of the payment is ours, as agreed.", relayed);
  const waiting = await diego.getClaimable(diegoAccount);
  expect(waiting === parseAmount("780", token.decimals), `780.00 USDC should wait for Diego, not ${money(waiting)}.`);
  stage.tell("diego", `USDC refused me. But ${money(waiting)} USDC is waiting in the escrow, for me and nobody else.`);
  const refusal = await passerby.withdraw(diegoAccount).catch((error: unknown) => error);
  expect(refusal instanceof MicroEscrowError, "USDC paid a blacklisted account.");
  const october = await signFunding(hanna.connection, cast.hanna.signer, { agreement, indices: [1] });
  stage.tell("hanna", "They will sort it out. I sign once more: 800.00 USDC for October, and for nothing else.");
  const funded = await relayFunding(workbench.connection, cast.workbench.signer, october);
  stage.tell("workbench", "Sent too: October is funded. She pays her 800.00, and no gas.", funded);
  await stage.until("2027-10-08");
  const unlisted = await send(usdc.contract, "unBlacklist", cast.diego.address);
  stage.tell("circle", "It was another Diego. We are sorry.", unlisted);
  const withdrawn = await passerby.withdraw(diegoAccount);
  stage.tell("passerby", `I send him what waited, ${money(withdrawn.amount)}. It can go nowhere else.`, withdrawn);

  await stage.until("2027-10-29");
  const letters = await diego.submit({ agreement, index: 1, deliverable: await report("2027-10") });
  stage.tell("diego", "641 subscribers, and the second letter sold half a kiln before noon.", letters);
  await stage.until("2027-10-30");
  const reason = await hashOf("campaign/change-request.md");
  const request = await hanna.requestChanges({ agreement, index: 1, reason });
  stage.tell("hanna", "Half a kiln! But did these 641 say yes to a letter? Show me, and October is yours.", request);
  stage.tell("diego", "I kept no list of who said yes. That was my job.");
  await stage.until(request.clock);
  const notReworked = await hanna.finalize({ agreement, index: 1 });
  stage.tell("hanna", "Five days and no list, so October's 800.00 comes back. The kiln I keep in mind.", notReworked);
  const november = await hanna.fund({ agreement, indices: [2] });
  stage.tell("hanna", "November is funded, for the gift guide.", november);

  await stage.until("2027-11-30");
  const guide = await diego.submit({ agreement, index: 2, deliverable: await report("2027-11") });
  stage.tell("diego", "The gift guide: twelve occasions, 31 orders in three days.", guide);
  await stage.until("2027-12-01");
  const december = await hanna.fund({ agreement, indices: [3] });
  stage.tell("hanna", "December is funded, there is no time to lose.", december);
  await stage.until("2027-12-02");
  const evidence = await hashOf("campaign/dispute/client.md");
  const disputed = await hanna.dispute({ agreement, index: 2, evidence });
  stage.tell("hanna", "But November was late: by the 15th, we said, and it was the 19th. I ask Oskar.", disputed);
  await stage.until("2027-12-03");
  const reply = await diego.submitEvidence({
    agreement,
    index: 2,
    evidence: await hashOf("campaign/dispute/freelancer.md"),
  });
  stage.tell("diego", "Because the photographs were late. Here are the messages.", reply);

  await stage.until(disputed.clock);
  const split = await passerby.finalize({ agreement, index: 2 });
  stage.tell("passerby", "Oskar had two weeks and said nothing. What they signed for this case: half and half.", split);
  stage.tell("hanna", `${money(split.clientAmount)} back. Next time an arbiter who reads his mail.`);

  await stage.until("2027-12-20");
  stage.tell("diego", "I have caught something bad and I am behind.");
  const { clock } = await hanna.getMilestone({ agreement, index: 3 });
  const extended = await hanna.extend({ agreement, index: 3, clock: clock + parseDuration("7 days") });
  stage.tell("hanna", `Get well. You have a week more, until ${day(extended.clock)}.`, extended);
  await stage.until(extended.clock);
  const expired = await hanna.finalize({ agreement, index: 3 });
  stage.tell(
    "hanna",
    "Nothing came, so the 800.00 for December comes back to me. I need nobody's leave for that.",
    expired,
  );

  await stage.until("2028-01-14");
  stage.tell("diego", "I am better. Let me fill your workshops.");
  const january = await hanna.fund({ agreement, indices: [4] });
  stage.tell("hanna", "January is funded.", january);
  await stage.until("2028-01-21");
  const returned = await diego.refund({ agreement, index: 4 });
  stage.tell("diego", "I was not better. I give January back before it costs you the month.", returned);
  await stage.until("2028-01-24");
  const closed = await hanna.close({ agreement });
  stage.tell(
    "hanna",
    "Thank you for being straight. I close this: nothing more can be funded. Get well, really.",
    closed,
  );
  const fees = await workbench.withdraw({ token: token.address, account: cast.workbench.address });
  stage.tell("workbench", `Our fee on two payments: ${money(fees.amount)}.`, fees);
  return agreement;
}
