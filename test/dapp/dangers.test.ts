/** What the web app marks before anybody signs: tokens that call themselves like others, accounts that look like others. */
import { type DefineAgreementParameters, defineAgreement, findToken, toAddress } from "@micro-escrow/sdk";
import { expect } from "chai";
import { currencyOf, isLookAlike } from "../../sdk/examples/dapp/src/accounts.ts";
import { type Danger, dangersOf } from "../../sdk/examples/dapp/src/dangers.ts";

const account = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const token = { address: account("d4"), decimals: 6, symbol: "GOLD" };
const [client, freelancer] = [account("a1"), account("b2")];

const parameters: DefineAgreementParameters = {
  client,
  freelancer,
  arbiter: account("c3"),
  token,
  scope: { title: "A short book", milestones: ["One"] },
  milestones: [{ amount: "100", work: "14 days" }],
  ...{ review: "7 days", rework: "7 days", arbitration: "14 days", ifArbiterIsSilent: "50% to the freelancer" },
  fundBy: new Date("2030-01-01"),
};

describe("What the web app shows of a token", () => {
  const shown = (symbol: string | undefined, isVouched = false) =>
    currencyOf({ address: token.address, decimals: 6, ...(symbol !== undefined && { symbol }) }, isVouched).symbol;
  const address = "0xd4D4…D4d4";

  it("is what it calls itself, where the registry vouches for it, or nobody could take it for another", () => {
    expect(shown("USDC", true)).to.equal("USDC");
    for (const symbol of ["GOLD", "USDC.e", "USD₮0", "wstETH"]) expect(shown(symbol)).to.equal(symbol);
  });

  it("has its address beside it where it calls itself like a known one", () => {
    for (const symbol of ["USDC", "usdc", "Dai"])
      expect(shown(symbol).toLowerCase()).to.equal(`${symbol} (${address})`.toLowerCase());
  });

  it("is its address where it calls itself anything that could be read as an amount, as letters of others, or as markup", () => {
    const odd = [
      "0 USDC",
      "USD С",
      "UЅDC",
      "US\u200bDC",
      "\u202eCDSU",
      "<b>USDC</b>",
      "",
      "1000",
      "USDC".repeat(9),
      "USDC 5",
    ];
    for (const symbol of [...odd, undefined])
      expect(shown(symbol).toLowerCase(), symbol).to.equal(address.toLowerCase());
  });
});

describe("What the web app warns of", () => {
  const of = (
    changes: Partial<DefineAgreementParameters>,
    known: readonly string[] = [],
    own = token,
  ): readonly Danger[] => dangersOf(defineAgreement({ ...parameters, ...changes }), { token: own, known });

  it("is nothing in what is usual", () => {
    expect(of({})).to.deep.equal([]);
    expect(of({ payoutTo: freelancer, refundTo: client }, [client, freelancer])).to.deep.equal([]);
    expect(
      dangersOf(defineAgreement({ ...parameters, token: findToken(8_453, "USDC") }), { token: undefined, known: [] }),
    ).to.deep.equal([]);
  });

  it("is each thing that may be meant to deceive", () => {
    const changes: readonly (readonly [Danger, Partial<DefineAgreementParameters>])[] = [
      ["payout-elsewhere", { payoutTo: account("f6") }],
      ["refund-elsewhere", { refundTo: account("f6") }],
      ["gate", { gate: account("f6") }],
      ["fee-to-party", { fee: { recipient: client, share: "10%" } }],
      ["long-period", { review: "91 days" }],
      ["long-period", { arbitration: 4_294_967_295 }],
      ["long-period", { milestones: [{ amount: "100", work: "731 days" }] }],
      ["wrong-currency", { token: { ...token, decimals: 18 } }],
      ["wrong-currency", { token: { ...token, symbol: "SILVER" } }],
    ];
    for (const [danger, change] of changes) expect(of(change)).to.deep.equal([danger]);
    expect(of({}, [], { ...token, symbol: "USDC" })).to.deep.equal(["false-token", "wrong-currency"]);
  });

  it("is an account that looks like a known one where it is shortened", () => {
    const like = (one: string) => `${one.slice(0, 6)}${"0".repeat(32)}${one.slice(-4)}`.toLowerCase();
    expect(isLookAlike(client, like(client))).to.equal(true);
    expect(isLookAlike(client, client.toLowerCase())).to.equal(false);
    expect(of({}, [like(client)])).to.deep.equal(["look-alike"]);
    expect(of({ arbiter: like(client) })).to.deep.equal(["look-alike"]);
    // Two that the user knows from elsewhere are not this agreement's concern.
    expect(of({}, [account("e5"), like(account("e5"))])).to.deep.equal([]);
  });
});
