/** Funding milestones: which, what it costs, and paying. */
import { type Agreement, type AgreementState, fundCall, fundingAmount, Status } from "@micro-escrow/sdk";
import { escrowKeys, useEscrow, useEscrowMutation } from "@micro-escrow/sdk/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Interface } from "ethers";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Checkbox, CheckboxGroup, Label } from "react-aria-components";
import type { Currency } from "../../format.ts";
import { useLanguage } from "../../language/index.tsx";
import { keep, LIBRARY } from "../../library.ts";
import { Notice, PlainButton } from "../../parts/basics.tsx";
import { Sending } from "../../parts/sending.tsx";
import { useAddress, useSession } from "../../session.tsx";
import type { Share } from "../../share.ts";
import { useMilestoneTitle } from "./facts.ts";

/**
 * About how much gas a funding takes where it cannot be tried before, for want of an allowance: measured with USDC's permit, and a
 * little more for each entry of the schedule, which goes along.
 */
function gasOf({ agreement, state }: Pick<Fundable, "agreement" | "state">, count: number): bigint {
  const isOpen = state.clientConsented && state.freelancerConsented;
  return BigInt((isOpen ? 90_000 : 113_000) + 26_000 * count + 1_500 * agreement.schedule.length);
}

const erc20 = new Interface(["function balanceOf(address) view returns (uint256)"]);

/** How much of the token the account has; base units. */
function useBalance(token: string) {
  const escrow = useEscrow();
  const { provider } = useSession();
  const account = useAddress();
  return useQuery({
    queryKey: [...escrowKeys.all(escrow), "balance", token, account ?? ""],
    queryFn: async () => {
      const data = erc20.encodeFunctionData("balanceOf", [account]);
      return erc20.decodeFunctionResult("balanceOf", await provider.call({ to: token, data }))[0] as bigint;
    },
    enabled: account !== undefined,
    // Amounts are bigints, which have no JSON.
    structuralSharing: false,
  });
}

/** What funding needs to know. */
interface Fundable {
  readonly agreement: Agreement;
  readonly state: AgreementState;
  readonly currency: Currency;
  /** Those that the contract would take. */
  readonly signatures: Share["signatures"];
}

/** A form to fund one milestone, or several. */
export function FundForm({
  facts,
  first,
}: {
  readonly facts: Fundable;
  /** The milestone that is chosen to begin with. */
  readonly first: number;
}): ReactNode {
  const { agreement, state, currency, signatures } = facts;
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("fund");
  const title = useMilestoneTitle(agreement);
  const { data: balance } = useBalance(agreement.terms.token);
  // The list stays as it was when this was opened.
  const [open] = useState(() =>
    [...state.milestones.keys()].filter((at) => state.milestones[at]?.status === Status.None),
  );
  const [chosen, setChosen] = useState<readonly string[]>([String(first)]);
  const indices = open.filter((index) => chosen.includes(String(index)));
  const amount = indices.length === 0 ? 0n : fundingAmount({ agreement, indices });
  const signature = state.freelancerConsented ? undefined : signatures.freelancer;
  const parameters = { agreement, indices, ...(signature && { freelancerSignature: signature }) };
  // What the chain has the hash of is all that says what the money is for: it is kept here before the chain has it.
  const isSent = mutation.phase === "sent";
  const client = useQueryClient();
  const isKept = useRef(false);
  useEffect(() => {
    // Once: what is kept comes back in the signatures, each time anew.
    if (!isSent || isKept.current) return;
    isKept.current = true;
    keep({ agreement, chainId: escrow.chainId, signatures }, escrow.chainId)
      .catch(() => undefined)
      .finally(() => client.invalidateQueries({ queryKey: [LIBRARY] }));
  }, [isSent, agreement, signatures, escrow, client]);
  const isShort = balance !== undefined && balance < amount;
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync(parameters)}
      call={indices.length === 0 ? undefined : fundCall({ escrow: escrow.address, ...parameters })}
      gas={gasOf(facts, indices.length)}
      isReady={indices.length > 0 && !isShort}
      label={words.funding.pay(format.money(amount, currency))}
      sentence={words.actions.fund.sentence}
      sent={words.funding.sent}
      done={words.actions.fund.done}
    >
      <CheckboxGroup className="checks" value={[...chosen]} onChange={setChosen}>
        <Label>{words.funding.which}</Label>
        {open.map((index) => {
          const { amount: price = 0n, workPeriod = 0 } = agreement.schedule[index] ?? {};
          return (
            <Checkbox key={index} value={String(index)} className="check">
              <span className="box" aria-hidden="true" />
              <span>
                {title(index)}: <strong>{format.money(price, currency)}</strong>{" "}
                <span className="quiet">{words.funding.due(format.duration(workPeriod))}</span>
              </span>
            </Checkbox>
          );
        })}
      </CheckboxGroup>
      {open.length > 1 && <PlainButton onPress={() => setChosen(open.map(String))}>{words.funding.all}</PlainButton>}
      <p role="status">
        {words.funding.total(format.money(amount, currency), indices.length)}{" "}
        {balance !== undefined && (
          <span className="quiet">{words.funding.balance(format.money(balance, currency))}</span>
        )}
      </p>
      {isShort && (
        <Notice tone="warning">{words.funding.short(format.money(amount - (balance ?? 0n), currency))}</Notice>
      )}
    </Sending>
  );
}
