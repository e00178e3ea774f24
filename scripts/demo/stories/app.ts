/**
 * An app in three phases: disputed and split by a ruling; settled; failed and then passed by a verifier. Funded from an
 * allowance that the client gave once.
 */
import { type Agreement, parseAmount } from "@micro-escrow/sdk";
import { app } from "../gigs.ts";
import { money } from "../terminal.ts";
import { send } from "../usdc.ts";
import { draft, hashOf, manifestOf, short, type World } from "../world.ts";

export async function playApp(world: World): Promise<Agreement> {
  const { stage, escrow, cast, token, usdc } = world;
  const { mateo, yuki, noor, fieldtest } = escrow;
  const amount = (text: string) => parseAmount(text, token.decimals);
  stage.begin(app.key);

  await stage.until(app.begins);
  const agreement = await draft(world, app);
  stage.tell(
    "mateo",
    "Forty couriers, one app, three phases. Fieldtest checks the last one, Noor decides if we quarrel.",
  );
  const freelancerSignature = await yuki.sign(agreement);
  stage.tell("yuki", "Three phases it is. Signed.");
  const allowed = await send(usdc.contract.connect(cast.mateo.signer), "approve", mateo.address, amount("4500"));
  stage.tell("mateo", "The escrow may take 4,500.00 USDC from me, phase by phase, and not a cent more.", allowed);
  const design = await mateo.fund({ agreement, indices: [0], freelancerSignature });
  stage.tell("mateo", "UI design is funded.", design);

  await stage.until("2027-04-26");
  const screens = await manifestOf(["app/design/screens.md", "app/design/tokens.json", "app/design/flow.svg"]);
  const drawn = await yuki.submit({ agreement, index: 0, deliverable: screens });
  stage.tell("yuki", `Six screens, the design tokens and the flow: ${short(screens)}.`, drawn);

  await stage.until("2027-04-28");
  const evidence = await hashOf("app/dispute/client.md");
  const disputed = await mateo.dispute({ agreement, index: 0, evidence });
  stage.tell(
    "mateo",
    "All in portrait! Our phones are mounted across. I dispute this; a photo is my evidence.",
    disputed,
  );
  await stage.until("2027-04-29");
  const answer = await yuki.submitEvidence({
    agreement,
    index: 0,
    evidence: await hashOf("app/dispute/freelancer.md"),
  });
  stage.tell("yuki", "Nobody ever said landscape. My answer to the arbiter, with the first sketch.", answer);

  await stage.until("2027-05-04");
  const held = amount("1200");
  const pot = held - (held * BigInt(agreement.terms.arbiterFeeBps)) / 10_000n;
  const ruled = await noor.rule({
    agreement,
    index: 0,
    freelancerAmount: (pot * 3n) / 4n,
    reasoning: await hashOf("app/dispute/ruling.md"),
  });
  stage.tell("noor", "Both of you could have asked. Of what is left after my 3%, three quarters go to Yuki.", ruled);
  stage.tell("yuki", `${money(ruled.freelancerAmount)} USDC, six days after the dispute. I can live with that.`);
  stage.tell("mateo", `${money(ruled.clientAmount)} back. So can I. I write "landscape" on every wall.`);
  const fee = await noor.withdraw({ token: token.address, account: cast.noor.address });
  stage.tell("noor", `I fetch my fee, ${money(fee.amount)}.`, fee);

  await stage.until("2027-05-05");
  const backend = await mateo.fund({ agreement, indices: [1] });
  stage.tell("mateo", "On we go. The backend is funded.", backend);

  await stage.until("2027-06-09");
  const server = await manifestOf(["app/backend/README.md", "app/backend/openapi.json", "app/backend/schema.sql"]);
  const built = await yuki.submit({ agreement, index: 1, deliverable: server });
  stage.tell("yuki", `The backend, without the invoices: ${short(server)}. The tax office changes the format.`, built);

  await stage.until("2027-06-14");
  stage.tell("mateo", "Then 2,000.00 for you and 400.00 back to me? We need no arbiter for that. I sign.");
  const half = await mateo.signSettle({ agreement, index: 1, freelancerAmount: amount("2000") });
  const settled = await yuki.settle({ agreement, index: 1, freelancerAmount: amount("2000"), signatures: [half] });
  stage.tell("yuki", "Fair. My half of the settlement, and yours with it.", settled);

  await stage.until("2027-06-15");
  const testing = await mateo.fund({ agreement, indices: [2] });
  stage.tell("mateo", "Testing is funded, from the same allowance.", testing);

  await stage.until("2027-06-29");
  const tests = (run: number) => manifestOf(["app/testing/plan.md", `app/testing/results-${run}.csv`]);
  const tested = await yuki.submit({ agreement, index: 2, deliverable: await tests(1) });
  stage.tell("yuki", "The test plan and the results.", tested);
  await stage.until("2027-06-30");
  const failed = await fieldtest.attest({
    agreement,
    index: 2,
    passed: false,
    report: await hashOf("app/testing/attestation-1.md"),
  });
  stage.tell("fieldtest", "32 of 36 runs pass. Two couriers rode to the same bakery: case 9. Back to you.", failed);

  await stage.until("2027-07-05");
  const fixed = await yuki.submit({ agreement, index: 2, deliverable: await tests(2) });
  stage.tell("yuki", "Both cases are fixed; the board takes one query instead of 401.", fixed);
  await stage.until("2027-07-06");
  const passed = await fieldtest.attest({
    agreement,
    index: 2,
    passed: true,
    report: await hashOf("app/testing/attestation-2.md"),
  });
  stage.tell("fieldtest", "36 of 36. Passed, and by this agreement that pays the milestone at once.", passed);
  stage.tell("mateo", "Forty couriers say thank you. None of them in portrait.");
  return agreement;
}
