/**
 * Accounts with code whose owner has a key: smart accounts, and accounts that delegated (EIP-7702). Many of them accept only
 * signatures that nest what they are of in typed data of the account's own domain (ERC-7739), so that one owner's signature
 * cannot be used for two accounts.
 */
import {
  AbiCoder,
  AbstractSigner,
  concat,
  Interface,
  type Provider,
  type Signer,
  type TransactionRequest,
  type TransactionResponse,
  type TypedDataDomain,
  TypedDataEncoder,
  type TypedDataField,
  toBeHex,
  toUtf8Bytes,
} from "ethers";
import { checkSignature } from "./actions/action.js";
import { toAddress } from "./address.js";
import type { TypedData } from "./agreement.js";
import { type BatchCall, checkCalls } from "./batch.js";
import { checkObject, checkSigner, checkText } from "./check.js";
import { chainIdOf } from "./connect.js";
import { CannotSignError, InvalidParameterError, MissingProviderError, NoCodeError } from "./errors.js";
import { callLatest, codeOf, decodeView } from "./rpc.js";
import { digestOf, isOfEndpoint } from "./signatures.js";
import type { Address, Hex } from "./types.js";

/** What this module calls of an account: by ERC-1271, EIP-5267 and ERC-7821. */
const accountInterface = /* @__PURE__ */ new Interface([
  "function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)",
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
  "function execute(bytes32 mode, bytes executionData) payable",
  "function supportsExecutionMode(bytes32 mode) view returns (bool)",
]);

/** By this hash, with an empty signature, an account is asked whether it nests; it then answers 0x7739 and a version. */
const NESTING_QUESTION = `0x${"7739".repeat(16)}`;
const NESTING_ANSWER = "0x7739";

/** ERC-7821: a batch of calls, of which all happen or none. */
const BATCH_MODE = `0x01${"0".repeat(62)}`;
const YES = `0x${"1".padStart(64, "0")}`;

/** The struct that nests what is signed, but for its first member. */
const NESTED = "TypedDataSign";
const membersOfDomain: readonly TypedDataField[] = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
  { name: "salt", type: "bytes32" },
];

/** The EIP-712 domain of an account, all of it, as its `eip712Domain` (EIP-5267) answers. */
export interface AccountDomain {
  readonly name: string;
  readonly version: string;
  readonly chainId: bigint;
  readonly verifyingContract: string;
  readonly salt: string;
}

/**
 * What the owner of an account signs in place of this typed data, where the account nests (ERC-7739): the same data, and
 * beside it the account's domain. {@link AccountSigner} does it all; this is for other ways to sign.
 *
 * @throws {InvalidParameterError} When it is not typed data, or nested already.
 * @example
 * const typedData = acceptTypedData({ ...escrow.connection, agreement });
 * const salt = `0x${"00".repeat(32)}`;
 * const domain = { name: "SmartAccount", version: "1", chainId: 8453n, verifyingContract: freelancer, salt };
 * const { types, message } = nestedTypedData(typedData, domain);
 * const byOwner = await signer.signTypedData(typedData.domain, types, message);
 * const freelancerSignature = nestedSignature(typedData, byOwner as Hex);
 */
export function nestedTypedData(typedData: TypedData, account: AccountDomain): TypedData {
  const { domain, types, primaryType, message } = checkTypedData(typedData);
  if (NESTED in types) throw new InvalidParameterError(NESTED, "is in the typed data: it is nested already");
  const { name, version, chainId, verifyingContract, salt } = checkObject(account, "the domain of an account");
  return checkTypedData({
    domain,
    types: { ...types, [NESTED]: [{ name: "contents", type: primaryType }, ...membersOfDomain] },
    primaryType: NESTED,
    message: { contents: message, name, version, chainId, verifyingContract: toAddress(verifyingContract), salt },
  });
}

/**
 * The owner's signature of {@link nestedTypedData} as the account accepts it: with what the account needs to nest the data
 * itself.
 *
 * @param typedData What is signed, not nested.
 * @throws {InvalidParameterError} When it is not typed data.
 * @throws {InvalidHashError} When the signature is not hexadecimal.
 * @example
 * const typedData = acceptTypedData({ ...escrow.connection, agreement });
 * const freelancerSignature = nestedSignature(typedData, signature);
 */
export function nestedSignature(typedData: TypedData, signature: Hex): Hex {
  const { domain, types, primaryType, message } = checkTypedData(typedData);
  const nested = { ...types, [NESTED]: [{ name: "contents", type: primaryType }] };
  // "TypedDataSign(Agreement contents)Agreement(…)Milestone(…)": the types in the order in which the account hashes them.
  const [, contentsType = ""] = /^[^)]*\)(.*)$/.exec(TypedDataEncoder.from(nested).encodeType(NESTED)) ?? [];
  // The account takes the name from the front, or, where another type comes first, from the end.
  const description = contentsType.startsWith(`${primaryType}(`) ? contentsType : contentsType + primaryType;
  const bytes = toUtf8Bytes(description);
  const hash = TypedDataEncoder.hashStruct(primaryType, types, message);
  const separator = TypedDataEncoder.hashDomain(domain);
  return concat([checkSignature(signature), separator, hash, bytes, toBeHex(bytes.length, 2)]) as Hex;
}

/** @throws {InvalidParameterError} When it is not typed data, or that of another type than it says. */
function checkTypedData(typedData: TypedData): TypedData {
  digestOf(typedData);
  if (TypedDataEncoder.getPrimaryType(typedData.types) === typedData.primaryType) return typedData;
  throw new InvalidParameterError(typedData.primaryType, "is not the primary type of the typed data");
}

/** Whose account it is, and who has its key. */
export interface AccountSignerParameters {
  /** Address of the account. */
  readonly account: string;
  /** The signer of its owner, connected to the chain; for an account that delegated (EIP-7702) its own. */
  readonly owner: Signer;
}

/**
 * A signer for an account with code, by the key of its owner: `escrow.connect(new AccountSigner({ account, owner }))` acts
 * as the account. It signs typed data as the account accepts it, nested or plain, and sends calls through the account
 * (ERC-7821), whose code must let the owner do that.
 *
 * An account that neither accepts a signature of its owner's nor lets the owner send needs its own wallet: it consents by
 * `acceptCall`, and acts by the other calls, in whatever way it sends calls.
 *
 * @example
 * const account = new AccountSigner({ account: freelancer, owner: freelancerSigner });
 * const freelancerSignature = await escrow.connect(account).sign(agreement);
 */
export class AccountSigner extends AbstractSigner {
  readonly #account: Address;
  readonly #owner: Signer;
  /** Whether the account said that it makes batches. */
  #isBatching = false;

  /**
   * @throws {InvalidAddressError} When the account is not an address.
   * @throws {InvalidParameterError} When the owner is no signer.
   */
  constructor(parameters: AccountSignerParameters) {
    const { account, owner } = checkObject(parameters, "an object of parameters");
    super(checkSigner(owner).provider);
    this.#account = toAddress(account);
    this.#owner = owner;
  }

  /** The same account by an owner on this provider's chain. */
  override connect(provider: Provider): AccountSigner {
    return new AccountSigner({ account: this.#account, owner: this.#owner.connect(provider) });
  }

  /** Address of the account. */
  override async getAddress(): Promise<string> {
    return this.#account;
  }

  /**
   * The account's signature of typed data.
   *
   * @throws {MissingProviderError} When the owner is not connected to a chain.
   * @throws {CannotSignError} When the account says that it has the domain of another one, or is on another chain.
   * @throws {RpcError} When the endpoint fails.
   */
  override async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    message: Record<string, unknown>,
  ): Promise<string> {
    const typedData = { domain, types, primaryType: TypedDataEncoder.getPrimaryType(types), message };
    const account = await this.#domain(domain.chainId);
    if (account === undefined) return this.#owner.signTypedData(domain, types, message);
    const nested = nestedTypedData(typedData, account);
    return nestedSignature(
      typedData,
      (await this.#owner.signTypedData(nested.domain, nested.types, nested.message)) as Hex,
    );
  }

  /**
   * Sends several calls as the account, in one transaction: all happen, or none.
   *
   * @throws {InvalidParameterError} When there is no call, or the account makes no batches (ERC-7821).
   * @throws {NoCodeError} When the account is not deployed, or has not delegated.
   * @throws {MissingProviderError} When the owner is not connected to a chain.
   * @throws {RpcError} When the endpoint fails.
   * @example
   * const calls = fundCalls({ escrow: escrow.address, agreement, indices: [0], freelancerSignature });
   * const sent = await new AccountSigner({ account: client, owner: clientSigner }).sendCalls(calls);
   */
  async sendCalls(calls: readonly BatchCall[]): Promise<TransactionResponse> {
    return this.#owner.sendTransaction(await this.#execution(checkCalls(calls)));
  }

  /** Sends a call as the account; it throws what {@link AccountSigner.sendCalls} throws. */
  override async sendTransaction(transaction: TransactionRequest): Promise<TransactionResponse> {
    return this.#owner.sendTransaction(await this.#through(transaction));
  }

  /** What sending a call as the account takes. */
  override async estimateGas(transaction: TransactionRequest): Promise<bigint> {
    return this.#owner.estimateGas(await this.#through(transaction));
  }

  /** @throws {CannotSignError} Always: the account sends its calls, and signs no transactions. */
  override async signTransaction(): Promise<string> {
    throw new CannotSignError({ account: this.#account, reason: "it has code, and signs no transactions" });
  }

  /** @throws {CannotSignError} Always: what is signed for the escrow is typed data. */
  override async signMessage(): Promise<string> {
    throw new CannotSignError({ account: this.#account, reason: "only typed data is signed for it" });
  }

  /** A transaction of the owner by which the account makes the call. */
  async #through(transaction: TransactionRequest): Promise<TransactionRequest> {
    if ((await this.#owner.getAddress()) === this.#account) return transaction;
    const { to, data, value, from: _, ...fees } = transaction;
    const call = {
      to: checkText(to as string, "the address of a call"),
      data: data ?? "0x",
      value: BigInt(value ?? 0),
    };
    return { ...fees, ...(await this.#execution(checkCalls([call]))) };
  }

  async #execution(calls: readonly BatchCall[]): Promise<TransactionRequest> {
    await this.#checkBatching();
    const batch = calls.map(({ to, data, value }) => [to, value, data]);
    const encoded = AbiCoder.defaultAbiCoder().encode(["tuple(address,uint256,bytes)[]"], [batch]);
    return { to: this.#account, data: accountInterface.encodeFunctionData("execute", [BATCH_MODE, encoded]) };
  }

  /** Where there is no code, or code that passes over what it does not know, the transaction would succeed and do nothing. */
  async #checkBatching(): Promise<void> {
    if (this.#isBatching) return;
    const { provider } = this;
    if (provider === null) throw new MissingProviderError();
    const to = this.#account;
    const question = accountInterface.encodeFunctionData("supportsExecutionMode", [BATCH_MODE]);
    const answer = await callLatest(provider, { to, data: question }).catch((error: unknown) => {
      if (isOfEndpoint(error)) throw error;
      return undefined;
    });
    this.#isBatching = answer === YES;
    if (this.#isBatching) return;
    if (answer === "0x" && (await codeOf(provider, to)) === "0x") {
      throw new NoCodeError({ address: to, chainId: await chainIdOf(provider) });
    }
    throw new InvalidParameterError(to, "is an account that makes no batches of calls (ERC-7821)", {
      advice: "Send them with its own wallet.",
    });
  }

  /**
   * The account's domain where it nests; `undefined` where it takes its owner's signatures as they are.
   *
   * @param here The chain that is signed for.
   */
  async #domain(here: TypedDataDomain["chainId"]): Promise<AccountDomain | undefined> {
    const { provider } = this;
    if (provider === null) throw new MissingProviderError();
    const to = this.#account;
    const question = accountInterface.encodeFunctionData("isValidSignature", [NESTING_QUESTION, "0x"]);
    try {
      if (!(await callLatest(provider, { to, data: question })).startsWith(NESTING_ANSWER)) return undefined;
    } catch (error) {
      if (isOfEndpoint(error)) throw error;
      return undefined;
    }
    const answer = await callLatest(provider, { to, data: accountInterface.encodeFunctionData("eip712Domain") });
    const { name, version, chainId, verifyingContract, salt } = decodeView(accountInterface, "eip712Domain", answer);
    // What the owner signs under the name of another account could be used there.
    if (verifyingContract !== to || (here != null && BigInt(here) !== chainId)) {
      const domain = `the EIP-712 domain of ${verifyingContract} on chain ${chainId}`;
      throw new CannotSignError({ account: to, reason: `it has ${domain}` });
    }
    return { name, version, chainId, verifyingContract, salt };
  }
}
