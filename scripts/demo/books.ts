/**
 * The books: where every dollar came from and where it is, from USDC's own Transfer events and balances. Nothing in here
 * knows what the stories meant to pay; what the escrow's events say is only compared with it.
 */
import { type Address, toAddress } from "@micro-escrow/sdk";
import { type Contract, EventLog } from "ethers";
import { money } from "./terminal.ts";

/** An account and what happened to its balance, token base units. */
export interface Account<Gig extends string> {
  readonly name: string;
  readonly address: Address;
  readonly before: bigint;
  readonly after: bigint;
  /** The change that each gig made. */
  readonly byGig: Readonly<Record<Gig, bigint>>;
}

/** Money that crossed the escrow's border in one direction. */
export interface Flow {
  readonly transfers: number;
  readonly amount: bigint;
}

export interface Books<Gig extends string> {
  readonly accounts: readonly Account<Gig>[];
  readonly in: Flow;
  readonly out: Flow;
  /** What the escrow holds in the end. */
  readonly held: bigint;
  /** What waits in the escrow for somebody in the end. */
  readonly claimable: bigint;
  /** What does not add up, in words; empty when the books balance. */
  readonly problems: readonly string[];
}

/** The blocks in which a gig was played, both included. */
export interface Chapter<Gig extends string> {
  readonly gig: Gig;
  readonly from: number;
  readonly to: number;
}

export interface KeepBooksParameters<Gig extends string> {
  /** USDC. */
  readonly usdc: Contract;
  readonly escrow: Address;
  /** Contracts that money goes through on its way into the escrow or out of it, and that keep nothing of it. */
  readonly passing: readonly Address[];
  readonly people: readonly { readonly name: string; readonly address: Address }[];
  /** In their order, one after the other. */
  readonly chapters: readonly Chapter<Gig>[];
  /** What waits in the escrow for an account, token base units. */
  readonly claimable: (account: Address) => Promise<bigint>;
  /** What the contracts' events say that a gig changed for an account. */
  readonly announced: (gig: Gig, account: Address) => bigint;
}

interface Transfer<Gig extends string> {
  readonly from: Address;
  readonly to: Address;
  readonly amount: bigint;
  readonly gig: Gig;
}

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);

/** All transfers of the token in the chapters' blocks. */
async function readTransfers<Gig extends string>(
  usdc: Contract,
  chapters: readonly Chapter<Gig>[],
): Promise<Transfer<Gig>[]> {
  const chaptersTransfers = await Promise.all(
    chapters.map(async ({ gig, from, to }) => {
      const logs = await usdc.queryFilter("Transfer", from, to);
      return logs
        .filter((log) => log instanceof EventLog)
        .map(({ args }) => ({
          from: toAddress(args.getValue("from")),
          to: toAddress(args.getValue("to")),
          amount: args.getValue("value") as bigint,
          gig,
        }));
    }),
  );
  return chaptersTransfers.flat();
}

/** Reads the books and tries every sum that must come out. */
export async function keepBooks<Gig extends string>(parameters: KeepBooksParameters<Gig>): Promise<Books<Gig>> {
  const { usdc, escrow, passing, people, chapters, claimable, announced } = parameters;
  const first = chapters[0]?.from ?? 0;
  const last = chapters.at(-1)?.to ?? 0;
  const transfers = await readTransfers(usdc, chapters);
  const balance = (account: Address, blockTag: number): Promise<bigint> =>
    usdc.getFunction("balanceOf")(account, { blockTag });
  const moved = (account: Address, gig: Gig) =>
    sum(
      transfers
        .filter((transfer) => transfer.gig === gig)
        .map(({ from, to, amount }) => (to === account ? amount : 0n) - (from === account ? amount : 0n)),
    );

  const accounts = await Promise.all(
    people.map(async ({ name, address }) => ({
      name,
      address,
      before: await balance(address, first - 1),
      after: await balance(address, last),
      byGig: Object.fromEntries(chapters.map(({ gig }) => [gig, moved(address, gig)])) as Record<Gig, bigint>,
    })),
  );
  const flow = (side: "from" | "to"): Flow => {
    const crossing = transfers.filter((transfer) => transfer[side] === escrow);
    return { transfers: crossing.length, amount: sum(crossing.map(({ amount }) => amount)) };
  };
  const books = {
    accounts,
    in: flow("to"),
    out: flow("from"),
    held: await balance(escrow, last),
    claimable: sum(await Promise.all(people.map(({ address }) => claimable(address)))),
  };

  const problems: string[] = [];
  const check = (condition: boolean, problem: string) => {
    if (!condition) problems.push(problem);
  };
  check(books.in.amount > 0n, "Nothing was paid into the escrow.");
  check(
    books.in.amount === books.out.amount,
    `${money(books.in.amount)} USDC went into the escrow, ${money(books.out.amount)} came out.`,
  );
  check(books.held === 0n, `The escrow still holds ${money(books.held)} USDC.`);
  check(books.claimable === 0n, `${money(books.claimable)} USDC is still waiting in the escrow for somebody.`);
  check((await balance(escrow, first - 1)) === 0n, "The escrow held USDC before the first gig.");
  for (const { gig } of chapters) {
    check(moved(escrow, gig) === 0n, `The gig "${gig}" left ${money(moved(escrow, gig))} USDC in the escrow.`);
    for (const account of passing) {
      check(
        moved(account, gig) === 0n,
        `The gig "${gig}" left ${money(moved(account, gig))} USDC on its way, at ${account}.`,
      );
    }
    check(
      sum(accounts.map(({ byGig }) => byGig[gig])) === 0n,
      `In the gig "${gig}", money went to a stranger or came from one.`,
    );
  }
  for (const { name, address, before, after, byGig } of accounts) {
    check(
      after - before === sum(Object.values<bigint>(byGig)),
      `The balance of ${name} changed by ${money(after - before)} USDC, the transfers by ${money(sum(Object.values<bigint>(byGig)))}.`,
    );
    for (const { gig } of chapters) {
      check(
        byGig[gig] === announced(gig, address),
        `In the gig "${gig}", the contracts announced ${money(announced(gig, address))} USDC for ${name}; USDC moved ${money(byGig[gig])}.`,
      );
    }
  }
  check(
    transfers.every(({ from, to }) => [from, to].some((account) => account === escrow || passing.includes(account))),
    "USDC moved between people without the escrow.",
  );
  return { ...books, problems };
}
