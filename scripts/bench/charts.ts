/** The measurements as charts. */
import { escapeText, margin, round, svg } from "../svg.ts";
import type { Steps } from "./gas.ts";
import type { GasResults } from "./report.ts";

/** One class for each line or kind of bar; ours is drawn last, on top. */
const light = `.a { fill: #0b8f7f } .b { fill: #c8641b } .c { fill: #6c5fc7 } .d { fill: #8a94a3 }
    .la { stroke: #0b8f7f; stroke-width: 2.5 } .lb { stroke: #c8641b; stroke-width: 2 } .lc { stroke: #6c5fc7; stroke-width: 2 }
    .ld { stroke: #8a94a3; stroke-width: 2 } .dashed { stroke-dasharray: 7 5 } .dotted { stroke-dasharray: 2 4 }`;
const dark = `.a { fill: #35c9b4 } .b { fill: #f0954f } .c { fill: #a49bf2 } .d { fill: #66717f }
      .la { stroke: #35c9b4 } .lb { stroke: #f0954f } .lc { stroke: #a49bf2 } .ld { stroke: #66717f }`;

const colours = ["a", "b", "c", "d"] as const;
const panel = { width: 330, height: 190, gap: 76, top: 128 };

/** A scale that ends a little above the greatest value, with about four marks. */
function scaleOf(values: readonly number[], height: number) {
  const greatest = Math.max(...values);
  const magnitude = 10 ** Math.floor(Math.log10(greatest));
  const step =
    [0.25, 0.5, 1, 2, 2.5].map((part) => part * magnitude).find((size) => greatest / size <= 4.5) ?? magnitude;
  const end = Math.ceil(greatest / step) * step;
  const marks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
  return { marks, y: (value: number) => height - (value / end) * height };
}

interface Series {
  readonly name: string;
  /** A colour, and how a line is drawn. */
  readonly colour: (typeof colours)[number];
  readonly dash?: "dashed" | "dotted";
  readonly values: readonly (number | undefined)[];
}

interface Panel {
  readonly title: string;
  readonly note: string;
  readonly places: readonly string[];
  readonly series: readonly Series[];
  readonly kind: "bars" | "lines";
}

const numbersIn = (series: readonly Series[]) =>
  series.flatMap(({ values }) => values.filter((value) => value !== undefined));

function draw({ title, note, places, series, kind }: Panel, left: number): string {
  const { marks, y } = scaleOf(numbersIn(series), panel.height);
  const at = (value: number) => round(panel.top + y(value));
  const slot = panel.width / places.length;
  const middle = (place: number) => left + slot * (place + 0.5);
  const parts = [
    `<text class="text" x="${left}" y="${panel.top - 36}" font-weight="600">${escapeText(title)}</text>`,
    `<text class="note small" x="${left}" y="${panel.top - 19}">${escapeText(note)}</text>`,
    ...marks.map(
      (mark) =>
        `<line class="${mark === 0 ? "axis" : "grid"}" x1="${left}" x2="${left + panel.width}" y1="${at(mark)}" y2="${at(mark)}"/><text class="note small" x="${left - 8}" y="${round(panel.top + y(mark) + 4)}" text-anchor="end">${thousands(mark)}</text>`,
    ),
    ...places.map(
      (place, index) =>
        `<text class="note small" x="${round(middle(index))}" y="${panel.top + panel.height + 17}" text-anchor="middle">${escapeText(place)}</text>`,
    ),
  ];
  const width = (slot * 0.78) / series.length;
  // Ours last, so that it is on top.
  for (const [order, { colour, dash, values }] of [...series.entries()].reverse()) {
    if (kind === "bars") {
      for (const [index, value] of values.entries()) {
        if (value === undefined) continue;
        const from = middle(index) - slot * 0.39 + order * width;
        parts.push(
          `<rect class="${colour}" x="${round(from)}" y="${at(value)}" width="${round(width - 2)}" height="${round(panel.height - y(value))}"/>`,
        );
      }
    } else {
      const points = values.flatMap((value, index) =>
        value === undefined ? [] : [`${round(middle(index))} ${at(value)}`],
      );
      parts.push(`<path class="l${colour}${dash === undefined ? "" : ` ${dash}`}" d="M${points.join("L")}"/>`);
    }
  }
  return `<g>\n    ${parts.join("\n    ")}\n  </g>`;
}

const thousands = (value: number) => (value >= 1_000 ? `${value / 1_000}k` : String(value));

/** A legend in one line. */
function legend(entries: readonly Pick<Series, "name" | "colour" | "dash">[], left: number): string {
  let x = left;
  const parts = entries.map(({ name, colour, dash }) => {
    const part = `<path class="l${colour}${dash === undefined ? "" : ` ${dash}`}" d="M${x} 68h26"/><text class="text" x="${x + 33}" y="72.5">${escapeText(name)}</text>`;
    x += 33 + Math.round(name.length * 7.1) + 26;
    return part;
  });
  return parts.join("\n  ");
}

/** How lines of gigs are drawn that do not go one by one. */
const dashes = [
  { way: "batched", name: "batched", dash: "dashed" },
  { way: "in parts", name: "one funding, paid out in parts", dash: "dotted" },
] as const;

/** What the work costs beside others, and how it grows. */
export function gasChart({ protocols, lengths }: GasResults): string {
  const shown = protocols.filter((_, index) => index < colours.length);
  const colourOf = (index: number) => colours[index] ?? "d";
  const steps = ["A", "B", "D", "E"] as const;
  const sizes = lengths.map(({ size }) => size);
  const perMilestone = (way: "one by one" | "batched" | "in parts", index: number) =>
    sizes.map((size) => {
      const gas = shown[index]?.gigs[way]?.[size]?.gas;
      return gas === undefined ? undefined : gas / size;
    });
  const panels: Panel[] = [
    {
      title: "Gas of each step",
      note: "A open and fund, B fund the next, D release, E dispute",
      places: steps,
      kind: "bars",
      series: shown.map(({ name, withoutFee }, index) => ({
        ...{ name, colour: colourOf(index) },
        values: steps.map((step) => withoutFee[step]?.gas),
      })),
    },
    {
      title: "Gas of a whole gig, per milestone",
      note: "by the number of milestones; from agreement to the last payment",
      places: sizes.map(String),
      kind: "lines",
      series: [
        ...shown.map(({ name }, index) => ({
          name,
          colour: colourOf(index),
          values: perMilestone("one by one", index),
        })),
        ...dashes.flatMap(({ way, dash }) =>
          shown.flatMap(({ name, gigs }, index) =>
            gigs[way] === undefined ? [] : [{ name, colour: colourOf(index), dash, values: perMilestone(way, index) }],
          ),
        ),
      ],
    },
    {
      title: "Gas of MicroEscrow as it grows",
      note: "by the number of milestones; from the top: A, B, D, C submit",
      places: sizes.map(String),
      kind: "lines",
      series: (["A", "B", "D", "C"] as const).map((step, index) => ({
        ...{ name: step, colour: "a" as const },
        ...(index % 2 === 0 ? {} : { dash: "dashed" as const }),
        values: lengths.map(({ steps: measured }: { readonly steps: Steps }) => measured[step]?.gas),
      })),
    },
  ];
  const names = shown.map(({ name }, index) => ({ name, colour: colourOf(index) }));
  const ways = dashes.map(({ name, dash }) => ({ name, colour: "d" as const, dash }));
  return svg({
    title: "What escrow costs",
    width: 2 * margin + 30 + 3 * panel.width + 2 * panel.gap,
    height: panel.top + panel.height + 74,
    ...{ light, dark },
    body: [
      legend([...names, ...ways], margin),
      ...panels.map((one, index) => draw(one, margin + 30 + index * (panel.width + panel.gap))),
    ],
    note: "One EVM, one token, 500 units for each milestone, infinite allowances given before. Kleros and Request have no submissions, Request no ruling, and bare custody has no rules at all.",
  });
}
