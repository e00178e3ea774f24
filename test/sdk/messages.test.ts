/** What errors say: times that people can read, what to do next, and who is to blame. */
import * as sdk from "@micro-escrow/sdk";
import {
  type AgreementId,
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
  InvalidValueError,
  MicroEscrowError,
  Outcome,
  outcomeName,
  RpcError,
  SignatureExpiredError,
  Status,
  statusName,
  TransactionRevertedError,
  UserRejectedError,
  WrongChainError,
  WrongStatusError,
} from "@micro-escrow/sdk";
import * as arbiters from "@micro-escrow/sdk/arbiters";
import * as firstInstance from "@micro-escrow/sdk/first-instance";
import * as gasless from "@micro-escrow/sdk/gasless";
import * as stored from "@micro-escrow/sdk/history";
import * as keeper from "@micro-escrow/sdk/keeper";
import * as react from "@micro-escrow/sdk/react";
import * as storage from "@micro-escrow/sdk/storage";
import * as verifier from "@micro-escrow/sdk/verifier";
import * as wallets from "@micro-escrow/sdk/wallets";
import { expect } from "chai";
import { AbiCoder, concat, type ErrorFragment, type Interface, JsonRpcProvider, keccak256 } from "ethers";
import { refusalOf } from "../../sdk/dist/arbiters/contract.js";
import { EXPLANATIONS } from "../../sdk/dist/arbiters/errors.js";
import { rpcError } from "./chain.ts";
import { account, stranger } from "./pure.ts";

const CLOCK = 1_801_648_800;
const LATER = CLOCK + 60;
const AT_CLOCK = "2027-02-03 10:00:00 UTC (1801648800)";
const AT_LATER = "2027-02-03 10:01:00 UTC (1801648860)";

describe("Errors say", () => {
  it("a time that no date holds as Unix seconds", () => {
    expect(new ClockRanOutError({ clock: 2 ** 43, time: 0 }).message).to.contain("Unix time 8796093022208 (");
  });

  it("one full stop at the end, whatever the reason ends with", () => {
    const reverted = new TransactionRevertedError({ reason: "paused. ", data: "0x", transaction: undefined });
    expect(reverted.message).to.match(/^Reverted: paused\. It /);
    expect(new InvalidDeliverableError("it is empty. ").message).to.match(/: it is empty\. Correct /);
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

/** An error of each class, and all that it says. */
const messages: readonly (readonly [MicroEscrowError, string])[] = (() => {
  const [A, B] = [account("A"), account("B")];
  const [X, Y] = [keccak256("0x12") as Hash, keccak256("0x34") as Hash];
  const id = X as AgreementId;
  const hashes = { actual: X, expected: Y };
  const owed = { have: 5n, need: 7n };
  const advice = { advice: "Write another." };
  const error = new sdk.EmptyScheduleError();
  const problem = { path: "schedule", message: "There is no milestone.", advice: "Name one at least.", error };
  return [
    [new sdk.AddressEmptyCodeError({ target: A }), `There is no contract at ${A}: check the address and the chain.`],
    [
      new AgreementMismatchError({ member: "milestones", ...hashes }),
      `The agreement was altered: the hash of its schedule (milestones) should be ${Y}, but is ${X}. Ask the other party for the file again.`,
    ],
    [
      new sdk.AmountOutOfRangeError({ amount: 9n, minimum: 1n, maximum: 8n }),
      "The amount 9 must be between 1 and 8 (base units).",
    ],
    [
      new sdk.AmountOutOfRangeError({ amount: 1n, minimum: 1n, maximum: 0n }),
      "The amount 1 is too much: so little is held that nothing can be given (base units).",
    ],
    [
      new sdk.ArbiterFeeTooHighError({ arbiterFeeBps: 1_001, maximum: 1_000 }),
      "The arbiter fee of 1001 basis points is above the maximum of 1000: agree on less.",
    ],
    [
      new arbiters.ArbiterRefusedError({ arbiter: A, reason: "NotOnPanel", values: { account: B } }),
      `The arbiter at ${A} refused (NotOnPanel, account ${B}): the account is neither a member of the panel nor a substitute.`,
    ],
    [
      new arbiters.ArbiterRefusedError({ arbiter: A, reason: "Closed", values: { index: 1n, until: 5n } }),
      `The arbiter at ${A} refused (Closed, index 1, until 5): see the contract's documentation.`,
    ],
    [
      new sdk.CannotSignError({ account: A, reason: "its wallet signs no typed data" }),
      `${A} cannot sign: its wallet signs no typed data. Record its consent or send its action as a transaction of its own instead (accept, or the verb itself).`,
    ],
    [
      new ClockNotLaterError({ newClock: CLOCK, currentClock: LATER, time: CLOCK }),
      `The new clock, ${AT_CLOCK}, must be later than the present one, ${AT_LATER}, and than now, ${AT_CLOCK}.`,
    ],
    [
      new ClockRanOutError({ clock: CLOCK, time: LATER }),
      `The time for this ended at ${AT_CLOCK}, and it is ${AT_LATER}: anybody can finalize the milestone now; see availableActions for what else is possible.`,
    ],
    [
      new ClockStillRunningError({ clock: LATER, time: CLOCK }),
      `This can be finalized from ${AT_LATER} on, and it is ${AT_CLOCK}: wait until then, or let the parties end it earlier (approve, refund or settle).`,
    ],
    ...(
      [
        ["nothing", 500, "Nothing happened. Simulate its calls one by one to see why, and send it again."],
        [
          "part",
          600,
          "Some of its calls happened. Read the milestones and the allowance from the chain, and send only what is missing.",
        ],
        [
          undefined,
          300,
          "Some of its calls may have happened. Read the milestones and the allowance from the chain, and send only what is missing.",
        ],
      ] as const
    ).map(
      ([happened, status, advice]) =>
        [
          new wallets.BatchFailedError({ status, happened, transactions: [] }),
          `The batch failed (status ${status}). ${advice}`,
        ] as const,
    ),
    ...(
      [
        ["method", "it does not know wallet_sendCalls"],
        ["atomicity", "it cannot make sure that all calls happen or none"],
        ["upgrade", "its user did not want the account to be made one that can"],
        ["chain", "not on this chain"],
        ["capability", "it lacks a capability that was asked for"],
        ["size", "there are too many calls"],
      ] as const
    ).map(
      ([reason, words]) =>
        [
          new wallets.BatchUnsupportedError({ reason }),
          `The wallet cannot send this batch: ${words}. Send the calls one after the other, or those of the escrow in its own multicall.`,
        ] as const,
    ),
    [
      new keeper.ConfigurationError({
        file: "services.json",
        path: "keeper.accounts[1]",
        problem: "must be an address",
      }),
      "In services.json, keeper.accounts[1] must be an address.",
    ],
    [
      new keeper.ConfigurationError({ file: "services.json", path: "", problem: "is not JSON" }),
      "The configuration services.json is not JSON.",
    ],
    [
      new storage.ContentMismatchError(hashes),
      `The storage gave other bytes: they hash to ${X}, not to ${Y}. Do not use them; read from another storage.`,
    ],
    [
      new storage.ContentMissingError({ hash: X }),
      `The storage does not have ${X}: read from another one, or ask whoever made it to store it there.`,
    ],
    [
      new storage.ContentTooLargeError({ hash: X, limit: 10, during: "reading" }),
      `${X} is larger than what is read at most, which is 10 bytes: allow more (maxSize) if you expect as much.`,
    ],
    [
      new storage.ContentTooLargeError({ hash: X, limit: 10, during: "writing" }),
      `${X} is larger than what the storage takes, which is 10 bytes: split it into several files, or use another storage.`,
    ],
    [
      new storage.ContentTooLargeError({ hash: X, limit: undefined, during: "writing" }),
      `${X} is larger than what the storage takes: split it into several files, or use another storage.`,
    ],
    [
      new sdk.DefaultShareTooHighError({ defaultShareBps: 10_001, maximum: 10_000 }),
      "The default share of 10001 basis points is above the maximum of 10000: agree on less.",
    ],
    [
      new sdk.DeliverableMismatchError(hashes),
      `These are not the bytes that were submitted: they hash to ${X}, not to ${Y}. Ask for the file that was submitted.`,
    ],
    [
      new sdk.DeploymentFailedError("it put no code there"),
      "Deployment failed: it put no code there. Deploy again when that is mended.",
    ],
    [new sdk.EmptyMulticallError(), "Name at least one call for the multicall."],
    [new sdk.EmptyScheduleError(), "The schedule has no milestone: name at least one."],
    [new sdk.FailedCallError(), "A call inside the multicall failed without a reason: try its calls one by one."],
    [
      new sdk.FeeTooHighError({ feeBps: 1_001, maximum: 1_000 }),
      "The platform fee of 1001 basis points is above the maximum of 1000: agree on less.",
    ],
    [new sdk.FeeWithoutRecipientError({ feeBps: 250 }), "A platform fee of 250 basis points needs a recipient."],
    [
      new sdk.ForbiddenAccountError({ account: A }),
      `${A} is the escrow or the token, which cannot be a party or receive payments: name another account.`,
    ],
    [
      new sdk.FundingClosedError({ id }),
      `Agreement ${X} was closed: nothing more can be funded. Make a new agreement.`,
    ],
    [
      new FundingExpiredError({ fundBy: CLOCK, time: LATER }),
      `The agreement could be funded until ${AT_CLOCK}, and it is ${AT_LATER}: make a new agreement.`,
    ],
    [
      new react.MissingEscrowProviderError(),
      "There is no escrow for this hook: put <EscrowProvider escrow={escrow}> around the component, with what MicroEscrow.connect gave.",
    ],
    [
      new gasless.GaslessUnsupportedError({ token: A, reason: "this chain has no Permit2" }),
      `The token ${A} cannot be paid by signature alone: this chain has no Permit2. Let the client approve Permit2 once, where there is one, or fund with an account that pays the network fee.`,
    ],
    [
      new gasless.PaymentRefusedError({ reason: "its deadline has passed" }),
      "The signed payment is refused: its deadline has passed. Ask the client for a new one.",
    ],
    [
      new sdk.GateRefusedError({ gate: A, reason: "0x", words: undefined }),
      `The gate ${A} refused this funding (no reason given): ask whoever runs it what it wants.`,
    ],
    [
      new sdk.GateRefusedError({ gate: A, reason: "0x12345678aabb", words: undefined }),
      `The gate ${A} refused this funding (unknown error 0x12345678): ask whoever runs it what it wants.`,
    ],
    [
      new sdk.GateRefusedError({ gate: A, reason: "0x12345678aabb", words: "not on the list" }),
      `The gate ${A} refused this funding ("not on the list"): ask whoever runs it what it wants.`,
    ],
    [
      new stored.HistoryMismatchError({ member: "chainId", actual: "1", expected: "8453" }),
      'The storage holds another history: its chain is "1", not "8453". Use a storage of its own for each, or clear this one.',
    ],
    [
      new stored.HistoryReorganizedError({ block: 7, ...hashes }),
      `Block 7 was stored as final with hash ${Y}, and is ${X}: a development node was restarted, the URL leads to another chain or to a node that is behind, or the finality is too low. Check that; then sync with ifReorganized: "start anew", and book anew what you took from the old history.`,
    ],
    [
      new stored.HistoryReorganizedError({ block: 7, actual: undefined, expected: Y }),
      `Block 7 was stored as final with hash ${Y}, and is not there: a development node was restarted, the URL leads to another chain or to a node that is behind, or the finality is too low. Check that; then sync with ifReorganized: "start anew", and book anew what you took from the old history.`,
    ],
    [
      new stored.HistoryStorageError("there is no room left"),
      "The storage failed: there is no room left. What it holds is as it was before; use another storage, or try again.",
    ],
    [
      new sdk.IncompleteHistoryError({ id, details: "submission 2" }),
      `The RPC endpoint left out events of agreement ${X} (submission 2): try again, or use another endpoint.`,
    ],
    [
      new sdk.InsufficientAllowanceError({ token: A, spender: B, ...owed }),
      `${B} may spend 5 of the token ${A}, but needs 7 (base units): approve that amount first, or let fund choose (payment: "auto").`,
    ],
    [
      new sdk.InsufficientBalanceError({ token: A, account: B, ...owed }),
      `${B} has 5 of the token ${A}, but needs 7 (base units): send it the rest first.`,
    ],
    [
      new sdk.GasTooHighError({ estimate: 900_000n, maximum: 500_000n }),
      "The transaction would use 900000 gas, and may use 500000 at most (maxGas). It was not sent: look at whose code is called in it before you allow it more.",
    ],
    [
      new InsufficientGasFundsError(),
      "The account cannot pay the network fee: send it some of the chain's own coin. The transaction was not sent.",
    ],
    [new sdk.InvalidAddressError("me", "is a name", advice), '"me" is a name. Write another.'],
    [
      new sdk.InvalidAgreementError({ problems: [problem] }),
      "The agreement is not valid. schedule: There is no milestone. Name one at least.",
    ],
    [
      new sdk.InvalidAgreementFileError("it is not JSON"),
      "This is not an agreement file: it is not JSON. Ask whoever sent it for the file again.",
    ],
    [new sdk.InvalidAmountError("1,5", "is not an amount", advice), '"1,5" is not an amount. Write another.'],
    [
      new InvalidDeliverableError("it is empty"),
      "The deliverable is not valid: it is empty. Correct that, and try again.",
    ],
    [new sdk.InvalidDurationError("soon", "is no duration", advice), '"soon" is no duration. Write another.'],
    [new sdk.InvalidHashError("0x", "is no hash", advice), '"0x" is no hash. Write another.'],
    [
      new stored.InvalidHistoryError("its second page is damaged"),
      "The storage does not hold a whole history: its second page is damaged. Clear it (storage.clear()), and sync again.",
    ],
    [
      new sdk.InvalidMilestoneError({ index: 1, amount: 0n, workPeriod: 60 }),
      "Milestone 1 needs an amount (0) and a work period (60 s) greater than 0.",
    ],
    [
      new sdk.InvalidScopeError("scope.title", "an empty text"),
      "The scope cannot hold an empty text (at scope.title): change it, or leave it out.",
    ],
    [new sdk.InvalidShareError("101%", "is too much", advice), '"101%" is too much. Write another.'],
    [
      new sdk.InvalidShortStringError(),
      "A short string of the contract is malformed: make sure that it is MicroEscrow.",
    ],
    [
      new sdk.InvalidSignatureError({ signer: A, digest: X }),
      `${A} did not sign this (digest ${X}): the signature is for something else, or the state has changed since. Ask for a new one.`,
    ],
    [
      new sdk.InvalidSignedActionError("it names no chain"),
      "The signed action cannot be relayed: it names no chain. Ask its signer for a new one.",
    ],
    [new sdk.InvalidParameterError("no", "is no parameter", advice), '"no" is no parameter. Write another.'],
    [new sdk.InvalidSubmissionError(0, "is no submission", advice), '"0" is no submission. Write another.'],
    [new sdk.InvalidTimeError(-1, "is no time", advice), '"-1" is no time. Write another.'],
    [
      new keeper.KeyError("There is no file key.json: name the keystore."),
      "There is no file key.json: name the keystore.",
    ],
    [
      new keeper.ListenError({ at: "127.0.0.1:9101", reason: "the port is taken" }),
      "Nothing can listen at 127.0.0.1:9101: the port is taken. Another process with this configuration may run; else change listen.",
    ],
    [
      new sdk.MilestoneOutOfRangeError({ index: 3, length: 3 }),
      "There is no milestone 3: name one of the 3 in the schedule, counted from 0.",
    ],
    [
      new sdk.MissingEventError({ event: "MilestoneFunded", transaction: X }),
      `Transaction ${X} has no MilestoneFunded event of this escrow: look at what it did before you send anything again.`,
    ],
    [
      new sdk.MissingPartyError({ client: A, freelancer: A, arbiter: A, token: B }),
      `Client (${A}), freelancer (${A}), arbiter (${A}) and token (${B}) must all be set.`,
    ],
    [new sdk.MissingProviderError(), "The signer has no provider: connect it to one (signer.connect(provider))."],
    [new sdk.MissingSignerError(), "This needs a signer: call escrow.connect(signer) first."],
    [
      new sdk.NoCodeError({ address: A, chainId: 10 }),
      `There is no contract at ${A} on chain 10: deploy it there, or connect to another chain or address.`,
    ],
    [
      new verifier.ModelPackagesMissingError({ packages: ["ai", "zod"] }),
      "A model is configured, and what speaks with it is not installed with the SDK: run `npm install ai zod` (it needs Node 22 or later).",
    ],
    [
      new sdk.NotAPartyError({ account: A }),
      `${A} is not one of those who may do this by the agreement: act as the client or the freelancer (for evidence also as the arbiter or the verifier).`,
    ],
    [
      new sdk.NotAcceptedError({ party: A }),
      `${A} has not accepted the agreement: pass its signature, or let it call accept.`,
    ],
    [
      new sdk.NotConfirmedError({ index: 1, block: 8, safeBlock: 7 }),
      "What you decide on (milestone 1) is in block 8, but the newest safe block is 7: try again later, or choose how many confirmations are enough.",
    ],
    [
      new sdk.NotEnoughGasError({ available: 5n, required: 7n }),
      "Only 5 gas was left for a payment, 7 must be: send the transaction with a higher gas limit.",
    ],
    [
      new sdk.NotMinedError({ transaction: X, patience: 60 }),
      `Transaction ${X} was sent, and was not mined within 60 s. It may still be: look it up before you send anything again.`,
    ],
    [
      new storage.NotAScopeError({ hash: X, reason: "it is not JSON" }),
      `The document ${X} is not a scope: it is not JSON. Read it as it is with getContent, and ask whoever made the agreement for its scope.`,
    ],
    [new sdk.NothingToFundError(), "Name at least one milestone to fund."],
    [
      new sdk.PartiesNotDistinctError({ client: A, freelancer: A, arbiter: B }),
      `Client (${A}), freelancer (${A}) and arbiter (${B}) must be three different accounts.`,
    ],
    [
      new sdk.PermitUnsupportedError({ token: A, reason: "the payer has code" }),
      `The token ${A} cannot be paid by permit: the payer has code. Use payment "approve" or "auto".`,
    ],
    [
      new sdk.ReentrantCallError(),
      "The escrow was called while it was working: the token calls back and cannot be used; take another.",
    ],
    [
      new RpcError({ reason: "refused", details: "nonce too low" }),
      "The RPC endpoint failed (refused): nonce too low. Try again, or use another endpoint; if a transaction was being sent, look it up before you send it again.",
    ],
    [
      new sdk.SafeERC20FailedOperationError({ token: A }),
      `The token ${A} refused the transfer without saying why: check balance and allowance, and whether it is paused or blocks an account.`,
    ],
    [
      new sdk.ScheduleMismatchError(hashes),
      `The schedule hashes to ${X}, but the agreement names ${Y}: take terms and schedule from the same agreement.`,
    ],
    [
      new SignatureExpiredError({ deadline: CLOCK, time: LATER }),
      `The signature was good until ${AT_CLOCK}, and it is ${AT_LATER}: ask for a new one.`,
    ],
    [
      new keeper.StateTakenError({ file: "/var/lib/keeper.journal" }),
      "Another process writes /var/lib/keeper.journal: this one stops. Give each service a state folder of its own, and start it once.",
    ],
    [
      new storage.StorageFailedError({ reason: "refused", details: "disk full" }),
      "The storage failed (refused): disk full. Try again, or use another storage.",
    ],
    [new sdk.StringTooLongError({ text: "x" }), 'The string "x" is too long: shorten it to 31 bytes.'],
    [
      new sdk.TokenRefusedError({ error: "ERC20InvalidReceiver", account: A }),
      `The token refused: ERC20InvalidReceiver (${A}). To go on, use another account or another token.`,
    ],
    [
      new sdk.TokenRefusedError({ error: "ERC2612ExpiredSignature", account: undefined }),
      'The token refused: ERC2612ExpiredSignature. To go on, sign a new permit, or use payment "approve".',
    ],
    [
      new sdk.TokenWithoutCodeError({ token: A }),
      `There is no token contract at ${A}: connect to the chain that the agreement is for, or name the right token in a new one.`,
    ],
    [
      new storage.TooManyFilesError({ hash: X, count: 3, limit: 2 }),
      `The deliverable ${X} has 3 files, and at most 2 are read: allow more (maxFiles) if you expect as many.`,
    ],
    [
      new sdk.TooManySubmissionsError({ maximum: 255 }),
      "No more than 255 submissions are taken: dispute, settle or refund instead.",
    ],
    [
      new sdk.TransactionReplacedError({ transaction: X, replacement: Y }),
      `Transaction ${X} was replaced by ${Y}: what it was to do did not happen. Look at that one, then send it again.`,
    ],
    [
      new TransactionRevertedError({ reason: undefined, data: "0x", transaction: undefined }),
      "Reverted: no reason given. It changed nothing: check token, accounts and gas before you try again.",
    ],
    [
      new TransactionRevertedError({ reason: undefined, data: "0x12345678aabb", transaction: X }),
      `Reverted in ${X}: unknown error 0x12345678. It changed nothing: check token, accounts and gas before you try again.`,
    ],
    [
      new sdk.UnauthorizedError({ caller: A, expected: B }),
      `This is for ${B} to decide, not for ${A}: send it from there, or relay its signed action.`,
    ],
    [
      new sdk.UnexpectedBalanceError({ token: A, actual: 5n, expected: 7n }),
      `The token ${A} left the escrow with 5 instead of 7: a token that takes a fee on transfer cannot be used; take another.`,
    ],
    [
      new sdk.UnexpectedError({ details: "the moon fell" }),
      "the moon fell. See the cause, and look up what was sent before you try again.",
    ],
    [
      new sdk.UnknownAgreementError({ id }),
      `No agreement ${X} was opened here: nobody has accepted or funded it yet, or it is on another chain or escrow. Ask a party where it is.`,
    ],
    [
      new sdk.UnknownTokenError({ chainId: 10, token: "EURC" }),
      'The registry has no token "EURC" on chain 10: pass its address and decimals instead.',
    ],
    [
      new UserRejectedError({ action: "sendTransaction" }),
      "The request was refused in the wallet (sendTransaction), and was not sent: ask again, and confirm it there.",
    ],
    [
      new sdk.VerifierNotIndependentError({ verifier: A }),
      `The verifier ${A} must be neither the freelancer nor the arbiter.`,
    ],
    [
      new WrongChainError({ actual: 1, expected: 10 }),
      "Connected to chain 1, but chain 10 is needed: switch the network.",
    ],
    [
      new sdk.WrongContractCallError({ actual: A, expected: B }),
      `The call is for ${A}, not for the escrow ${B}: make it for this one, or connect to the other.`,
    ],
    [
      new sdk.WrongContractError({ address: A, ...hashes }),
      `The contract at ${A} is not the one that it should be: its code hashes to ${X}, not to ${Y}. Do not use it.`,
    ],
    [
      new sdk.WrongDomainError({ field: "version", actual: "2", expected: "1" }),
      'The contract signs under another EIP-712 domain: version is "2", not "1". Sign nothing for it.',
    ],
    [
      new WrongStatusError({ index: 1, actual: Status.Submitted, allowed: [Status.None] }),
      "Milestone 1 was funded before, and is Submitted now: fund the others without it.",
    ],
    [
      new WrongStatusError({ index: 1, actual: Status.None, allowed: [Status.Submitted, Status.ChangesRequested] }),
      "Milestone 1 is None; this needs Submitted or ChangesRequested: see availableActions for what is possible now.",
    ],
    [
      new sdk.WrongSubmissionError({ actual: 1, expected: 2 }),
      "This decides about submission 1, but the current one is 2: look at that first.",
    ],
    [
      new sdk.ZeroPeriodError({ reviewPeriod: 0, reworkPeriod: 1, arbitrationPeriod: 2 }),
      "Review (0 s), rework (1 s) and arbitration period (2 s) must be greater than 0.",
    ],
  ];
})();

describe("Every error", () => {
  const services = { ...firstInstance, ...keeper, ...verifier };
  const entries = { ...sdk, ...arbiters, ...gasless, ...stored, ...react, ...storage, ...wallets, ...services };
  const classes = Object.entries(entries).filter(([, value]: [string, unknown]) => {
    return typeof value === "function" && value.prototype instanceof MicroEscrowError && value !== InvalidValueError;
  });

  it("has a line in the table of messages", () => {
    const listed = new Set<unknown>(messages.map(([error]) => error.constructor));
    expect(classes.filter(([, value]) => !listed.has(value)).map(([name]) => name)).to.deep.equal([]);
    expect(classes.length).to.be.greaterThan(70);
  });

  for (const [error, message] of messages) {
    it(`says what is wrong and what to do: ${error.code}`, () => expect(error.message).to.equal(message));
  }

  it("that a reverted transaction ends in says what to do once", () => {
    const cause = new WrongStatusError({ index: 1, actual: Status.None, allowed: [Status.Submitted] });
    const reverted = { reason: cause.message, data: "0x", transaction: undefined } as const;
    expect(new TransactionRevertedError(reverted, { cause }).message).to.equal(`Reverted: ${cause.message}`);
  });
});

describe("What an arbiter refuses", () => {
  const arbiter = account("arbiter");
  const { appealableArbiterInterface, klerosArbiterInterface, panelArbiterInterface } = arbiters;
  const abis: readonly Interface[] = [panelArbiterInterface, appealableArbiterInterface, klerosArbiterInterface];
  const coder = AbiCoder.defaultAbiCoder();

  /** What the SDK makes of a revert with an error whose values are as good as any. */
  function refusal(abi: Interface, error: ErrorFragment): MicroEscrowError {
    const values = error.inputs.map(({ type }) => {
      return type === "address" ? arbiter : type === "string" ? "text" : type === "bytes32" ? keccak256("0x12") : 1n;
    });
    return refusalOf(decodeError({ data: abi.encodeErrorResult(error, values) }), abi, arbiter) as MicroEscrowError;
  }

  it("is explained, each error of the contracts that has no class of its own", () => {
    const [explained, unexplained] = [new Set<string>(), new Set<string>()];
    for (const abi of abis) {
      abi.forEachError((error) => {
        const { code, message } = refusal(abi, error);
        if (code !== "ArbiterRefused")
          return expect(code, error.name).to.equal(
            error.name === "ReentrancyGuardReentrantCall" ? "ReentrantCall" : error.name,
          );
        expect(message).to.contain(`refused (${error.name}`);
        (message.endsWith("see the contract's documentation.") ? unexplained : explained).add(error.name);
      });
    }
    expect([...unexplained]).to.deep.equal([]);
    // No explanation is of an error that no contract has any more.
    expect([...explained].sort()).to.deep.equal(Object.keys(EXPLANATIONS).sort());
  });

  it("is not taken for what a token or the court said in words, or for a panic", () => {
    const data = concat(["0x08c379a0", coder.encode(["string"], ["Pausable: paused"])]);
    const panic = concat(["0x4e487b71", coder.encode(["uint256"], [0x11])]);
    for (const [reverted, reason] of [
      [data, "Pausable: paused"],
      [panic, "panic 0x11"],
    ] as const) {
      const error = decodeError({ data: reverted });
      expect(refusalOf(error, panelArbiterInterface, arbiter)).to.equal(error);
      expect(error).to.be.instanceOf(TransactionRevertedError);
      expect(error).to.include({ reason });
    }
  });

  it("is not read out of what is too short for it, or holds no such values", () => {
    const selector = panelArbiterInterface.getError("NotOnPanel")?.selector ?? expect.fail("no such error");
    for (const data of [
      "0x12",
      "0x12345678",
      selector,
      `${selector}1234`,
      `${selector}${"ff".repeat(32)}`,
      "0x08c379a01234",
    ]) {
      const error = decodeError({ data });
      expect(error).to.be.instanceOf(TransactionRevertedError);
      expect(refusalOf(error, panelArbiterInterface, arbiter)).to.equal(error);
    }
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
