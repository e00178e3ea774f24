/**
 * `npm run compare [-- --out FILE.svg]`: the demo's three gigs, each paid three ways (an invoice at the end, one escrow for
 * everything, MicroEscrow), as tables and as a chart.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chart, type Compared } from "./compare/chart.ts";
import {
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
} from "./compare/simulate.ts";
import { type Gig, gigs, people, readScope } from "./demo/gigs.ts";
import { money, paint, table } from "./demo/terminal.ts";

/** Days as a count: 1 day, 12 days. */
const count = (days: number) => `${days} ${days === 1 ? "day" : "days"}`;

/** The longest of a number of days at any moment of the plan. */
const longest = (way: Way, of: (moment: Moment) => number) => Math.max(...turningPoints(way).map(of));

/** When money moves, and what each side has at stake: a row for each question, a column for each way. */
function summary(ways: readonly Way[]): string {
  const fee = (way: Way, held: bigint) => (held * BigInt(way.escrow?.agreement.terms.arbiterFeeBps ?? 0)) / 10_000n;
  const held = (way: Way) => most(way, (moment) => standing(way, moment).held);
  const onlyEscrow = (way: Way, text: string) => (way.escrow === undefined ? "–" : text);
  const rows: [string, (way: Way) => string][] = [
    ["The freelancer is first paid on day", (way) => String(dayPaid(way, 1n))],
    ["… has half of the money on day", (way) => String(dayPaid(way, 50n))],
    ["… has all of it on day", (way) => String(dayPaid(way, 100n))],
    ["Work done and not paid, at most", (way) => money(most(way, (moment) => standing(way, moment).unpaidWork))],
    ["The client's money in escrow, at most", (way) => money(held(way))],
    ["… on average", (way) => money(averageHeld(way))],
    ["At stake in one dispute, at most", (way) => onlyEscrow(way, money(held(way)))],
    ["… of which the arbiter's fee", (way) => onlyEscrow(way, money(fee(way, held(way))))],
    ["Client gone: the freelancer loses, at most", (way) => money(most(way, (moment) => ifTheClientVanishes(way, moment).freelancerLoses))],
    ["… and is paid within", (way) => onlyEscrow(way, count(longest(way, (moment) => ifTheClientVanishes(way, moment).daysUntilSettled)))],
    ["Freelancer gone: the client loses, at most", (way) => money(most(way, (moment) => ifTheFreelancerVanishes(way, moment).clientLoses))],
    ["… and has its money back within", (way) => onlyEscrow(way, count(longest(way, (moment) => ifTheFreelancerVanishes(way, moment).daysUntilSettled)))],
    ["… and the freelancer loses, at most", (way) => money(most(way, (moment) => ifTheFreelancerVanishes(way, moment).freelancerLoses))],
    ["Transactions", (way) => onlyEscrow(way, String(way.escrow?.plan.length))],
  ];
  return table(
    [{ title: "" }, ...ways.map(({ name }) => ({ title: name, align: "right" as const }))],
    rows.map(([label, of]) => [label, ...ways.map(of)]),
  );
}

/** What happens when somebody vanishes half-way through the work of a milestone: a row for each milestone. */
function vanishing(gig: Gig, ways: readonly Way[]): string {
  const freelancer = (way: Way, moment: Moment) => {
    const { freelancerLoses, daysUntilSettled } = ifTheClientVanishes(way, moment);
    if (freelancerLoses > 0n) return `loses ${money(freelancerLoses)}`;
    const { paid } = standing(way, moment);
    return `gets ${money(heldAt(way, moment))} in ${count(daysUntilSettled)}${paid > 0n ? "" : ""}`;
  };
  const client = (way: Way, moment: Moment) => {
    const { clientLoses, daysUntilSettled } = ifTheFreelancerVanishes(way, moment);
    return clientLoses > 0n ? `loses ${money(clientLoses)}` : `${money(heldAt(way, moment))} back in ${count(daysUntilSettled)}`;
  };
  const heldAt = (way: Way, moment: Moment) => standing(way, moment).held;
  const escrows = ways.filter(({ escrow }) => escrow !== undefined);
  const rows = gig.milestones.map(({ name }, index) => {
    const halfWay = (way: Way): Moment => {
      const phase = way.phases[index];
      return { day: phase === undefined ? 0 : (phase.from + phase.to) / 2 };
    };
    return [name, ...ways.map((way) => freelancer(way, halfWay(way))), ...escrows.map((way) => client(way, halfWay(way)))];
  });
  return table(
    [{ title: "Half-way through" }, ...ways.map(({ name }) => ({ title: name })), ...escrows.map(({ name }) => ({ title: name }))],
    rows,
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: "string", default: "compare.svg" } } });
  const compared: Compared[] = [];
  for (const [index, gig] of gigs.entries()) {
    const { title } = await readScope(gig);
    const ways = [asPaymentAtTheEnd(gig), await asOneEscrow(gig), await asMicroEscrow(gig)];
    const total = money(ways[0]?.total ?? 0n);
    compared.push({ title: `${title} · ${total} USDC, ${gig.milestones.length} milestones`, ways });
    console.log(`\n${paint("bold", `${index + 1} · ${title}`)}\n  ${people[gig.client].name} pays ${people[gig.freelancer].name} ${total} USDC.\n`);
    console.log(summary(ways));
    console.log(`\n${vanishing(gig, ways)}`);
  }
  const path = resolve(values.out);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, chart(compared));
  console.log(`\nThe chart: ${relative(process.cwd(), path)}`);
}

await main();
