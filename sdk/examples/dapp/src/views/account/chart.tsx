/** Money over time as lines that step where something happened, and the same numbers as a table for who does not see them. */
import { formatAmount } from "@micro-escrow/sdk";
import { scaleLinear, scaleTime } from "d3-scale";
import { curveStepAfter, line } from "d3-shape";
import type { ReactNode } from "react";
import type { Currency } from "../../format.ts";
import { useLanguage } from "../../language/index.tsx";
import type { Point } from "./series.ts";

const WIDTH = 640;
const HEIGHT = 240;
const MARGIN = { left: 64, right: 12, top: 12, bottom: 28 };
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
  const shown = [...points, { ...last, time: Math.max(until, last.time) }];
  const x = scaleTime()
    .domain([first.time * 1_000, Math.max(until, first.time + 60) * 1_000])
    .range([MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear()
    .domain([0, Math.max(1, ...points.flatMap((point) => SERIES.map((name) => value(point[name]))))])
    .nice()
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  const path = (name: (typeof SERIES)[number]) =>
    line<Point>(
      ({ time }) => x(time * 1_000),
      (point) => y(value(point[name])),
    ).curve(curveStepAfter)(shown) ?? "";
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.chart.title(currency.symbol)}>
        {y.ticks(4).map((tick) => (
          <g key={tick} transform={`translate(0 ${y(tick)})`}>
            <line className="grid" x1={MARGIN.left} x2={WIDTH - MARGIN.right} />
            <text x={MARGIN.left - 8} dy="0.32em" textAnchor="end">
              {format.number(tick)}
            </text>
          </g>
        ))}
        {x.ticks(4).map((tick) => (
          <text key={tick.getTime()} x={x(tick)} y={HEIGHT - 8} textAnchor="middle">
            {format.date(tick.getTime() / 1_000)}
          </text>
        ))}
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
      <details>
        <summary>{words.chart.table}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it. */}
        <section className="scroll" tabIndex={0} aria-label={words.chart.title(currency.symbol)}>
          <table>
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
              {points.map((point) => (
                <tr key={point.time}>
                  <th scope="row">{format.time(point.time)}</th>
                  {SERIES.map((name) => (
                    <td key={name}>{format.money(point[name], currency)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}
