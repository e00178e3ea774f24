/** What is kept cannot be taken away, or put in place of something else, by what is opened later. Without a browser: it keeps nothing then, and forgets it all at the end. */
import {
  type Agreement,
  type DefineAgreementParameters,
  defineAgreement,
  type Hex,
  type SignedSettlement,
  toAgreement,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { forget, keep, readLibrary, settlementOf } from "../../sdk/examples/dapp/src/library.ts";

const [client, freelancer, arbiter, token] = ["a1", "b2", "c3", "d4"].map((byte) => `0x${byte.repeat(20)}`);

const parameters: DefineAgreementParameters = {
  client: client ?? "",
  freelancer: freelancer ?? "",
  arbiter: arbiter ?? "",
  token: { address: token ?? "", decimals: 6, symbol: "USDC" },
  scope: { title: "A short book", milestones: ["Chapter one"] },
  milestones: [{ amount: "100", work: "14 days" }],
  ...{ review: "7 days", rework: "7 days", arbitration: "14 days", ifArbiterIsSilent: "50% to the freelancer" },
  fundBy: new Date("2030-01-01"),
};
const agreement = defineAgreement(parameters);
const withoutScope: Agreement = toAgreement(agreement.terms, agreement.schedule);
const signature = `0x${"ab".repeat(65)}` as Hex;

const half = (signer: string): SignedSettlement => ({
  ...{ chainId: 1, escrow: agreement.terms.token, agreement: agreement.id, index: 0, freelancerAmount: "1" },
  signer: signer as SignedSettlement["signer"],
  authorization: { deadline: 2_000_000_000, signature },
});

describe("What the web app keeps", () => {
  afterEach(forget);

  it("stays when the same agreement comes for another chain, which gets no signature of this one", async () => {
    await keep({ chainId: 1, agreement, signatures: { freelancer: signature } }, 1);
    await keep({ chainId: 10, agreement, signatures: {} }, 10);
    const [here, there] = await Promise.all([readLibrary(1), readLibrary(10)]);
    expect(here.kept.map((one) => one.signatures)).to.deep.equal([{ freelancer: signature }]);
    expect(there.kept.map((one) => one.signatures)).to.deep.equal([{}]);
  });

  it("keeps its text and its signatures when it comes again without them, and gets them when they come later", async () => {
    await keep({ chainId: 1, agreement: withoutScope, signatures: {} }, 1);
    await keep({ chainId: 1, agreement, signatures: { freelancer: signature } }, 1);
    await keep({ chainId: 1, agreement: withoutScope, signatures: {} }, 1);
    const { kept, unreadable } = await readLibrary(1);
    expect(kept.map((one) => one.agreement)).to.deep.equal([agreement]);
    expect(kept[0]?.signatures).to.deep.equal({ freelancer: signature });
    expect(unreadable).to.equal(0);
  });

  it("keeps each party's half of a split: one's own, coming back, does not replace the other's", async () => {
    const { terms } = agreement;
    await keep({ chainId: 1, agreement, signatures: {}, settlement: half(terms.freelancer) }, 1);
    await keep({ chainId: 1, agreement, signatures: {}, settlement: half(terms.client) }, 1);
    const [kept] = (await readLibrary(1)).kept;
    expect(settlementOf(kept, 0, terms.freelancer)?.signer).to.equal(terms.freelancer);
    expect(settlementOf(kept, 0, terms.client)?.signer).to.equal(terms.client);
    expect(settlementOf(kept, 1, terms.client)).to.equal(undefined);
  });

  it("lasts no longer than the tab where there is no IndexedDB", async () => {
    expect((await readLibrary(1)).isLasting).to.equal(false);
  });
});
