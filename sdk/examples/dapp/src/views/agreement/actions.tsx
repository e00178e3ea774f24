/**
 * What an account can do to a milestone: a button for each action that the SDK says is possible, and a window that says what it
 * does, asks for what it needs, and follows it to the block.
 */
import {
  type AvailableAction,
  acceptCall,
  advanceCall,
  approveCall,
  attestCall,
  closeCall,
  disputeCall,
  extendCall,
  finalizeCall,
  formatAmount,
  type Hash,
  hashText,
  MicroEscrowError,
  type PayingAction,
  type Payout,
  payouts,
  refundCall,
  requestChangesCall,
  ruleCall,
  type SignedSettlement,
  Status,
  settleCall,
  submitCall,
  submitEvidenceCall,
  type Verb,
} from "@micro-escrow/sdk";
import { escrowQueries, useEscrow, useEscrowMutation } from "@micro-escrow/sdk/react";
import { putContent, putDeliverable } from "@micro-escrow/sdk/storage";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import {
  FileTrigger,
  Label,
  Radio,
  RadioGroup,
  Slider,
  SliderOutput,
  SliderThumb,
  SliderTrack,
} from "react-aria-components";
import { readAmount } from "../../amounts.ts";
import { whole } from "../../clauses.ts";
import { useOffer } from "../../consents.ts";
import { useLanguage } from "../../language/index.tsx";
import { files, keep, LIBRARY } from "../../library.ts";
import { Dialog, Loading, Notice, PlainButton, PrimaryButton } from "../../parts/basics.tsx";
import { Field } from "../../parts/field.tsx";
import { contentsOf, fileOf } from "../../parts/material.tsx";
import { Sending } from "../../parts/sending.tsx";
import { Sharing } from "../../parts/sharing.tsx";
import { useAddress } from "../../session.tsx";
import { type Facts, useMilestoneTitle, usePayoutWords } from "./facts.ts";
import { FundForm } from "./funding.tsx";

/** The order of the buttons: what moves a milestone on in the usual way comes first. */
const ORDER: readonly Verb[] = [
  ...(["accept", "fund", "submit", "approve", "rule", "attest", "finalize", "requestChanges", "dispute"] as const),
  ...(["submitEvidence", "settle", "advance", "extend", "refund", "close"] as const),
];

/** What moves a milestone on in the usual way: approving before anything was submitted, for example, does not. */
const EXPECTED: { readonly [S in Status]?: readonly Verb[] } = {
  [Status.None]: ["fund"],
  [Status.Funded]: ["submit", "finalize"],
  [Status.Submitted]: ["approve", "attest", "finalize"],
  [Status.ChangesRequested]: ["submit", "finalize"],
  [Status.Disputed]: ["rule", "finalize"],
};

/** The buttons for what an account may do. */
export function Actions({
  facts,
  available,
}: {
  readonly facts: Facts;
  /** Of one milestone, or of the agreement as a whole. */
  readonly available: readonly AvailableAction[];
}): ReactNode {
  const { words } = useLanguage();
  const [opened, setOpened] = useState<AvailableAction>();
  const title = useMilestoneTitle(facts.agreement);
  const account = useAddress();
  const id = useId();
  // The one that was opened stays until it is closed, also when its own success ends the possibility.
  const sorted = available.toSorted((a, b) => ORDER.indexOf(a.action) - ORDER.indexOf(b.action));
  return (
    <div className="actions">
      {sorted.map((one) => {
        const ButtonOfRank = isExpected(one) ? PrimaryButton : PlainButton;
        const hint = `${id}-${one.action}`;
        return (
          <div key={one.action}>
            <ButtonOfRank onPress={() => setOpened(one)} aria-label={labelOf(one)} aria-describedby={hint}>
              {words.actions[one.action].label}
            </ButtonOfRank>
            <span id={hint} className="quiet">
              {words.actions[one.action].hint}
            </span>
          </div>
        );
      })}
      <Dialog
        title={opened === undefined ? "" : labelOf(opened)}
        isOpen={opened !== undefined}
        onClose={() => setOpened(undefined)}
      >
        {opened !== undefined && <ActionForm facts={facts} action={opened.action} index={opened.index ?? 0} />}
      </Dialog>
    </div>
  );

  /** What is commonly next, from the one whose turn it is. */
  function isExpected({ action, index }: AvailableAction): boolean {
    // Consenting on the chain is for who cannot sign.
    if (index === undefined) return false;
    const { status } = milestoneOf(facts, index);
    // Anybody may pay, but it is the client who is expected to.
    return (
      (EXPECTED[status]?.includes(action) ?? false) && (action !== "fund" || account === facts.agreement.terms.client)
    );
  }

  /** The same button stands at several milestones: to who does not see where, it says which. */
  function labelOf({ action, index }: AvailableAction): string {
    const { label } = words.actions[action];
    return index === undefined ? label : `${label}: ${title(index)}`;
  }
}

interface FormProps {
  readonly facts: Facts;
  readonly index: number;
}

function ActionForm({ action, ...props }: FormProps & { readonly action: Verb }): ReactNode {
  const Form = FORMS[action];
  return <Form {...props} />;
}

const FORMS: { readonly [V in Verb]: (props: FormProps) => ReactNode } = {
  accept: AcceptForm,
  close: CloseForm,
  fund: ({ facts, index }) => <FundForm facts={{ ...facts, signatures: facts.kept?.signatures ?? {} }} first={index} />,
  submit: SubmitForm,
  approve: ApproveForm,
  advance: AdvanceForm,
  requestChanges: RequestChangesForm,
  attest: AttestForm,
  extend: ExtendForm,
  dispute: DisputeForm,
  submitEvidence: EvidenceForm,
  rule: RuleForm,
  settle: SettleForm,
  refund: RefundForm,
  finalize: FinalizeForm,
};

const milestoneOf = ({ state }: Facts, index: number) => {
  const milestone = state.milestones[index];
  if (milestone === undefined) throw new RangeError(`There is no milestone ${index}.`);
  return milestone;
};

/** Who would get how much; nothing while it is not possible, as between two states. */
function payoutOf({ agreement, state }: Facts, action: PayingAction): Payout | undefined {
  try {
    return payouts(agreement, state, action);
  } catch (error) {
    if (error instanceof MicroEscrowError) return undefined;
    throw error;
  }
}

// ------------------------------------------------------------------------------------------------------- whole agreement

function AcceptForm({ facts: { agreement } }: FormProps): ReactNode {
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("accept");
  const party = useAddress();
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync({ agreement })}
      call={party && acceptCall({ escrow: escrow.address, agreement, party })}
      label={words.actions.accept.label}
      sentence={words.actions.accept.sentence}
      done={words.actions.accept.done}
    />
  );
}

function CloseForm({ facts: { agreement } }: FormProps): ReactNode {
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("close");
  const party = useAddress();
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync({ agreement })}
      call={party && closeCall({ escrow: escrow.address, agreement, party })}
      label={words.actions.close.label}
      sentence={words.actions.close.sentence}
      done={words.actions.close.done}
    />
  );
}

// ------------------------------------------------------------------------------------------------- with texts and files

/** Texts and files that are handed in. */
interface Handed {
  readonly text: string;
  readonly chosen: readonly File[];
}

const NOTHING: Handed = { text: "", chosen: [] };
const isEmpty = ({ text, chosen }: Handed) => text.trim() === "" && chosen.length === 0;
/** Bytes that others can open here together: what is more could be put on the chain, and seen by nobody. */
const MOST_HANDED_IN = 64 * 1_024 * 1_024;
const isTooLarge = ({ text, chosen }: Handed) =>
  chosen.reduce((size, file) => size + file.size, 3 * text.length) > MOST_HANDED_IN;
const canBeHandedIn = (handed: Handed) => !isEmpty(handed) && !isTooLarge(handed);

/** Keeps what is handed in in this browser, and gives its hash: of a text alone the text's, else of a list of the files. */
async function keepHanded({ text, chosen }: Handed): Promise<Hash> {
  const note = text.trim();
  if (chosen.length === 0) return putContent(files, note);
  const given = await Promise.all(chosen.map(fileOf));
  const named = note === "" ? given : [...given, { path: "message.txt", bytes: new TextEncoder().encode(note) }];
  return putDeliverable(files, named);
}

function HandIn({
  label,
  value,
  onChange,
  withFiles = true,
}: {
  readonly label: string;
  readonly value: Handed;
  readonly onChange: (value: Handed) => void;
  readonly withFiles?: boolean;
}): ReactNode {
  const { words } = useLanguage();
  return (
    <>
      <Field label={label} value={value.text} onChange={(text) => onChange({ ...value, text })} isLong />
      {withFiles && (
        <div className="files">
          <FileTrigger allowsMultiple onSelect={(list) => onChange({ ...value, chosen: [...(list ?? [])] })}>
            <PlainButton>{words.material.choose}</PlainButton>
          </FileTrigger>
          <ul aria-label={words.material.chosen}>
            {value.chosen.map((file) => (
              <li key={file.name}>{whole(file.name)}</li>
            ))}
          </ul>
          {isTooLarge(value) && <Notice tone="problem">{words.material.tooLarge}</Notice>}
        </div>
      )}
      <p className="quiet">{words.material.hashed}</p>
    </>
  );
}

/** What is handed in, and how it gets to the others. */
function useHandIn({ agreement }: Facts) {
  const escrow = useEscrow();
  const client = useQueryClient();
  const { words } = useLanguage();
  const [handed, setHanded] = useState(NOTHING);
  const [contents, setContents] = useState<readonly Uint8Array[]>();
  /** Keeps it; what the chain has the hash of and nobody has, nobody can judge. */
  const store = async (): Promise<Hash> => {
    const hash = await keepHanded(handed);
    await keep({ agreement, chainId: escrow.chainId, signatures: {} }, escrow.chainId);
    await client.invalidateQueries({ queryKey: [LIBRARY] });
    setContents(await contentsOf(hash));
    return hash;
  };
  const share = contents && { chainId: escrow.chainId, agreement, signatures: {}, contents };
  const sharing = share && (
    <>
      <p>{words.material.handOver}</p>
      <Sharing share={share} name={agreement.scope?.title ?? agreement.id} />
    </>
  );
  return { handed, setHanded, store, sharing };
}

/** The submission that was there when the window was opened: it is what is judged, though another one may come meanwhile. */
function useSubmissionShown(facts: Facts, index: number): number {
  const [{ submissions }] = useState(() => milestoneOf(facts, index));
  return submissions;
}

/**
 * The same with its hash, for what moves money. The history may come later than the state, or not at all: until then nobody has
 * seen what was submitted, and nothing is ready.
 */
function useDeliverableShown(facts: Facts, index: number) {
  const submission = useSubmissionShown(facts, index);
  const [shown, setShown] = useState<Hash>();
  const event = facts.events.find(
    (one) => one.type === "MilestoneSubmitted" && one.index === index && one.submission === submission,
  );
  // The first that is shown is the one, also when a reorganization puts another in its place.
  if (shown === undefined && event?.type === "MilestoneSubmitted") setShown(event.deliverable);
  return {
    seen: { submission, ...(shown && { deliverable: shown }) },
    isShown: submission === 0 || shown !== undefined,
  };
}

/** Stands in for a hash that is not made yet: the cost is the same. */
const ANY_HASH = hashText("");

function SubmitForm({ facts, index }: FormProps): ReactNode {
  const { agreement } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("submit");
  const { handed, setHanded, store, sharing } = useHandIn(facts);
  const { reviewPeriod } = agreement.terms;
  return (
    <>
      <Sending
        mutation={mutation}
        start={async () => mutation.mutateAsync({ agreement, index, deliverable: await store() })}
        call={submitCall({ escrow: escrow.address, agreement, index, deliverable: ANY_HASH })}
        isReady={canBeHandedIn(handed)}
        label={words.actions.submit.label}
        sentence={words.actions.submit.sentence(format.duration(reviewPeriod))}
        done={words.actions.submit.done}
      >
        <HandIn label={words.actions.submit.message} value={handed} onChange={setHanded} />
      </Sending>
      {mutation.phase === "confirmed" && sharing}
    </>
  );
}

function RequestChangesForm({ facts, index }: FormProps): ReactNode {
  const { agreement } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("requestChanges");
  const { handed, setHanded, store, sharing } = useHandIn(facts);
  const submission = useSubmissionShown(facts, index);
  return (
    <>
      <Sending
        mutation={mutation}
        start={async () => mutation.mutateAsync({ agreement, index, submission, reason: await store() })}
        call={requestChangesCall({ escrow: escrow.address, agreement, index, submission, reason: ANY_HASH })}
        isReady={canBeHandedIn(handed)}
        label={words.actions.requestChanges.label}
        sentence={words.actions.requestChanges.sentence(format.duration(agreement.terms.reworkPeriod))}
        done={words.actions.requestChanges.done}
      >
        <HandIn label={words.actions.requestChanges.message} value={handed} onChange={setHanded} withFiles={false} />
      </Sending>
      {mutation.phase === "confirmed" && sharing}
    </>
  );
}

function DisputeForm({ facts, index }: FormProps): ReactNode {
  const { agreement, currency } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("dispute");
  const { handed, setHanded, store, sharing } = useHandIn(facts);
  const submission = useSubmissionShown(facts, index);
  const { held } = milestoneOf(facts, index);
  const { arbitrationPeriod, arbiterFeeBps, defaultShareBps } = agreement.terms;
  const fee = (held * BigInt(arbiterFeeBps)) / 10_000n;
  return (
    <>
      <Sending
        mutation={mutation}
        start={async () => mutation.mutateAsync({ agreement, index, submission, evidence: await store() })}
        call={disputeCall({ escrow: escrow.address, agreement, index, submission, evidence: ANY_HASH })}
        isReady={canBeHandedIn(handed)}
        label={words.actions.dispute.label}
        sentence={words.actions.dispute.sentence(
          format.duration(arbitrationPeriod),
          format.money(fee, currency),
          format.share(defaultShareBps),
        )}
        done={words.actions.dispute.done}
      >
        <HandIn label={words.actions.dispute.message} value={handed} onChange={setHanded} />
      </Sending>
      {mutation.phase === "confirmed" && sharing}
    </>
  );
}

function EvidenceForm({ facts, index }: FormProps): ReactNode {
  const { agreement } = facts;
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("submitEvidence");
  const { handed, setHanded, store, sharing } = useHandIn(facts);
  return (
    <>
      <Sending
        mutation={mutation}
        start={async () => mutation.mutateAsync({ agreement, index, evidence: await store() })}
        call={submitEvidenceCall({ escrow: escrow.address, agreement, index, evidence: ANY_HASH })}
        isReady={canBeHandedIn(handed)}
        label={words.actions.submitEvidence.label}
        sentence={words.actions.submitEvidence.sentence}
        done={words.actions.submitEvidence.done}
      >
        <HandIn label={words.actions.submitEvidence.message} value={handed} onChange={setHanded} />
      </Sending>
      {mutation.phase === "confirmed" && sharing}
    </>
  );
}

function AttestForm({ facts, index }: FormProps): ReactNode {
  const { agreement } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("attest");
  const { handed, setHanded, store, sharing } = useHandIn(facts);
  const [verdict, setVerdict] = useState<"passed" | "failed">();
  const { seen, isShown } = useDeliverableShown(facts, index);
  const { submission } = seen;
  const passed = verdict === "passed";
  return (
    <>
      <Sending
        mutation={mutation}
        start={async () => mutation.mutateAsync({ agreement, index, ...seen, passed, report: await store() })}
        call={attestCall({ escrow: escrow.address, agreement, index, submission, passed, report: ANY_HASH })}
        isReady={canBeHandedIn(handed) && verdict !== undefined && isShown}
        label={words.actions.attest.label}
        sentence={words.actions.attest.sentence(
          agreement.terms.challengePeriod === 0 ? undefined : format.duration(agreement.terms.challengePeriod),
        )}
        done={words.actions.attest.done}
      >
        <RadioGroup
          className="radios"
          value={verdict ?? null}
          onChange={(value) => setVerdict(value === "passed" ? "passed" : "failed")}
        >
          <Label>{words.actions.attest.verdict}</Label>
          <Radio value="passed">{words.actions.attest.passed}</Radio>
          <Radio value="failed">{words.actions.attest.failed}</Radio>
        </RadioGroup>
        <HandIn label={words.actions.attest.message} value={handed} onChange={setHanded} />
      </Sending>
      {mutation.phase === "confirmed" && sharing}
    </>
  );
}

// --------------------------------------------------------------------------------------------------- with money or time

function ApproveForm({ facts, index }: FormProps): ReactNode {
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
      isReady={isShown}
      label={words.actions.approve.label}
      sentence={words.actions.approve.sentence(payout === undefined ? "" : payoutWords(payout), submission)}
      done={words.actions.approve.done}
    />
  );
}

function RefundForm({ facts, index }: FormProps): ReactNode {
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
      label={words.actions.refund.label}
      sentence={words.actions.refund.sentence(payout === undefined ? "" : payoutWords(payout))}
      done={words.actions.refund.done}
    />
  );
}

function FinalizeForm({ facts, index }: FormProps): ReactNode {
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
      label={words.actions.finalize.label}
      sentence={words.actions.finalize.sentence(payout === undefined ? "" : payoutWords(payout))}
      done={words.actions.finalize.done}
    />
  );
}

function AdvanceForm({ facts, index }: FormProps): ReactNode {
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

const DAY = 86_400;

function ExtendForm({ facts, index }: FormProps): ReactNode {
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

// ------------------------------------------------------------------------------------------------------------ splitting

/** Parts of the slider's whole: a tenth of a percent each. */
const STEPS = 1_000;

/** Divides what there is between the two, by a slider or to the cent. */
function Split({
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
  const [text, setText] = useState(() => (value === undefined ? "" : formatAmount(value, currency.decimals)));
  const position = value === undefined || whole === 0n ? 0 : Number((value * BigInt(STEPS)) / whole);
  const set = (amount: bigint) => {
    setText(formatAmount(amount, currency.decimals));
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
        onChange={(typed) => {
          setText(typed);
          const amount = readAmount(typed, currency.decimals);
          onChange(amount !== undefined && amount <= whole ? amount : undefined);
        }}
        inputMode="decimal"
        suffix={currency.symbol}
        problem={value === undefined ? words.split.wrong(format.money(whole, currency)) : undefined}
      />
      <p className="payouts" role="status">
        {preview !== undefined && payoutWords(preview)}
      </p>
    </>
  );
}

function RuleForm({ facts, index }: FormProps): ReactNode {
  const { agreement, currency } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("rule");
  const { handed, setHanded, store, sharing } = useHandIn(facts);
  const [{ fee, whole }] = useState(() => {
    const { held } = milestoneOf(facts, index);
    const arbiterFee = (held * BigInt(agreement.terms.arbiterFeeBps)) / 10_000n;
    return { fee: arbiterFee, whole: held - arbiterFee };
  });
  const [part, setPart] = useState<bigint | undefined>(whole / 2n);
  const preview = part === undefined ? undefined : payoutOf(facts, { type: "rule", index, freelancerAmount: part });
  return (
    <>
      <Sending
        mutation={mutation}
        start={async () =>
          part !== undefined &&
          mutation.mutateAsync({ agreement, index, freelancerAmount: part, reasoning: await store() })
        }
        call={
          part === undefined
            ? undefined
            : ruleCall({ escrow: escrow.address, agreement, index, freelancerAmount: part, reasoning: ANY_HASH })
        }
        isReady={part !== undefined && canBeHandedIn(handed)}
        label={words.actions.rule.label}
        sentence={words.actions.rule.sentence(format.money(whole, currency), format.money(fee, currency))}
        done={words.actions.rule.done}
      >
        <Split facts={facts} whole={whole} value={part} onChange={setPart} preview={preview} />
        <HandIn label={words.actions.rule.message} value={handed} onChange={setHanded} />
      </Sending>
      {mutation.phase === "confirmed" && sharing}
    </>
  );
}

function SettleForm({ facts, index }: FormProps): ReactNode {
  const offer = useOffer(facts.agreement, index, milestoneOf(facts, index), facts.kept);
  // Agreeing ends it; what came of that is still to be shown.
  const [proposal, setProposal] = useState(offer);
  if (proposal === null && offer !== null) setProposal(offer);
  if (proposal === null) return <Loading />;
  return proposal === undefined ? (
    <ProposeSettlement facts={facts} index={index} />
  ) : (
    <SettleTogether facts={facts} index={index} proposal={proposal} />
  );
}

/** The other party has signed a split: it is carried out. */
function SettleTogether({ facts, index, proposal }: FormProps & { readonly proposal: SignedSettlement }): ReactNode {
  const { agreement, currency } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("settle");
  const payoutWords = usePayoutWords(agreement.terms, currency);
  const freelancerAmount = BigInt(proposal.freelancerAmount);
  const [payout] = useState(() => payoutOf(facts, { type: "settle", index, freelancerAmount }));
  const { client } = agreement.terms;
  const authorization =
    proposal.signer === client ? { client: proposal.authorization } : { freelancer: proposal.authorization };
  return (
    <>
      <Sending
        mutation={mutation}
        start={() => mutation.mutateAsync({ agreement, index, freelancerAmount, signatures: [proposal] })}
        call={settleCall({ escrow: escrow.address, agreement, index, freelancerAmount, ...authorization })}
        isReady={payout !== undefined}
        label={words.actions.settle.together}
        sentence={words.actions.settle.proposed(
          payout === undefined ? "" : payoutWords(payout),
          format.time(proposal.authorization.deadline),
        )}
        done={words.actions.settle.done}
      />
      {mutation.phase === "idle" && (
        <details>
          <summary>{words.actions.settle.other}</summary>
          <ProposeSettlement facts={facts} index={index} />
        </details>
      )}
    </>
  );
}

/** Seconds for which a signed split is good. */
const SETTLEMENT_PERIOD = 3 * DAY;

/** Signs a split for the other party to carry out. */
function ProposeSettlement({ facts, index }: FormProps): ReactNode {
  const { agreement, currency } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const client = useQueryClient();
  const mutation = useEscrowMutation("signSettle");
  const [{ held: whole, status }] = useState(() => milestoneOf(facts, index));
  const [part, setPart] = useState<bigint | undefined>(whole / 2n);
  const preview = part === undefined ? undefined : payoutOf(facts, { type: "settle", index, freelancerAmount: part });
  const sign = async () => {
    if (part === undefined) return;
    // The other party has to open a link first: days, not hours.
    const deadline = (await escrow.getTime()) + SETTLEMENT_PERIOD;
    const settlement = await mutation.mutateAsync({ agreement, index, freelancerAmount: part, deadline });
    await keep({ agreement, chainId: escrow.chainId, signatures: {}, settlement }, escrow.chainId);
    await client.invalidateQueries({ queryKey: [LIBRARY] });
  };
  const settlement = mutation.data;
  return (
    <>
      <Sending
        mutation={mutation}
        start={sign}
        isReady={part !== undefined && status !== Status.None}
        label={words.actions.settle.sign}
        sentence={words.actions.settle.sentence(format.money(whole, currency))}
        done={words.actions.settle.signed}
      >
        <Split facts={facts} whole={whole} value={part} onChange={setPart} preview={preview} />
      </Sending>
      {settlement !== undefined && (
        <Sharing
          share={{ chainId: escrow.chainId, agreement, signatures: {}, contents: [], settlement }}
          name={agreement.scope?.title ?? agreement.id}
        />
      )}
    </>
  );
}
