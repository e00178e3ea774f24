/** What is done in a dispute: calling the arbiter, evidence, and the ruling. */
import { disputeCall, ruleCall, submitEvidenceCall } from "@micro-escrow/sdk";
import { useEscrow, useEscrowMutation } from "@micro-escrow/sdk/react";
import { type ReactNode, useState } from "react";
import { useLanguage } from "../../../language/index.tsx";
import { type FormProps, milestoneOf, payoutOf, useSubmissionShown } from "./form.ts";
import { HandingIn } from "./handIn.tsx";
import { Split } from "./split.tsx";

/** A party calls the arbiter. */
export function DisputeForm({ facts, index }: FormProps): ReactNode {
  const { agreement, currency } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("dispute");
  const submission = useSubmissionShown(facts, index);
  const { arbitrationPeriod, defaultShareBps } = agreement.terms;
  const { sentence, ...said } = words.actions.dispute;
  const fee = format.money(arbiterFeeOf(facts, index), currency);
  return (
    <HandingIn
      facts={facts}
      action="dispute"
      index={index}
      mutation={mutation}
      send={(evidence) => mutation.mutateAsync({ agreement, index, submission, evidence })}
      call={(evidence) => disputeCall({ escrow: escrow.address, agreement, index, submission, evidence })}
      words={{ ...said, sentence: sentence(format.duration(arbitrationPeriod), fee, format.share(defaultShareBps)) }}
    />
  );
}

/** A party puts more before the arbiter. */
export function EvidenceForm({ facts, index }: FormProps): ReactNode {
  const { agreement } = facts;
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("submitEvidence");
  return (
    <HandingIn
      facts={facts}
      action="submitEvidence"
      index={index}
      mutation={mutation}
      send={(evidence) => mutation.mutateAsync({ agreement, index, evidence })}
      call={(evidence) => submitEvidenceCall({ escrow: escrow.address, agreement, index, evidence })}
      words={words.actions.submitEvidence}
    />
  );
}

/** The arbiter divides the money. */
export function RuleForm({ facts, index }: FormProps): ReactNode {
  const { agreement, currency } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("rule");
  const [{ fee, whole }] = useState(() => {
    const arbiterFee = arbiterFeeOf(facts, index);
    return { fee: arbiterFee, whole: milestoneOf(facts, index).held - arbiterFee };
  });
  const [part, setPart] = useState<bigint | undefined>(whole / 2n);
  const preview = part === undefined ? undefined : payoutOf(facts, { type: "rule", index, freelancerAmount: part });
  const { sentence, done, feeWaits, ...said } = words.actions.rule;
  return (
    <HandingIn
      facts={facts}
      action="rule"
      index={index}
      mutation={mutation}
      send={async (reasoning) =>
        part !== undefined && mutation.mutateAsync({ agreement, index, freelancerAmount: part, reasoning })
      }
      call={(reasoning) =>
        part === undefined
          ? undefined
          : ruleCall({ escrow: escrow.address, agreement, index, freelancerAmount: part, reasoning })
      }
      words={{
        ...said,
        sentence: sentence(format.money(whole, currency), format.money(fee, currency)),
        done: fee === 0n ? done : `${done} ${feeWaits(format.money(fee, currency))}`,
      }}
      isReady={part !== undefined}
    >
      <Split facts={facts} whole={whole} value={part} onChange={setPart} preview={preview} />
    </HandingIn>
  );
}

/** What a ruling costs, base units. */
function arbiterFeeOf(facts: FormProps["facts"], index: number): bigint {
  return (milestoneOf(facts, index).held * BigInt(facts.agreement.terms.arbiterFeeBps)) / 10_000n;
}
