/** Every error of the contract decodes to its class with its fields, however it comes wrapped. */
import {
  AddressEmptyCodeError,
  AmountOutOfRangeError,
  ArbiterFeeTooHighError,
  acceptCall,
  advanceCall,
  approveCall,
  attestCall,
  type Call,
  ClockNotLaterError,
  ClockRanOutError,
  ClockStillRunningError,
  closeCall,
  DefaultShareTooHighError,
  decodeError,
  EmptyScheduleError,
  escrowInterface,
  extendCall,
  FailedCallError,
  FeeTooHighError,
  FeeWithoutRecipientError,
  ForbiddenAccountError,
  FundingClosedError,
  FundingExpiredError,
  finalizeCall,
  fundCall,
  GateRefusedError,
  type Hash,
  type Hex,
  InsufficientAllowanceError,
  InsufficientBalanceError,
  InsufficientGasFundsError,
  InvalidMilestoneError,
  InvalidShortStringError,
  InvalidSignatureError,
  MicroEscrowError,
  type Milestone,
  MilestoneOutOfRangeError,
  MissingPartyError,
  NotAcceptedError,
  NotAPartyError,
  NotEnoughGasError,
  NothingToFundError,
  PartiesNotDistinctError,
  ReentrantCallError,
  RpcError,
  refundCall,
  SafeERC20FailedOperationError,
  ScheduleMismatchError,
  SignatureExpiredError,
  Status,
  StringTooLongError,
  scheduleHash,
  submitCall,
  type Terms,
  TokenRefusedError,
  TokenWithoutCodeError,
  TooManySubmissionsError,
  TransactionReplacedError,
  TransactionRevertedError,
  toAddress,
  toAgreement,
  UnauthorizedError,
  UnexpectedBalanceError,
  UnexpectedError,
  UserRejectedError,
  VerifierNotIndependentError,
  WrongStatusError,
  WrongSubmissionError,
  withdrawCall,
  ZeroPeriodError,
  zeroAddress,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import {
  AbiCoder,
  BrowserProvider,
  concat,
  type Eip1193Provider,
  FetchRequest,
  Interface,
  JsonRpcProvider,
  keccak256,
  toBeHex,
  Wallet,
} from "ethers";
import { tokenAbi } from "../../sdk/src/generated/tokenAbi.ts";
import { DAY, deliverable, inToken, setUp, UNIT } from "./chain.ts";
import { createChain, mined, startNode } from "./evm.ts";
import { stranger } from "./pure.ts";
import { type Answer, serversOfEachTest } from "./server.ts";

const coder = AbiCoder.defaultAbiCoder();
const tokenInterface = new Interface(tokenAbi);

/** The error of a call that reverted with this data. */
const decodeRevert = (data: Hex): MicroEscrowError => decodeError({ code: "CALL_EXCEPTION", data });

/** The names of the contract's custom errors that were seen, to compare with its ABI. */
const seen = new Set<string>();

/** Asserts class, fields, and a message of some use. */
function expectError<E extends MicroEscrowError>(
  error: MicroEscrowError,
  kind: new (...parameters: never[]) => E,
  fields: Partial<E> = {},
): void {
  expect(error, error.message).to.be.instanceOf(kind);
  expect(error).to.deep.include(fields);
  expect(error.name).to.equal(kind.name);
  expect(`${error.code}Error`).to.equal(kind.name);
  expect(error.message).to.have.length.greaterThan(10);
}

describe("Errors of the contract, raised by it", () => {
  let context: Awaited<ReturnType<typeof setUp>>;
  let escrow: ReturnType<typeof toAddress>;
  before(async () => {
    context = await setUp();
    escrow = context.escrow.address;
  });

  /** The error of a call, made by an account. */
  const raised = async (call: Call, from: keyof typeof context.signers = "client"): Promise<MicroEscrowError> => {
    try {
      await context.ethers.provider.call({ ...call, from: context.signers[from].address });
    } catch (error) {
      const decoded = decodeError(error);
      seen.add(decoded.code);
      expect(decoded.cause).to.equal(error);
      return decoded;
    }
    return expect.fail("the call did not revert");
  };
  /** The error of accepting an agreement with changed terms. */
  const rejected = (changes: Partial<Terms>, schedule?: readonly Milestone[]) => {
    const { terms, schedule: agreed } = context.define();
    const entries = schedule ?? agreed;
    const agreement = toAgreement({ ...terms, milestones: scheduleHash(entries), ...changes }, entries);
    return raised(acceptCall({ escrow, agreement, party: agreement.terms.client }));
  };
  const submitted = async () => {
    const agreement = await context.funded();
    await context.as.freelancer.submit({ agreement, index: 0, deliverable });
    return agreement;
  };

  describe("about the agreement", () => {
    it("MissingParty", async () => {
      const { client, freelancer, token } = context.define().terms;
      const fields = { client, freelancer, arbiter: zeroAddress, token };
      expectError(await rejected({ arbiter: zeroAddress }), MissingPartyError, fields);
    });
    it("PartiesNotDistinct", async () => {
      const { client, freelancer } = context.define().terms;
      expectError(await rejected({ arbiter: client }), PartiesNotDistinctError, {
        client,
        freelancer,
        arbiter: client,
      });
    });
    it("ForbiddenAccount", async () => {
      expectError(await rejected({ payoutTo: escrow }), ForbiddenAccountError, { account: escrow });
    });
    it("VerifierNotIndependent", async () => {
      const { arbiter } = context.define().terms;
      expectError(await rejected({ verifier: arbiter }), VerifierNotIndependentError, { verifier: arbiter });
    });
    it("FeeTooHigh", async () => {
      expectError(await rejected({ feeBps: 1_001 }), FeeTooHighError, { feeBps: 1_001, maximum: 1_000 });
    });
    it("ArbiterFeeTooHigh", async () => {
      const fields = { arbiterFeeBps: 1_001, maximum: 1_000 };
      expectError(await rejected({ arbiterFeeBps: 1_001 }), ArbiterFeeTooHighError, fields);
    });
    it("DefaultShareTooHigh", async () => {
      const fields = { defaultShareBps: 10_001, maximum: 10_000 };
      expectError(await rejected({ defaultShareBps: 10_001 }), DefaultShareTooHighError, fields);
    });
    it("FeeWithoutRecipient", async () => {
      expectError(await rejected({ feeRecipient: zeroAddress }), FeeWithoutRecipientError, { feeBps: 200 });
    });
    it("ZeroPeriod", async () => {
      const fields = { reviewPeriod: 7 * DAY, reworkPeriod: 0, arbitrationPeriod: 14 * DAY };
      expectError(await rejected({ reworkPeriod: 0 }), ZeroPeriodError, fields);
    });
    it("EmptySchedule", async () => {
      expectError(await rejected({}, []), EmptyScheduleError);
    });
    it("InvalidMilestone", async () => {
      const schedule = [{ amount: 0n, workPeriod: 5 }];
      expectError(await rejected({}, schedule), InvalidMilestoneError, { index: 0, amount: 0n, workPeriod: 5 });
    });
    it("ScheduleMismatch", async () => {
      const expected = keccak256("0x1234") as Hash;
      const actual = context.define().terms.milestones;
      expectError(await rejected({ milestones: expected }), ScheduleMismatchError, { actual, expected });
    });
    it("NotAParty", async () => {
      const agreement = context.define();
      const account = toAddress(context.signers.stranger.address);
      expectError(await raised(acceptCall({ escrow, agreement, party: account })), NotAPartyError, { account });
    });
  });

  describe("about who may", () => {
    it("Unauthorized", async () => {
      const agreement = await context.funded();
      const error = await raised(submitCall({ escrow, agreement, index: 0, deliverable }), "stranger");
      const caller = toAddress(context.signers.stranger.address);
      expectError(error, UnauthorizedError, { caller, expected: agreement.terms.freelancer });
    });
    it("SignatureExpired", async () => {
      const agreement = await context.funded();
      const authorization = { deadline: 5, signature: "0x12" } as const;
      const error = await raised(refundCall({ escrow, agreement, index: 0, authorization }));
      expectError(error, SignatureExpiredError, { deadline: 5 });
    });
    it("InvalidSignature", async () => {
      const agreement = context.define();
      const { freelancer: party } = agreement.terms;
      const error = await raised(acceptCall({ escrow, agreement, party, signature: "0x12" }));
      expectError(error, InvalidSignatureError, { signer: party });
      expect(error)
        .to.have.property("digest")
        .that.matches(/^0x[0-9a-f]{64}$/);
    });
  });

  describe("about funding", () => {
    const accepted = async (changes = {}) => {
      const agreement = context.define(changes);
      await context.as.freelancer.accept({ agreement });
      return agreement;
    };
    const funding = async (changes = {}) => fundCall({ escrow, agreement: await accepted(changes), indices: [0] });

    it("NotAccepted", async () => {
      const agreement = context.define();
      const error = await raised(fundCall({ escrow, agreement, indices: [0] }));
      expectError(error, NotAcceptedError, { party: agreement.terms.freelancer });
    });
    it("FundingClosed", async () => {
      const agreement = await accepted();
      await context.as.client.close({ agreement });
      const error = await raised(fundCall({ escrow, agreement, indices: [0] }));
      expectError(error, FundingClosedError, { id: agreement.id });
    });
    it("FundingExpired", async () => {
      expectError(await raised(await funding({ fundBy: 1_000 })), FundingExpiredError, { fundBy: 1_000 });
    });
    const rawFunding = async (indices: number[]): Promise<Call> => {
      const { terms, schedule } = await accepted();
      const data = escrowInterface.encodeFunctionData("fund", [terms, [...schedule], indices, "0x"]) as Hex;
      return { to: escrow, data, value: 0n };
    };
    it("NothingToFund", async () => {
      expectError(await raised(await rawFunding([])), NothingToFundError);
    });
    it("MilestoneOutOfRange", async () => {
      expectError(await raised(await rawFunding([7])), MilestoneOutOfRangeError, { index: 7, length: 3 });
    });
    it("GateRefused", async () => {
      const gate = toAddress(`0x${"12".repeat(20)}`);
      expectError(await raised(await funding({ gate })), GateRefusedError, { gate, reason: "0x" });
    });
    it("TokenWithoutCode", async () => {
      const token = toAddress(`0x${"12".repeat(20)}`);
      const error = await raised(await funding(inToken(token)));
      expectError(error, TokenWithoutCodeError, { token });
    });
    const withToken = async (name: string) => {
      const token = await context.ethers.deployContract(name);
      const address = toAddress(await token.getAddress());
      await mined(token.getFunction("mint")(context.signers.client.address, 1_000n * UNIT));
      await mined(token.connect(context.signers.client).getFunction("approve")(escrow, 1_000n * UNIT));
      return { token, address };
    };
    it("UnexpectedBalance", async () => {
      const { token, address } = await withToken("FeeToken");
      await mined(token.getFunction("setFee")(0, 1, 0));
      const error = await raised(await funding(inToken(address)));
      const fields = { token: address, actual: 100n * UNIT - 1n, expected: 100n * UNIT };
      expectError(error, UnexpectedBalanceError, fields);
    });
    it("SafeERC20FailedOperation", async () => {
      const { token, address } = await withToken("FaultyToken");
      await mined(token.getFunction("setFaults")(0, 2));
      const error = await raised(await funding(inToken(address)));
      expectError(error, SafeERC20FailedOperationError, { token: address });
    });
    it("the token's own: ERC20InsufficientAllowance and ERC20InsufficientBalance", async () => {
      const fields = { token: undefined, spender: escrow, have: 0n, need: 100n * UNIT };
      expectError(await raised(await funding()), InsufficientAllowanceError, fields);
      const account = toAddress(context.signers.stranger.address);
      const data = tokenInterface.encodeFunctionData("transfer", [escrow, 5n]) as Hex;
      const error = await raised({ to: context.tokenAddress, data, value: 0n }, "stranger");
      expectError(error, InsufficientBalanceError, { token: undefined, account, have: 0n, need: 5n });
    });
  });

  describe("about the state", () => {
    it("WrongStatus", async () => {
      const agreement = await context.funded();
      const error = await raised(approveCall({ escrow, agreement, index: 1, submission: 0 }));
      const allowed = [Status.Funded, Status.Submitted, Status.ChangesRequested, Status.Disputed];
      expectError(error, WrongStatusError, { index: 1, actual: Status.None, allowed });
      expect(error.message).to.contain("Funded or Submitted");
    });
    it("ClockStillRunning", async () => {
      const agreement = await context.funded();
      const { clock } = await context.escrow.getMilestone({ agreement, index: 0 });
      expectError(await raised(finalizeCall({ escrow, agreement, index: 0 })), ClockStillRunningError, { clock });
    });
    it("ClockRanOut", async () => {
      const agreement = await context.funded();
      const { clock } = await context.escrow.getMilestone({ agreement, index: 0 });
      await context.networkHelpers.time.increaseTo(clock);
      const error = await raised(submitCall({ escrow, agreement, index: 0, deliverable }), "freelancer");
      expectError(error, ClockRanOutError, { clock });
    });
    it("ClockNotLater", async () => {
      const agreement = await context.funded();
      const { clock } = await context.escrow.getMilestone({ agreement, index: 0 });
      const error = await raised(extendCall({ escrow, agreement, index: 0, clock: 7 }));
      expectError(error, ClockNotLaterError, { newClock: 7, currentClock: clock });
    });
    it("WrongSubmission", async () => {
      const agreement = await submitted();
      const attestation = { escrow, agreement, index: 0, submission: 2, passed: true, report: deliverable };
      expectError(await raised(attestCall(attestation), "verifier"), WrongSubmissionError, { actual: 2, expected: 1 });
    });
    it("NotEnoughGas", async () => {
      const { client, freelancer } = context.signers;
      const token = await context.ethers.deployContract("RestrictedToken");
      await mined(token.getFunction("mint")(client, 100n * UNIT));
      const agreement = await context.funded([0], inToken(await token.getAddress()));
      await mined(token.getFunction("setBlacklisted")(freelancer, true));
      const call = { ...approveCall({ escrow, agreement, index: 0, submission: 0 }), gasLimit: 120_000n };
      const error = await raised(call);
      expectError(error, NotEnoughGasError, { required: 223_174n });
      expect((error as NotEnoughGasError).available).to.be.within(1n, 99_000n);
    });
    it("AmountOutOfRange", async () => {
      const agreement = await context.funded();
      const error = await raised(advanceCall({ escrow, agreement, index: 0, amount: 100n * UNIT }));
      const fields = { amount: 100n * UNIT, minimum: 1n, maximum: 100n * UNIT - 1n };
      expectError(error, AmountOutOfRangeError, fields);
    });
    it("TooManySubmissions", async () => {
      const agreement = await context.funded();
      await setSubmissions(agreement.id, 255);
      const error = await raised(submitCall({ escrow, agreement, index: 0, deliverable }), "freelancer");
      expectError(error, TooManySubmissionsError, { maximum: 255 });
    });

    /** Writes milestone 0's slot: the submissions stand above 128 bits of amount and 40 of clock. */
    const setSubmissions = async (id: Hash | string, submissions: number) => {
      const { provider } = context.ethers;
      for (let base = 0; base < 8; ++base) {
        const outer = keccak256(coder.encode(["bytes32", "uint256"], [id, base]));
        const slot = keccak256(coder.encode(["uint256", "bytes32"], [0, outer]));
        const word = BigInt(await provider.getStorage(escrow, slot));
        if (word === 0n) continue;
        await context.networkHelpers.setStorageAt(escrow, slot, toBeHex(word | (BigInt(submissions) << 168n), 32));
        return;
      }
      expect.fail("the milestone's slot was not found");
    };
  });

  it("ReentrancyGuardReentrantCall: a recipient that calls back", async () => {
    const { client } = context.signers;
    const token = await context.ethers.deployContract("HookToken");
    const address = toAddress(await token.getAddress());
    const account = await context.ethers.deployContract("ContractAccount", [client.address]);
    const payoutTo = await account.getAddress();
    await mined(token.getFunction("mint")(client.address, 1_000n * UNIT));
    await mined(token.getFunction("setRegistered")(payoutTo, true));
    const { data } = withdrawCall({ escrow, token: address, account: escrow });
    await mined(account.getFunction("setHook")(false, escrow, data));

    const agreement = await context.funded([0], { ...inToken(address), payoutTo });
    await context.as.client.approve({ agreement, index: 0 });
    const error = decodeRevert(await account.getFunction("hookResult")());
    seen.add("ReentrancyGuardReentrantCall");
    expectError(error, ReentrantCallError);
  });

  it("FailedCall: a call in a multicall that fails without a reason", async () => {
    const data = escrowInterface.encodeFunctionData("multicall", [["0x"]]) as Hex;
    expectError(await raised({ to: escrow, data, value: 0n }), FailedCallError);
  });

  it("inside a multicall: the inner reason", async () => {
    const agreement = await context.funded();
    const inner = closeCall({ escrow, agreement, party: agreement.terms.arbiter }).data;
    const data = escrowInterface.encodeFunctionData("multicall", [[inner]]) as Hex;
    expectError(await raised({ to: escrow, data, value: 0n }), NotAPartyError, { account: agreement.terms.arbiter });
  });

  it("over JSON-RPC, for a call, an estimate and a transaction", async () => {
    const node = await startNode();
    const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1 });
    try {
      const artifact = await (await createChain()).ethers.getContractFactory("MicroEscrow");
      const signer = await provider.getSigner(0);
      const deployed = await artifact.connect(signer).deploy();
      const to = toAddress(await (await deployed.waitForDeployment()).getAddress());
      const call = finalizeCall({ escrow: to, agreement: context.define(), index: 0 });
      for (const attempt of [provider.call(call), provider.estimateGas(call), signer.sendTransaction(call)]) {
        const error = await attempt.then(() => expect.fail("it must revert"), decodeError);
        expectError(error, WrongStatusError, { index: 0, actual: Status.None });
      }
      const mined = await signer
        .sendTransaction({ ...call, gasLimit: 500_000 })
        .then((response) => response.wait().then(() => expect.fail("it must revert"), decodeError), decodeError);
      expect(mined).to.be.instanceOf(MicroEscrowError);
    } finally {
      provider.destroy();
      await node.stop();
    }
  });
});

describe("Errors that the contract cannot be made to raise", () => {
  const target = toAddress(`0x${"12".repeat(20)}`);
  const encode = (name: string, values: unknown[]) => {
    seen.add(name);
    return escrowInterface.encodeErrorResult(name as "FailedCall", values as []) as Hex;
  };

  it("AddressEmptyCode", () => {
    expectError(decodeRevert(encode("AddressEmptyCode", [target])), AddressEmptyCodeError, { target });
  });
  it("InvalidShortString", () => {
    expectError(decodeRevert(encode("InvalidShortString", [])), InvalidShortStringError);
  });
  it("StringTooLong", () => {
    expectError(decodeRevert(encode("StringTooLong", ["long"])), StringTooLongError, { text: "long" });
  });

  it("every other custom error of the ABI was raised above", () => {
    const names: string[] = [];
    escrowInterface.forEachError(({ name }) => names.push(name));
    expect(names.filter((name) => !seen.has(name))).to.deep.equal([]);
  });
});

describe("Errors of tokens", () => {
  const account = toAddress(`0x${"12".repeat(20)}`);
  const zero = keccak256("0x");
  const cases: [string, unknown[], TokenRefusedError["account"]][] = [
    ["ERC20InvalidApprover", [account], account],
    ["ERC20InvalidReceiver", [account], account],
    ["ERC20InvalidSender", [account], account],
    ["ERC20InvalidSpender", [account], account],
    ["ERC2612ExpiredSignature", [5n], undefined],
    ["ERC2612InvalidSigner", [zeroAddress, account], account],
    ["InvalidAccountNonce", [account, 3n], account],
    ["ECDSAInvalidSignature", [], undefined],
    ["ECDSAInvalidSignatureLength", [3n], undefined],
    ["ECDSAInvalidSignatureS", [zero], undefined],
  ];
  for (const [name, values, about] of cases) {
    it(name, () => {
      const data = tokenInterface.encodeErrorResult(name, values) as Hex;
      expectError(decodeRevert(data), TokenRefusedError, { error: name, account: about });
    });
  }

  it("Error(string)", () => {
    const data = concat(["0x08c379a0", coder.encode(["string"], ["Pausable: paused"])]) as Hex;
    expectError(decodeRevert(data), TransactionRevertedError, { reason: "Pausable: paused", data });
  });

  it("Panic(uint256)", () => {
    const data = concat(["0x4e487b71", coder.encode(["uint256"], [0x11])]) as Hex;
    expectError(decodeRevert(data), TransactionRevertedError, { reason: "panic 0x11", data });
  });

  it("what a gate reverted with, in words where it has them", () => {
    const gate = toAddress(`0x${"12".repeat(20)}`);
    const spoken = concat(["0x08c379a0", coder.encode(["string"], ["not on the list"])]) as Hex;
    for (const [reason, words] of [
      [spoken, "not on the list"],
      ["0x12345678", undefined],
    ] as const) {
      const data = escrowInterface.encodeErrorResult("GateRefused", [gate, reason]) as Hex;
      expectError(decodeRevert(data), GateRefusedError, { gate, reason, words });
    }
  });

  it("unknown, malformed or empty data", () => {
    for (const data of ["0x", "0x12345678", "0x08c379a0", "0x08c379a0ffff", "0x4e487b71"] as const) {
      expectError(decodeRevert(data), TransactionRevertedError, { reason: undefined, data });
    }
    const truncated = escrowInterface.encodeErrorResult("WrongStatus", [1, 2, 3]).slice(0, 40) as Hex;
    expectError(decodeRevert(truncated), TransactionRevertedError, { reason: undefined, data: truncated });
  });
});

describe("decodeError finds the reason", () => {
  const data = escrowInterface.encodeErrorResult("ClockRanOut", [5, 7]) as Hex;
  const wrapped: [string, unknown][] = [
    ["in a JSON-RPC error", { code: 3, message: "execution reverted", data }],
    ["in ethers' CALL_EXCEPTION", { code: "CALL_EXCEPTION", data, transaction: { data: "0x1234" } }],
    ["in info.error.data", { code: "UNKNOWN_ERROR", info: { error: { code: 3, data }, payload: { data: "0x1234" } } }],
    ["in error.error.data", { error: { error: { code: -32_603, data } } }],
    ["in data.data", { code: -32_603, data: { code: 3, message: "execution reverted", data } }],
    ["in data.originalError.data", { code: -32_603, data: { originalError: { code: 3, data } } }],
    ["in a chain of causes", new Error("outer", { cause: new Error("inner", { cause: { data } }) })],
    ["in a response body", { code: "SERVER_ERROR", info: { responseBody: JSON.stringify({ error: { data } }) } }],
    ["in a body", { error: { body: JSON.stringify({ error: { code: 3, data } }) } }],
    ["behind a word (Parity)", { code: -32_015, message: "VM execution error", data: `Reverted ${data}` }],
    ["behind a word, before others (Nethermind)", { code: -32_015, data: `err: ${data} (supplied gas 36000000)` }],
    ["in a message alone", { code: -32_000, message: `execution reverted: ${data}` }],
  ];
  for (const [where, error] of wrapped) {
    it(where, () => {
      const decoded = decodeError(error);
      expectError(decoded, ClockRanOutError, { clock: 5, time: 7 });
      expect(decoded.cause).to.equal(error);
    });
  }

  it("in an error that contains itself", () => {
    const error: Record<string, unknown> = { message: "loop" };
    error.error = error;
    error.data = { error, data };
    expectError(decodeError(error), ClockRanOutError);
  });

  it("as it is, when it is one already", () => {
    const error = new ClockRanOutError({ clock: 5, time: 7 });
    expect(decodeError(error)).to.equal(error);
    expect(decodeError(new Error("outer", { cause: error }))).to.equal(error);
  });

  it("and never takes calldata for revert data", () => {
    const error = {
      code: "CALL_EXCEPTION",
      data: null,
      transaction: { data },
      info: { payload: { params: [{ data }] } },
    };
    expectError(decodeError(error), TransactionRevertedError, { data: "0x", reason: undefined });
  });

  it("and the transaction that was mined", () => {
    const hash = keccak256("0x1234") as Hash;
    const error = { code: "CALL_EXCEPTION", data: null, receipt: { hash, status: 0 } };
    expectError(decodeError(error), TransactionRevertedError, { transaction: hash });
  });
});

describe("decodeError tells apart", () => {
  it("what the user refused", () => {
    expectError(decodeError({ code: "ACTION_REJECTED", action: "sendTransaction" }), UserRejectedError, {
      action: "sendTransaction",
    });
    expectError(decodeError({ code: 4001, message: "User denied transaction signature" }), UserRejectedError);
    expectError(decodeError({ info: { error: { code: 4001 } } }), UserRejectedError);
  });

  it("an account without the chain's coin", () => {
    expectError(decodeError({ code: "INSUFFICIENT_FUNDS" }), InsufficientGasFundsError);
    const message = "insufficient funds for gas * price + value";
    expectError(decodeError({ code: -32_000, message }), InsufficientGasFundsError);
    // An estimate with a fee, from an account that can pay no or too little gas: as Geth says it, and Anvil.
    for (const allowance of [" (0)", " (31250)", ": 0"]) {
      const message = `gas required exceeds allowance${allowance}`;
      expectError(decodeError({ code: -32_000, message }), InsufficientGasFundsError);
    }
    // The endpoint's own limit, which no money raises.
    const limit = decodeError({ code: -32_000, message: "gas required exceeds allowance (50000000)" });
    expectError(limit, RpcError, { reason: "refused" });
  });

  it("an endpoint that is down, slow, refusing or confused", () => {
    const cases: [unknown, RpcError["reason"]][] = [
      [{ code: "NETWORK_ERROR", message: "could not detect network" }, "unreachable"],
      [{ cause: { code: "ECONNREFUSED" }, message: "request failed" }, "unreachable"],
      [new TypeError("fetch failed"), "unreachable"],
      [{ code: "TIMEOUT", message: "request timeout" }, "timeout"],
      [{ name: "TimeoutError", message: "The operation was aborted" }, "timeout"],
      [{ code: -32_005, message: "limit exceeded" }, "refused"],
      [{ code: "SERVER_ERROR", message: "server response 503" }, "refused"],
      [{ code: "UNKNOWN_ERROR", error: { code: -32_602, message: "block range too large" } }, "refused"],
      [{ code: "NONCE_EXPIRED", message: "nonce has already been used" }, "refused"],
      [{ code: "BAD_DATA", message: "could not decode result data" }, "malformed"],
      [new SyntaxError("Unexpected token <"), "malformed"],
    ];
    for (const [error, reason] of cases) expectError(decodeError(error), RpcError, { reason });
  });

  it("a transaction that was replaced", () => {
    const replacement = keccak256("0x02") as Hash;
    const error = {
      code: "TRANSACTION_REPLACED",
      hash: replacement,
      replacement: { hash: replacement },
      cancelled: true,
    };
    expectError(decodeError(error), TransactionReplacedError, { transaction: undefined, replacement });
  });

  it("and keeps what it does not know", () => {
    const error = new Error("something else");
    const decoded = decodeError(error);
    expectError(decoded, UnexpectedError, { details: "something else" });
    expect(decoded.cause).to.equal(error);
    for (const odd of ["text of an error", undefined, null, 5]) {
      expect(decodeError(odd)).to.be.instanceOf(UnexpectedError);
      expect(decodeError(odd).cause).to.equal(odd);
    }
    expect(decodeError(new Error("x".repeat(10_000))).message).to.have.length.lessThan(400);
  });
});

describe("decodeError tells an endpoint's failure from a revert without data", () => {
  const start = serversOfEachTest();
  const data = "0x12345678";
  const call = { to: zeroAddress, data };

  /** What comes of a call and of an estimate where the endpoint answers like this; whatever a test asks must fail. */
  const failuresOf = async (answer: Answer, timeout = 60_000): Promise<MicroEscrowError[]> => {
    const { url } = await start(answer);
    const request = new FetchRequest(url);
    request.timeout = timeout;
    const provider = new JsonRpcProvider(request, 1, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
    const failures = [provider.call(call), provider.estimateGas(call)].map((asked) =>
      asked.then(() => expect.fail("it must fail"), decodeError),
    );
    return Promise.all(failures).finally(() => provider.destroy());
  };
  const answering =
    (error: unknown): Answer =>
    ({ body }, response) =>
      response.end(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(String(body)).id, error }));

  const endpoints: [string, object, RpcError["reason"], string][] = [
    ["an internal error", { code: -32_603, message: "Internal error" }, "refused", "Internal error"],
    ["nothing but a code", { code: -32_603 }, "refused", ""],
    ["no such block (Geth)", { code: -32_000, message: "header not found" }, "refused", "header not found"],
    [
      "no such state (Geth)",
      { code: -32_000, message: "missing trie node 12ab (path ) state 0x12ab is not available" },
      "refused",
      "missing trie node 12ab (path ) state 0x12ab is not available",
    ],
    [
      "no such state (Nethermind)",
      { code: -32_002, message: "No state available for block 5" },
      "refused",
      "No state available for block 5",
    ],
    [
      "no such state (Cosmos)",
      { code: -32_000, message: "EVM module does not exist on height 5" },
      "refused",
      "EVM module does not exist on height 5",
    ],
    [
      "too many requests (Infura)",
      { code: -32_005, message: "daily request count exceeded", data: { see: "https://example.org/limits" } },
      "refused",
      "daily request count exceeded",
    ],
    [
      "too many requests (Alchemy)",
      { code: 429, message: "Your app has exceeded its compute units per second capacity." },
      "refused",
      "Your app has exceeded its compute units per second capacity.",
    ],
    [
      "no time (Geth)",
      { code: -32_000, message: "execution aborted (timeout = 5s)" },
      "timeout",
      "execution aborted (timeout = 5s)",
    ],
    ["no node behind it", { code: -32_050, message: "connect ECONNREFUSED" }, "unreachable", "connect ECONNREFUSED"],
  ];
  for (const [what, error, reason, details] of endpoints) {
    it(`the endpoint's: ${what}`, async () => {
      for (const failure of await failuresOf(answering(error))) expectError(failure, RpcError, { reason, details });
    });
  }

  it("the endpoint's: an HTTP status, whatever its body says", async () => {
    for (const body of ["", "<html>", JSON.stringify({ error: { code: -32_603, message: "Internal error" } })]) {
      const failures = await failuresOf((_, response) => response.writeHead(503).end(body));
      for (const failure of failures) expectError(failure, RpcError, { reason: "refused" });
    }
  });

  it("the endpoint's: a connection that it breaks off", async () => {
    const failures = await failuresOf((_, response) => response.destroy());
    for (const failure of failures) expectError(failure, RpcError, { reason: "unreachable" });
  });

  it("the endpoint's: no answer in time", async () => {
    for (const failure of await failuresOf(() => {}, 20)) expectError(failure, RpcError, { reason: "timeout" });
  });

  const reverts: [string, object][] = [
    ["a revert (Geth)", { code: 3, message: "execution reverted", data: "0x" }],
    ["a revert by its code alone", { code: 3, message: "CONTRACT_EXECUTION_FAILED" }],
    ["a revert (older Geth, Infura, Alchemy)", { code: -32_000, message: "execution reverted" }],
    ["a revert (Ganache)", { code: -32_603, message: "VM Exception while processing transaction: revert" }],
    [
      "a revert (Hardhat)",
      { code: -32_603, message: "Error: Transaction reverted without a reason string", data: { data: "0x" } },
    ],
    [
      "a revert (MetaMask)",
      { code: -32_603, message: "Internal JSON-RPC error.", data: { code: -32_000, message: "execution reverted" } },
    ],
    ["a revert (OpenEthereum)", { code: -32_015, message: "VM execution error.", data: "Reverted 0x" }],
    [
      "a revert (Nethermind)",
      { code: -32_015, message: "VM execution error.", data: "err: revert (supplied gas 36000000)" },
    ],
    ["no gas left (Geth)", { code: -32_000, message: "out of gas" }],
    ["no gas left (Nethermind)", { code: -32_003, message: "out of gas" }],
    ["no gas left, estimated (Geth)", { code: -32_000, message: "gas required exceeds allowance (50000000)" }],
    [
      "no gas left, estimated (Anvil)",
      { code: -32_003, message: "out of gas: gas required exceeds allowance: 50000000" },
    ],
    ["an invalid opcode (Geth)", { code: -32_000, message: "invalid opcode: INVALID" }],
    ["an invalid opcode (Anvil)", { code: -32_003, message: "EVM error: InvalidFEOpcode" }],
    ["a jump to nowhere", { code: -32_000, message: "invalid jump destination" }],
    ["an empty stack", { code: -32_000, message: "stack underflow (0 <=> 1)" }],
    ["a full stack", { code: -32_000, message: "stack limit reached 1024 (1023)" }],
    ["a change where there may be none", { code: -32_000, message: "write protection" }],
    ["data that is not there", { code: -32_000, message: "return data out of bounds" }],
  ];
  for (const [what, error] of reverts) {
    it(`the call's: ${what}`, async () => {
      for (const failure of await failuresOf(answering(error))) {
        expectError(failure, TransactionRevertedError, { reason: undefined, data: "0x" });
      }
    });
  }

  it("and an account that cannot pay for the gas from both", async () => {
    for (const message of ["gas required exceeds allowance (0)", "out of gas: gas required exceeds allowance: 31250"]) {
      const failures = await failuresOf(answering({ code: -32_000, message }));
      for (const failure of failures) expectError(failure, InsufficientGasFundsError);
    }
  });

  it("in a wallet that only passes on what it heard", async () => {
    const cases: [unknown, RpcError["reason"] | undefined][] = [
      [new TypeError("Failed to fetch"), "unreachable"],
      [new Error("HTTP request failed. Status: 503"), "refused"],
      [{ code: -32_603, message: "Internal JSON-RPC error.", data: { code: -32_000, message: "busy" } }, "refused"],
      [new Error("execution reverted"), undefined],
    ];
    for (const [error, reason] of cases) {
      const wallet = {
        request: ({ method }: { method: string }) => (method === "eth_chainId" ? "0x1" : Promise.reject(error)),
      };
      const provider = new BrowserProvider(wallet as Eip1193Provider, 1, { cacheTimeout: -1 });
      const failure = await provider.call(call).then(() => expect.fail("it must fail"), decodeError);
      provider.destroy();
      if (reason === undefined) expectError(failure, TransactionRevertedError, { data: "0x" });
      else expectError(failure, RpcError, { reason });
    }
  });

  it("on a node, by what its EVM does", async () => {
    const node = await startNode();
    const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1 });
    try {
      // Less than 5,000,000 would look like all that the sender can pay for.
      const call = { to: stranger, gasLimit: 10_000_000 };
      // revert(0, 0); INVALID; a loop without an end; POP of an empty stack; a jump to nowhere.
      for (const code of ["0x60006000fd", "0xfe", "0x5b600056", "0x50", "0x600556"]) {
        await provider.send("hardhat_setCode", [stranger, code]);
        for (const asked of [provider.call(call), provider.estimateGas(call)]) {
          const failure = await asked.then(() => expect.fail("it must fail"), decodeError);
          expectError(failure, TransactionRevertedError, { reason: undefined, data: "0x" });
        }
      }
    } finally {
      await node.stop();
    }
    const failure = await provider.call({ to: stranger }).then(() => expect.fail("it must fail"), decodeError);
    provider.destroy();
    expectError(failure, RpcError, { reason: "unreachable" });
  });
});

describe("A client whose account has no coin", () => {
  it("says so, and sends nothing", async () => {
    const { ethers, escrow, funded } = await setUp();
    const agreement = await funded();
    const poor = Wallet.createRandom().connect(ethers.provider);
    const error = await escrow
      .connect(poor)
      .withdraw({ token: agreement.terms.token, account: zeroAddress })
      .then(() => expect.fail("it must fail"), decodeError);
    expectError(error, InsufficientGasFundsError);
  });
});
