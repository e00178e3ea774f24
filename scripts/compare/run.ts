/** The comparison as tables and as a chart. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { type Gig, gigs, people, readScope } from "../demo/gigs.ts";
import { type Column, hanging, money, paint, table } from "../demo/terminal.ts";
import { type Compared, chart } from "./chart.ts";
import {
  type Aftermath,
  asMicroEscrow,
  asOneEscrow,
  asPaymentAtTheEnd,
  averageHeld,
  dayPaid,
  ifTheClientVanishes,
  ifTheFreelancerVanishes,
  type Moment,
  most,
  standing,
  turningPoints,
  type Way,
} from "./simulate.ts";

/** A number of days: 1 day, 12 days. */
const days = (count: number) => `${count} ${count === 1 ? "day" : "days"}`;

const wholeCents = (value: bigint) => value - (value % 10_000n);

/** The longest of a number of days at any moment of the plan. */
const longest = (way: Way, of: (moment: Moment) => number) => Math.max(...turningPoints(way).map(of));

/** What the numbers rest on. */
const assumptions = [
  '"pay at the end" is an invoice after everything is done and approved. "one escrow" is MicroEscrow with a single milestone,',
  "funded on the first day. With MicroEscrow a milestone is funded, and work on it begins, when the one before is approved.",
  "All goes well: work goes on evenly, is submitted on the day that was planned and approved a few days later, and nobody",
  "disputes. A party that vanishes does so at the worst moment of that plan, or at the one that a row names: a milestone is begun",
  "(with MicroEscrow: just funded), half-way, or done (with MicroEscrow: submitted, and not yet approved).",
  "Amounts are in USDC, days count from the first funding.",
].join(" ");

/** The most of the client's money that is in escrow, and of the freelancer's work that is not paid, at any moment. */
const mostHeld = (way: Way) => most(way, (moment) => standing(way, moment).held);
const mostUnpaid = (way: Way) => most(way, (moment) => standing(way, moment).unpaidWork);

/** What milestones change, and what they cost, in a sentence each. */
function takeaway(gig: Gig, one: Way, micro: Way): string {
  const [client, freelancer] = [people[gig.client].name, people[gig.freelancer].name];
  const transactions = (micro.escrow?.plan.length ?? 0) - (one.escrow?.plan.length ?? 0);
  return [
    `Milestones instead of one escrow: at most ${money(mostHeld(micro))} of ${client}'s money is in escrow, not ${money(mostHeld(one))};`,
    `at most ${money(mostUnpaid(micro))} of ${freelancer}'s work is unpaid, not ${money(mostUnpaid(one))};`,
    `the first payment comes on day ${dayPaid(micro, 1n)}, not ${dayPaid(one, 1n)}.`,
    `They cost ${transactions} more transactions and ${days(micro.days - one.days)} more of waiting for approvals.`,
  ].join(" ");
}

/** When money moves, and what each side has at stake: a row for each question, a column for each way. */
function summary(ways: readonly Way[]): string {
  const fee = (way: Way) => (mostHeld(way) * BigInt(way.escrow?.agreement.terms.arbiterFeeBps ?? 0)) / 10_000n;
  const inEscrow = (way: Way, text: string) => (way.escrow === undefined ? "–" : text);
  const clientGone = (of: (aftermath: Aftermath) => bigint) => (way: Way) =>
    money(most(way, (moment) => of(ifTheClientVanishes(way, moment))));
  const freelancerGone = (of: (aftermath: Aftermath) => bigint) => (way: Way) =>
    money(most(way, (moment) => of(ifTheFreelancerVanishes(way, moment))));

  const rows: [string, (way: Way) => string][] = [
    ["The freelancer is first paid on day", (way) => String(dayPaid(way, 1n))],
    ["… has half of the money on day", (way) => String(dayPaid(way, 50n))],
    ["… has all of it on day", (way) => String(dayPaid(way, 100n))],
    ["Work done and not paid, at most", (way) => money(mostUnpaid(way))],
    ["The client's money in escrow, at most", (way) => money(mostHeld(way))],
    ["… on average", (way) => money(wholeCents(averageHeld(way)))],
    ["The arbiter's fee in a dispute, at most", (way) => inEscrow(way, money(fee(way)))],
    ["Client gone: the freelancer loses, at most", clientGone(({ freelancerLoses }) => freelancerLoses)],
    [
      "… and is paid within",
      (way) => inEscrow(way, days(longest(way, (moment) => ifTheClientVanishes(way, moment).daysUntilSettled))),
    ],
    ["Freelancer gone: the client loses, at most", freelancerGone(({ clientLoses }) => clientLoses)],
    [
      "… and has its money back within",
      (way) => inEscrow(way, days(longest(way, (moment) => ifTheFreelancerVanishes(way, moment).daysUntilSettled))),
    ],
    ["… and the freelancer has worked for nothing, at most", freelancerGone(({ freelancerLoses }) => freelancerLoses)],
    ["Transactions", (way) => inEscrow(way, String(way.escrow?.plan.length))],
  ];
  return table(
    [
      { title: "When all goes well, and when it does not" },
      ...ways.map(({ name }) => ({ title: name, align: "right" as const })),
    ],
    rows.map(([label, of]) => [label, ...ways.map(of)]),
  );
}

/** The points of each milestone at which somebody may vanish, as parts of its work. */
const points = [
  { name: "begun", done: 0 },
  { name: "half-way", done: 0.5 },
  { name: "done", done: 1 },
] as const;

/** A row for each point of each milestone; `cells` are those of one way. */
function rowsOf(gig: Gig, ways: readonly Way[], cells: (way: Way, moment: Moment) => string[]): string[][] {
  return gig.milestones.flatMap((milestone, index) =>
    points.map(({ name, done }, position) => [
      position === 0 ? `${milestone.name}, ${name}` : `  … ${name}`,
      ...ways.flatMap((way) => {
        const { from, to } = way.phases[index] ?? { from: 0, to: 0 };
        return cells(way, { day: from + (to - from) * done });
      }),
    ]),
  );
}

/** What it comes to when the client vanishes: a row for each point of each milestone. */
function clientVanishes(gig: Gig, ways: readonly Way[]): string {
  const columns = ways.flatMap(({ name, escrow }): Column[] => [
    { title: "loses", align: "right", group: name },
    ...(escrow
      ? (["works on", "paid after"] as const).map((title): Column => ({ title, align: "right", group: name }))
      : []),
  ]);
  const rows = rowsOf(gig, ways, (way, moment) => {
    const { freelancerLoses, daysOfWorkAhead, daysUntilSettled } = ifTheClientVanishes(way, moment);
    return [money(freelancerLoses), ...(way.escrow ? [days(daysOfWorkAhead), days(daysUntilSettled)] : [])];
  });
  return table([{ title: `${people[gig.client].name} vanishes: ${people[gig.freelancer].name} …` }, ...columns], rows);
}

/** What it comes to when the freelancer vanishes. */
function freelancerVanishes(gig: Gig, ways: readonly Way[]): string {
  const columns = ways.flatMap(({ name }): Column[] =>
    ["loses", "waits for", "how long"].map((title): Column => ({ title, align: "right", group: name })),
  );
  const rows = rowsOf(gig, ways, (way, moment) => {
    const { clientLoses, daysUntilSettled } = ifTheFreelancerVanishes(way, moment);
    return [money(clientLoses), money(standing(way, moment).held), days(daysUntilSettled)];
  });
  return table([{ title: `${people[gig.freelancer].name} vanishes: ${people[gig.client].name} …` }, ...columns], rows);
}

/**
 * Prints the tables and writes the chart.
 *
 * @param out Where to, relative to the current folder.
 */
export async function runComparison({ out }: { out: string }): Promise<void> {
  const compared: Compared[] = [];
  console.log(`${paint("bold", "The same three gigs, paid three ways")}\n${hanging("  ", 2, assumptions, "dim")}`);
  for (const [index, gig] of gigs.entries()) {
    const { title } = await readScope(gig);
    const [end, one, micro] = [asPaymentAtTheEnd(gig), await asOneEscrow(gig), await asMicroEscrow(gig)];
    const ways = [end, one, micro];
    const price = `${money(end.total).replace(/\.00$/, "")} USDC, ${gig.milestones.length} milestones`;
    compared.push({ title: `${title} · ${price}`, ways });
    console.log(`\n${paint("bold", `${index + 1} · ${title}`)} · ${price}\n`);
    console.log(`${summary(ways)}\n\n${hanging("  ", 2, takeaway(gig, one, micro))}`);
    console.log(`\n${clientVanishes(gig, ways)}\n\n${freelancerVanishes(gig, [one, micro])}`);
  }
  const path = resolve(out);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, chart(compared));
  console.log(`\nThe chart: ${relative(process.cwd(), path)}`);
}
