/** What is done about the work: handing it in, sending it back, and a verifier's word on it. */
import { attestCall, requestChangesCall, submitCall } from "@micro-escrow/sdk";
import { useEscrow, useEscrowMutation } from "@micro-escrow/sdk/react";
import { type ReactNode, useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import { useLanguage } from "../../../language/index.tsx";
import { type FormProps, useDeliverableShown, useSubmissionShown } from "./form.ts";
import { HandingIn } from "./handIn.tsx";

/** The freelancer hands in work. */
export function SubmitForm({ facts, index }: FormProps): ReactNode {
  const { agreement } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("submit");
  const { sentence, ...said } = words.actions.submit;
  return (
    <HandingIn
      facts={facts}
      action="submit"
      index={index}
      mutation={mutation}
      send={(deliverable) => mutation.mutateAsync({ agreement, index, deliverable })}
      call={(deliverable) => submitCall({ escrow: escrow.address, agreement, index, deliverable })}
      words={{ ...said, sentence: sentence(format.duration(agreement.terms.reviewPeriod)) }}
    />
  );
}

/** The client sends it back. */
export function RequestChangesForm({ facts, index }: FormProps): ReactNode {
  const { agreement } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("requestChanges");
  const submission = useSubmissionShown(facts, index);
  const { sentence, ...said } = words.actions.requestChanges;
  return (
    <HandingIn
      facts={facts}
      action="requestChanges"
      index={index}
      mutation={mutation}
      send={(reason) => mutation.mutateAsync({ agreement, index, submission, reason })}
      call={(reason) => requestChangesCall({ escrow: escrow.address, agreement, index, submission, reason })}
      words={{ ...said, sentence: sentence(format.duration(agreement.terms.reworkPeriod)) }}
      withFiles={false}
    />
  );
}

/** The verifier says whether it meets its requirements. */
export function AttestForm({ facts, index }: FormProps): ReactNode {
  const { agreement } = facts;
  const { challengePeriod } = agreement.terms;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("attest");
  const [verdict, setVerdict] = useState<"passed" | "failed">();
  const { seen, isShown } = useDeliverableShown(facts, index);
  const passed = verdict === "passed";
  const { sentence, ...said } = words.actions.attest;
  return (
    <HandingIn
      facts={facts}
      action="attest"
      index={index}
      mutation={mutation}
      send={(report) => mutation.mutateAsync({ agreement, index, ...seen, passed, report })}
      call={(report) =>
        attestCall({ escrow: escrow.address, agreement, index, submission: seen.submission, passed, report })
      }
      words={{ ...said, sentence: sentence(challengePeriod === 0 ? undefined : format.duration(challengePeriod)) }}
      isReady={verdict !== undefined && isShown}
    >
      <RadioGroup
        className="radios"
        value={verdict ?? null}
        onChange={(value) => setVerdict(value === "passed" ? "passed" : "failed")}
      >
        <Label>{said.verdict}</Label>
        <Radio value="passed">{said.passed}</Radio>
        <Radio value="failed">{said.failed}</Radio>
      </RadioGroup>
    </HandingIn>
  );
}
