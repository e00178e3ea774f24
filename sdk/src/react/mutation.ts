"use client";
/**
 * Every verb and every signature as a mutation. Nothing is shown before it is so: what others would do by guessing the next state, this does by
 * saying how far the transaction is. A milestone counts as paid when that is in a block, and not before.
 */
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Agreement } from "../agreement.js";
import { checkObject } from "../check.js";
import type { EscrowAction, MicroEscrow } from "../client.js";
import type { ResultVerb } from "../decode.js";
import { InvalidParameterError, type MicroEscrowError } from "../errors.js";
import { decodeError } from "../revert.js";
import type { SignableVerb } from "../signed.js";
import type { Hash } from "../types.js";
import { escrowKeys, invalidateAgreement } from "./keys.js";
import { useEscrow } from "./provider.js";

/** A method of the client that sends a transaction, or signs. */
export type EscrowVerb = ResultVerb | "relay" | "sign" | `sign${Capitalize<SignableVerb>}`;

type Method = (parameters: never) => Promise<unknown>;

/** What a verb takes: what the client's method takes, or the action. */
export type VerbParameters<V extends EscrowVerb | EscrowAction> =
  V extends EscrowAction<infer P> ? P : V extends infer M extends EscrowVerb ? Parameters<MicroEscrow[M]>[0] : never;

/** What a verb results in: what the client's method returns, or the action. */
export type VerbResult<V extends EscrowVerb | EscrowAction> =
  V extends EscrowAction<never, infer R>
    ? R
    : V extends infer M extends EscrowVerb
      ? Awaited<ReturnType<MicroEscrow[M]>>
      : never;

/**
 * How far it is. `pending`: it is checked, and the wallet asks its user. `sent`: the last of `transactions` is on its way.
 * `confirmed`: it is in a block. `signed`: `data` is or has the signature, and nothing was sent. `failed`: see `error`.
 */
export type MutationPhase = "idle" | "pending" | "sent" | "confirmed" | "signed" | "failed";

/** What TanStack's `useMutation` returns, and how far it is. */
export type EscrowMutation<V extends EscrowVerb | EscrowAction> = UseMutationResult<
  VerbResult<V>,
  MicroEscrowError,
  VerbParameters<V>
> & {
  readonly phase: MutationPhase;
  /** What was sent, in its order: before `fund` there may be approvals of the token. */
  readonly transactions: readonly Hash[];
};

const verbs: Readonly<Record<EscrowVerb, true>> = {
  ...{ accept: true, close: true, fund: true, submit: true, approve: true, advance: true, requestChanges: true },
  ...{ attest: true, extend: true, dispute: true, submitEvidence: true, rule: true, settle: true, refund: true },
  ...{ finalize: true, withdraw: true, multicall: true, relay: true },
  ...{ sign: true, signAccept: true, signClose: true, signSubmit: true, signApprove: true, signAdvance: true },
  ...{ signRequestChanges: true, signAttest: true, signExtend: true, signDispute: true, signRule: true },
  ...{ signSettle: true, signRefund: true },
};

const phases = {
  unsent: { idle: "idle", pending: "pending", success: "signed", error: "failed" },
  sent: { idle: "idle", pending: "sent", success: "confirmed", error: "failed" },
} as const;

/**
 * A method of the client that sends or signs as a mutation: `mutate` takes what it takes, and `phase` says how far it is. What
 * it was about is read again, also when it failed, and when the component is gone by then. Nothing is sent or asked for a second
 * time by itself, whatever the QueryClient does otherwise, nor later than when it was asked for.
 *
 * @param verb The method's name; or an action of another entry, like `signFunding` and `relayFunding`.
 * @throws {InvalidParameterError} When there is no such method.
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { mutate, phase, transactions, error } = useEscrowMutation("approve");
 * if (phase === "idle") mutate({ agreement, index: 0, submission: 1 });
 * if (phase === "sent") console.log(`On its way: ${transactions.at(-1)}`);
 * if (error instanceof UserRejectedError) console.log("You refused.");
 * const consent = useEscrowMutation("sign");
 * if (consent.phase === "signed") console.log(`For the client: ${consent.data}`);
 * const funding = useEscrowMutation(signFunding); // of @micro-escrow/sdk/gasless
 * if (consent.data) funding.mutate({ agreement, indices: [0], freelancerSignature: consent.data });
 */
export function useEscrowMutation<V extends EscrowVerb | EscrowAction>(verb: V): EscrowMutation<V> {
  const isAction = typeof verb === "function";
  if (!isAction && !Object.hasOwn(verbs, verb)) throw new InvalidParameterError(verb, "is not a verb of the escrow");
  const escrow = useEscrow();
  const client = useQueryClient();
  const [transactions, setTransactions] = useState<readonly Hash[]>([]);
  // What an earlier attempt still sends is not this one's.
  const latest = useRef<object>(undefined);

  const mutation = useMutation<VerbResult<V>, MicroEscrowError, VerbParameters<V>>({
    mutationKey: [...escrowKeys.all(escrow), ...(isAction ? [] : [verb])],
    mutationFn: async (parameters): Promise<VerbResult<V>> => {
      const attempt = {};
      latest.current = attempt;
      setTransactions([]);
      const onSent = (transaction: Hash) => {
        if (latest.current === attempt) setTransactions((before) => [...before, transaction]);
      };
      try {
        const actor = escrow.withOptions({ onSent });
        const checked = checkObject(parameters, "an object of parameters") as never;
        const act: Method = isAction
          ? (all) => actor.act(verb, all)
          : (actor[verb as EscrowVerb] as Method).bind(actor);
        return (await act(checked)) as VerbResult<V>;
      } catch (error) {
        throw decodeError(error);
      }
    },
    // Money moves once: neither a second time after a failure, nor an hour later when there is a network again.
    retry: false,
    networkMode: "always",
    onSettled: (_result, _error, parameters) => {
      const agreement = agreementOf(parameters);
      if (agreement !== undefined) invalidateAgreement(client, escrow, agreement);
      else void client.invalidateQueries({ queryKey: escrowKeys.all(escrow) });
    },
  });
  const phase = phases[transactions.length > 0 ? "sent" : "unsent"][mutation.status];
  return { ...mutation, phase, transactions: mutation.isIdle ? [] : transactions };
}

/** What it was about: of `sign` all that it takes. `withdraw`, `multicall` and what is relayed do not say, and may change anything. */
function agreementOf(parameters: unknown): Agreement | undefined {
  const { agreement = parameters } = (parameters ?? {}) as { readonly agreement?: unknown };
  const { terms } = (agreement ?? {}) as Partial<Agreement>;
  return terms === undefined ? undefined : (agreement as Agreement);
}
