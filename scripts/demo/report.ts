/** The tables at the end of each gig and at the end of the demo. */
import { Outcome, Status } from "@micro-escrow/sdk";
import type { Books } from "./books.ts";
import type { GigFacts, Happening, MilestoneFacts } from "./facts.ts";
import { people } from "./gigs.ts";
import { bar, change, money, paint, percentages, table } from "./terminal.ts";

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
const amountOrDash = (value: bigint) => (value === 0n ? "–" : money(value));

/** How a milestone ended, in words. */
function ending({ outcome, status, notes }: MilestoneFacts, { gig, closedBy }: GigFacts): string {
  const arbiter = people[gig.arbiter].name;
  const words: Record<Outcome, string> = {
    [Outcome.None]: status === Status.None && closedBy !== undefined ? "never funded: closed" : "open",
    [Outcome.Approved]: "approved",
    [Outcome.Attested]: `passed by ${gig.verifier ? people[gig.verifier].name : "the verifier"}`,
    [Outcome.ReviewExpired]: "released, client silent",
    [Outcome.Refunded]: "given back",
    [Outcome.WorkExpired]: "returned, deadline missed",
    [Outcome.ReworkExpired]: "returned, no rework",
    [Outcome.Ruled]: `ruled by ${arbiter}`,
    [Outcome.ArbitrationExpired]: `split, ${arbiter} silent`,
    [Outcome.Settled]: "settled",
  };
  return [words[outcome], ...notes].join(", ");
}

/** A gig's milestones and a bar of where its money went. */
export function gigReport(facts: GigFacts): string {
  const { gig, milestones } = facts;
  const { total, funded, paid, refunded, platformFees, arbiterFees } = facts.progress;
  const [client, freelancer] = [people[gig.client].name, people[gig.freelancer].name];
  const fees = platformFees + arbiterFees;
  const right = "right" as const;
  const rows = table(
    [
      { title: "Milestone" },
      { title: "Amount", align: right },
      { title: "How it ended" },
      { title: freelancer, align: right },
      { title: client, align: right },
      { title: "Fees", align: right },
    ],
    milestones.map((milestone) => [
      milestone.name,
      money(milestone.amount),
      ending(milestone, facts),
      amountOrDash(milestone.freelancer),
      amountOrDash(milestone.client),
      amountOrDash(milestone.platform + milestone.arbiter),
    ]),
    ["", money(total), "", amountOrDash(paid), amountOrDash(refunded), amountOrDash(fees)],
  );
  const parts = [
    { value: paid, character: "█", style: "green", label: `to ${freelancer}` },
    { value: fees, character: "▓", style: "cyan", label: "fees" },
    { value: refunded, character: "░", style: "yellow", label: `back to ${client}` },
  ] as const;
  const shown = [...parts, { value: total - funded, character: "·", style: "dim", label: "never funded" } as const];
  const percent = percentages(shown.map(({ value }) => value));
  const legend = shown
    .map(({ value, character, style, label }, index) => ({
      value,
      text: `${paint(style, character)} ${percent[index]}% ${label}`,
    }))
    .filter(({ value }) => value > 0n)
    .map(({ text }) => text);
  return `${rows}\n\n  ${bar(total, parts)}\n  ${legend.join("   ")}`;
}

/**
 * Who had what before and after, and by which gig it changed.
 *
 * @param titles Of the gigs' columns, in their order.
 */
export function booksReport<Key extends string>(books: Books<Key>, titles: Readonly<Record<Key, string>>): string {
  const keys = Object.keys(titles) as Key[];
  const concerned = books.accounts.filter(({ before, after, byGig }) => {
    return before !== 0n || after !== 0n || Object.values<bigint>(byGig).some((value) => value !== 0n);
  });
  const column = (of: (account: Books<Key>["accounts"][number]) => bigint) => sum(books.accounts.map(of));
  const right = "right" as const;
  const rows = table(
    [
      { title: "Account" },
      ...["Before", ...keys.map((key) => titles[key]), "Change", "After"].map((title) => ({ title, align: right })),
    ],
    concerned.map(({ name, before, after, byGig }) => [
      name,
      money(before),
      ...keys.map((key) => change(byGig[key])),
      change(after - before),
      money(after),
    ]),
    [
      "Sum",
      money(column(({ before }) => before)),
      ...keys.map((key) => change(column(({ byGig }) => byGig[key]))),
      change(column(({ before, after }) => after - before)),
      money(column(({ after }) => after)),
    ],
  );
  const flows = [
    `Into the escrow    ${money(books.in.amount).padStart(9)} USDC in ${books.in.transfers} transfers`,
    `Out of the escrow  ${money(books.out.amount).padStart(9)} USDC in ${books.out.transfers} transfers`,
    `Still held         ${money(books.held).padStart(9)} USDC, ${money(books.claimable)} of it claimable`,
  ];
  const verdict =
    books.problems.length === 0
      ? paint("green", "The books balance: USDC moved what the contracts announced, account by account and gig by gig.")
      : ["The books do not balance:", ...books.problems].map((line) => paint("red", line)).join("\n  ");
  return `${rows}\n\n${flows.map((line) => `  ${line}`).join("\n")}\n\n  ${verdict}`;
}

/** Everything that was to happen, with where it did. */
export function happeningsReport(happenings: readonly Happening[]): string {
  const longest = Math.max(...happenings.map(({ what }) => what.length));
  const lines = happenings.map(({ what, where }) => {
    const mark = where.length > 0 ? paint("green", "✓") : paint("red", "✗");
    const places = where.map(({ gig, milestones }) => `${gig} ${runs(milestones)}`).join("; ");
    return `  ${mark} ${what.padEnd(longest)}  ${paint("dim", places || "did not happen")}`;
  });
  return lines.join("\n");
}

/** Numbers in rising order, with runs of three or more shortened: 1–4, 6. */
function runs(numbers: readonly number[]): string {
  const found: number[][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last?.at(-1) === number - 1) last.push(number);
    else found.push([number]);
  }
  return found.map((run) => (run.length > 2 ? `${run[0]}–${run.at(-1)}` : run.join(", "))).join(", ");
}
