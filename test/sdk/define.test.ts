/** defineAgreement where types are not checked: whatever is missing or wrong is a problem at its own path, said once. */
import {
  type DefineAgreementParameters,
  defineAgreement,
  InvalidAgreementError,
  InvalidParameterError,
  InvalidShareError,
  toAddress,
  warnings,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { account, client, parameters, thrown, USDC } from "./pure.ts";

const defined = (changes: unknown) =>
  thrown(() => defineAgreement(changes as DefineAgreementParameters), InvalidAgreementError);
const problemsOf = (changes: Record<string, unknown>) => defined({ ...parameters, ...changes }).problems;
const pathsOf = (changes: Record<string, unknown>) => problemsOf(changes).map(({ path }) => path);

/** Every way to leave out, or to get wrong, a part of the parameters. */
const junk = [undefined, null, 5, -0.5, Number.NaN, "", "text", true, 7n, [], [null], {}, Symbol("x"), () => 1];

describe("defineAgreement without types", () => {
  const cases: [name: string, changes: Record<string, unknown>, paths: string[]][] = [
    ["milestones left out", { milestones: undefined }, ["milestones", "scope.milestones"]],
    ["milestones that are no list", { milestones: "500" }, ["milestones", "scope.milestones"]],
    [
      "a milestone that is null",
      { milestones: [null, parameters.milestones[1]] },
      ["milestones[0].amount", "milestones[0].work"],
    ],
    ["no scope", { scope: undefined }, ["scope"]],
    ["a scope that is null", { scope: null }, ["scope"]],
    ["a scope without milestones", { scope: { title: "Shop" } }, ["scope.milestones"]],
    ["no token", { token: undefined }, ["milestones[0].amount", "milestones[1].amount", "token"]],
    ["a token that is null", { token: null }, ["milestones[0].amount", "milestones[1].amount", "token"]],
    ["a token without address", { token: { decimals: 6 } }, ["token"]],
    [
      "a token with decimals as text",
      { token: { address: account("token"), decimals: "6" } },
      ["token.decimals", "milestones[0].amount", "milestones[1].amount"],
    ],
    [
      "a token with an empty symbol",
      { token: { address: account("token"), decimals: 6, symbol: "" } },
      ["token.symbol"],
    ],
    ["a fee that is null", { fee: null }, ["fee.recipient", "fee.share"]],
    ["a fee without share", { fee: { recipient: client } }, ["fee.share"]],
    ["a nonce that is a number", { nonce: 5 }, ["nonce"]],
    ["a client that is null", { client: null }, ["client"]],
  ];
  for (const [name, changes, paths] of cases) {
    it(`finds ${name}`, () => {
      expect(pathsOf(changes)).to.deep.equal(paths);
    });
  }

  it("finds misspelt parameters, which would count as left out, and says which are known", () => {
    const [problem, ...others] = problemsOf({ verifer: client });
    expect(others).to.deep.equal([]);
    expect(problem?.error).to.be.instanceOf(InvalidParameterError);
    expect(problem).to.deep.include({
      path: "verifer",
      message: '"verifer" is not a parameter of an agreement.',
      advice:
        "Known are client, freelancer, arbiter, token, scope, milestones, review, rework, arbitration, ifArbiterIsSilent, fundBy, arbiterFee, fee, verifier, challenge, gate, payoutTo, refundTo, nonce.",
    });
    expect(pathsOf({ fee: { recipient: client, share: "1%", percent: 1 } })).to.deep.equal(["fee.percent"]);
    expect(pathsOf({ scope: { ...parameters.scope, desciption: "x" } })).to.deep.equal(["scope.desciption"]);
    const [first, second] = parameters.milestones;
    expect(pathsOf({ milestones: [first, { ...second, workPeriod: "9 days" }] })).to.deep.equal([
      "milestones[1].workPeriod",
    ]);
  });

  it("says of an amount that is a number that it is one, with or without a token's decimals", () => {
    const milestones = [{ amount: 500, work: "14 days" }, parameters.milestones[1]];
    const advice = 'Pass text, like "500.25", or base units as a bigint where they are taken.';
    for (const token of [USDC, USDC.address]) {
      const [problem] = problemsOf({ milestones, token });
      expect(problem).to.include({ path: "milestones[0].amount", advice });
    }
  });

  it("finds everything missing when nothing is given", () => {
    for (const nothing of [undefined, null, 5, {}]) {
      expect(defined(nothing).problems.map(({ path }) => path)).to.deep.equal([
        ...["milestones", "scope", "client", "freelancer", "arbiter", "token", "ifArbiterIsSilent"],
        ...["review", "rework", "arbitration", "fundBy"],
      ]);
    }
  });

  it("throws nothing else, whatever the parts are", () => {
    const keys = Object.keys({ ...parameters, fee: 1, verifier: 1, challenge: 1, gate: 1, payoutTo: 1, refundTo: 1 });
    const part = fc.constantFrom(...keys);
    fc.assert(
      fc.property(fc.dictionary(part, fc.oneof(fc.constantFrom(...junk), fc.anything())), (changes) => {
        try {
          defineAgreement({ ...parameters, ...changes } as DefineAgreementParameters);
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidAgreementError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("The share of the freelancer when the arbiter is silent", () => {
  it("is no number: 50 could be 50% or 0.5%", () => {
    for (const share of [50, 5_000, 0.5]) {
      const [problem, ...others] = problemsOf({ ifArbiterIsSilent: share });
      expect(others).to.deep.equal([]);
      expect(problem?.error).to.be.instanceOf(InvalidShareError);
      expect(problem).to.include({
        path: "ifArbiterIsSilent",
        message: `"${share}" does not say who gets what when the arbiter is silent.`,
        advice: 'Write it like "50% to the freelancer": both parties should know what a silent arbiter means.',
      });
    }
    // @ts-expect-error: nor is it one by its type
    const number: DefineAgreementParameters["ifArbiterIsSilent"] = 50;
    expect(number).to.equal(50);
  });
});

describe("Work that a model judges", () => {
  const judged = { title: "Ten articles", checks: [{ kind: "judgement", in: "*", criteria: [], atLeast: 7 } as const] };
  const verifier = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
  const define = (challenge: string, milestones: readonly (string | typeof judged)[] = [judged]) =>
    defineAgreement({
      ...parameters,
      ...{ verifier, arbiter: "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65", challenge: challenge as "1 day" },
      scope: { title: "Blog", milestones: parameters.milestones.map((_, index) => milestones[index] ?? "More") },
    });

  it("leaves the client a day at least to object", () => {
    expect(define("1 day").terms.challengePeriod).to.equal(86_400);
    for (const challenge of ["0 seconds", "86399 seconds"]) {
      const { problems } = thrown(() => define(challenge), InvalidAgreementError);
      expect(problems.map(({ path, advice }) => [path, advice])).to.deep.equal([
        ["challenge", "Give the client a day at least: a model errs, and can be deceived."],
      ]);
    }
    expect(define("0 seconds", ["Ten articles"]).terms.challengePeriod).to.equal(0);
  });
});

describe("What to do is said once", () => {
  const mistyped = `0x${"aB".repeat(20)}`;
  const cases: [changes: Record<string, unknown>, message: string][] = [
    [
      { client: mistyped },
      `client: "${mistyped}" has a wrong checksum: a character was mistyped. Copy the address again.`,
    ],
    [{ client: "alice.eth" }, 'client: "alice.eth" is a name, and names are not resolved. Pass the address.'],
    [{ client: "0x12" }, 'client: "0x12" is not an address. Write 0x and 40 hexadecimal digits.'],
    [
      { review: "1 month" },
      'review: "1 month" is not a duration. Write text like "14 days" or "72 hours", or seconds.',
    ],
    [
      { arbiterFee: "3" },
      'arbiterFee: "3" is not a share. Write text like "3%" or "2.5%", or basis points (300 is 3%).',
    ],
    [
      { review: -1 },
      'review: "-1" must be whole seconds between 0 and 4294967295. Write it like "14 days" or "72 hours".',
    ],
  ];
  for (const [changes, message] of cases) {
    it(message, () => {
      expect(defined({ ...parameters, ...changes }).message).to.equal(`The agreement is not valid. ${message}`);
    });
  }

  it("also where there is no agreement", () => {
    expect(() => toAddress("shop.alice.eth")).to.throw(
      '"shop.alice.eth" is a name, and names are not resolved. Pass the address.',
    );
    expect(() => toAddress("1.5")).to.throw('"1.5" is not an address. Write 0x and 40 hexadecimal digits.');
  });
});

describe("A token that the registry does not know", () => {
  it("comes with a warning to read its decimals from the chain", () => {
    const agreement = defineAgreement({ ...parameters, token: { address: account("token"), decimals: 2 } });
    const [warning] = warnings(agreement, { chainId: 8_453 });
    expect(warning?.code).to.equal("unregistered-token");
    expect(warning?.message).to.contain("escrow.getToken");
  });
});
