/** A draft makes what its writer means, and another version of an agreement differs in what its writer changes, and in nothing else. */
import { type Agreement, clauses, type DefineAgreementParameters, defineAgreement } from "@micro-escrow/sdk";
import { expect } from "chai";
import { decimal, readAmount } from "../../sdk/examples/dapp/src/amounts.ts";
import { wholeClauses } from "../../sdk/examples/dapp/src/clauses.ts";
import { draftOf, emptyDraft, make, readDraft, withRole } from "../../sdk/examples/dapp/src/draft.ts";
import { formatOf } from "../../sdk/examples/dapp/src/format.ts";

const account = (byte: string) => `0x${byte.repeat(20)}`;
const token = { address: account("d4"), decimals: 6, symbol: "USDC" };
const nonce = `0x${"00".repeat(32)}` as const;

const parameters: DefineAgreementParameters = {
  client: account("a1"),
  freelancer: account("b2"),
  arbiter: account("c3"),
  token,
  scope: {
    title: "A short book",
    milestones: [{ title: "One", requirements: ["It rhymes."], checks: [{ kind: "words", min: 800 }] as never }],
  },
  milestones: [{ amount: "100", work: "14 days" }],
  ...{ review: "7 days", rework: "7 days", arbitration: "14 days", ifArbiterIsSilent: "50% to the freelancer" },
  fundBy: new Date("2030-01-01T23:59:59"),
  ...{ gate: account("e5"), payoutTo: account("f6"), refundTo: account("a7"), nonce },
};

const remade = (agreement: Agreement) => make(draftOf(agreement, token.decimals), token, nonce).agreement;

describe("The web app's drafts", () => {
  it("carry over what the form does not ask for", () => {
    const agreement = defineAgreement(parameters);
    expect(remade(agreement)).to.deep.equal(agreement);
  });

  it("change the account's own part alone when it takes one", () => {
    const [own, other, third] = [account("a1"), account("b2"), account("c3")];
    const roleIn = (client: string, freelancer: string, role: Parameters<typeof withRole>[2]) => {
      const now = withRole({ ...emptyDraft(0), client, freelancer }, own, role);
      return [now.client, now.freelancer];
    };
    expect(roleIn(own, other, "freelancer")).to.deep.equal([other, own]);
    expect(roleIn(other, own, "client")).to.deep.equal([own, other]);
    expect(roleIn(other, third, "client")).to.deep.equal([own, third]);
    expect(roleIn(other, third, "freelancer")).to.deep.equal([other, own]);
    expect(roleIn(own, own, "client")).to.deep.equal([own, ""]);
    expect(roleIn(own, other, "neither")).to.deep.equal(["", other]);
  });

  it("have time to object when a verifier is added to what had none", () => {
    const { gate: _, ...rest } = parameters;
    expect(draftOf(defineAgreement(rest), 6).challenge).to.equal(emptyDraft(0).challenge);
  });

  for (const zone of ["Pacific/Kiritimati", "America/Los_Angeles", "UTC"]) {
    it(`end on the day that is chosen, as it is shown to who chose it, in ${zone}`, () => {
      const before = process.env.TZ;
      process.env.TZ = zone;
      try {
        const draft = { ...draftOf(defineAgreement(parameters), 6), fundBy: "2030-06-15" };
        const { agreement } = make(draft, token, nonce);
        if (agreement === undefined) throw new Error("The draft makes no agreement.");
        expect(formatOf("en-US").time(agreement.terms.fundBy)).to.match(/^Jun 15, 2030, 11:59\sPM$/);
        expect(draftOf(agreement, 6).fundBy).to.equal("2030-06-15");
      } finally {
        if (before === undefined) delete process.env.TZ;
        else process.env.TZ = before;
      }
    });
  }

  it("are read again only when they are whole", () => {
    const draft = emptyDraft(1_800_000_000);
    expect(readDraft(JSON.stringify(draft))).to.deep.equal(draft);
    const { title: _, ...partial } = draft;
    for (const wrong of [partial, { ...draft, milestones: [] }, { ...draft, milestones: [{}] }, null, [], 5]) {
      expect(readDraft(JSON.stringify(wrong)), JSON.stringify(wrong)).to.equal(undefined);
    }
    expect(readDraft("{")).to.equal(undefined);
  });
});

describe("The web app's amounts", () => {
  it("are refused where they can be read in two ways, or are no digits that everybody reads", () => {
    for (const text of [
      ...["1.200", "1,200", "1,200.50", "1.200,50", "1 200", "1\u00a0200", "1'200", "5e3", "0x10", "+5", "-5", "", "."],
      ...["٥٠٠", "५००", "５００", "1_000", "1.", ".5", "∞", "NaN", "1,2,3", "1..2"],
    ]) {
      expect(readAmount(text, 6), text).to.equal(undefined);
    }
    expect(readAmount("1200", 6)).to.equal(1_200_000_000n);
    expect(readAmount(" 1200,5 ", 6)).to.equal(1_200_500_000n);
    expect(readAmount("0.125", 6)).to.equal(125_000n);
    expect(decimal("3,5")).to.equal("3.5");
  });

  it("are written exactly, however large, small or many their decimals", () => {
    const { money } = formatOf("en-US");
    const most = 2n ** 128n - 1n;
    expect(money(most, { symbol: "T", decimals: 0 })).to.equal(`${most.toLocaleString("en-US")}\u00a0T`);
    expect(money(most, { symbol: "T", decimals: 6 })).to.equal(
      "340,282,366,920,938,463,463,374,607,431,768.211455\u00a0T",
    );
    expect(money(1n, { symbol: "T", decimals: 18 })).to.equal("0.000000000000000001\u00a0T");
    // More decimals than Intl writes: it must not say that it is nothing.
    expect(money(1n, { symbol: "T", decimals: 255 })).not.to.match(/^0(\.0*)?\s/);
  });
});

describe("The web app's clauses", () => {
  const long = (end: string) => `${"word ".repeat(400)}${end}`;
  const scope = {
    title: long("TITLE"),
    description: long("DESCRIPTION"),
    milestones: [{ title: long("MILESTONE"), description: long("DETAIL"), requirements: [long("REQUIREMENT")] }],
  };
  const agreement = defineAgreement({ ...parameters, scope });

  it("have all of each text, which the SDK's cut", () => {
    const [cut, all] = [clauses(agreement), wholeClauses(agreement, { chainId: 1 })].map((list) =>
      JSON.stringify(list, (_, value) => (typeof value === "bigint" ? String(value) : value)),
    );
    for (const end of ["TITLE", "DESCRIPTION", "MILESTONE", "DETAIL", "REQUIREMENT"]) {
      expect(cut).not.to.include(end);
      expect(all).to.include(end);
    }
  });

  it("show amounts as the token's contract says, not as the agreement claims", () => {
    const shown = wholeClauses(agreement, { chainId: 1, currency: { symbol: "REAL", decimals: 18 } });
    const currencies = shown.flatMap((clause) =>
      "currency" in clause ? [[clause.code, clause.currency?.symbol]] : [],
    );
    expect(currencies).to.deep.equal([
      ["claimed-token", "USDC"],
      ["milestone", "REAL"],
    ]);
  });
});
