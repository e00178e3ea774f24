import {
  type Address,
  type Agreement,
  AgreementMismatchError,
  agreementId,
  agreementTypedData,
  type Clause,
  canonicalJson,
  clauses,
  type DefineAgreementParameters,
  defineAgreement,
  type Hash,
  InvalidAgreementError,
  InvalidAgreementFileError,
  InvalidScopeError,
  InvalidShareError,
  inert,
  parseAgreement,
  type Scope,
  scheduleHash,
  scopeHash,
  describe as sentencesOf,
  serializeAgreement,
  sha256,
  type Terms,
  toAddress,
  toAgreement,
  validateAgreement,
  warnings,
} from "@micro-escrow/sdk";
import { signedFundingAddress } from "@micro-escrow/sdk/gasless";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { TypedDataEncoder, ZeroAddress } from "ethers";
import fc from "fast-check";
import type { MicroEscrow } from "../../sdk/src/generated/MicroEscrow.ts";
import { createChain, mined } from "./evm.ts";
import {
  account,
  agreements,
  arbiter,
  client,
  freelancer,
  newYear,
  parameters,
  platform,
  shop,
  thrown,
  USDC,
  verifier,
} from "./pure.ts";

/** The problems of a definition as [path, code, message] each. */
function problemsOf(changes: Partial<Record<keyof DefineAgreementParameters, unknown>>): string[][] {
  const changed = { ...parameters, ...changes } as DefineAgreementParameters;
  const { problems } = thrown(() => defineAgreement(changed), InvalidAgreementError);
  for (const { advice } of problems) expect(advice).to.match(/^[A-Z].*\.$/);
  return problems.map(({ path, error, message }) => [path, error.code, message]);
}

const codesOf = (changes: Partial<Record<keyof DefineAgreementParameters, unknown>>) =>
  problemsOf(changes).map(([path, code]) => `${path} ${code}`);

/** With everything that an agreement can have and does not need. */
const full = defineAgreement({
  ...parameters,
  scope: {
    title: "Blog",
    description: "Articles on\ncoffee",
    milestones: [
      {
        title: "Ten articles",
        description: "For beginners",
        requirements: ["120 words each", "No jargon"],
        checks: [
          { kind: "words", in: "*.md", atLeast: 120 },
          { kind: "headings", in: "*.md", required: ["Sources"] },
        ],
      },
      "Pictures",
    ],
  },
  verifier,
  challenge: "3 days",
  gate: account("gate"),
  fee: { recipient: platform, share: "2.5%" },
  payoutTo: account("treasury"),
  refundTo: account("gateway"),
  ifArbiterIsSilent: "30% to the freelancer",
});

/** With one milestone, and nothing more than its terms: as the chain knows it. */
const bare = {
  ...defineAgreement({
    ...parameters,
    scope: { title: "Logo", milestones: ["Logo"] },
    milestones: [{ amount: "500", work: "14 days" }],
    arbiterFee: 0,
  }),
  scope: undefined,
};

/** The same agreement with other terms, its hashes made right again. */
const withTerms = (changes: Partial<Terms>): Agreement =>
  toAgreement({ ...shop.terms, ...changes }, shop.schedule, shop.scope);

describe("agreement", () => {
  describe("defineAgreement", () => {
    it("reads what people write, without defaults that they did not choose", () => {
      expect(shop.schedule).to.deep.equal([
        { amount: 500_000_000n, workPeriod: 14 * 86_400 },
        { amount: 1_200_500_000n, workPeriod: 30 * 86_400 },
      ]);
      expect(shop.scope).to.deep.equal({
        title: "Shop app",
        milestones: [{ title: "UI design" }, { title: "Backend" }],
        currency: { symbol: "USDC", decimals: 6 },
        nonce: `0x${"11".repeat(32)}`,
      });
      expect(shop.terms).to.deep.equal({
        client,
        freelancer,
        arbiter,
        token: USDC.address,
        payoutTo: ZeroAddress,
        refundTo: ZeroAddress,
        verifier: ZeroAddress,
        gate: ZeroAddress,
        feeRecipient: ZeroAddress,
        feeBps: 0,
        arbiterFeeBps: 300,
        defaultShareBps: 5_000,
        reviewPeriod: 7 * 86_400,
        reworkPeriod: 5 * 86_400,
        challengePeriod: 0,
        arbitrationPeriod: 14 * 86_400,
        fundBy: newYear,
        details: scopeHash(shop.scope as Scope),
        milestones: scheduleHash(shop.schedule),
      });
      expect(shop.id).to.equal(agreementId(shop.terms));
      expect(validateAgreement(shop)).to.deep.equal([]);
    });

    it("reads every optional parameter", () => {
      const { terms, scope } = defineAgreement({
        ...parameters,
        client: client.toLowerCase(),
        token: { address: account("token"), decimals: 2 },
        scope: {
          title: "A",
          description: "B",
          milestones: [{ title: "C", description: "D", requirements: ["E"] }, "F"],
        },
        milestones: [
          { amount: 7n, work: 60 },
          { amount: "0.07", work: "1 hour" },
        ],
        fee: { recipient: platform, share: "2.5%" },
        verifier,
        challenge: "72 hours",
        gate: account("gate"),
        payoutTo: account("treasury"),
        refundTo: account("gateway"),
        fundBy: new Date("2027-01-01T00:00:00.999Z"),
        ifArbiterIsSilent: "100% to the freelancer",
      });
      expect(terms).to.include({
        client,
        feeRecipient: platform,
        feeBps: 250,
        verifier,
        challengePeriod: 259_200,
        gate: account("gate"),
        payoutTo: account("treasury"),
        refundTo: account("gateway"),
        fundBy: newYear,
        defaultShareBps: 10_000,
      });
      expect(scope?.currency).to.deep.equal({ symbol: "tokens", decimals: 2 });
      expect(scope?.milestones).to.deep.equal([{ title: "C", description: "D", requirements: ["E"] }, { title: "F" }]);
    });

    it("takes a token by its address alone when amounts are base units", () => {
      const defined = defineAgreement({
        ...parameters,
        token: USDC.address,
        milestones: [
          { amount: 5n, work: 1 },
          { amount: 6n, work: 1 },
        ],
      });
      expect(defined.scope?.currency).to.equal(undefined);
      expect(codesOf({ token: USDC.address })).to.deep.equal([
        "milestones[0].amount InvalidAmount",
        "milestones[1].amount InvalidAmount",
      ]);
    });

    it("makes two agreements of the same parameters different, unless a nonce is given", () => {
      const { nonce, ...rest } = parameters;
      const [one, two] = [defineAgreement(rest), defineAgreement(rest)];
      expect(one.id).to.not.equal(two.id);
      expect(one.scope?.nonce).to.match(/^0x[0-9a-f]{64}$/);
      expect(defineAgreement({ ...rest, nonce: nonce as Hash }).id).to.equal(shop.id);
    });

    it("says everything that is wrong at once, by the names of the parameters", () => {
      const changes = {
        client: "0x123",
        freelancer: arbiter,
        token: { address: USDC.address, decimals: 6 },
        scope: { title: " ", milestones: ["one"] },
        milestones: [
          { amount: "1,000", work: "14 days" },
          { amount: "0", work: "1 fortnight" },
        ],
        review: "0 seconds",
        rework: -1,
        arbiterFee: "11%",
        fee: { recipient: ZeroAddress, share: "2%" },
        ifArbiterIsSilent: undefined,
        fundBy: new Date("nonsense"),
      };
      expect(problemsOf(changes)).to.deep.equal([
        ["milestones[0].amount", "InvalidAmount", '"1,000" is not an amount.'],
        ["milestones[1].work", "InvalidDuration", '"1 fortnight" is not a duration.'],
        ["client", "InvalidAddress", '"0x123" is not an address.'],
        ["ifArbiterIsSilent", "InvalidShare", '"undefined" does not say who gets what when the arbiter is silent.'],
        ["rework", "InvalidDuration", '"-1" must be whole seconds between 0 and 4294967295.'],
        ["fundBy", "InvalidTime", '"Invalid Date" is not a time that the contract can hold.'],
        ["arbiter", "PartiesNotDistinct", `The freelancer and the arbiter are the same account, ${arbiter}.`],
        ["arbiterFee", "ArbiterFeeTooHigh", "The arbiter's fee is 1100 basis points."],
        ["fee.recipient", "FeeWithoutRecipient", "There is a platform fee, but nobody to receive it."],
        ["review", "ZeroPeriod", "This period is 0 seconds."],
        ["milestones[1].amount", "InvalidMilestone", "The amount is 0."],
        [
          "scope.title",
          "InvalidScope",
          "The scope cannot hold an empty text (at scope.title): change it, or leave it out.",
        ],
      ]);
    });

    it("puts all of it into the error's message", () => {
      const error = thrown(() => defineAgreement({ ...parameters, review: 0, client: arbiter }), InvalidAgreementError);
      expect(error.message).to.equal(
        `The agreement is not valid. arbiter: The client and the arbiter are the same account, ${arbiter}. ` +
          "Name three different accounts. review: This period is 0 seconds. Give it time; 72 hours at least.",
      );
    });

    it("has no default for the share when the arbiter is silent, and wants it said whose it is", () => {
      for (const ifArbiterIsSilent of [
        undefined,
        "50%",
        "50% to the client",
        "to the freelancer",
        "101% to the freelancer",
      ]) {
        expect(codesOf({ ifArbiterIsSilent })).to.deep.equal(["ifArbiterIsSilent InvalidShare"]);
      }
    });

    it("has no default for the challenge period when a verifier is named, and none without one", () => {
      expect(problemsOf({ verifier })).to.deep.equal([
        [
          "challenge",
          "InvalidDuration",
          '"undefined" does not say how long the client can object when the verifier passes the work.',
        ],
      ]);
      expect(defineAgreement({ ...parameters, verifier, challenge: 0 }).terms.challengePeriod).to.equal(0);
      expect(codesOf({ challenge: "3 days" })).to.deep.equal(["challenge InvalidDuration"]);
    });

    it("refuses amounts that the contract's types do not hold", () => {
      for (const amount of [-1n, 2n ** 128n, "340282366920938463463374607431768.211456"]) {
        const milestones = [{ amount, work: "14 days" }, parameters.milestones[1]];
        expect(codesOf({ milestones })).to.deep.equal(["milestones[0].amount InvalidAmount"]);
      }
    });

    it("refuses decimals that the registry contradicts", () => {
      expect(problemsOf({ token: { address: USDC.address, decimals: 18 } })).to.include.deep.members([
        ["token.decimals", "InvalidAmount", '"18" is not the number of decimals of USDC, which is 6.'],
      ]);
    });

    it("refuses milliseconds for a time, and a mistyped address", () => {
      expect(codesOf({ fundBy: newYear * 1_000 })).to.deep.equal(["fundBy InvalidTime"]);
      const swapped = client.slice(0, -1) + (client.endsWith("1") ? "2" : "1");
      expect(codesOf({ client: swapped })).to.deep.equal(["client InvalidAddress"]);
    });

    it("refuses a scope that does not fit the schedule, or holds what nobody is shown", () => {
      expect(problemsOf({ scope: { title: "x", milestones: ["one"] } })).to.deep.equal([
        [
          "scope.milestones",
          "InvalidScope",
          "The scope cannot hold 1 milestones for a schedule of 2 (at scope.milestones): change it, or leave it out.",
        ],
      ]);
      const hidden = { title: "one", "small\u202eprint": "x" };
      expect(problemsOf({ scope: { title: "x", milestones: [hidden, "two"] } }).map(([path]) => path)).to.deep.equal([
        "scope.milestones[0].small\\u{202e}print",
      ]);
    });
  });

  describe("validateAgreement", () => {
    const rules: [name: string, changes: Partial<Terms>, expected: string[]][] = [
      ["a missing party", { client: ZeroAddress as Address }, ["terms.client MissingParty"]],
      ["a missing token", { token: ZeroAddress as Address }, ["terms.token MissingParty"]],
      ["client = freelancer", { freelancer: client }, ["terms.freelancer PartiesNotDistinct"]],
      ["the token as a party", { arbiter: USDC.address }, ["terms.arbiter ForbiddenAccount"]],
      ["the token as a payee", { payoutTo: USDC.address }, ["terms.payoutTo ForbiddenAccount"]],
      ["the freelancer as verifier", { verifier: freelancer }, ["terms.verifier VerifierNotIndependent"]],
      ["the arbiter as verifier", { verifier: arbiter }, ["terms.verifier VerifierNotIndependent"]],
      ["the client as verifier", { verifier: client }, []],
      ["too high a fee", { feeBps: 1_001, feeRecipient: platform }, ["terms.feeBps FeeTooHigh"]],
      ["the highest fees", { feeBps: 1_000, feeRecipient: platform, arbiterFeeBps: 1_000 }, []],
      ["a fee without recipient", { feeBps: 1 }, ["terms.feeRecipient FeeWithoutRecipient"]],
      ["too high an arbiter fee", { arbiterFeeBps: 1_001 }, ["terms.arbiterFeeBps ArbiterFeeTooHigh"]],
      ["too high a share", { defaultShareBps: 10_001 }, ["terms.defaultShareBps DefaultShareTooHigh"]],
      ["no rework period", { reworkPeriod: 0 }, ["terms.reworkPeriod ZeroPeriod"]],
    ];
    for (const [name, changes, expected] of rules) {
      it(`${expected.length === 0 ? "allows" : "refuses"} ${name}`, () => {
        const found = validateAgreement(withTerms(changes));
        expect(found.map(({ path, error }) => `${path} ${error.code}`)).to.deep.equal(expected);
      });
    }

    it("refuses values that the contract's types do not hold, beside the rules that they break", () => {
      const terms = { ...shop.terms, reviewPeriod: 0.5, feeBps: 65_536, fundBy: 2 ** 40, details: "0x12" as Hash };
      expect(validateAgreement({ ...shop, terms }).map(({ path, error }) => `${path} ${error.code}`)).to.deep.equal([
        "terms.feeBps InvalidShare",
        "terms.reviewPeriod InvalidDuration",
        "terms.fundBy InvalidTime",
        "terms.details InvalidHash",
        "terms.feeBps FeeTooHigh",
        "terms.feeRecipient FeeWithoutRecipient",
      ]);
    });

    it("refuses the escrow itself, wherever it stands", () => {
      const escrow = account("our own escrow");
      const agreement = withTerms({ refundTo: escrow });
      expect(validateAgreement(agreement)).to.deep.equal([]);
      expect(validateAgreement(agreement, { escrow }).map(({ path, message }) => `${path}: ${message}`)).to.deep.equal([
        `terms.refundTo: This account is the escrow contract, ${escrow}.`,
      ]);
    });

    it("refuses SignedFunding, where money would stay", () => {
      for (const name of ["client", "freelancer", "arbiter", "payoutTo", "refundTo", "feeRecipient"] as const) {
        const agreement = withTerms({ [name]: signedFundingAddress() });
        expect(validateAgreement(agreement).map(({ path, message }) => `${path}: ${message}`)).to.deep.equal([
          `terms.${name}: This account is the contract SignedFunding, ${signedFundingAddress()}.`,
        ]);
      }
    });

    it("refuses an address that is not written with its checksum", () => {
      const terms = { ...shop.terms, client: client.toLowerCase() as Address };
      expect(validateAgreement({ ...shop, terms }).map(({ path, error }) => `${path} ${error.code}`)).to.deep.equal([
        "terms.client InvalidAddress",
      ]);
    });

    it("refuses an empty schedule, and milestones without amount or time", () => {
      const empty = toAgreement({ ...shop.terms, milestones: scheduleHash([]) }, []);
      expect(validateAgreement(empty).map(({ error }) => error.code)).to.deep.equal(["EmptySchedule"]);
      const schedule = [
        { amount: 0n, workPeriod: 0 },
        { amount: 2n ** 128n, workPeriod: 1 },
      ];
      expect(
        validateAgreement({ ...shop, schedule, scope: undefined }).map(({ path, error }) => `${path} ${error.code}`),
      ).to.deep.equal([
        "schedule[1].amount InvalidAmount",
        "schedule[0].amount InvalidMilestone",
        "schedule[0].workPeriod InvalidMilestone",
      ]);
    });

    it("refuses parts that do not belong together", () => {
      const other = defineAgreement({ ...parameters, review: "8 days", nonce: `0x${"22".repeat(32)}` });
      const codes = (agreement: Agreement) =>
        validateAgreement(agreement).map(({ path, error }) => `${path} ${error.code}`);
      expect(codes({ ...shop, id: other.id })).to.deep.equal(["id AgreementMismatch"]);
      expect(codes({ ...shop, scope: other.scope })).to.deep.equal(["scope AgreementMismatch"]);
      expect(codes({ ...shop, schedule: [...shop.schedule].reverse() })).to.deep.equal(["schedule ScheduleMismatch"]);
    });
  });

  describe("warnings", () => {
    const codes = (agreement: Agreement, options = {}) =>
      warnings(agreement, options).map(({ code, path }) => `${code} ${path}`);

    it("has nothing to say about a sound agreement", () => {
      expect(codes(shop, { now: newYear - 1, chainId: 8_453, arbiterHasCode: false })).to.deep.equal([]);
    });

    it("warns of periods below 72 hours", () => {
      const quick = defineAgreement({
        ...parameters,
        review: "71 hours",
        rework: "72 hours",
        arbitration: "1 hour",
        milestones: [
          { amount: "1", work: "2 days" },
          { amount: "1", work: "3 days" },
        ],
        verifier,
        challenge: "1 day",
      });
      expect(codes(quick)).to.deep.equal([
        "short-period terms.reviewPeriod",
        "short-period terms.arbitrationPeriod",
        "short-period schedule[0].workPeriod",
        "short-period terms.challengePeriod",
      ]);
      expect(warnings(quick)[0]?.message).to.equal(
        "The review period is 71 hours, less than 72 hours: an outage of the chain can last longer, and whoever is late then loses by default.",
      );
    });

    it("warns of a verifier that pays at once, an arbiter fee above 5% and one-sided silence", () => {
      const unwise = defineAgreement({
        ...parameters,
        verifier,
        challenge: 0,
        arbiterFee: "5.01%",
        ifArbiterIsSilent: "0% to the freelancer",
      });
      expect(codes(unwise)).to.deep.equal([
        "verifier-pays-at-once terms.challengePeriod",
        "high-arbiter-fee terms.arbiterFeeBps",
        "one-sided-silence terms.defaultShareBps",
      ]);
      expect(warnings(unwise)[2]?.message).to.match(/the client gets everything/);
      expect(codes(withTerms({ arbiterFeeBps: 500, defaultShareBps: 10_000 }))).to.deep.equal([
        "one-sided-silence terms.defaultShareBps",
      ]);
    });

    it("warns of an allowance without limit, and of no other", () => {
      const unlimited = 2n ** 128n;
      expect(codes(shop, { allowance: unlimited - 1n })).to.deep.equal([]);
      for (const allowance of [unlimited, 2n ** 256n - 1n]) {
        expect(codes(shop, { allowance })).to.deep.equal(["unlimited-allowance terms.token"]);
      }
    });

    it("warns when the time for funding is over", () => {
      expect(codes(shop, { now: newYear })).to.deep.equal(["funding-over terms.fundBy"]);
    });

    it("warns of a token that is not registered, and of a scope that shows another currency", () => {
      expect(codes(shop, { chainId: 1 })).to.deep.equal(["unregistered-token terms.token"]);
      const scope = { ...(shop.scope as Scope), currency: { symbol: "USDC", decimals: 8 } };
      expect(codes({ ...shop, scope }, { chainId: 8_453 })).to.deep.equal(["wrong-currency scope.currency"]);
    });

    it("warns of an arbiter without code from 10,000 tokens on", () => {
      const deal = (amount: string) =>
        defineAgreement({
          ...parameters,
          milestones: [
            { amount, work: "9 days" },
            { amount: "1", work: "9 days" },
          ],
        });
      expect(codes(deal("9999"), { arbiterHasCode: false })).to.deep.equal(["arbiter-without-code terms.arbiter"]);
      expect(codes(deal("9999"), { arbiterHasCode: true })).to.deep.equal([]);
      expect(codes(deal("9998.999999"), { arbiterHasCode: false })).to.deep.equal([]);
    });

    it("warns of an unknown scope and of hidden characters", () => {
      expect(codes({ ...shop, scope: undefined })).to.deep.equal(["no-scope scope"]);
      const tricky = defineAgreement({
        ...parameters,
        scope: { title: "Pay \u202e0001", description: "line\nbreaks\tare fine", milestones: ["a\u200bb", "c"] },
      });
      expect(codes(tricky)).to.deep.equal([
        "hidden-characters scope.title",
        "hidden-characters scope.milestones[0].title",
      ]);
    });
  });

  describe("describe", () => {
    it("says in plain sentences what was agreed", () => {
      expect(sentencesOf(shop, { chainId: 8_453 })).to.deep.equal([
        "This agreement is about “Shop app”.",
        `The client ${client} pays the freelancer ${freelancer}.`,
        `The arbiter ${arbiter} decides disputes; its word is final, and it can rule for either side.`,
        `Everything is paid in the token ${USDC.address} (USDC).`,
        "Milestone 1, “UI design”, pays 500 USDC for work submitted within 14 days of its funding.",
        "Milestone 2, “Backend”, pays 1200.5 USDC for work submitted within 30 days of its funding.",
        "The 2 milestones together pay 1700.5 USDC.",
        "Milestones can be funded before 2027-01-01 00:00:00 UTC, one by one or several at once. Funding a milestone starts its work period at once: who funds early starts it early, and gets the money back before the work period ends only if the freelancer agrees.",
        "Either party can close the agreement to further funding at any time; what is funded then goes on as agreed.",
        "If the freelancer submits nothing in time, the client gets the milestone's money back.",
        "After a submission the client has 7 days to approve it, ask for changes or dispute it. If the client is silent, the freelancer is paid in full.",
        "After a request for changes the freelancer has 5 days to submit again or to dispute it. If the freelancer is silent, the client gets the money back.",
        "In a dispute the arbiter has 14 days to divide the milestone's money. If the arbiter is silent, the freelancer gets 50% of it and the client 50%.",
        "When the arbiter rules, it takes 3% of the milestone's money first, whoever wins; otherwise nothing.",
        "There is no platform fee.",
        "While money is held, the client can approve, the freelancer can refund, and both together can divide it, at any time.",
        "Nobody else can change any of this once both have accepted it.",
      ]);
    });

    it("says what a verifier, a gate, a platform and other payees mean", () => {
      const full = {
        ...parameters,
        verifier,
        challenge: "3 days",
        gate: account("gate"),
        fee: { recipient: platform, share: "2%" },
        payoutTo: account("treasury"),
        refundTo: account("gateway"),
        arbiterFee: 0,
        ifArbiterIsSilent: "30% to the freelancer",
      } as const;
      const sentences = sentencesOf(defineAgreement(full));
      expect(sentences).to.include.members([
        `The verifier ${verifier} can pass or fail a submission. If it passes, the client has 3 days at most to object; then the freelancer is paid. If it fails, that is a request for changes. If the verifier is silent, the client's 7 days count.`,
        `Before each funding the contract ${account("gate")} is asked, and can refuse it.`,
        `The platform ${platform} takes 2% of whatever is paid to the freelancer, and nothing of refunds.`,
        `The freelancer's money goes to ${account("treasury")}.`,
        `The client's money goes back to ${account("gateway")}.`,
        "The arbiter takes no fee out of the milestone.",
        "In a dispute the arbiter has 14 days to divide the milestone's money. If the arbiter is silent, the freelancer gets 30% of it and the client 70%.",
        `Everything is paid in the token ${USDC.address}, which the agreement calls “USDC” with 6 decimals.`,
      ]);
      expect(sentencesOf(defineAgreement({ ...full, challenge: 0 })).join()).to.include(
        "If it passes, the freelancer is paid at once, and the client cannot object.",
      );
    });

    it("says everything that there can be", () => {
      expect(sentencesOf(full, { chainId: 8_453 })).to.deep.equal([
        "This agreement is about “Blog”.",
        "In detail: “Articles on coffee”.",
        `The client ${client} pays the freelancer ${freelancer}.`,
        `The arbiter ${arbiter} decides disputes; its word is final, and it can rule for either side.`,
        `Everything is paid in the token ${USDC.address} (USDC).`,
        "Milestone 1, “Ten articles”, pays 500 USDC for work submitted within 14 days of its funding.",
        "Milestone 1 in detail: “For beginners”.",
        "Milestone 1 is judged by: “120 words each”; “No jargon”.",
        "Milestone 1 has to pass this check of the verifier: “words, in: '*.md', atLeast: 120”.",
        "Milestone 1 has to pass this check of the verifier: “headings, in: '*.md', required: ['Sources']”.",
        "Milestone 2, “Pictures”, pays 1200.5 USDC for work submitted within 30 days of its funding.",
        "The 2 milestones together pay 1700.5 USDC.",
        "Milestones can be funded before 2027-01-01 00:00:00 UTC, one by one or several at once. Funding a milestone starts its work period at once: who funds early starts it early, and gets the money back before the work period ends only if the freelancer agrees.",
        "Either party can close the agreement to further funding at any time; what is funded then goes on as agreed.",
        `Before each funding the contract ${account("gate")} is asked, and can refuse it.`,
        "If the freelancer submits nothing in time, the client gets the milestone's money back.",
        "After a submission the client has 7 days to approve it, ask for changes or dispute it. If the client is silent, the freelancer is paid in full.",
        "After a request for changes the freelancer has 5 days to submit again or to dispute it. If the freelancer is silent, the client gets the money back.",
        `The verifier ${verifier} can pass or fail a submission. If it passes, the client has 3 days at most to object; then the freelancer is paid. If it fails, that is a request for changes. If the verifier is silent, the client's 7 days count.`,
        "In a dispute the arbiter has 14 days to divide the milestone's money. If the arbiter is silent, the freelancer gets 30% of it and the client 70%.",
        "When the arbiter rules, it takes 3% of the milestone's money first, whoever wins; otherwise nothing.",
        `The platform ${platform} takes 2.5% of whatever is paid to the freelancer, and nothing of refunds.`,
        `The freelancer's money goes to ${account("treasury")}.`,
        `The client's money goes back to ${account("gateway")}.`,
        "While money is held, the client can approve, the freelancer can refund, and both together can divide it, at any time.",
        "Nobody else can change any of this once both have accepted it.",
      ]);
    });

    it("says no more than there is", () => {
      expect(sentencesOf(bare)).to.deep.equal([
        `What is to be done is not known here, only its hash (${bare.terms.details}).`,
        `The client ${client} pays the freelancer ${freelancer}.`,
        `The arbiter ${arbiter} decides disputes; its word is final, and it can rule for either side.`,
        `Everything is paid in the token ${USDC.address}, in its base units.`,
        "Milestone 1 pays 500000000 base units for work submitted within 14 days of its funding.",
        ...sentencesOf(shop).slice(7, 13),
        "The arbiter takes no fee out of the milestone.",
        ...sentencesOf(shop).slice(14),
      ]);
    });

    it("shows amounts as the registry knows the token, not as the scope claims", () => {
      const scope: Scope = { ...(shop.scope as Scope), currency: { symbol: "cents", decimals: 8 } };
      const lying = toAgreement({ ...shop.terms, details: scopeHash(scope) }, shop.schedule, scope);
      expect(sentencesOf(lying, { chainId: 8_453 })[4]).to.include("pays 500 USDC");
      expect(sentencesOf(lying)[4]).to.include("pays 5 cents");
    });

    it("describes an agreement whose scope and currency are unknown", () => {
      const sentences = sentencesOf({ ...shop, scope: undefined });
      expect(sentences[0]).to.equal(`What is to be done is not known here, only its hash (${shop.terms.details}).`);
      expect(sentences[4]).to.equal(
        "Milestone 1 pays 500000000 base units for work submitted within 14 days of its funding.",
      );
      expect(sentencesOf(withTerms({ fundBy: 2 ** 40 - 1 })).join()).to.include("before +036812-02-20 00:36:15 UTC");
    });

    it("makes hostile text inert", () => {
      const hostile = '<script>alert("1")</script>\u202e”\nNobody pays. \u0000\u2028';
      const defined = defineAgreement({
        ...parameters,
        token: { address: account("token"), decimals: 6, symbol: '<b onload="x">USDC</b>\u202e' },
        scope: {
          title: hostile,
          description: "x".repeat(5_000),
          milestones: [{ title: hostile, description: hostile, requirements: [hostile] }, "y".repeat(100_000)],
        },
      });
      const sentences = sentencesOf(defined);
      for (const sentence of sentences) {
        expect(sentence).to.not.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>"]/u);
        expect(sentence.length).to.be.below(1_100);
      }
      expect(sentences[0]).to.equal(
        "This agreement is about “‹script›alert('1')‹/script›\\u{202e}' Nobody pays. \\u{0}”.",
      );
      expect(sentences[1]).to.equal(`In detail: “${"x".repeat(1_000)}…”.`);
    });
  });

  describe("clauses", () => {
    it("have the values of everything that there can be", () => {
      const currency = { symbol: "USDC", decimals: 6, isRegistered: true };
      expect(clauses(full, { chainId: 8_453 })).to.deep.equal([
        { code: "about", title: "Blog" },
        { code: "detail", description: "Articles on coffee" },
        { code: "payment", client, freelancer },
        { code: "arbiter", arbiter },
        { code: "registered-token", token: USDC.address, currency },
        { code: "milestone", index: 0, title: "Ten articles", amount: 500_000_000n, currency, workPeriod: 14 * 86_400 },
        { code: "milestone-detail", index: 0, description: "For beginners" },
        { code: "requirements", index: 0, requirements: ["120 words each", "No jargon"] },
        { code: "check", index: 0, check: "words, in: '*.md', atLeast: 120" },
        { code: "check", index: 0, check: "headings, in: '*.md', required: ['Sources']" },
        { code: "milestone", index: 1, title: "Pictures", amount: 1_200_500_000n, currency, workPeriod: 30 * 86_400 },
        { code: "total", count: 2, amount: 1_700_500_000n, currency },
        { code: "funding", fundBy: newYear },
        { code: "closing" },
        { code: "gate", gate: account("gate") },
        { code: "silent-freelancer" },
        { code: "review", reviewPeriod: 7 * 86_400 },
        { code: "rework", reworkPeriod: 5 * 86_400 },
        { code: "verifier", verifier, challengePeriod: 3 * 86_400, reviewPeriod: 7 * 86_400 },
        { code: "arbitration", arbitrationPeriod: 14 * 86_400, defaultShareBps: 3_000, clientShareBps: 7_000 },
        { code: "arbiter-fee", arbiterFeeBps: 300 },
        { code: "platform-fee", feeRecipient: platform, feeBps: 250 },
        { code: "payout-to", payoutTo: account("treasury") },
        { code: "refund-to", refundTo: account("gateway") },
        { code: "gifts" },
        { code: "unchangeable" },
      ]);
    });

    it("are no more than there is", () => {
      expect(clauses(bare)).to.deep.equal([
        { code: "unknown-scope", details: bare.terms.details },
        { code: "payment", client, freelancer },
        { code: "arbiter", arbiter },
        { code: "unknown-token", token: USDC.address },
        {
          ...{ code: "untitled-milestone", index: 0 },
          ...{ amount: 500_000_000n, currency: undefined, workPeriod: 14 * 86_400 },
        },
        { code: "funding", fundBy: newYear },
        { code: "closing" },
        { code: "silent-freelancer" },
        { code: "review", reviewPeriod: 7 * 86_400 },
        { code: "rework", reworkPeriod: 5 * 86_400 },
        { code: "arbitration", arbitrationPeriod: 14 * 86_400, defaultShareBps: 5_000, clientShareBps: 5_000 },
        { code: "no-arbiter-fee" },
        { code: "no-platform-fee" },
        { code: "gifts" },
        { code: "unchangeable" },
      ]);
    });

    it("tell what the registry vouches for from what the scope claims", () => {
      const scope: Scope = { ...(shop.scope as Scope), currency: { symbol: "cents", decimals: 8 } };
      const lying = toAgreement({ ...shop.terms, details: scopeHash(scope) }, shop.schedule, scope);
      const known = { symbol: "USDC", decimals: 6, isRegistered: true };
      const claimed = { symbol: "cents", decimals: 8, isRegistered: false };
      for (const [chainId, code, currency] of [
        [8_453, "registered-token", known],
        [1, "claimed-token", claimed],
      ] as const) {
        const said = clauses(lying, { chainId });
        expect(said[3]).to.deep.equal({ code, token: USDC.address, currency });
        const shown = said.flatMap((clause) => ("amount" in clause ? [clause.currency] : []));
        expect(shown).to.deep.equal([currency, currency, currency]);
      }
      expect(clauses(lying)).to.deep.equal(clauses(lying, { chainId: 1 }));
    });

    it("have a code of their own for a verifier that leaves no time to object", () => {
      const said = clauses(defineAgreement({ ...parameters, verifier, challenge: 0 }));
      expect(said.filter((clause) => "verifier" in clause)).to.deep.equal([
        { code: "verifier-pays-at-once", verifier, reviewPeriod: 7 * 86_400 },
      ]);
    });

    it("refuse a share or fee of more than everything", () => {
      for (const changes of [{ defaultShareBps: 10_001 }, { arbiterFeeBps: 10_001 }, { feeBps: 10_001 }]) {
        expect(thrown(() => clauses(withTerms(changes)), InvalidShareError).value).to.equal(10_001);
      }
    });

    it("make hostile text inert", () => {
      const hostile = "<b>“Free”</b>\u202e\nNobody pays. \u0000";
      const shown = "‹b›'Free'‹/b›\\u{202e} Nobody pays. \\u{0}";
      const check = { kind: "words", in: hostile.repeat(100) } as const;
      const defined = defineAgreement({
        ...parameters,
        token: { address: account("token"), decimals: 6, symbol: `<${"$".repeat(100)}` },
        scope: {
          title: hostile,
          description: `${hostile}${"x".repeat(1_000)}`,
          milestones: [
            { title: hostile, description: hostile, requirements: [hostile, "y".repeat(1_000)], checks: [check] },
            "z".repeat(1_000),
          ],
        },
      });
      const currency = { symbol: `‹${"$".repeat(15)}…`, decimals: 6, isRegistered: false };
      expect(clauses(defined)).to.deep.equal([
        { code: "about", title: shown },
        { code: "detail", description: `${shown}${"x".repeat(1_000 - hostile.length)}…` },
        { code: "payment", client, freelancer },
        { code: "arbiter", arbiter },
        { code: "claimed-token", token: account("token"), currency },
        { code: "milestone", index: 0, title: shown, amount: 500_000_000n, currency, workPeriod: 14 * 86_400 },
        { code: "milestone-detail", index: 0, description: shown },
        { code: "requirements", index: 0, requirements: [shown, `${"y".repeat(200)}…`] },
        { code: "check", index: 0, check: `words, in: '${shown.repeat(100)}'` },
        {
          ...{ code: "milestone", index: 1, title: `${"z".repeat(200)}…` },
          ...{ amount: 1_200_500_000n, currency, workPeriod: 30 * 86_400 },
        },
        { code: "total", count: 2, amount: 1_700_500_000n, currency },
        ...clauses(shop).slice(7),
      ]);
    });

    it("are what a catalog in another language is made of, which does not compile without one of them", () => {
      type Catalog = { readonly [Code in Clause["code"]]: (clause: Clause<Code>) => string };
      const days = new Intl.NumberFormat("pt", { style: "unit", unit: "day", unitDisplay: "long" });
      // @ts-expect-error the others are missing
      const portuguese: Catalog = {
        review: ({ reviewPeriod }) => `O cliente tem ${days.format(reviewPeriod / 86_400)} para responder.`,
      };
      const say = <Code extends Clause["code"]>(clause: Clause<Code>) => portuguese[clause.code]?.(clause);
      expect(clauses(shop).flatMap((clause) => say(clause) ?? [])).to.deep.equal([
        "O cliente tem 7 dias para responder.",
      ]);
    });
  });

  describe("inert", () => {
    it("bounds the length by characters, and never cuts one in half", () => {
      expect(inert("😀".repeat(300), 3)).to.equal("😀😀😀…");
      expect(inert("abc", 3)).to.equal("abc");
      expect(inert(`a${"\u0301".repeat(100)}`)).to.equal(`a${"\u0301".repeat(4)}`);
    });

    it("leaves no character that hides or reorders, whatever comes in", () => {
      fc.assert(
        fc.property(
          fc.string({ unit: "binary", maxLength: 500, size: "max" }),
          fc.integer({ min: 1, max: 50 }),
          (text, limit) => {
            const shown = inert(text, limit);
            expect(shown).to.not.match(/(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}<>"]/u);
            expect(shown.length).to.be.at.most(limit * 10 + 1);
          },
        ),
      );
    });
  });

  describe("canonical JSON", () => {
    it("sorts members by UTF-16 code units and writes no white space, as RFC 8785 does", () => {
      // The example of RFC 8785, section 3.2.3.
      const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 };
      expect(canonicalJson(value)).to.equal(
        '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
      );
      expect(canonicalJson({ b: [true, null, "x\n"], a: { c: undefined, d: -0 } })).to.equal(
        '{"a":{"d":0},"b":[true,null,"x\\n"]}',
      );
    });

    it("is what JSON.parse reads, and the same for the same value in another order", () => {
      const values = fc.jsonValue({ noUnicodeString: false }).filter((value) => {
        const text = JSON.stringify(value);
        return !/\\ud[89a-f]/.test(text) && !/\d[.eE]|\d{16}/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'));
      });
      fc.assert(
        fc.property(values, (value) => {
          const text = canonicalJson(value);
          expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
          expect(canonicalJson(reordered(value))).to.equal(text);
        }),
      );
    });

    it("refuses what has no canonical form", () => {
      for (const value of [1.5, Number.NaN, 2 ** 53, "\ud800", 1n, () => 1, new Date(0), undefined]) {
        expect(thrown(() => canonicalJson({ a: [value] }), InvalidScopeError).path).to.equal("$.a[0]");
      }
    });

    it("refuses what contains itself, or is too deep for anybody to read", () => {
      const itself: unknown[] = [];
      itself.push(itself);
      expect(thrown(() => canonicalJson(itself), InvalidScopeError).path).to.equal(`$${"[0]".repeat(101)}`);
      const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
      expect(canonicalJson(deep(100))).to.have.length(601);
      expect(thrown(() => canonicalJson(deep(101)), InvalidScopeError).reason).to.equal("more than 100 levels");
    });
  });

  describe("the file", () => {
    // biome-ignore lint/suspicious/noExplicitAny: a file that is edited by hand can hold anything
    type Change = (file: any) => void;
    const edit = (change: Change): string => {
      const file = JSON.parse(serializeAgreement(shop));
      change(file);
      return JSON.stringify(file);
    };

    it("is read back as it was written", () => {
      expect(parseAgreement(serializeAgreement(shop))).to.deep.equal(shop);
    });

    it("of any agreement is read back as it was written", () => {
      fc.assert(
        fc.property(agreements, (agreement) => {
          expect(parseAgreement(serializeAgreement(agreement))).to.deep.equal(agreement);
        }),
        { numRuns: 50 },
      );
    });

    const edits: [name: string, change: Change, member: string][] = [
      ["another amount", (file) => (file.schedule[0].amount = "600000000"), "milestones"],
      ["another order of milestones", (file) => file.schedule.reverse(), "milestones"],
      ["a word of the scope", (file) => (file.scope.milestones[1].title = "Back end"), "details"],
      ["another currency", (file) => (file.scope.currency.decimals = 8), "details"],
      ["another freelancer", (file) => (file.terms.freelancer = account("thief")), "id"],
      ["another period", (file) => (file.terms.reviewPeriod = 1), "id"],
      ["another id", (file) => (file.id = file.terms.details), "id"],
    ];
    for (const [name, change, member] of edits) {
      it(`edited by hand (${name}) is refused, and the error says that its ${member} does not match`, () => {
        const error = thrown(() => parseAgreement(edit(change)), AgreementMismatchError);
        expect(error.member).to.equal(member);
        const edited = JSON.parse(edit(change));
        expect(error.expected).to.equal(member === "id" ? edited.id : edited.terms[member]);
        expect(error.actual)
          .to.match(/^0x[0-9a-f]{64}$/)
          .and.not.equal(error.expected);
      });
    }

    const malformed: [reason: string, text: string][] = [
      ["it is not JSON", "{"],
      ["the file is not an object", "[]"],
      ["its microEscrowAgreement is not 1, the version read here", edit((file) => (file.microEscrowAgreement = 2))],
      ['the file has a member that this version does not know, "note"', edit((file) => (file.note = ""))],
      ['terms has a member that this version does not know, "tip"', edit((file) => (file.terms.tip = 1))],
      ["terms.client is not an address", edit((file) => delete file.terms.client)],
      ["terms.feeBps is not a whole number of at most 16 bits", edit((file) => (file.terms.feeBps = "5"))],
      ["terms.fundBy is not a whole number of at most 40 bits", edit((file) => (file.terms.fundBy = 2 ** 40))],
      ["terms.details is not a 32-byte hash", edit((file) => (file.terms.details = "0x"))],
      ["schedule is not a list", edit((file) => (file.schedule = {}))],
      ["schedule[1].amount is not an amount in base units, as text", edit((file) => (file.schedule[1].amount = 5))],
      ["schedule[1].amount is not an amount in base units, as text", edit((file) => (file.schedule[1].amount = "1e3"))],
      ["scope.title holds anything but text here", edit((file) => (file.scope.title = 5))],
      [
        "scope.nonce holds anything but 32 bytes in lower-case hexadecimal here",
        edit((file) => delete file.scope.nonce),
      ],
    ];
    for (const [reason, text] of malformed) {
      it(`is refused when ${reason}`, () => {
        const error = thrown(() => parseAgreement(text), InvalidAgreementFileError);
        expect(error).to.include({ code: "InvalidAgreementFile", reason });
      });
    }

    it("may come without the scope, as the chain knows it", () => {
      const known = { ...shop, scope: undefined };
      expect(parseAgreement(serializeAgreement(known))).to.deep.equal(known);
    });
  });

  describe("hashes", () => {
    it("details are the SHA-256 of the scope's canonical JSON", () => {
      const text =
        '{"currency":{"decimals":6,"symbol":"USDC"},"milestones":[{"title":"UI design"},{"title":"Backend"}],' +
        `"nonce":"0x${"11".repeat(32)}","title":"Shop app"}`;
      expect(shop.terms.details).to.equal(sha256(new TextEncoder().encode(text)));
    });

    it("the id is the struct hash of the typed data", () => {
      fc.assert(
        fc.property(agreements, (agreement) => {
          const { types, message } = agreementTypedData(agreement, { chainId: 1, escrow: account("escrow") });
          expect(agreement.id).to.equal(TypedDataEncoder.from(types).hash(message));
        }),
        { numRuns: 50 },
      );
    });

    it("are the contract's, for any agreement of 1 to 50 milestones, and so is what a wallet signs", async () => {
      const { ethers } = await createChain();
      const escrow = (await ethers.deployContract("MicroEscrow")) as unknown as MicroEscrow;
      await escrow.waitForDeployment();
      const { chainId } = await ethers.provider.getNetwork();
      const location = { chainId, escrow: (await escrow.getAddress()) as Address };
      const domain = await escrow.eip712Domain();
      await fc.assert(
        fc.asyncProperty(agreements, async (agreement) => {
          expect(await escrow.agreementId(agreement.terms)).to.equal(agreement.id);
          expect(await escrow.scheduleHash([...agreement.schedule])).to.equal(agreement.terms.milestones);
          const typed = agreementTypedData(agreement, location);
          expect(TypedDataEncoder.hashDomain(typed.domain)).to.equal(
            TypedDataEncoder.hashDomain({
              name: domain.name,
              version: domain.version,
              chainId: domain.chainId,
              verifyingContract: domain.verifyingContract,
            }),
          );
        }),
        { numRuns: 50 },
      );
    });

    it("the contract takes a wallet's signature over the typed data as consent", async () => {
      const { ethers } = await createChain();
      const [signer, sender] = (await ethers.getSigners()) as [HardhatEthersSigner, HardhatEthersSigner];
      const escrow = (await ethers.deployContract("MicroEscrow")) as unknown as MicroEscrow;
      await escrow.waitForDeployment();
      const { chainId } = await ethers.provider.getNetwork();
      const agreement = withTerms({ freelancer: toAddress(signer.address) });
      const { domain, types, message } = agreementTypedData(agreement, {
        chainId,
        escrow: (await escrow.getAddress()) as Address,
      });
      const signature = await signer.signTypedData(domain, types, message);
      await mined(escrow.connect(sender).accept(agreement.terms, [...agreement.schedule], signer.address, signature));
      expect((await escrow.milestone(agreement.id, 0)).flags).to.equal(2n);
    });

    it("of an empty schedule is that of no bytes", () => {
      expect(scheduleHash([])).to.equal("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    });
  });
});

/** The same JSON value with every object's members in the opposite order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reordered(member)]),
  );
}
