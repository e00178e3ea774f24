/** What errors say: times that people can read, what to do next, and who is to blame. */
import {
  AgreementMismatchError,
  ClockNotLaterError,
  ClockRanOutError,
  ClockStillRunningError,
  decodeError,
  FundingExpiredError,
  type Hash,
  type Hex,
  InsufficientGasFundsError,
  InvalidDeliverableError,
  NotAPartyError,
  Outcome,
  outcomeName,
  RpcError,
  ScheduleMismatchError,
  SignatureExpiredError,
  Status,
  statusName,
  TransactionRevertedError,
  UserRejectedError,
  WrongChainError,
  WrongStatusError,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { AbiCoder, concat, JsonRpcProvider, keccak256 } from "ethers";
import { rpcError } from "./chain.ts";
import { stranger } from "./pure.ts";

const CLOCK = 1_801_648_800;
const LATER = CLOCK + 60;
const AT_CLOCK = "2027-02-03 10:00:00 UTC (1801648800)";
const AT_LATER = "2027-02-03 10:01:00 UTC (1801648860)";

describe("Errors say", () => {
  it("times for people beside Unix seconds", () => {
    expect(new ClockRanOutError({ clock: CLOCK, time: LATER }).message).to.equal(
      `The time for this ended at ${AT_CLOCK}, and it is ${AT_LATER}: anybody can finalize the milestone now; see availableActions for what else is possible.`,
    );
    expect(new ClockStillRunningError({ clock: LATER, time: CLOCK }).message).to.equal(
      `This can be finalized from ${AT_LATER} on, and it is ${AT_CLOCK}: wait until then, or let the parties end it earlier (approve, refund or settle).`,
    );
    expect(new SignatureExpiredError({ deadline: CLOCK, time: LATER }).message).to.equal(
      `The signature was good until ${AT_CLOCK}, and it is ${AT_LATER}: ask for a new one.`,
    );
    expect(new FundingExpiredError({ fundBy: CLOCK, time: LATER }).message).to.equal(
      `The agreement could be funded until ${AT_CLOCK}, and it is ${AT_LATER}: make a new agreement.`,
    );
    expect(new ClockNotLaterError({ newClock: CLOCK, currentClock: LATER, time: CLOCK }).message).to.equal(
      `The new clock, ${AT_CLOCK}, must be later than the present one, ${AT_LATER}, and than now, ${AT_CLOCK}.`,
    );
    expect(new ClockRanOutError({ clock: 2 ** 43, time: 0 }).message).to.contain("Unix time 8796093022208 (");
  });

  it("that a milestone was funded before, and otherwise which statuses are needed", () => {
    const funded = new WrongStatusError({ index: 1, actual: Status.Submitted, allowed: [Status.None] });
    expect(funded.message).to.equal("Milestone 1 was funded before, and is Submitted now: fund the others without it.");
    const allowed = [Status.Submitted, Status.ChangesRequested];
    expect(new WrongStatusError({ index: 1, actual: Status.None, allowed }).message).to.equal(
      "Milestone 1 is None; this needs Submitted or ChangesRequested.",
    );
  });

  it("what to do", () => {
    expect(new NotAPartyError({ account: stranger }).message).to.contain("act as the client or the freelancer");
    const hashes = { actual: keccak256("0x12") as Hash, expected: keccak256("0x34") as Hash };
    expect(new ScheduleMismatchError(hashes).message).to.contain("take terms and schedule from the same agreement");
    expect(new AgreementMismatchError({ member: "milestones", ...hashes }).message).to.equal(
      `The agreement was altered: the hash of its schedule (milestones) should be ${hashes.expected}, but is ${hashes.actual}. Ask the other party for the file again.`,
    );
  });

  it("one full stop at the end, whatever the reason ends with", () => {
    const transaction = keccak256("0x12") as Hash;
    const inner = new TransactionRevertedError({ reason: undefined, data: "0x", transaction: undefined });
    expect(inner.message).to.equal("Reverted: no reason given.");
    const outer = new TransactionRevertedError({ reason: inner.message, data: "0x", transaction });
    expect(outer.message).to.equal(`Reverted in ${transaction}: Reverted: no reason given.`);
    expect(new InvalidDeliverableError("it is empty. ").message).to.equal("The deliverable is not valid: it is empty.");
    expect(new RpcError({ reason: "refused", details: "nonce too low." }).message).to.equal(
      "The RPC endpoint failed (refused): nonce too low. Try again, or use another endpoint; if a transaction was being sent, look it up before you send it again.",
    );
  });

  it("statuses and outcomes by their names", () => {
    expect(Object.values(Status).map(statusName)).to.deep.equal(Object.keys(Status));
    expect(Object.values(Outcome).map(outcomeName)).to.deep.equal(Object.keys(Outcome));
    expect(statusName(9 as Status)).to.equal("9");
  });
});

describe("decodeError", () => {
  const data = concat(["0x08c379a0", AbiCoder.defaultAbiCoder().encode(["string"], ["User denied: paused"])]) as Hex;

  it("takes what a contract says for the contract's, not for the wallet's or the account's", () => {
    for (const error of [
      { code: 3, message: "execution reverted: User denied: paused", data },
      { code: "CALL_EXCEPTION", message: "execution reverted: User denied: paused", data },
      { code: "CALL_EXCEPTION", message: "missing revert data", info: { error: { message: "user rejected", data } } },
    ]) {
      const decoded = decodeError(error);
      expect(decoded).to.be.instanceOf(TransactionRevertedError);
      expect(decoded).to.include({ reason: "User denied: paused", data });
    }
    for (const words of ["User denied: paused", "insufficient funds"]) {
      const decoded = decodeError({ code: -32_000, message: `execution reverted: ${words}` });
      expect(decoded).to.be.instanceOf(TransactionRevertedError);
    }
  });

  it("still knows the wallet's refusal and an empty account, by code and by words", () => {
    expect(decodeError({ code: 4001, data: "0x1234" })).to.be.instanceOf(UserRejectedError);
    expect(decodeError(new Error("User denied transaction signature"))).to.be.instanceOf(UserRejectedError);
    const poor = { code: "CALL_EXCEPTION", info: { error: { message: "insufficient funds for gas * price + value" } } };
    expect(decodeError(poor)).to.be.instanceOf(InsufficientGasFundsError);
  });

  it("names both chains when the wallet changed the network", () => {
    const error = { code: "NETWORK_ERROR", event: "changed", message: "network changed: 31337 => 1 (event=changed)" };
    const decoded = decodeError(error);
    expect(decoded).to.be.instanceOf(WrongChainError);
    expect(decoded).to.include({ actual: 1, expected: 31_337 });
  });

  describe("on what ethers makes of an endpoint that", () => {
    const account = stranger;
    const requests: [string, (provider: JsonRpcProvider) => Promise<unknown>][] = [
      ["eth_call", (provider) => provider.call({ to: account, data: "0x12345678" })],
      ["eth_getCode", (provider) => provider.getCode(account)],
      ["eth_blockNumber", (provider) => provider.getBlockNumber()],
    ];
    const answering = (answer: string | ((id: number) => unknown)) => {
      const provider = new AnsweringProvider("http://localhost:1", 1, { staticNetwork: true, cacheTimeout: -1 });
      provider.answer = answer;
      return provider;
    };
    const failureOf = async (request: Promise<unknown>) => request.then(() => expect.fail("it must fail"), decodeError);

    for (const [method, request] of requests) {
      it(`answers ${method} with null: malformed`, async () => {
        const provider = answering((id) => ({ id, jsonrpc: "2.0", result: null }));
        const error = await failureOf(request(provider));
        expect(error).to.be.instanceOf(RpcError);
        expect(error).to.include({ reason: "malformed" });
      });
      it(`answers ${method} with a page of HTML: malformed`, async () => {
        const error = await failureOf(request(answering("<html>Welcome</html>")));
        expect(error).to.be.instanceOf(RpcError);
        expect(error).to.include({ reason: "malformed", details: "response body is not valid JSON" });
      });
    }

    for (const words of ["nonce too low", "transaction already pending"]) {
      it(`refuses with "${words}": says so, and nothing of the request`, async () => {
        const provider = answering((id) => ({ id, jsonrpc: "2.0", error: { code: -32_000, message: words } }));
        const error = await failureOf(provider.getCode(account));
        expect(error).to.be.instanceOf(RpcError);
        expect(error).to.include({ reason: "refused", details: `could not coalesce error: ${words}` });
      });
    }

    it("reports a wallet's words once, however often they come", () => {
      const error = Object.assign(rpcError(-32_000, "nonce too low"), { error: { message: "nonce too low" } });
      expect(decodeError(error)).to.include({ details: "nonce too low" });
    });
  });
});

/** An endpoint whose every answer has status 200 and a body of the test's making. */
class AnsweringProvider extends JsonRpcProvider {
  answer: string | ((id: number) => unknown) = "";

  override _getConnection() {
    const request = super._getConnection();
    request.getUrlFunc = async ({ body }) => {
      const { id } = JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()));
      const text = typeof this.answer === "string" ? this.answer : JSON.stringify(this.answer(id));
      return { statusCode: 200, statusMessage: "OK", headers: {}, body: new TextEncoder().encode(text) };
    };
    return request;
  }
}
