"use client";
/**
 * Every verb as a mutation. Nothing is shown before it is so: what others would do by guessing the next state, this does by
 * saying how far the transaction is. A milestone counts as paid when that is in a block, and not before.
 */
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Agreement } from "../agreement.js";
import { checkObject } from "../check.js";
import type { MicroEscrow } from "../client.js";
import type { ResultVerb } from "../decode.js";
import { InvalidParameterError, type MicroEscrowError } from "../errors.js";
import { decodeError } from "../revert.js";
import type { Hash } from "../types.js";
import { escrowKeys, invalidateAgreement } from "./keys.js";
import { useEscrow } from "./provider.js";

/** A method of the client that sends a transaction. */
export type EscrowVerb = ResultVerb | "relay";

/** What a verb takes: what the client's method takes. */
export type VerbParameters<V extends EscrowVerb> = Parameters<MicroEscrow[V]>[0];

/** What a verb results in: what the client's method returns. */
export type VerbResult<V extends EscrowVerb> = Awaited<ReturnType<MicroEscrow[V]>>;

/**
 * How far it is. `pending`: it is checked, and the wallet asks its user. `sent`: the last of `transactions` is on its way.
 * `confirmed`: it is in a block. `failed`: see `error`.
 */
export type MutationPhase = "idle" | "pending" | "sent" | "confirmed" | "failed";

/** What TanStack's `useMutation` returns, and how far the transaction is. */
export type EscrowMutation<V extends EscrowVerb> = UseMutationResult<
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
};

const phases = { idle: "idle", pending: "pending", success: "confirmed", error: "failed" } as const;

/**
 * A verb of the contract as a mutation: `mutate` takes what the client's method takes, and `phase` says how far it is. What
 * it changed is read again, also when it failed, and when the component is gone by then. It is never sent a second time by
 * itself, whatever the QueryClient does otherwise, nor later than when it was asked for.
 *
 * @throws {InvalidParameterError} When there is no such verb.
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { mutate, phase, transactions, error } = useEscrowMutation("approve");
 * if (phase === "idle") mutate({ agreement, index: 0, submission: 1 });
 * if (phase === "sent") console.log(`On its way: ${transactions.at(-1)}`);
 * if (error instanceof UserRejectedError) console.log("You refused.");
 */
export function useEscrowMutation<V extends EscrowVerb>(verb: V): EscrowMutation<V> {
  if (!Object.hasOwn(verbs, verb)) throw new InvalidParameterError(verb, "is not a verb of the escrow");
  const escrow = useEscrow();
  const client = useQueryClient();
  const [transactions, setTransactions] = useState<readonly Hash[]>([]);
  // What an earlier attempt still sends is not this one's.
  const latest = useRef<object>(undefined);

  const mutation = useMutation<VerbResult<V>, MicroEscrowError, VerbParameters<V>>({
    mutationKey: [...escrowKeys.all(escrow), verb],
    mutationFn: async (parameters): Promise<VerbResult<V>> => {
      const attempt = {};
      latest.current = attempt;
      setTransactions([]);
      const onSent = (transaction: Hash) => {
        if (latest.current === attempt) setTransactions((before) => [...before, transaction]);
      };
      try {
        const actor = escrow.withOptions({ onSent });
        const act = actor[verb] as (parameters: VerbParameters<V>) => Promise<unknown>;
        const result = await act.call(actor, checkObject(parameters, "an object of parameters"));
        return result as VerbResult<V>;
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
  const phase = mutation.isPending && transactions.length > 0 ? "sent" : phases[mutation.status];
  return { ...mutation, phase, transactions: mutation.isIdle ? [] : transactions };
}

/** What it was about; `withdraw`, `multicall` and `relay` do not say, and may change anything. */
function agreementOf(parameters: unknown): Agreement | undefined {
  const { agreement } = (parameters ?? {}) as { readonly agreement?: Agreement };
  return agreement?.terms === undefined ? undefined : agreement;
}
