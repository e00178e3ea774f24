/** A slider and a field to divide money between the two parties. */
import { formatAmount, type Payout } from "@micro-escrow/sdk";
import { type ReactNode, useState } from "react";
import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from "react-aria-components";
import { readAmount } from "../../../amounts.ts";
import { useLanguage } from "../../../language/index.tsx";
import { Field } from "../../../parts/field.tsx";
import { type Facts, usePayoutWords } from "../facts.ts";

/** Parts of the slider's whole: a tenth of a percent each. */
const STEPS = 1_000;

/** An amount as it is typed, with its cents where the token has some. */
function typed(amount: bigint, decimals: number): string {
  const [whole = "", part = ""] = formatAmount(amount, decimals).split(".");
  const cents = part.padEnd(Math.min(2, decimals), "0");
  return cents === "" ? whole : `${whole}.${cents}`;
}

/** Divides what there is between the two, by a slider or to the cent. */
export function Split({
  facts,
  whole,
  value,
  onChange,
  preview,
}: {
  readonly facts: Facts;
  /** What there is to divide, base units. */
  readonly whole: bigint;
  /** The freelancer's part, base units; `undefined` while what is typed is none. */
  readonly value: bigint | undefined;
  readonly onChange: (value: bigint | undefined) => void;
  readonly preview: Payout | undefined;
}): ReactNode {
  const { words, format } = useLanguage();
  const { currency, agreement } = facts;
  const payoutWords = usePayoutWords(agreement.terms, currency);
  const [text, setText] = useState(() => (value === undefined ? "" : typed(value, currency.decimals)));
  const position = value === undefined || whole === 0n ? 0 : Number((value * BigInt(STEPS)) / whole);
  const set = (amount: bigint) => {
    setText(typed(amount, currency.decimals));
    onChange(amount);
  };
  return (
    <>
      <Slider
        className="slider"
        minValue={0}
        maxValue={1}
        step={0.01}
        formatOptions={{ style: "percent" }}
        value={position / STEPS}
        onChange={(share) => {
          // To the cent, where the token has cents: nobody means more of it.
          const cent = currency.decimals > 2 ? 10n ** BigInt(currency.decimals - 2) : 1n;
          const parts = Math.round((Array.isArray(share) ? (share[0] ?? 0) : share) * STEPS);
          const part = (whole * BigInt(parts)) / BigInt(STEPS);
          set(part === whole ? whole : (part / cent) * cent);
        }}
      >
        <Label>{words.split.label}</Label>
        <SliderOutput>{() => format.share(position * 10)}</SliderOutput>
        <SliderTrack className="track">
          <SliderThumb className="thumb" />
        </SliderTrack>
      </Slider>
      <Field
        label={words.split.amount}
        value={text}
        onChange={(input) => {
          setText(input);
          const amount = readAmount(input, currency.decimals);
          onChange(amount !== undefined && amount <= whole ? amount : undefined);
        }}
        inputMode="decimal"
        suffix={currency.symbol}
        problem={value === undefined ? words.split.wrong(format.money(whole, currency)) : undefined}
      />
      <p role="status">{preview !== undefined && payoutWords(preview)}</p>
    </>
  );
}
