/**
 * What wallets show before MicroEscrow's calls and typed data are signed (ERC-7730): everything that is signed is in the
 * descriptors, and an interpreter as a wallet has one shows a real agreement's amounts, dates and accounts.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Agreement,
  acceptCall,
  acceptTypedData,
  advanceCall,
  advanceTypedData,
  approveCall,
  approveTypedData,
  attestCall,
  attestTypedData,
  type Call,
  chains,
  closeCall,
  closeTypedData,
  defineAgreement,
  disputeCall,
  disputeTypedData,
  escrowAddress,
  escrowInterface,
  extendCall,
  extendTypedData,
  finalizeCall,
  findToken,
  formatAmount,
  fundCall,
  multicallCall,
  permitCall,
  refundCall,
  refundTypedData,
  requestChangesCall,
  requestChangesTypedData,
  ruleCall,
  ruleTypedData,
  settleCall,
  settleTypedData,
  signableVerbs,
  submitCall,
  submitEvidenceCall,
  submitTypedData,
  type TypedData,
  tokens,
  withdrawCall,
} from "@micro-escrow/sdk";
import {
  fundWithAuthorizationCall,
  fundWithPermit2Call,
  permit2Address,
  permit2TypedData,
  signedFundingAddress,
  signedFundingInterface,
} from "@micro-escrow/sdk/gasless";
import { expect } from "chai";
import { Interface, id, type ParamType, type Result, TypedDataEncoder } from "ethers";
import type { Descriptor, Field } from "../../scripts/descriptors.ts";
import { deliverable, evidence, reason, reasoning } from "./chain.ts";
import { arbiter, client, freelancer, newYear, parameters, platform, stranger, verifier, wallet } from "./pure.ts";

const chainId = chains.base;
const escrow = escrowAddress(chainId);
const agreement: Agreement = defineAgreement({
  ...parameters,
  verifier,
  challenge: "3 days",
  fee: { recipient: platform, share: "2.5%" },
  payoutTo: stranger,
});
const deadline = newYear - 86_400;
const authorization = { deadline, signature: `0x${"ab".repeat(65)}` } as const;
const of = { escrow, agreement, index: 1 };
const signed = { chainId, escrow, agreement, index: 1, deadline };
const seen = { ...signed, submission: 2 };
const permitSignature = wallet("payer").signingKey.sign(id("something")).serialized as `0x${string}`;

/** A call of every function. */
const calls: Readonly<Record<string, Call>> = {
  accept: acceptCall({ escrow, agreement, party: freelancer, signature: "0x1234" }),
  advance: advanceCall({ ...of, amount: 250_500_000n }),
  approve: approveCall({ ...of, submission: 2, authorization }),
  attest: attestCall({ ...of, submission: 2, passed: true, report: reasoning }),
  close: closeCall({ ...of, party: client }),
  dispute: disputeCall({ ...of, submission: 2, evidence }),
  extend: extendCall({ ...of, clock: newYear }),
  finalize: finalizeCall(of),
  fund: fundCall({ ...of, indices: [1, 0], freelancerSignature: "0x1234" }),
  multicall: multicallCall({ escrow, calls: [finalizeCall(of), fundCall({ ...of, indices: [0] })] }),
  permit: permitCall({ ...of, token: agreement.terms.token, value: 5_000_000n, deadline, signature: permitSignature }),
  refund: refundCall(of),
  requestChanges: requestChangesCall({ ...of, submission: 2, reason }),
  rule: ruleCall({ ...of, freelancerAmount: 1_000_000n, reasoning }),
  settle: settleCall({ ...of, freelancerAmount: 1_000_000n, client: authorization }),
  submit: submitCall({ ...of, deliverable }),
  submitEvidence: submitEvidenceCall({ ...of, evidence }),
  withdraw: withdrawCall({ ...of, token: agreement.terms.token, account: arbiter }),
};

/** The typed data of every verb that has some. */
const messages: Readonly<Record<(typeof signableVerbs)[number], TypedData>> = {
  accept: acceptTypedData(signed),
  close: closeTypedData(signed),
  submit: submitTypedData({ ...seen, deliverable }),
  approve: approveTypedData({ ...seen, held: 1_200_500_000n }),
  advance: advanceTypedData({ ...signed, amount: 5n, held: 7n }),
  requestChanges: requestChangesTypedData({ ...seen, reason }),
  attest: attestTypedData({ ...seen, passed: false, report: reasoning }),
  extend: extendTypedData({ ...seen, currentClock: deadline, clock: newYear }),
  dispute: disputeTypedData({ ...seen, evidence }),
  rule: ruleTypedData({ ...signed, freelancerAmount: 5n, reasoning }),
  settle: settleTypedData({ ...signed, freelancerAmount: 5n, held: 7n }),
  refund: refundTypedData({ ...signed, held: 7n }),
};

async function read(file: string): Promise<Descriptor> {
  return JSON.parse(await readFile(join(import.meta.dirname, "../../sdk/descriptors", file), "utf8"));
}

// --------------------------------------------------------------------------------------------------------- interpreter

type Value = string | bigint | boolean | readonly Value[] | { readonly [name: string]: Value };

/** The values of a call by their names, numbers as bigint. */
function valuesOf(parameters: readonly ParamType[], result: Result): Value {
  return Object.fromEntries(
    parameters.map((parameter, position) => [parameter.name, valueAt(parameter, result[position])]),
  );
}

function valueAt(parameter: ParamType, value: unknown): Value {
  if (parameter.isArray()) return [...(value as Result)].map((entry) => valueAt(parameter.arrayChildren, entry));
  return parameter.isTuple() ? valuesOf(parameter.components, value as Result) : (value as Value);
}

/** All values at a path; in an array, those of each entry. Fails when the path leads nowhere. */
function at(root: Value, path: string): readonly Exclude<Value, object>[] {
  let values: readonly Value[] = [root];
  for (const step of path.split(".")) {
    values = values.flatMap((value) => {
      if (step === "[]") return Array.isArray(value) ? value : expect.fail(`${path}: no array`);
      if (typeof value !== "object" || Array.isArray(value) || !(step in value))
        return expect.fail(`${path}: nothing there`);
      return [(value as Readonly<Record<string, Value>>)[step] as Value];
    });
  }
  return values.map((value) => (typeof value === "object" ? expect.fail(`${path}: not a value`) : value));
}

/** A field as a wallet shows it: one text for each value; none when it is not shown. */
function show(field: Field, root: Value, to: string): readonly string[] {
  const { path, format, params = {}, visible } = field;
  return at(root, path).flatMap((value) => {
    if (visible === "never") return [];
    if (visible?.ifNotIn.some((nothing) => String(nothing) === String(value))) return [];
    switch (format) {
      case "raw":
        return [String(value)];
      case "addressName":
        return [String(value)];
      case "tokenAmount": {
        const [address] = at(root, String(params.tokenPath));
        const token = tokens.find((one) => one.chainId === chainId && one.address === address);
        if (token === undefined) return expect.fail(`${path}: no token`);
        return [`${formatAmount(value as bigint, token.decimals)} ${token.symbol}`];
      }
      case "date":
        expect(params, path).to.deep.equal({ encoding: "timestamp" });
        return [new Date(Number(value) * 1_000).toISOString()];
      case "duration":
        return [`${Number(value) / 3_600} h`];
      case "unit":
        return [`${Number(value) / 10 ** Number(params.decimals)}${params.base}`];
      case "calldata":
        expect(params, path).to.deep.equal({ calleePath: "@.to" });
        return [`${to}: ${escrowInterface.parseTransaction({ data: String(value) })?.name}`];
      default:
        return expect.fail(`${path}: unknown format`);
    }
  });
}

/** What a wallet shows of a call or a message: labels and texts. */
function shown(fields: readonly Field[], root: Value): readonly string[] {
  return fields.flatMap((field) => show(field, root, escrow).map((text) => `${field.label}: ${text}`));
}

/** Numbers in a message as bigint, as a wallet has them. */
function asValue(value: unknown): Value {
  if (typeof value === "number") return BigInt(value);
  if (Array.isArray(value)) return value.map(asValue);
  if (typeof value !== "object" || value === null) return value as Value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asValue(member)]));
}

/** The paths of all values, entries of arrays as one. */
function pathsIn(value: Value, path = ""): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((entry) => pathsIn(entry, `${path}.[]`)))];
  if (typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([name, member]) => pathsIn(member, path === "" ? name : `${path}.${name}`));
}

function checkFields(what: string, fields: readonly Field[], root: Value) {
  expect(fields.map(({ path }) => path).sort(), what).to.deep.equal([...pathsIn(root)].sort());
  for (const { $id, path, label, format, visible, ...rest } of fields) {
    expect(
      Object.keys(rest).filter((name) => name !== "params"),
      `${what}: ${path}`,
    ).to.deep.equal([]);
    if (visible === "never") {
      expect({ label, format }, `${what}: ${path}`).to.deep.equal({ label: undefined, format: undefined });
      expect($id, `${what}: why ${path} is not shown`).to.be.a("string").and.have.length.above(10);
    } else {
      expect($id, `${what}: ${path}`).to.equal(undefined);
      expect(label, `${what}: ${path}`).to.match(/^[A-Z].{2,40}$/);
      expect(format, `${what}: ${path}`).to.be.a("string");
    }
  }
}

describe("Descriptors for clear signing (ERC-7730)", () => {
  const deployments = Object.values(chains).map((chain) => ({ chainId: chain, address: escrowAddress(chain) }));

  describe("of calls", () => {
    let descriptor: Descriptor;
    let values: Readonly<Record<string, Value>>;
    const formatOf = (name: string) => {
      const entry = Object.entries(descriptor.display.formats).find(([signature]) => signature.startsWith(`${name}(`));
      return entry?.[1] ?? expect.fail(`${name} has no format`);
    };
    const shownOf = (name: string) => shown(formatOf(name).fields, values[name] ?? expect.fail(name));

    before(async () => {
      descriptor = await read("calldata-MicroEscrow.json");
      values = Object.fromEntries(
        Object.entries(calls).map(([name, call]) => {
          const { fragment, args } = escrowInterface.parseTransaction(call) ?? expect.fail(name);
          return [name, valuesOf(fragment.inputs, args)];
        }),
      );
    });

    it("are for the contract where it is, and say whose it is", () => {
      const { $schema, context, metadata } = descriptor;
      expect({ $schema, context, metadata }).to.deep.equal({
        $schema: "https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json",
        context: { $id: "MicroEscrow", contract: { deployments } },
        metadata: { owner: "MicroEscrow", contractName: "MicroEscrow" },
      });
    });

    it("have one format for each function that can be sent, under its signature, and no other", () => {
      const selectors = Object.keys(descriptor.display.formats).map((signature) => {
        return new Interface([`function ${signature}`]).fragments.map((fragment) =>
          id(fragment.format()).slice(0, 10),
        )[0];
      });
      const functions: string[] = [];
      escrowInterface.forEachFunction(({ constant, selector }) => {
        if (!constant) functions.push(selector);
      });
      expect(selectors.sort()).to.deep.equal(functions.sort());
      expect(Object.keys(calls).sort()).to.deep.equal(
        functions.map((selector) => escrowInterface.getFunctionName(selector)).sort(),
      );
    });

    it("show every value of a real call, or say why not", () => {
      for (const name of Object.keys(calls))
        checkFields(name, formatOf(name).fields, values[name] ?? expect.fail(name));
    });

    it("of fund and accept show the whole agreement: amounts with decimals, times as dates, shares as percent", () => {
      const terms = [
        `Client: ${client}`,
        `Freelancer: ${freelancer}`,
        `Arbiter: ${arbiter}`,
        `Paid in: ${findToken(chainId, "USDC").address}`,
        `Freelancer's money goes to: ${stranger}`,
        `Verifier: ${verifier}`,
        `Platform: ${platform}`,
        "Platform fee: 2.5%",
        "Arbiter's fee, if it rules: 3%",
        "Freelancer's share if arbiter is silent: 50%",
        "Review period: 168 h",
        "Rework period: 120 h",
        "Challenge period: 72 h",
        "Arbitration period: 336 h",
        "Can be funded before: 2027-01-01T00:00:00.000Z",
        `Scope (SHA-256): ${agreement.terms.details}`,
      ];
      const schedule = [
        "Milestone pays: 500 USDC",
        "Milestone pays: 1200.5 USDC",
        "Work period: 336 h",
        "Work period: 720 h",
      ];
      expect(shownOf("fund")).to.deep.equal([
        ...schedule,
        "Milestone, counted from 0: 1",
        "Milestone, counted from 0: 0",
        ...terms,
      ]);
      expect(shownOf("accept")).to.deep.equal([...schedule, `Who accepts: ${freelancer}`, ...terms]);
    });

    it("of everything else show what is decided, and about whose money", () => {
      const agreed = [
        `Client: ${client}`,
        `Freelancer: ${freelancer}`,
        `Paid in: ${agreement.terms.token}`,
        `Freelancer's money goes to: ${stranger}`,
      ];
      const milestone = "Milestone, counted from 0: 1";
      const expected: Readonly<Record<string, readonly string[]>> = {
        approve: [milestone, "Submission: 2", "Signature valid until: 2026-12-31T00:00:00.000Z", ...agreed],
        advance: [milestone, "Part: 250.5 USDC", ...agreed],
        attest: [milestone, "Submission: 2", "Work passed: true", `Report (SHA-256): ${reasoning}`, ...agreed],
        close: [`Who closes: ${client}`, ...agreed],
        dispute: [milestone, "Submission: 2", `Evidence (SHA-256): ${evidence}`, ...agreed],
        extend: [milestone, "New end: 2027-01-01T00:00:00.000Z", ...agreed],
        finalize: [milestone, ...agreed],
        refund: [milestone, ...agreed],
        requestChanges: [milestone, "Submission: 2", `Reason (SHA-256): ${reason}`, ...agreed],
        rule: [milestone, "Freelancer's part: 1 USDC", `Reasoning (SHA-256): ${reasoning}`, ...agreed],
        settle: [
          milestone,
          "Freelancer's part: 1 USDC",
          "Client's signature valid until: 2026-12-31T00:00:00.000Z",
          ...agreed,
        ],
        submit: [milestone, `Deliverable (SHA-256): ${deliverable}`, ...agreed],
        submitEvidence: [milestone, `Evidence (SHA-256): ${evidence}`, ...agreed],
        withdraw: [`Token: ${agreement.terms.token}`, `Paid to: ${arbiter}`],
        permit: [`Token: ${agreement.terms.token}`, "At most: 5 USDC", "Valid until: 2026-12-31T00:00:00.000Z"],
        multicall: [`Call: ${escrow}: finalize`, `Call: ${escrow}: fund`],
      };
      expect([...Object.keys(expected), "fund", "accept"].sort()).to.deep.equal(Object.keys(calls).sort());
      for (const [name, lines] of Object.entries(expected)) expect(shownOf(name), name).to.deep.equal(lines);
    });

    it("say in a few words what each call is for", () => {
      const intents = Object.values(descriptor.display.formats).map(({ intent }) => intent);
      for (const intent of intents) expect(intent).to.match(/^[A-Z][a-z ,]{5,40}$/);
      expect(new Set(intents).size).to.equal(intents.length);
    });
  });

  describe("of typed data", () => {
    let descriptor: Descriptor;
    before(async () => {
      descriptor = await read("eip712-MicroEscrow.json");
    });
    const formatOf = ({ types, primaryType }: TypedData) =>
      descriptor.display.formats[TypedDataEncoder.from(types).encodeType(primaryType)] ?? expect.fail(primaryType);

    it("are for the contract's domain, where it is", () => {
      const { context, metadata } = descriptor;
      const { name, version } = messages.close.domain;
      expect({ context, metadata }).to.deep.equal({
        context: { $id: "MicroEscrow", eip712: { domain: { name, version }, deployments } },
        metadata: { owner: "MicroEscrow", contractName: "MicroEscrow" },
      });
    });

    it("have one format for each verb that is signed, and no other", () => {
      expect(Object.keys(messages).sort()).to.deep.equal([...signableVerbs].sort());
      expect(Object.keys(descriptor.display.formats)).to.have.length(signableVerbs.length);
      for (const message of Object.values(messages)) formatOf(message);
    });

    it("show every value of a real message, or say why not", () => {
      for (const typedData of Object.values(messages)) {
        checkFields(typedData.primaryType, formatOf(typedData).fields, asValue(typedData.message));
      }
    });

    it("of a consent show the same as the call does", () => {
      const { fields } = formatOf(messages.accept);
      expect(shown(fields, asValue(messages.accept.message))).to.include.members([
        `Paid in: ${agreement.terms.token}`,
        "Platform fee: 2.5%",
        "Can be funded before: 2027-01-01T00:00:00.000Z",
        "Milestone pays: 1200.5 USDC",
        "Work period: 720 h",
      ]);
    });

    it("of an action show times as dates, and amounts as what they are: base units of a token that the message does not name", () => {
      const about = [`Agreement (id): ${agreement.id}`, "Milestone, counted from 0: 1"];
      const until = "Valid until: 2026-12-31T00:00:00.000Z";
      const expected: Readonly<Partial<Record<keyof typeof messages, readonly string[]>>> = {
        approve: [...about, "Submission: 2", "Amount, in the token's base units: 1200500000", until],
        extend: [
          ...about,
          "Submission: 2",
          "Present end: 2026-12-31T00:00:00.000Z",
          "New end: 2027-01-01T00:00:00.000Z",
          until,
        ],
        advance: [...about, "Amount, in the token's base units: 5", "Still held then, in base units: 2", until],
        settle: [...about, "Freelancer's part, in base units: 5", "Client's part, in base units: 2", until],
        attest: [...about, "Submission: 2", "Work passed: false", `Report (SHA-256): ${reasoning}`, until],
        close: [`Agreement (id): ${agreement.id}`, until],
      };
      for (const [verb, lines] of Object.entries(expected)) {
        const typedData = messages[verb as keyof typeof messages];
        expect(shown(formatOf(typedData).fields, asValue(typedData.message)), verb).to.deep.equal(lines);
      }
    });

    it("have the intents of the calls", async () => {
      const { display } = await read("calldata-MicroEscrow.json");
      for (const [verb, typedData] of Object.entries(messages)) {
        const ofCall = Object.entries(display.formats).find(([signature]) => signature.startsWith(`${verb}(`));
        expect(formatOf(typedData).intent, verb).to.equal(ofCall?.[1].intent);
      }
    });
  });

  describe("of SignedFunding", () => {
    const payment = { agreement, indices: [1, 0], nonce: 5n, deadline };
    const signedCall = { ...payment, signedFunding: signedFundingAddress(), signature: "0x1234" } as const;
    const everywhere = (address: string) => deployments.map((one) => ({ chainId: one.chainId, address }));
    const terms = [`Paid in: ${agreement.terms.token}`, `Client: ${client}`, "Platform fee: 2.5%"];
    const milestones = ["Milestone, counted from 0: 1", "Milestone, counted from 0: 0"];

    it("show every value of a real call, or say why not", async () => {
      const { context, metadata, display } = await read("calldata-SignedFunding.json");
      expect({ context, metadata }).to.deep.equal({
        context: { $id: "SignedFunding", contract: { deployments: everywhere(signedFundingAddress()) } },
        metadata: { owner: "MicroEscrow", contractName: "SignedFunding" },
      });
      const builders = { fundWithAuthorization: fundWithAuthorizationCall, fundWithPermit2: fundWithPermit2Call };
      expect(Object.keys(display.formats).map((signature) => signature.split("(")[0])).to.have.members(
        Object.keys(builders),
      );
      for (const [signature, { fields }] of Object.entries(display.formats)) {
        const [name = ""] = signature.split("(");
        const { data } = builders[name as keyof typeof builders](signedCall);
        const { fragment, args } = signedFundingInterface.parseTransaction({ data }) ?? expect.fail(name);
        expect(new Interface([`function ${signature}`]).getFunction(name)?.selector).to.equal(fragment.selector);
        const values = valuesOf(fragment.inputs, args);
        checkFields(name, fields, values);
        expect(shown(fields, values)).to.include.members([
          ...["Client pays: 1700.5 USDC", "Payment valid until: 2026-12-31T00:00:00.000Z"],
          ...["Milestone pays: 500 USDC", "Milestone pays: 1200.5 USDC", ...milestones, ...terms],
        ]);
      }
    });

    it("show every value of what is signed for Permit2", async () => {
      const { context, display } = await read("eip712-SignedFunding.json");
      const typedData = permit2TypedData({ ...payment, chainId, signedFunding: signedFundingAddress() });
      expect(context).to.deep.equal({
        $id: "SignedFunding",
        eip712: { domain: { name: typedData.domain.name }, deployments: everywhere(permit2Address) },
      });
      const type = TypedDataEncoder.from(typedData.types).encodeType("PermitWitnessTransferFrom");
      const { fields } = display.formats[type] ?? expect.fail(type);
      expect(Object.keys(display.formats)).to.have.length(1);
      checkFields("Permit2", fields, asValue(typedData.message));
      expect(shown(fields, asValue(typedData.message))).to.deep.equal([
        `Token: ${agreement.terms.token}`,
        "Pay: 1700.5 USDC",
        `Passed on to the escrow by: ${signedFundingAddress()}`,
        "Valid until: 2026-12-31T00:00:00.000Z",
        `Agreement (id): ${agreement.id}`,
        ...milestones,
      ]);
    });
  });
});
