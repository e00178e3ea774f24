/**
 * Any wallet: batches of calls (EIP-5792), a Safe's transactions, and accounts whose signatures nest what they sign
 * (ERC-7739). An entry of its own, for the pages that need it. The calls and typed data that all of it starts from are in
 * the main entry.
 *
 * @example
 * import { fundCalls, sendCallsRequest } from "@micro-escrow/sdk/wallets";
 */
export {
  type AccountDomain,
  AccountSigner,
  type AccountSignerParameters,
  nestedSignature,
  nestedTypedData,
} from "./account.js";
export {
  type AllowanceParameters,
  approveAndFundCalls,
  type BatchCall,
  type BatchResult,
  batchResults,
  type CallsReceipt,
  type CallsStatus,
  decodeBatchError,
  fundCalls,
  type SendCallsParameters,
  type SendCallsRequest,
  sendCallsRequest,
} from "./batch.js";
export { BatchFailedError, BatchUnsupportedError } from "./errors.js";
export { type SafeBatch, type SafeParameters, safeTransactions } from "./safe.js";
