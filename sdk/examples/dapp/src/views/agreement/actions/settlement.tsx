/** Dividing a milestone's money by agreement: one party signs how, the other carries it out. */
import { type SignedSettlement, Status, settleCall } from "@micro-escrow/sdk";
import { useEscrow, useEscrowMutation } from "@micro-escrow/sdk/react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useOffer } from "../../../consents.ts";
import { useLanguage } from "../../../language/index.tsx";
import { keep, LIBRARY } from "../../../library.ts";
import { Loading } from "../../../parts/basics.tsx";
import { Sending } from "../../../parts/sending.tsx";
import { Sharing } from "../../../parts/sharing.tsx";
import { usePayoutWords } from "../facts.ts";
import { type FormProps, milestoneOf, payoutOf } from "./form.ts";
import { Split } from "./split.tsx";

/** Divides it: as the other party has offered, or by an offer of one's own. */
export function SettleForm({ facts, index }: FormProps): ReactNode {
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
const SETTLEMENT_PERIOD = 3 * 86_400;

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
    <Sending
      mutation={mutation}
      start={sign}
      isReady={part !== undefined && status !== Status.None}
      label={words.actions.settle.sign}
      sentence={words.actions.settle.sentence(format.money(whole, currency))}
      done={words.actions.settle.signed}
      next={
        settlement !== undefined && (
          <Sharing
            share={{ chainId: escrow.chainId, agreement, signatures: {}, contents: [], settlement }}
            name={agreement.scope?.title ?? agreement.id}
          />
        )
      }
    >
      <Split facts={facts} whole={whole} value={part} onChange={setPart} preview={preview} />
    </Sending>
  );
}
