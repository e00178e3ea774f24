/** An agreement that is not under way yet: what it says, what is new in it, who has signed, and signing and funding it. */
import { type Agreement, type AgreementState, type Hex, validateAgreement } from "@micro-escrow/sdk";
import { useAvailableActions, useEscrow, useEscrowMutation } from "@micro-escrow/sdk/react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { useLocation } from "wouter";
import { titleOf } from "../../clauses.ts";
import { useLanguage } from "../../language/index.tsx";
import { type Kept, keep, LIBRARY, useKeptAgreements } from "../../library.ts";
import { useCurrency, useNames, useToken } from "../../names.ts";
import { Choice, Loading, Notice, PlainButton } from "../../parts/basics.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Sending } from "../../parts/sending.tsx";
import { Sharing } from "../../parts/sharing.tsx";
import { GoOnAs, WhoAreYou } from "../../parts/who.tsx";
import { useAddress } from "../../session.tsx";
import type { Share } from "../../share.ts";
import { WholeActions } from "./actions/index.tsx";
import { Deal, Differences, Warnings } from "./deal.tsx";
import { FundForm } from "./funding.tsx";

/** What a proposal is shown from. */
export interface ProposalProps {
  readonly agreement: Agreement;
  readonly state: AgreementState;
  /** Those that the contract would take. */
  readonly signatures: Share["signatures"];
}

/** The proposal, and what its reader can do with it. */
export function Proposal({ agreement, state, signatures }: ProposalProps): ReactNode {
  const { words } = useLanguage();
  const { chainId, address } = useEscrow();
  const problems = validateAgreement(agreement, { escrow: address });
  const { data: kept } = useKeptAgreements(chainId);
  const versions = kept?.filter((one) => isVersionOf(one.agreement, agreement)) ?? [];
  const account = useAddress();
  const step = problems.length === 0 ? nextStepOf({ agreement, state, signatures }, account) : undefined;
  const end = useRef<HTMLDivElement>(null);
  const goToEnd = () => {
    end.current?.scrollIntoView();
    end.current?.focus({ preventScroll: true });
  };
  return (
    <section aria-labelledby="proposal">
      <h2 id="proposal">{words.proposal.title}</h2>
      {problems.length > 0 && (
        <Notice tone="problem">
          <strong>{words.proposal.invalid}</strong>
          <ul>
            {problems.map(({ path, message, error }) => {
              const text = (words.problems as Readonly<Record<string, string>>)[error.code];
              return (
                <li key={path + message} lang={text === undefined ? "en" : undefined}>
                  {text ?? message} <code>{path}</code>
                </li>
              );
            })}
          </ul>
        </Notice>
      )}
      <Warnings agreement={agreement} />
      {versions.length > 0 && <Versions agreement={agreement} versions={versions} />}
      {step !== undefined && (
        <Notice tone="info">
          {words.proposal.next[step]}
          <PlainButton onPress={goToEnd}>{words.proposal.toEnd}</PlainButton>
        </Notice>
      )}
      <Deal agreement={agreement} />
      <Consents agreement={agreement} state={state} signatures={signatures} />
      {problems.length === 0 && (
        <div ref={end} tabIndex={-1}>
          {state.closed ? (
            <Ended agreement={agreement} />
          ) : (
            <NextStep agreement={agreement} state={state} signatures={signatures} />
          )}
        </div>
      )}
    </section>
  );
}

/** What its reader does next: `undefined` for who is neither of the two. */
function nextStepOf(
  { agreement: { terms }, state, signatures }: ProposalProps,
  account: string | undefined,
): "sign" | "fund" | "toFreelancer" | "toClient" | undefined {
  const isSigned = state.freelancerConsented || signatures.freelancer !== undefined;
  if (state.closed) return undefined;
  if (account === terms.client) return isSigned ? "fund" : "toFreelancer";
  if (account === terms.freelancer) return isSigned ? "toClient" : "sign";
  return undefined;
}

/** Whether two agreements are between the same two, whoever pays, so that one may be the other's next version. */
function isVersionOf(one: Agreement, other: Agreement): boolean {
  const pair = ({ client, freelancer }: Agreement["terms"]) => [client, freelancer].sort().join();
  return one.id !== other.id && pair(one.terms) === pair(other.terms);
}

/** What is left of a title for who reads it fast: who changes a space in it hides no change by that. */
const gist = (title = ""): string =>
  title
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/** What changed. It is compared with what is kept here, and not with what the sender says that it was. */
function Versions({
  agreement,
  versions,
}: {
  readonly agreement: Agreement;
  readonly versions: readonly Kept[];
}): ReactNode {
  const { words, format } = useLanguage();
  const title = gist(agreement.scope?.title);
  const likely = versions.find((one) => gist(one.agreement.scope?.title) === title);
  const [chosen, setChosen] = useState<string>();
  const id = chosen ?? likely?.agreement.id ?? "";
  const before = versions.find((one) => one.agreement.id === id)?.agreement;
  return (
    <details className="versions" open={likely !== undefined}>
      <summary>{words.agreement.compare}</summary>
      <Choice
        label={words.agreement.compareWith}
        value={id}
        onChange={setChosen}
        options={[
          { value: "", name: words.agreement.compareWithNone },
          ...versions.map((one) => ({
            value: one.agreement.id,
            name: `${titleOf(one.agreement) ?? one.agreement.id} (${format.time(one.changedAt / 1_000)})`,
          })),
        ]}
      />
      {before !== undefined && <Differences before={before} now={agreement} />}
    </details>
  );
}

/** Who has consented, and how that is known. */
function Consents({ agreement, state, signatures }: ProposalProps): ReactNode {
  const { words } = useLanguage();
  const nameOf = useNames();
  const { client, freelancer } = agreement.terms;
  const line = (party: string, isOnChain: boolean, isSigned: boolean, otherwise: "funding" | "none") =>
    words.proposal.consent[isOnChain ? "chain" : isSigned ? "signature" : otherwise](nameOf(party));
  return (
    <ul className="consents" aria-label={words.proposal.consents}>
      <li>{line(freelancer, state.freelancerConsented, signatures.freelancer !== undefined, "none")}</li>
      <li>{line(client, state.clientConsented, signatures.client !== undefined, "funding")}</li>
    </ul>
  );
}

/** What the reader can do: sign, hand it over, fund. */
function NextStep({ agreement, state, ...known }: ProposalProps): ReactNode {
  const { words } = useLanguage();
  // What was signed here is there to be handed over, also where this browser keeps nothing.
  const [own, setOwn] = useState<Share["signatures"]>({});
  const signatures = { ...known.signatures, ...own };
  const [failure, setFailure] = useState<unknown>();
  const client = useQueryClient();
  const signed = async (freelancer: Hex) => {
    setOwn({ freelancer });
    try {
      await keep({ chainId, agreement, signatures: { ...signatures, freelancer } }, chainId);
    } catch (problem) {
      setFailure(problem);
    }
    await client.invalidateQueries({ queryKey: [LIBRARY] });
  };
  const account = useAddress();
  const { chainId } = useEscrow();
  const { terms } = agreement;
  const currency = useCurrency(terms.token);
  const token = useToken(terms.token);
  const step = nextStepOf({ agreement, state, signatures }, account);
  const share: Share = { chainId, agreement, signatures, contents: [] };
  const name = agreement.scope?.title ?? agreement.id;

  if (account === undefined) {
    return (
      <>
        <Notice tone="info">{words.proposal.whoAreYou}</Notice>
        <WhoAreYou />
      </>
    );
  }
  return (
    <>
      {step === "sign" && <SignForm agreement={agreement} onSigned={signed} />}
      {step === "fund" && (
        <section aria-labelledby="fund">
          <h3 id="fund">{words.proposal.fund}</h3>
          <p>{words.proposal.bothReady}</p>
          {currency !== undefined && <FundForm facts={{ agreement, state, currency, signatures }} first={0} />}
          {/* Why it is not known is said at the top. */}
          {currency === undefined && !token.error && <Loading />}
        </section>
      )}
      {(step === "toFreelancer" || step === "toClient") && (
        <section aria-labelledby="hand-over">
          <h3 id="hand-over">{words.proposal[step]}</h3>
          <p>{step === "toClient" ? words.proposal.sendBack : words.proposal.awaitFreelancer}</p>
          {failure !== undefined && <Problem error={failure} />}
          <Sharing share={share} name={name} />
          <p>
            <GoOnAs account={step === "toClient" ? terms.client : terms.freelancer} />
          </p>
        </section>
      )}
      {step === "sign" && (
        <details>
          <summary>{words.proposal.unsigned}</summary>
          <p>{words.proposal.signFirst}</p>
          <Sharing share={share} name={name} />
        </details>
      )}
      {step === undefined ? <Notice tone="info">{words.proposal.notYours}</Notice> : <ChangeIt agreement={agreement} />}
      <Others agreement={agreement} state={state} />
    </>
  );
}

/** A party has ended the funding before it began: only another version can go on. */
function Ended({ agreement }: { readonly agreement: Agreement }): ReactNode {
  const { words } = useLanguage();
  const account = useAddress();
  const { client, freelancer } = agreement.terms;
  return (
    <>
      <Notice tone="info">{words.agreement.closed}</Notice>
      {(account === client || account === freelancer) && <ChangeIt agreement={agreement} />}
    </>
  );
}

/** Signing: free, and off the chain. */
function SignForm({
  agreement,
  onSigned,
}: {
  readonly agreement: Agreement;
  readonly onSigned: (signature: Hex) => Promise<void>;
}): ReactNode {
  const { words } = useLanguage();
  const mutation = useEscrowMutation("sign");
  const sign = async () => onSigned(await mutation.mutateAsync(agreement));
  return (
    <section aria-labelledby="sign">
      <h3 id="sign">{words.proposal.sign}</h3>
      <Sending
        mutation={mutation}
        start={sign}
        label={words.proposal.sign}
        sentence={words.proposal.signing}
        done={words.proposal.signed}
      />
    </section>
  );
}

/** What the chain offers besides: consenting there, for who cannot sign, and ending it. */
function Others({ agreement, state }: Pick<ProposalProps, "agreement" | "state">): ReactNode {
  const account = useAddress();
  const currency = useCurrency(agreement.terms.token);
  const { data: available = [] } = useAvailableActions({ agreement, account });
  if (currency === undefined) return null;
  const facts = { agreement, state, currency, events: [], kept: undefined };
  return <WholeActions facts={facts} available={available} />;
}

/** A new version of it, to send back. */
function ChangeIt({ agreement }: { readonly agreement: Agreement }): ReactNode {
  const { words } = useLanguage();
  const { chainId } = useEscrow();
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const [failure, setFailure] = useState<unknown>();
  const change = async () => {
    try {
      await keep({ chainId, agreement, signatures: {} }, chainId);
    } catch (problem) {
      setFailure(problem);
      return;
    }
    await client.invalidateQueries({ queryKey: [LIBRARY] });
    navigate(`/new/${agreement.id}`);
  };
  return (
    <>
      {failure !== undefined && <Problem error={failure} />}
      <PlainButton onPress={() => void change()}>{words.proposal.change}</PlainButton>
    </>
  );
}
