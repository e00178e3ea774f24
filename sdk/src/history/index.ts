/**
 * History at scale: all events of an escrow, or a choice of them, kept in a storage and read on from there; and statements
 * of account that add up to the chain's balances. An entry of its own, so that a page that needs none of it loads none.
 *
 * @example
 * import { memoryStorage, syncHistory } from "@micro-escrow/sdk/history";
 */
export {
  HistoryMismatchError,
  HistoryReorganizedError,
  HistoryStorageError,
  InvalidHistoryError,
} from "../errors.js";
export { toCsv, toJson } from "./export.js";
export { indexedDbStorage } from "./indexedDb.js";
export {
  createStatement,
  type HeldMilestone,
  type Statement,
  type StatementEntry,
  type StatementEntryType,
  type StatementParameters,
  type StatementTotal,
} from "./statement.js";
export {
  checkStatement,
  getBlockTimes,
  type StatementDifference,
  type StatementOptions,
  statementOf,
} from "./statementOf.js";
export { type HistoryStorage, memoryStorage } from "./storage.js";
export { type StoredHistory, type SyncOptions, syncHistory } from "./sync.js";
