/**
 * What an account can do to a milestone: a button for each action that the SDK says is possible, and a window that says what it
 * does, asks for what it needs, and follows it to the block.
 */
import { type AvailableAction, Status, type Verb } from "@micro-escrow/sdk";
import { type ReactNode, useId, useState } from "react";
import { useLanguage } from "../../../language/index.tsx";
import { Dialog, PlainButton, PrimaryButton } from "../../../parts/basics.tsx";
import { useAddress } from "../../../session.tsx";
import { type Facts, useMilestoneTitle } from "../facts.ts";
import { FundForm } from "../funding.tsx";
import { DisputeForm, EvidenceForm, RuleForm } from "./dispute.tsx";
import { type FormProps, milestoneOf } from "./form.ts";
import { AdvanceForm, ApproveForm, ExtendForm, FinalizeForm, RefundForm } from "./payment.tsx";
import { SettleForm } from "./settlement.tsx";
import { AcceptForm, CloseForm } from "./wholeAgreement.tsx";
import { AttestForm, RequestChangesForm, SubmitForm } from "./work.tsx";

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
  const isClient = useAddress() === facts.agreement.terms.client;
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
              {hintOf(one)}
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
    if (EXPECTED[status]?.includes(action) !== true) return false;
    if (action !== "fund") return true;
    // Anybody may pay, but it is the client who is expected to: the next piece, when the one before has ended.
    const { milestones } = facts.state;
    const isNext = milestones.findIndex((one) => one.status === Status.None) === index;
    return isNext && isClient && milestones.every(({ held }) => held === 0n);
  }

  function hintOf({ action, index }: AvailableAction): string {
    if (action === "fund" && !isClient) return words.actions.fund.hintForOthers;
    const isBefore = index !== undefined && milestoneOf(facts, index).submissions === 0;
    return action === "approve" && isBefore ? words.actions.approve.hintBefore : words.actions[action].hint;
  }

  /** The same button stands at several milestones: to who does not see where, it says which. */
  function labelOf({ action, index }: AvailableAction): string {
    const { label } = words.actions[action];
    return index === undefined ? label : `${label}: ${title(index)}`;
  }
}

/** What an account may do to the agreement as a whole. It is seldom done: nobody should take it for the next step. */
export function WholeActions(props: {
  readonly facts: Facts;
  readonly available: readonly AvailableAction[];
}): ReactNode {
  const { words } = useLanguage();
  const available = props.available.filter(({ index }) => index === undefined);
  return (
    // What was opened stays until it is closed, also when its own success ends the possibility.
    <details hidden={available.length === 0}>
      <summary>{words.proposal.others}</summary>
      <Actions facts={props.facts} available={available} />
    </details>
  );
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
