/** Links and files are somebody's word: whatever stands in them, they are read as what they are, or refused by name. */
import { deflateRawSync } from "node:zlib";
import {
  type DefineAgreementParameters,
  defineAgreement,
  type Hex,
  MicroEscrowError,
  type SignedSettlement,
  toAddress,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import {
  fromFile,
  fromFragment,
  InvalidShareFileError,
  type Share,
  toFile,
  toFragment,
} from "../../sdk/examples/dapp/src/share.ts";

const account = (byte: string) => `0x${byte.repeat(20)}`;
const parameters: DefineAgreementParameters = {
  client: account("a1"),
  freelancer: account("b2"),
  arbiter: account("c3"),
  token: { address: account("d4"), decimals: 6, symbol: "USDC" },
  scope: { title: "A short book", milestones: ["One"] },
  milestones: [{ amount: "100", work: "14 days" }],
  ...{ review: "7 days", rework: "7 days", arbitration: "14 days", ifArbiterIsSilent: "50% to the freelancer" },
  fundBy: new Date("2030-01-01"),
};
const signature = `0x${"ab".repeat(65)}` as Hex;
const agreement = defineAgreement(parameters);
const settlement: SignedSettlement = {
  ...{ chainId: 8_453, escrow: toAddress(account("e5")), agreement: agreement.id },
  ...{ index: 0, freelancerAmount: "60000000", signer: agreement.terms.client },
  authorization: { deadline: 1_900_000_000, signature },
};
const share: Share = {
  ...{ chainId: 8_453, agreement, settlement },
  signatures: { freelancer: signature },
  contents: [new TextEncoder().encode("Chapter one.")],
};

/** What a file fails with when some of its members are others. */
function refused(changes: Readonly<Record<string, unknown>>): unknown {
  return failure(() => fromFile(JSON.stringify({ ...JSON.parse(toFile(share)), ...changes })));
}

function failure(read: () => unknown): unknown {
  try {
    read();
  } catch (error) {
    return error;
  }
  throw new Error("It was read.");
}

const linkOf = (text: string) => deflateRawSync(text).toString("base64url");

describe("What the web app opens", () => {
  it("is what was shared, by file and by link", async () => {
    expect(fromFile(toFile(share))).to.deep.equal(share);
    expect(await fromFragment((await toFragment(share)) ?? "")).to.deep.equal(share);
  });

  it("is refused where a member is of another kind", () => {
    const wrong: readonly Readonly<Record<string, unknown>>[] = [
      ...[undefined, null, "1", 1.5, [], {}].map((chainId) => ({ chainId })),
      ...[null, [], "0x12", 5].map((signatures) => ({ signatures })),
      ...[null, 5, {}, [], "0x", "0x1", "ab", `${signature}g`, [signature]].map((freelancer) => ({
        signatures: { freelancer },
      })),
      ...[null, {}, "AAAA", 5].map((contents) => ({ contents })),
      ...[null, {}, "*", "A"].map((content) => ({ contents: [content] })),
      ...[null, [], "split", 5, {}].map((settlement) => ({ settlement })),
      ...[
        ...["1", null, 1.5].flatMap((number) => [{ chainId: number }, { index: number }]),
        ...[5, "", "1.5", "-1", "0x10", "01", " 1", "1".repeat(40)].map((freelancerAmount) => ({ freelancerAmount })),
        ...[null, {}, { deadline: "1", signature }, { deadline: 1, signature: "ab" }, { deadline: 1 }].map(
          (authorization) => ({ authorization }),
        ),
        ...[null, 5].flatMap((text) => [{ escrow: text }, { agreement: text }, { signer: text }]),
      ].map((changed) => ({ settlement: { ...settlement, ...changed } })),
      ...[0, 2, "1", null].map((microEscrowShare) => ({ microEscrowShare })),
    ];
    for (const changes of wrong) {
      expect(refused(changes), JSON.stringify(changes)).to.be.instanceOf(InvalidShareFileError);
    }
    for (const changed of [{ escrow: "Amara" }, { agreement: "0x12" }, { signer: "0x12" }]) {
      expect(refused({ settlement: { ...settlement, ...changed } })).to.be.instanceOf(MicroEscrowError);
    }
    for (const agreement of [undefined, null, 5, "", [], {}, { microEscrowAgreement: 1 }]) {
      expect(refused({ agreement }), JSON.stringify(agreement)).to.be.instanceOf(MicroEscrowError);
    }
  });

  it("gets nothing by the names that every object has", () => {
    const text = toFile(share).replace(
      '"signatures": {',
      '"__proto__": {"chainId": 1, "polluted": true}, "signatures": {',
    );
    expect(fromFile(text)).to.deep.equal(share);
    const inSignatures = toFile(share).replace('"signatures": {', '"signatures": {"__proto__": {"client": "0x12"},');
    expect(fromFile(inSignatures).signatures).to.deep.equal(share.signatures);
    expect(Object.hasOwn(Object.prototype, "polluted")).to.equal(false);
    const inTerms = toFile(share).replace('"client":', '"__proto__": {}, "client":');
    expect(failure(() => fromFile(inTerms))).to.be.instanceOf(MicroEscrowError);
    const besides = toFile(share).replace('"contents":', '"constructor": 5, "toString": 5, "contents":');
    expect(fromFile(besides)).to.deep.equal(share);
  });

  it("is refused where it unpacks to more than it may, goes too deep, or is not whole", async () => {
    const deep = (depth: number) => `${'{"a":['.repeat(depth)}${"]}".repeat(depth)}`;
    const bomb = linkOf(" ".repeat(200 * 1_024 * 1_024));
    const link = (await toFragment(share)) ?? "";
    for (const fragment of [
      ...[bomb, linkOf(deep(200_000)), linkOf(`{"microEscrowShare":1,"chainId":1,"agreement":${deep(50_000)}}`)],
      ...[link.slice(0, -9), `${link}AAAA`, "", "*", "%", linkOf("null"), linkOf("[]"), linkOf('"')],
      Buffer.from([0xff, 0xfe]).toString("base64url"),
      deflateRawSync(Buffer.from([0xff, 0xfe])).toString("base64url"),
    ]) {
      const error = await fromFragment(fragment).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error, fragment.slice(0, 40)).to.be.instanceOf(InvalidShareFileError);
    }
  });

  it("is no link where whoever gets it could not open it", async () => {
    const contents = [new Uint8Array(20 * 1_024 * 1_024)];
    expect(await toFragment({ ...share, contents })).to.equal(undefined);
  });
});
