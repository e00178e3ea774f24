/** Measures the SDK: its size beside others, its speed beside bare ethers, and how it reads a long history. */
import { fork } from "node:child_process";
import { join } from "node:path";
import type { Reader, Reading } from "./history.ts";
import { ourSdk, peerSdks } from "./libraries.ts";
import { type Installed, type Library, measureInstalled, measureLoading, measurePage, type PageSize } from "./size.ts";
import { median, type Speed } from "./speed.ts";
import { measureSpeeds } from "./works.ts";
import { BATCH, startWorld, type World } from "./world.ts";

/** A library in figures. */
export interface Weight {
  readonly name: string;
  readonly pages: Readonly<Record<string, PageSize>>;
  readonly installed: Installed;
  /** How many times as long as ethers 6 it takes to load; it is part of it where the library uses it. */
  readonly loading: number;
}

export interface SdkResults {
  readonly weights: readonly Weight[];
  readonly speeds: Readonly<Record<string, Speed>>;
  /** By how many events there were. */
  readonly history: Readonly<Record<number, Readonly<Record<Reader, Reading>>>>;
}

/** How many events to read, and how often: the median counts. The long one takes more than a minute each time. */
const HISTORIES = [
  { events: 10_000, readings: 3 },
  { events: 100_000, readings: 1 },
];

export async function measureSdk(): Promise<SdkResults> {
  const weights = await weigh([ourSdk, ...peerSdks]);
  const world = await startWorld();
  try {
    const speeds = await measureSpeeds(world);
    const history: Record<number, Record<Reader, Reading>> = {};
    let blocks = 0;
    for (const { events, readings } of HISTORIES) {
      await world.addEvents(events / BATCH - blocks);
      blocks = events / BATCH;
      history[events] = await measureHistory(world, events, readings);
    }
    return { weights, speeds, history };
  } finally {
    world.stop();
  }
}

async function weigh(libraries: readonly Library[]): Promise<Weight[]> {
  const packages = libraries.map(({ folder, package: name }) => [folder, name] as const);
  const [ethers = Number.NaN, ...loading] = await measureLoading([[ourSdk.folder, "ethers"], ...packages]);
  const weights: Weight[] = [];
  for (const [index, library] of libraries.entries()) {
    weights.push({
      name: library.name,
      pages: await measurePages(library),
      installed: await measureInstalled(library),
      loading: (loading[index] ?? Number.NaN) / ethers,
    });
  }
  return weights;
}

/** The size of each of a library's pages. */
export async function measurePages(library: Library): Promise<Record<string, PageSize>> {
  const pages: Record<string, PageSize> = {};
  for (const [page, source] of Object.entries(library.pages)) pages[page] = await measurePage(library, source);
  return pages;
}

/**
 * Reads the history of the agreement in each way, in turns; the medians of each.
 *
 * @param least Events that must be there at least.
 */
export async function measureHistory(
  { url, agreement }: World,
  least: number,
  times: number,
): Promise<Record<Reader, Reading>> {
  const readings: Record<Reader, Reading[]> = { readHistory: [], scanEvents: [], queryFilter: [] };
  for (let reading = 0; reading < times; reading++) {
    for (const reader of Object.keys(readings) as Reader[])
      readings[reader].push(await read(reader, url, agreement.id));
  }
  checkCounts(Object.values(readings).flat(), least);
  const { readHistory, scanEvents, queryFilter } = readings;
  return { readHistory: medians(readHistory), scanEvents: medians(scanEvents), queryFilter: medians(queryFilter) };
}

/** All must have read the same events, and as many as there are. */
export function checkCounts(readings: readonly Reading[], least: number): void {
  const counts = new Set(readings.map(({ events }) => events));
  if (counts.size === 1 && Math.min(...counts) >= least) return;
  throw new Error(`${[...counts].join(" and ")} events were read, not ${least} or more by each`);
}

function medians(readings: readonly Reading[]): Reading {
  const middle = (member: keyof Reading) => median(readings.map((reading) => reading[member]));
  return {
    events: middle("events"),
    milliseconds: middle("milliseconds"),
    kept: middle("kept"),
    peak: middle("peak"),
  };
}

/** Reads it once, in a process of its own. */
function read(reader: Reader, url: string, id: string): Promise<Reading> {
  const child = fork(join(import.meta.dirname, "history.ts"), [reader, url, id], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (reading) => resolve(reading as Reading));
    child.once("exit", (code) => reject(new Error(`${reader} ended with ${code} and read nothing`)));
  });
}
