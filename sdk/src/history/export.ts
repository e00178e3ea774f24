/**
 * A statement of account as a file: CSV for spreadsheets, JSON for programs.
 */
import { formatAmount } from "../money.js";
import { inert } from "../text.js";
import { type Outcome, outcomeName } from "../types.js";
import { checkStatementShape, type Statement } from "./statement.js";

/** The columns of the CSV, in their order. */
const COLUMNS = [
  ...["date", "event", "agreement", "milestone", "outcome", "direction", "token", "symbol", "decimals"],
  ...["gross", "platform fee", "arbiter fee", "net", "balance", "claimable", "transaction", "block", "final"],
];

/**
 * A statement's entries as CSV (RFC 4180), a line each behind one of titles. Dates are ISO 8601 in UTC, milestones count from
 * 0. Amounts are in the token's own decimals, as many as the column `decimals` says; where those are not known it says 0,
 * and amounts are base units. `balance` and `claimable` are changes, with a minus where something left.
 *
 * No text of others is in it but the symbol of a token that the caller named; one that a spreadsheet would take for a formula
 * has an apostrophe before it. Spreadsheets round what has more than 15 digits: programs take {@link toJson}.
 *
 * @throws {InvalidParameterError} When it is no statement.
 * @example
 * const statement = await statementOf(escrow.connection, freelancer);
 * const download = new Blob([toCsv(statement)], { type: "text/csv" });
 */
export function toCsv(statement: Statement): string {
  const { entries, tokens } = checkStatementShape(statement);
  const lines = entries.map((entry) => {
    const token = tokens.find(({ address }) => address === entry.token);
    const decimals = token?.decimals ?? 0;
    const amount = (value: bigint) =>
      value < 0n ? `-${formatAmount(-value, decimals)}` : formatAmount(value, decimals);
    const { gross, platformFee, arbiterFee, net, balance, claimable } = entry;
    return [
      ...[dateOf(entry.time), entry.type, entry.agreement ?? "", `${entry.index ?? ""}`, nameOf(entry.outcome) ?? ""],
      ...[entry.direction, entry.token, plain(inert(token?.symbol ?? "", 20)), `${decimals}`],
      ...[gross, platformFee, arbiterFee, net, balance, claimable].map(amount),
      ...[entry.transaction, `${entry.block}`, `${entry.final}`],
    ];
  });
  return [COLUMNS, ...lines].map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

/**
 * A statement as JSON, with all that it has: amounts are decimal text in token base units, what is not there is `null`,
 * agreements are their ids, and each entry has its `date` (ISO 8601) beside its `time`.
 *
 * ```json
 * {
 *   "microEscrowStatement": 1, "chainId": 8453, "escrow": "0x…", "account": "0x…", "toBlock": 1,
 *   "entries": [{
 *     "date": "2027-06-30T12:00:00.000Z", "time": 1814356800, "type": "paid", "agreement": "0x…", "index": 0,
 *     "outcome": "Approved", "token": "0x…", "gross": "100000000", "platformFee": "2000000", "arbiterFee": "0",
 *     "net": "98000000", "direction": "in", "balance": "98000000", "claimable": "0", "transaction": "0x…", "block": 1,
 *     "logIndex": 2, "final": true
 *   }],
 *   "totals": [{
 *     "token": "0x…", "paid": "0", "received": "98000000", "balance": "98000000", "credited": "0", "withdrawn": "0",
 *     "claimable": "0", "held": "200000000"
 *   }],
 *   "held": [{ "agreement": "0x…", "index": 1, "token": "0x…", "amount": "200000000" }],
 *   "agreements": ["0x…"],
 *   "tokens": [{ "address": "0x…", "decimals": 6, "symbol": "USDC" }]
 * }
 * ```
 *
 * @throws {InvalidParameterError} When it is no statement.
 * @example
 * const statement = await statementOf(escrow.connection, freelancer);
 * const { totals } = JSON.parse(toJson(statement));
 */
export function toJson(statement: Statement): string {
  const { chainId, escrow, account, toBlock, entries, totals, held, agreements, tokens } =
    checkStatementShape(statement);
  const file = {
    ...{ microEscrowStatement: 1, chainId, escrow, account, toBlock },
    entries: entries.map(({ time, type, agreement = null, index = null, outcome, ...rest }) => ({
      ...{ date: dateOf(time), time, type, agreement, index, outcome: nameOf(outcome) ?? null, ...rest },
    })),
    ...{ totals, held, agreements: agreements.map(({ id }) => id) },
    tokens: tokens.map(({ address, decimals, symbol }) => ({ address, decimals, symbol: symbol ?? null })),
  };
  return `${JSON.stringify(file, (_, value) => (typeof value === "bigint" ? value.toString() : value), 2)}\n`;
}

/** Seconds as ISO 8601; beyond what dates hold, the seconds themselves. */
function dateOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? `${seconds}` : date.toISOString();
}

function nameOf(outcome: Outcome | undefined): string | undefined {
  return outcome === undefined ? undefined : outcomeName(outcome);
}

/** Text that no spreadsheet takes for a formula. */
function plain(text: string): string {
  return /^[=+\-@|%\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
}

function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell;
}
