/**
 * Funding without ether: the client signs, anybody sends. An entry of its own, for pages that offer it.
 *
 * @example
 * import { relayFunding, signFunding } from "@micro-escrow/sdk/gasless";
 */
import { concat, dataLength, hexlify, Interface, id, isAddress, randomBytes, type Signer, toBeHex } from "ethers";
import { type FundParameters, fundCall, fundingAmount } from "./actions/fund.js";
import { permitTypedData, readSignature } from "./actions/permit.js";
import {
  authorizationNonce,
  authorizationTypedData,
  fundWithAuthorizationCall,
  fundWithPermit2Call,
  type PaymentParameters,
  permit2Address,
  permit2TypedData,
  type SignedFundingParameters,
  signedFundingInterface,
} from "./actions/signedFunding.js";
import { toAddress, zeroAddress } from "./address.js";
import { type Agreement, agreementTypedData, type TypedData } from "./agreement.js";
import { checkObject, checkSigner } from "./check.js";
import { decodeResult, type Results } from "./decode.js";
import {
  CannotSignError,
  GaslessUnsupportedError,
  GateRefusedError,
  InsufficientBalanceError,
  InvalidAgreementError,
  InvalidParameterError,
  InvalidSignedActionError,
  PaymentRefusedError,
  PermitUnsupportedError,
  RpcError,
  SignatureExpiredError,
  TransactionRevertedError,
  UnauthorizedError,
  UnexpectedBalanceError,
  WrongChainError,
} from "./errors.js";
import { isOfToken, unlessTokenRefused } from "./funding.js";
import type { ISignedFunding } from "./generated/SignedFunding.js";
import { escrowInterface, tokenInterface } from "./interfaces.js";
import { getAgreementState, getTime } from "./reads.js";
import { callLatest, checkConnection, codeOf, type EscrowConnection } from "./rpc.js";
import { checkSignedFunding, signedFundingAddress } from "./signedFunding.js";
import { allowanceOf, balanceOf, checkCurrency, findDomain, permitTerms, read, separatorOf } from "./token.js";
import type { Address, Call, Hex } from "./types.js";
import { checkTime, isUint, validateAgreement } from "./validate.js";
import { type Actor, actorOf, type SendingOptions, send, signTypedData, simulate } from "./wallet.js";

export {
  authorizationNonce,
  authorizationTypedData,
  fundWithAuthorizationCall,
  fundWithPermit2Call,
  type PaymentParameters,
  permit2Address,
  permit2TypedData,
  type SignedFundingParameters,
  signedFundingInterface,
} from "./actions/signedFunding.js";
export { GaslessUnsupportedError, PaymentRefusedError } from "./errors.js";
export { checkSignedFunding, signedFundingAddress } from "./signedFunding.js";

/** How a client pays by signature: an ERC-3009 authorization of the token, or a transfer by Permit2. */
export type SignedPaymentMethod = "authorization" | "permit2";

/** A funding with everything that the client signs in it; anybody can relay it. Plain data: `JSON.stringify` keeps all of it. */
export interface SignedFunding {
  readonly payment: SignedPaymentMethod;
  readonly chainId: number;
  /** The contract SignedFunding. */
  readonly to: Address;
  /** Calldata, signatures included. */
  readonly data: Hex;
  /** The client. */
  readonly signer: Address;
  readonly token: Address;
  /** What the client pays, token base units, in decimal. */
  readonly amount: string;
  /** Unix seconds. An ERC-3009 authorization is void at or after it, a Permit2 transfer after it. */
  readonly deadline: number;
  /**
   * Only where the client's allowance for Permit2 was too low: its signature of the token's
   * `permit(signer, Permit2, amount, deadline)` (EIP-2612). Permit2 takes nothing out of that without the other signature.
   */
  readonly permit?: Hex;
}

/** Parameters of {@link signFunding}. */
export interface SignFundingParameters extends FundParameters {
  /**
   * "auto", the default: what the token offers, an authorization rather than Permit2. Permit2 needs an allowance of the
   * token; where it is too low, and the token has permits (EIP-2612), the client signs a permit of exactly the sum as well.
   */
  readonly payment?: SignedPaymentMethod | "auto";
  /** The payment is void after this time, Unix seconds; by default 4 hours after the newest block. */
  readonly deadline?: number;
  /** A SignedFunding of your own; by default the one of MicroEscrow, at the same address on every chain. */
  readonly signedFunding?: string;
}

/** Options of {@link relayFunding}. */
export interface RelayFundingOptions extends SendingOptions {
  /** A SignedFunding of your own; by default the one of MicroEscrow, at the same address on every chain. */
  readonly signedFunding?: string;
}

/** Hours, not years: a payment that nobody sent should not linger. Seconds. */
const SIGNATURE_PERIOD = 4 * 3_600;

const METHODS: readonly (SignedPaymentMethod | "auto")[] = ["auto", "authorization", "permit2"];

/**
 * Signs the funding of milestones, as the client, who needs no ether. Nothing is signed for what would fail now, and what was
 * signed is simulated. The wallet asks for one to three signatures: of the agreement, where the client has not accepted it
 * yet; of a permit, where Permit2 pays and may take too little (the result then has it as `permit`); and of the payment.
 *
 * A permit counts once, and the next can be made when it was used: what was signed with one is sent before more is signed.
 *
 * The payment ends with its deadline; the consent does not: it ends with `fundBy`, or when a party closes the agreement. What
 * was signed before a failure stays good for whoever has seen it, which is the endpoint that simulated it.
 *
 * @throws {InvalidAgreementError} When the agreement breaks a rule of the contract, or contradicts itself or its token.
 * @throws {UnauthorizedError} When the signer is not the client: only the client's own money is taken.
 * @throws {SignatureExpiredError} When the deadline has passed.
 * @throws {InsufficientBalanceError} When the client has too little of the token.
 * @throws {GaslessUnsupportedError} When the token cannot be paid by signature, or not in the way that was asked for.
 * @throws {CannotSignError} When neither token nor escrow would accept the client's signatures.
 * @throws {MicroEscrowError} What `fund` would fail with.
 * @example
 * const funding = await signFunding(escrow.connection, clientSigner, { agreement, indices: [0], freelancerSignature });
 * const json = JSON.stringify(funding); // to whoever sends it
 */
export async function signFunding(
  connection: EscrowConnection,
  signer: Signer,
  parameters: SignFundingParameters,
): Promise<SignedFunding> {
  checkConnection(connection);
  checkSigner(signer);
  const { agreement, indices, payment = "auto", freelancerSignature } = checkObject(parameters, "parameters");
  if (!METHODS.includes(payment)) throw new InvalidParameterError(payment, `is not one of ${METHODS.join(", ")}`);
  const problems = validateAgreement(agreement, { escrow: connection.escrow });
  if (problems.length > 0) throw new InvalidAgreementError({ problems });
  await checkCurrency(connection, agreement);
  const { client, token } = agreement.terms;
  const actor = await actorOf(connection, signer);
  if (actor.account !== client) throw new UnauthorizedError({ caller: actor.account, expected: client });

  const signedFunding = toAddress(parameters.signedFunding ?? signedFundingAddress());
  await checkSignedFunding(connection, signedFunding);
  const deadline = await deadlineOf(connection, parameters);
  const consents = freelancerSignature === undefined ? {} : { freelancerSignature };
  const direct = fundCall({ escrow: connection.escrow, agreement, indices, ...consents });
  // The gate and then the pull come last in the contract: where only these refuse a client who pays itself, all else is well.
  await simulate(actor, direct).catch((error) => error instanceof GateRefusedError || unlessTokenRefused(error));
  const amount = fundingAmount({ agreement, indices });
  const have = await balanceOf(connection, token, client);
  if (have < amount) throw new InsufficientBalanceError({ token, account: client, have, need: amount });
  await askGate(connection, agreement, signedFunding, amount);

  const what = { signedFunding, agreement, indices, nonce: BigInt(hexlify(randomBytes(32))), deadline };
  const ways = await waysToPay(connection, what, payment);
  const { clientConsented } = await getAgreementState(connection, agreement);
  const accepted = clientConsented
    ? {}
    : { clientSignature: await signTypedData(actor, agreementTypedData(agreement, connection)) };
  let failure: unknown;
  for (const { method, typedData, permitData } of ways) {
    try {
      const permit = permitData && { permit: await signTypedData(actor, permitData) };
      const signature = await signTypedData(actor, typedData);
      const { to, data } = builders[method]({ ...what, ...consents, ...accepted, signature });
      const { chainId } = connection;
      const paid = { signer: client, token, amount: `${amount}`, deadline };
      const funding: SignedFunding = { payment: method, chainId, to, data, ...paid, ...permit };
      const { call, permit: first } = callsOf(connection, funding, signedFunding);
      await explained<string>(first === undefined ? simulate(actor, call) : simulateInOrder(actor, [first.call, call]));
      return funding;
    } catch (error) {
      if (!(error instanceof CannotSignError || isOfPayment(error))) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** @throws {GateRefusedError} When the agreement's gate refuses SignedFunding as the payer, whom it will be asked about. */
async function askGate(
  { provider, escrow }: EscrowConnection,
  { id: agreementId, terms }: Agreement,
  payer: Address,
  amount: bigint,
): Promise<void> {
  const { gate } = terms;
  if (gate === zeroAddress) return;
  if ((await codeOf(provider, gate)) === "0x") throw new GateRefusedError({ gate, reason: "0x", words: undefined });
  const data = GATE.encodeFunctionData("check", [agreementId, terms, payer, amount]);
  try {
    await callLatest(provider, { to: gate, data, from: escrow });
  } catch (error) {
    if (error instanceof RpcError) throw error;
    const { data: reason, reason: words } = error as Partial<TransactionRevertedError>;
    throw new GateRefusedError({ gate, reason: reason ?? "0x", words }, { cause: error });
  }
}

const GATE = /* @__PURE__ */ new Interface([
  `function check(bytes32 id, ${escrowInterface.getFunction("agreementId").inputs[0]?.format("full")}, address payer, uint256 amount) view`,
]);

async function deadlineOf(connection: EscrowConnection, { deadline }: SignFundingParameters): Promise<number> {
  const time = await getTime(connection);
  if (deadline !== undefined && checkTime(deadline) <= time) throw new SignatureExpiredError({ deadline, time });
  return deadline ?? time + SIGNATURE_PERIOD;
}

const builders: Readonly<Record<SignedPaymentMethod, (parameters: SignedFundingParameters) => Call>> = {
  authorization: fundWithAuthorizationCall,
  permit2: fundWithPermit2Call,
};

interface WayToPay {
  readonly method: SignedPaymentMethod;
  readonly typedData: TypedData;
  /** The permit that the payment needs. */
  readonly permitData?: TypedData;
}

/** What the client can sign, the best first: an authorization needs no allowance at all. */
async function waysToPay(
  connection: EscrowConnection,
  what: PaymentParameters,
  wanted: SignedPaymentMethod | "auto",
): Promise<readonly WayToPay[]> {
  const ways: WayToPay[] = [];
  const reasons: string[] = [];
  const { token } = what.agreement.terms;
  if (wanted !== "permit2") {
    const domain = await authorizationDomain(connection, what);
    if (domain === undefined)
      reasons.push("it has no transfers by authorization (ERC-3009) whose EIP-712 domain is known");
    else {
      const { chainId } = connection;
      ways.push({ method: "authorization", typedData: authorizationTypedData({ ...what, chainId, domain }) });
    }
  }
  if (wanted !== "authorization") {
    const way = await wayByPermit2(connection, what);
    if (typeof way === "string") reasons.push(way);
    else ways.push(way);
  }
  if (ways.length === 0) throw new GaslessUnsupportedError({ token, reason: reasons.join(", and ") });
  return ways;
}

/** The token's EIP-712 domain, when it has ERC-3009; whether it takes a signature shows the simulation. */
async function authorizationDomain(connection: EscrowConnection, what: PaymentParameters) {
  const { token, client } = what.agreement.terms;
  const nonce = authorizationNonce({ ...what, chainId: connection.chainId });
  const state = AUTHORIZATION_STATE.encodeFunctionData("authorizationState", [client, nonce]);
  if ((await read(connection, token, state, "bool")) !== false) return undefined;
  return findDomain(connection, token, await separatorOf(connection, token));
}

/** A payment by Permit2; or what is missing for it, as the rest of a sentence. */
async function wayByPermit2(connection: EscrowConnection, what: PaymentParameters): Promise<WayToPay | string> {
  const { agreement, indices, deadline } = what;
  const { token, client } = agreement.terms;
  if ((await codeOf(connection.provider, permit2Address)) === "0x") return "this chain has no Permit2";
  const way = { method: "permit2", typedData: permit2TypedData({ ...what, chainId: connection.chainId }) } as const;
  const allowance = await allowanceOf(connection, token, client, permit2Address);
  const value = fundingAmount({ agreement, indices });
  if (allowance >= value) return way;
  try {
    const { domain, nonce } = await permitTerms(connection, { token, owner: client });
    // A permit sets the allowance, it does not add to it: the sum is enough, and after the payment nothing of it is left.
    const permit = { owner: client, escrow: permit2Address, value, nonce, deadline };
    return { ...way, permitData: permitTypedData({ domain, ...permit }) };
  } catch (error) {
    if (!(error instanceof PermitUnsupportedError)) throw error;
    const missing = `the client allowed Permit2 ${allowance} base units of the ${value} needed`;
    return `${missing}, which no permit (EIP-2612) can change: ${error.reason}`;
  }
}

/**
 * Sends a funding that a client signed. The signer pays the network fee, and nothing else. It is simulated first; the fee is lost
 * all the same when somebody else sends it first, or the client's balance, a gate or a wallet changes between the two.
 *
 * A funding with a permit takes two transactions: the permit, unless the allowance is there by then (anybody can send a permit),
 * and the funding. Before the first, both are simulated together.
 *
 * The token, the gate, and the client and the freelancer when they are contracts, have code in it, which can use up gas: a
 * relayer that serves everybody sets `maxGas`, which is for each of the transactions.
 *
 * @param funding Anything, for example out of JSON from outside.
 * @throws {WrongChainError} When it is for another chain.
 * @throws {WrongContractCallError} When SignedFunding funds another escrow than this one.
 * @throws {InvalidSignedActionError} When it is for another contract, or not what it says.
 * @throws {PaymentRefusedError} When the payment, or its permit, was used or cancelled before, is too late, or not the client's.
 * @throws {GasTooHighError} When a transaction would use more gas than `maxGas`.
 * @throws {MicroEscrowError} What `fund` would fail with.
 * @example
 * const options = { maxGas: 1_000_000n };
 * const { amount, milestones } = await relayFunding(escrow.connection, signer, JSON.parse(text), options);
 */
export async function relayFunding(
  connection: EscrowConnection,
  signer: Signer,
  funding: SignedFunding,
  options: RelayFundingOptions = {},
): Promise<Results["fund"]> {
  checkConnection(connection);
  checkSigner(signer);
  const { signedFunding = signedFundingAddress(), ...sending } = checkObject(options, "options");
  const contract = toAddress(signedFunding);
  const calls = callsOf(connection, funding, contract);
  await checkSignedFunding(connection, contract);
  const actor = await actorOf(connection, signer, sending);
  if (calls.permit !== undefined) await sendPermit(actor, calls.permit, calls.call);
  return decodeResult("fund", calls.direct, await explained(send(actor, calls.call)));
}

/** Sends the permit of a funding, unless what it allows is allowed already. */
async function sendPermit(actor: Actor, { call, owner, value }: PermitForPermit2, fund: Call): Promise<void> {
  const isAllowed = async () => (await allowanceOf(actor.connection, call.to, owner, permit2Address)) >= value;
  if (await isAllowed()) return;
  try {
    await explained(simulateInOrder(actor, [call, fund]));
    await send(actor, call);
  } catch (error) {
    if (!isOfPayment(error)) throw error;
    // Somebody else has sent it meanwhile, which is as good.
    if (await isAllowed()) return;
    throw await simulate(actor, call).then(
      () => error,
      (cause: unknown) => (isOfToken(cause) ? new PaymentRefusedError({ reason: PERMIT_REFUSED }, { cause }) : cause),
    );
  }
}

/** The client's permit of its token for Permit2. */
interface PermitForPermit2 {
  /** The call of the token. */
  readonly call: Call;
  readonly owner: Address;
  /** Token base units. */
  readonly value: bigint;
}

/** What is sent for a signed funding. */
interface FundingCalls {
  readonly call: Call;
  /** The call of `fund` that it makes. */
  readonly direct: Call;
  readonly permit: PermitForPermit2 | undefined;
}

/** The calls of a signed funding; what it says of itself is compared with what it does. */
function callsOf({ chainId, escrow }: EscrowConnection, funding: SignedFunding, contract: Address): FundingCalls {
  if (typeof funding !== "object" || funding === null) throw new InvalidSignedActionError("it is not an object");
  // Read once: what is compared is what is sent.
  const { data, to, permit, ...said } = { ...funding };
  if (!isUint(said.chainId, Number.MAX_SAFE_INTEGER)) throw new InvalidSignedActionError("it names no chain");
  if (said.chainId !== chainId) throw new WrongChainError({ actual: chainId, expected: said.chainId });
  if (addressOf(to) !== contract) throw new InvalidSignedActionError("it is for another contract than SignedFunding");
  const { name, what, payment } = argumentsOf(data);
  const { agreement, schedule, indices, freelancerSignature } = what;
  const facts = {
    payment: name === "fundWithAuthorization" ? "authorization" : "permit2",
    signer: agreement.client,
    token: agreement.token,
    amount: String(payment.amount),
    deadline: Number(payment.deadline),
  };
  const claims = { ...said, signer: addressOf(said.signer), token: addressOf(said.token) };
  for (const [key, fact] of Object.entries(facts)) {
    if (claims[key as keyof typeof facts] === fact) continue;
    throw new InvalidSignedActionError(`its ${key} is not the one that was signed`);
  }
  if (permit !== undefined && name !== "fundWithPermit2") {
    throw new InvalidSignedActionError("it has a permit, which its payment does not need");
  }
  const sum = indices.reduce((total, index) => total + (schedule[Number(index)]?.amount ?? 0n), 0n);
  if (sum !== payment.amount) throw new InvalidSignedActionError("its amount is not the sum of its milestones");
  const fund = escrowInterface.encodeFunctionData("fund", [agreement, schedule, indices, freelancerSignature]) as Hex;
  return {
    call: { to: contract, data, value: 0n },
    direct: { to: escrow, data: fund, value: 0n },
    permit: permit === undefined ? undefined : permitOf(what, payment, permit),
  };
}

/** What a permit allows stands in the payment: only its signature is its own. */
function permitOf(
  { agreement }: ISignedFunding.FundingStructOutput,
  { amount, deadline }: ISignedFunding.PaymentStructOutput,
  permit: Hex,
): PermitForPermit2 {
  const [owner, token] = [agreement.client as Address, agreement.token as Address];
  try {
    const { v, r, s } = readSignature(permit);
    const terms = [owner, permit2Address, amount, deadline] as const;
    const data = tokenInterface.encodeFunctionData("permit", [...terms, v, r, s]) as Hex;
    return { call: { to: token, data, value: 0n }, owner, value: amount };
  } catch (cause) {
    throw new InvalidSignedActionError("its permit is not an ECDSA signature", { cause });
  }
}

function addressOf(value: unknown): Address | undefined {
  return typeof value === "string" && isAddress(value) ? toAddress(value) : undefined;
}

/** The arguments of a call of SignedFunding that funds, written in the one way that ABI's encoders write them. */
function argumentsOf(data: Hex) {
  try {
    const call = signedFundingInterface.parseTransaction({ data });
    if (call?.name === "fundWithAuthorization" || call?.name === "fundWithPermit2") {
      const [what, payment]: [ISignedFunding.FundingStructOutput, ISignedFunding.PaymentStructOutput] =
        call.args.toArray() as never;
      const again = signedFundingInterface.encodeFunctionData(call.name as "fundWithPermit2", [what, payment]);
      if (again === data.toLowerCase()) return { name: call.name, what, payment };
    }
  } catch {
    // Not even that.
  }
  throw new InvalidSignedActionError("it is not a call of SignedFunding that funds");
}

/**
 * Makes calls one after the other in one simulation, where each sees what those before it did; it fails as the first of them
 * that fails. What is simulated is the creation of a contract whose code makes them: that asks nothing special of an endpoint.
 */
async function simulateInOrder({ account, connection }: Actor, calls: readonly Call[]): Promise<string> {
  const codeLength = 62 * calls.length + 1;
  const push = (value: number) => concat(["0x62", toBeHex(value, 3)]);
  let offset = codeLength;
  const code = calls.map(({ to, data }, position) => {
    const size = dataLength(data);
    const start = push(offset);
    offset += size;
    return concat([
      ...[push(size), start, "0x600039"], // CODECOPY: the calldata to memory, at 0
      ...["0x60006000", push(size), "0x6000600073", to, "0x5af1"], // CALL, with all gas
      ...[push(62 * (position + 1) - 1), "0x57"], // JUMPI to the JUMPDEST, when it worked
      "0x3d600060003e3d6000fd5b", // RETURNDATACOPY, REVERT with that; JUMPDEST
    ]);
  });
  const data = concat([...code, "0x00", ...calls.map((call) => call.data)]); // STOP
  return callLatest(connection.provider, { from: account, data });
}

// ---------------------------------------------------------------------------------------------------------- refusals

const NOT_CLIENTS = "the signature is not the client's, or not for this funding";

const AUTHORIZATION_STATE = /* @__PURE__ */ new Interface([
  "function authorizationState(address authorizer, bytes32 nonce) view returns (bool)",
]);

const USED = "it was used before, or cancelled";
const LATE = "its deadline has passed";
const NOT_MOVED = "the token refused the transfer: balance or allowance for Permit2 may be too low";
const PERMIT_REFUSED = "the token refuses its permit: it was used before, is too late, or is not the client's";

/** What Permit2 (SignatureTransfer), OpenZeppelin's ERC-3009 and USDC refuse a payment with, and what it means. */
const refusals: Readonly<Record<string, string>> = {
  "InvalidNonce()": USED,
  "SignatureExpired(uint256)": LATE,
  "InvalidSigner()": NOT_CLIENTS,
  "InvalidSignature()": NOT_CLIENTS,
  "InvalidSignatureLength()": NOT_CLIENTS,
  "InvalidContractSignature()": NOT_CLIENTS,
  TRANSFER_FROM_FAILED: NOT_MOVED,
  "ERC3009InvalidSignature()": NOT_CLIENTS,
  "ERC3009InvalidAuthorizationTime(uint256,uint256)": LATE,
  "ERC3009UsedAuthorization(address,bytes32)": USED,
  "FiatTokenV2: authorization is used or canceled": USED,
  "FiatTokenV2: authorization is expired": LATE,
  "FiatTokenV2: invalid signature": NOT_CLIENTS,
};

/** The same failure, in words where only its selector, or a token's own word, is known. */
async function explained<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof TransactionRevertedError)) throw error;
    // That of a mined transaction has what the same call failed with thereafter.
    const { data, reason } = error.cause instanceof TransactionRevertedError ? error.cause : error;
    const known = Object.entries(refusals).find(([what]) => what === reason || data.startsWith(id(what).slice(0, 10)));
    throw known === undefined ? error : new PaymentRefusedError({ reason: known[1] }, { cause: error });
  }
}

/** Whether it is the payment that fails, so that another kind of payment may do: refused, or taken without a transfer. */
function isOfPayment(error: unknown): boolean {
  return [PaymentRefusedError, UnexpectedBalanceError].some((kind) => error instanceof kind) || isOfToken(error);
}
