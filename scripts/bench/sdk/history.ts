/**
 * Reads a long history in a process of its own, so that its memory is its own too, and tells its parent what that took.
 * Arguments: how, the node's URL, the agreement's id.
 */
import { type AgreementId, escrowInterface, MicroEscrow, readHistory, scanEvents } from "@micro-escrow/sdk";
import { Contract } from "ethers";
import { connect } from "../../demo/chain.ts";

/** What it took to read a history. */
export interface Reading {
  readonly events: number;
  readonly milliseconds: number;
  /** What was in use at most between two pages, or at the end, without garbage, beyond what was in use before; bytes. */
  readonly kept: number;
  /** What the process had of memory at most, beyond what it had before; bytes. */
  readonly peak: number;
}

/** The same events, read in different ways. */
export const readers = {
  /** The SDK, as a history in memory. */
  readHistory: async ({ escrow, id }, done) => {
    const history = await readHistory(escrow.connection, [[null, id]]);
    done(history.final.length + history.unfinal.length);
    return history;
  },
  /** The SDK, page by page. */
  scanEvents: async ({ escrow, id }, done) => {
    for await (const events of scanEvents(escrow.connection, [null, id])) done(events.length);
  },
  /** Bare ethers. */
  queryFilter: async ({ escrow, id }, done) => {
    const contract = new Contract(escrow.address, escrowInterface, escrow.connection.provider);
    const events = await contract.queryFilter([null, id] as never, 0, "latest");
    done(events.length);
    return events;
  },
} satisfies Record<string, (from: { escrow: MicroEscrow; id: AgreementId }, done: (events: number) => void) => unknown>;
export type Reader = keyof typeof readers;

const [reader, url, id] = process.argv.slice(2);
if (process.send !== undefined && reader !== undefined && url !== undefined) {
  const provider = connect(url);
  const escrow = await MicroEscrow.connect(provider);
  const inUse = () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = inUse();
  const resident = process.memoryUsage.rss();
  let [events, kept, paused] = [0, 0, 0];
  const began = performance.now();
  await readers[reader as Reader]({ escrow, id: id as AgreementId }, (count) => {
    events += count;
    const stopped = performance.now();
    kept = Math.max(kept, inUse() - before);
    paused += performance.now() - stopped;
  });
  const milliseconds = performance.now() - began - paused;
  // Kilobytes.
  const peak = process.resourceUsage().maxRSS * 1_024 - resident;
  const reading: Reading = { events, milliseconds, kept, peak };
  process.send(reading);
  provider.destroy();
}
