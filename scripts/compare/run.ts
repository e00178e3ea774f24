/** The comparison as tables and as a chart. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { type Gig, gigs, people, readScope } from "../demo/gigs.ts";
import { type Column, money, paint, table } from "../demo/terminal.ts";
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

/** When money moves, and what each side has at stake: a row for each question, a column for each way. */
function summary(ways: readonly Way[]): string {
  const held = (way: Way) => most(way, (moment) => standing(way, moment).held);
  const fee = (way: Way) => (held(way) * BigInt(way.escrow?.agreement.terms.arbiterFeeBps ?? 0)) / 10_000n;
  const inEscrow = (way: Way, text: string) => (way.escrow === undefined ? "–" : text);
  const clientGone = (of: (aftermath: Aftermath) => bigint) => (way: Way) =>
    money(most(way, (moment) => of(ifTheClientVanishes(way, moment))));
  const freelancerGone = (of: (aftermath: Aftermath) => bigint) => (way: Way) =>
    money(most(way, (moment) => of(ifTheFreelancerVanishes(way, moment))));

  const rows: [string, (way: Way) => string][] = [
    ["The freelancer is first paid on day", (way) => String(dayPaid(way, 1n))],
    ["… has half of the money on day", (way) => String(dayPaid(way, 50n))],
    ["… has all of it on day", (way) => String(dayPaid(way, 100n))],
    ["Work done and not paid, at most", (way) => money(most(way, (moment) => standing(way, moment).unpaidWork))],
    ["The client's money in escrow, at most", (way) => money(held(way))],
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

/** A moment of each way: half-way through the work of the same milestone. */
function halfWay(way: Way, index: number): Moment {
  const { from, to } = way.phases[index] ?? { from: 0, to: 0 };
  return { day: (from + to) / 2 };
}

/** What it comes to when the client vanishes half-way through the work of a milestone: a row for each milestone. */
function clientVanishes(gig: Gig, ways: readonly Way[]): string {
  const columns = ways.flatMap(({ name, escrow }): Column[] => [
    { title: "loses", align: "right", group: name },
    ...(escrow
      ? (["works on", "paid after"] as const).map((title): Column => ({ title, align: "right", group: name }))
      : []),
  ]);
  const rows = gig.milestones.map(({ name }, index) => [
    name,
    ...ways.flatMap((way) => {
      const { freelancerLoses, daysOfWorkAhead, daysUntilSettled } = ifTheClientVanishes(way, halfWay(way, index));
      return [money(freelancerLoses), ...(way.escrow ? [days(daysOfWorkAhead), days(daysUntilSettled)] : [])];
    }),
  ]);
  return table([{ title: `${people[gig.client].name} vanishes: ${people[gig.freelancer].name} …` }, ...columns], rows);
}

/** What it comes to when the freelancer vanishes half-way through the work of a milestone. */
function freelancerVanishes(gig: Gig, ways: readonly Way[]): string {
  const columns = ways.flatMap(({ name }): Column[] =>
    ["loses", "waits for", "how long"].map((title): Column => ({ title, align: "right", group: name })),
  );
  const rows = gig.milestones.map(({ name }, index) => [
    name,
    ...ways.flatMap((way) => {
      const moment = halfWay(way, index);
      const { clientLoses, daysUntilSettled } = ifTheFreelancerVanishes(way, moment);
      return [money(clientLoses), money(standing(way, moment).held), days(daysUntilSettled)];
    }),
  ]);
  return table([{ title: `${people[gig.freelancer].name} vanishes: ${people[gig.client].name} …` }, ...columns], rows);
}

/**
 * Prints the tables and writes the chart.
 *
 * @param out Where to, relative to the current folder.
 */
export async function runComparison({ out }: { out: string }): Promise<void> {
  const compared: Compared[] = [];
  for (const [index, gig] of gigs.entries()) {
    const { title } = await readScope(gig);
    const ways = [asPaymentAtTheEnd(gig), await asOneEscrow(gig), await asMicroEscrow(gig)];
    const price = `${money(ways[0]?.total ?? 0n).replace(/\.00$/, "")} USDC, ${gig.milestones.length} milestones`;
    compared.push({ title: `${title} · ${price}`, ways });
    console.log(`\n${paint("bold", `${index + 1} · ${title}`)} · ${price}\n`);
    console.log(summary(ways));
    const escrows = ways.filter(({ escrow }) => escrow !== undefined);
    console.log(`\n${clientVanishes(gig, ways)}\n\n${freelancerVanishes(gig, escrows)}`);
  }
  const path = resolve(out);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, chart(compared));
  console.log(`\nThe chart: ${relative(process.cwd(), path)}`);
}
