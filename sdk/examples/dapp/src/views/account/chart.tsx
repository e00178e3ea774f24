/** Money over time as lines that step where something happened, and the same numbers as a table for who does not see them. */
import { formatAmount } from "@micro-escrow/sdk";
import { type ReactNode, useState } from "react";
import type { Currency } from "../../format.ts";
import { useLanguage } from "../../language/index.tsx";
import type { Point } from "./series.ts";

const WIDTH = 640;
const HEIGHT = 220;
/** On the left as much as amounts of up to six digits take where the text is largest, on phones. */
const MARGIN = { left: 88, right: 12, top: 14, bottom: 34 };
const SERIES = ["held", "earned", "paid"] as const;

/** A chart of an account's money in one token. */
export function MoneyChart({
  points,
  currency,
  until,
}: {
  readonly points: readonly Point[];
  readonly currency: Currency;
  /** The chain's time, Unix seconds: the lines go on to there. */
  readonly until: number;
}): ReactNode {
  const { words, format } = useLanguage();
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return <p className="quiet">{words.chart.empty}</p>;
  /** For a place in a picture a number is exact enough. */
  const value = (amount: bigint) => Number(formatAmount(amount < 0n ? 0n : amount, currency.decimals));
  const end = Math.max(until, last.time);
  const ticks = ticksUpTo(Math.max(1, ...points.flatMap((point) => SERIES.map((name) => value(point[name])))));
  const top = ticks.at(-1) ?? 1;
  const x = (time: number) =>
    MARGIN.left + ((time - first.time) / Math.max(end - first.time, 60)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (amount: number) => HEIGHT - MARGIN.bottom - (amount / top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  /** It stays where it is until the next change. */
  const path = (name: (typeof SERIES)[number]) => {
    const [start, ...steps] = points.map((point) => [x(point.time), y(value(point[name]))] as const);
    return `M${start}${steps.map(([right, height]) => `H${right}V${height}`).join("")}H${x(end)}`;
  };
  const [from, to] = [format.date(first.time), format.date(end)];
  const moments = from === to ? [format.time(first.time), format.time(end)] : [from, to];
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.chart.title(currency.symbol)}>
        {ticks.map((tick) => (
          <g key={tick} transform={`translate(0 ${y(tick)})`}>
            <line className="grid" x1={MARGIN.left} x2={WIDTH - MARGIN.right} />
            <text x={MARGIN.left - 8} dy="0.32em" textAnchor="end">
              {format.number(tick)}
            </text>
          </g>
        ))}
        <text x={MARGIN.left} y={HEIGHT - 10}>
          {moments[0]}
        </text>
        <text x={WIDTH - MARGIN.right} y={HEIGHT - 10} textAnchor="end">
          {moments[1]}
        </text>
        {SERIES.map((name) => (
          <path key={name} className={`line ${name}`} d={path(name)} />
        ))}
      </svg>
      <figcaption>
        {SERIES.map((name) => (
          <span key={name} className={`key ${name}`}>
            {words.chart[name]}: <strong>{format.money(last[name], currency)}</strong>
          </span>
        ))}
      </figcaption>
      <PointsTable points={points} currency={currency} />
    </figure>
  );
}

/** Round numbers from 0 to one that is not below the highest value; four or five of them. */
function ticksUpTo(highest: number): readonly number[] {
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((digit) => digit * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, count) => count * step);
}

/** The numbers of the chart, written when somebody wants them: there may be thousands. */
function PointsTable({
  points,
  currency,
}: {
  readonly points: readonly Point[];
  readonly currency: Currency;
}): ReactNode {
  const { words, format } = useLanguage();
  const [isOpen, setIsOpen] = useState(false);
  /** The caption says of what. */
  const plain = (amount: bigint) => format.money(amount, { ...currency, symbol: "" }).trim();
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{words.chart.table}</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it.
        <section className="scroll" tabIndex={0} aria-label={words.chart.title(currency.symbol)}>
          <table>
            <caption className="quiet">{words.chart.title(currency.symbol)}</caption>
            <thead>
              <tr>
                <th scope="col">{words.chart.time}</th>
                {SERIES.map((name) => (
                  <th key={name} scope="col">
                    {words.chart[name]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.toReversed().map((point) => (
                <tr key={point.time}>
                  <th scope="row">{format.time(point.time)}</th>
                  {SERIES.map((name) => (
                    <td key={name}>{plain(point[name])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
