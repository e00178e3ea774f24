/** Draws the comparison as an SVG that reads well on a light and on a dark page. */
import { money } from "../demo/terminal.ts";
import { escapeText, margin, round, svg } from "../svg.ts";
import { ifTheClientVanishes, type Moment, standing, turningPoints, type Way } from "./simulate.ts";

/** A gig and the ways to pay for it. */
export interface Compared {
  readonly title: string;
  readonly ways: readonly Way[];
}

interface Panel {
  readonly title: string;
  readonly note: string;
  readonly of: (way: Way, moment: Moment) => bigint;
  /** Only lines, no areas under them. */
  readonly plain?: boolean;
}

const panels: readonly Panel[] = [
  {
    title: "The client’s money in escrow",
    note: "at stake in a dispute, out of reach meanwhile",
    of: (way, moment) => standing(way, moment).held,
  },
  {
    title: "Paid to the freelancer",
    note: "one step for each milestone",
    of: (way, moment) => standing(way, moment).paid,
    plain: true,
  },
  {
    title: "Work done and not paid",
    note: "what the freelancer has at stake",
    of: (way, moment) => standing(way, moment).unpaidWork,
  },
  {
    title: "Lost when the client vanishes",
    note: "by the freelancer; what is funded is paid",
    of: (way, moment) => ifTheClientVanishes(way, moment).freelancerLoses,
  },
];

/** One class per way, in the order in which they are drawn: the last one is on top. */
const series = [
  { way: "one escrow", label: "one escrow, funded up front", className: "one" },
  { way: "pay at the end", label: "no escrow, paid at the end", className: "end" },
  { way: "MicroEscrow", label: "MicroEscrow", className: "micro" },
] as const;

const light = `.micro { stroke: #0b8f7f; stroke-width: 2.5 } .micro-area { fill: #0b8f7f; opacity: 0.2 }
    .one { stroke: #c8641b; stroke-width: 2 } .one-area { fill: #c8641b; opacity: 0.1 }
    .end { stroke: #3f4a59; stroke-width: 3.4; stroke-linecap: round; stroke-dasharray: 0 8 }`;
const dark = `.micro { stroke: #35c9b4 } .micro-area { fill: #35c9b4 } .one { stroke: #f0954f } .one-area { fill: #f0954f }
      .end { stroke: #c3cad4 }`;

const page = { width: 1220, margin, head: 122, row: 206, foot: 48 };
const panel = { width: 220, height: 120, gap: 72, head: 62 };

/** Base units as a fraction of the price, for a place on the page; no money is counted with it. */
const fraction = (value: bigint, total: bigint) => Number((value * 10_000n) / total) / 10_000;

/** Whole numbers of days for the axis, about four of them. */
function ticks(days: number): number[] {
  const step = [5, 10, 20, 30, 60, 90].find((candidate) => days / candidate <= 5) ?? 120;
  return Array.from({ length: Math.floor(days / step) + 1 }, (_, index) => index * step);
}

function drawPanel(ways: readonly Way[], { of, plain }: Panel, left: number, top: number): string {
  const days = Math.max(...ways.map((way) => way.days));
  const x = (day: number) => left + (day / days) * panel.width;
  const y = (share: number) => top + panel.height - share * panel.height;
  const bottom = y(0);
  const parts: string[] = [];

  for (const share of [0.5, 1]) {
    parts.push(`<line class="grid" x1="${left}" x2="${left + panel.width}" y1="${y(share)}" y2="${y(share)}"/>`);
  }
  parts.push(`<line class="axis" x1="${left}" x2="${left + panel.width}" y1="${bottom}" y2="${bottom}"/>`);
  const [first] = ways;
  if (first !== undefined) {
    for (const [share, value] of [
      [1, first.total],
      [0.5, first.total / 2n],
    ] as const) {
      const label = money(value).replace(/\.00$/, "");
      parts.push(`<text class="note small" x="${left - 6}" y="${y(share) + 4}" text-anchor="end">${label}</text>`);
    }
  }
  for (const day of ticks(days)) {
    parts.push(`<text class="note small" x="${round(x(day))}" y="${bottom + 16}" text-anchor="middle">${day}</text>`);
  }

  for (const { way: name, className } of series) {
    const way = ways.find((candidate) => candidate.name === name);
    if (way === undefined) continue;
    const at = (moment: Moment) => `${round(x(moment.day))} ${round(y(fraction(of(way, moment), way.total)))}`;
    // A gig that is over stays as it is until the end of the axis.
    const line = `${turningPoints(way).map(at).join("L")}L${at({ day: days })}`;
    if (!plain && className !== "end") {
      parts.push(
        `<path class="area ${className}-area" d="M${round(x(0))} ${bottom}L${line}L${round(x(days))} ${bottom}Z"/>`,
      );
    }
    parts.push(`<path class="${className}" d="M${line}"/>`);
  }
  return parts.join("\n    ");
}

/** The chart: a row for each gig, a panel for each question, a line for each way to pay. */
export function chart(compared: readonly Compared[]): string {
  const height = page.head + compared.length * page.row + page.foot;
  const left = (index: number) => page.margin + 38 + index * (panel.width + panel.gap);
  const legendAt = [0, 150, 390].map((offset) => page.margin + offset);
  const legend = [series[2], series[0], series[1]].map(
    ({ label, className }, index) =>
      `<path class="${className}" d="M${legendAt[index]} 68h28"/><text class="text" x="${(legendAt[index] ?? 0) + 36}" y="72.5">${label}</text>`,
  );
  const heads = panels.map(
    ({ title, note }, index) =>
      `<text class="text" x="${left(index)}" y="106" font-weight="600">${title}</text><text class="note small" x="${left(index)}" y="123">${note}</text>`,
  );
  const rows = compared.map(({ title, ways }, row) => {
    const top = page.head + row * page.row + panel.head;
    const drawn = panels.map((one, index) => drawPanel(ways, one, left(index), top));
    return `<g>
    <text class="text part" x="${page.margin}" y="${top - 22}">${escapeText(title)}</text>
    ${drawn.join("\n    ")}
  </g>`;
  });
  return svg({
    title: "The same three gigs, paid three ways",
    width: page.width,
    height,
    ...{ light, dark },
    body: [...legend, ...heads, ...rows],
    note: "When all goes well. Amounts in USDC, time in days from the first funding. One escrow is MicroEscrow with a single milestone. When the freelancer vanishes, the client loses nothing in any of them.",
  });
}
