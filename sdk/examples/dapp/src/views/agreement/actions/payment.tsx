/** What is done with one milestone's money and time: paying it, in parts too, giving it back, and giving more time. */
import { advanceCall, approveCall, extendCall, finalizeCall, refundCall } from "@micro-escrow/sdk";
import { escrowQueries, useEscrow, useEscrowMutation } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { readAmount } from "../../../amounts.ts";
import { useLanguage } from "../../../language/index.tsx";
import { Field } from "../../../parts/field.tsx";
import { Sending } from "../../../parts/sending.tsx";
import { usePayoutWords } from "../facts.ts";
import { type FormProps, milestoneOf, payoutOf, useDeliverableShown } from "./form.ts";

/** The client pays, in full. */
export function ApproveForm({ facts, index }: FormProps): ReactNode {
  const { agreement, currency } = facts;
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("approve");
  const payoutWords = usePayoutWords(agreement.terms, currency);
  // What was shown when this was opened is what is approved.
  const { seen, isShown } = useDeliverableShown(facts, index);
  const { submission } = seen;
  const [payout] = useState(() => payoutOf(facts, { type: "approve", index }));
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync({ agreement, index, ...seen })}
      call={approveCall({ escrow: escrow.address, agreement, index, submission })}
      isReady={isShown && payout !== undefined}
      label={words.actions.approve.label}
      sentence={words.actions.approve.sentence(payout === undefined ? "" : payoutWords(payout), submission)}
      done={words.actions.approve.done}
    />
  );
}

/** The freelancer gives the milestone up. */
export function RefundForm({ facts, index }: FormProps): ReactNode {
  const { agreement, currency } = facts;
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("refund");
  const payoutWords = usePayoutWords(agreement.terms, currency);
  const [payout] = useState(() => payoutOf(facts, { type: "refund", index }));
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync({ agreement, index })}
      call={refundCall({ escrow: escrow.address, agreement, index })}
      isReady={payout !== undefined}
      label={words.actions.refund.label}
      sentence={words.actions.refund.sentence(payout === undefined ? "" : payoutWords(payout))}
      done={words.actions.refund.done}
    />
  );
}

/** Anybody carries out what was agreed for silence. */
export function FinalizeForm({ facts, index }: FormProps): ReactNode {
  const { agreement, currency } = facts;
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("finalize");
  const payoutWords = usePayoutWords(agreement.terms, currency);
  const [payout] = useState(() => payoutOf(facts, { type: "finalize", index }));
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync({ agreement, index })}
      call={finalizeCall({ escrow: escrow.address, agreement, index })}
      isReady={payout !== undefined}
      label={words.actions.finalize.label}
      sentence={words.actions.finalize.sentence(payout === undefined ? "" : payoutWords(payout))}
      done={words.actions.finalize.done}
    />
  );
}

/** The client pays a part before the end. */
export function AdvanceForm({ facts, index }: FormProps): ReactNode {
  const { agreement, currency } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("advance");
  const payoutWords = usePayoutWords(agreement.terms, currency);
  const [text, setText] = useState("");
  const [{ held }] = useState(() => milestoneOf(facts, index));
  const amount = readAmount(text, currency.decimals);
  const isRight = amount !== undefined && amount > 0n && amount < held;
  const payout = isRight ? payoutOf(facts, { type: "advance", index, amount }) : undefined;
  return (
    <Sending
      mutation={mutation}
      start={async () => amount !== undefined && mutation.mutateAsync({ agreement, index, amount })}
      call={isRight ? advanceCall({ escrow: escrow.address, agreement, index, amount }) : undefined}
      isReady={isRight}
      label={words.actions.advance.label}
      sentence={words.actions.advance.sentence(format.money(held, currency))}
      done={words.actions.advance.done}
    >
      <Field
        label={words.amount}
        value={text}
        onChange={setText}
        inputMode="decimal"
        suffix={currency.symbol}
        problem={text === "" || isRight ? undefined : words.actions.advance.wrong(format.money(held, currency))}
      />
      {payout !== undefined && <p>{payoutWords(payout)}</p>}
    </Sending>
  );
}

/** Seconds. */
const DAY = 86_400;

/** The client gives more time. */
export function ExtendForm({ facts, index }: FormProps): ReactNode {
  const { agreement } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("extend");
  const [days, setDays] = useState("7");
  const [{ clock: before }] = useState(() => milestoneOf(facts, index));
  const isRight = /^[1-9]\d{0,3}$/.test(days.trim());
  // Of a clock that has run out, from now on: the days since are nobody's.
  const { data: read } = useQuery(escrowQueries.time(escrow));
  const clock = Math.max(before, read?.time ?? 0) + Number(days) * DAY;
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync({ agreement, index, clock })}
      call={isRight ? extendCall({ escrow: escrow.address, agreement, index, clock }) : undefined}
      isReady={isRight}
      label={words.actions.extend.label}
      sentence={words.actions.extend.sentence(format.time(before))}
      done={words.actions.extend.done}
    >
      <Field
        label={words.actions.extend.days}
        value={days}
        onChange={setDays}
        inputMode="numeric"
        problem={isRight ? undefined : words.actions.extend.wrong}
        description={isRight ? words.actions.extend.until(format.time(clock)) : undefined}
      />
    </Sending>
  );
}
