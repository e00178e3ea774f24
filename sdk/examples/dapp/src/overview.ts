/** All agreements of an account, how far they are, and which of them need it. */
import {
  type Agreement,
  type AgreementId,
  type AgreementState,
  defaultOutcome,
  type EscrowEvent,
  escrowInterface,
  eventsOf,
  type History,
  type MicroEscrow,
  type MicroEscrowError,
  readHistory,
  Status,
  scanEvents,
} from "@micro-escrow/sdk";
import { type Statement, statementOf } from "@micro-escrow/sdk/history";
import { escrowKeys } from "@micro-escrow/sdk/react";
import { queryOptions } from "@tanstack/react-query";
import { zeroPadValue } from "ethers";
import { readLibrary } from "./library.ts";
import { roleOf } from "./roles.ts";

/** An agreement in the account's list. */
export interface Listed {
  readonly agreement: Agreement;
  readonly state: AgreementState;
  /** Named by somebody else, and not consented to: nothing that the account asked for. */
  readonly isUnasked: boolean;
}

/** What an account has to do with the escrow. */
export interface Overview {
  /** Newest first. */
  readonly listed: readonly Listed[];
  readonly statement: Statement;
  /** The chain's time now, Unix seconds. */
  readonly time: number;
  /** What everybody did in the last blocks, and from where to look on. */
  readonly recent: History;
  /** The agreements kept here that name the account where nobody can look for it: as their verifier. */
  readonly handed: ReadonlySet<AgreementId>;
}

/** States that are read at once. */
const AT_ONCE = 100;
/** Blocks that are looked at again for what is new in them: reorganizations are commonly shorter. */
const DEPTH = { finality: 64 } as const;

/** Everything of an account, from the chain alone. Read again, it is only what changed: who has much would wait long for all of it. */
export const overviewQuery = (escrow: MicroEscrow, account: string | undefined) =>
  queryOptions<Overview, MicroEscrowError>({
    queryKey: [...escrowKeys.all(escrow), "overview", account ?? ""],
    queryFn: async ({ client, queryKey }) => {
      const who = account ?? "";
      const before = client.getQueryData<Overview>(queryKey);
      const since = before?.recent ?? (await readHistory(escrow.connection, [], DEPTH));
      const recent = await readHistory(escrow.connection, [[]], { ...DEPTH, since: { ...since, final: [] } });
      const time = await escrow.getTime();
      const { kept } = await readLibrary(escrow.chainId);
      const verified = kept.map(({ agreement }) => agreement).filter(({ terms }) => terms.verifier === who);
      const handed = new Set(verified.map(({ id }) => id));
      const now = { time, recent, handed };

      const known = new Map(before?.listed.map((one) => [one.agreement.id, one]));
      const changed = new Set<AgreementId>();
      if (before !== undefined) {
        const ids = new Set([...known.keys(), ...handed]);
        const news = changes(before.recent, recent).filter((event) => isAbout(event, who, ids));
        if (news.length === 0 && [...handed].every((id) => before.handed.has(id))) return { ...before, ...now };
        for (const event of news) if ("id" in event) changed.add(event.id);
      }

      const [statement, accepted] = await Promise.all([statementOf(escrow.connection, who), acceptedBy(escrow, who)]);
      const read = async (agreement: Agreement): Promise<Listed> => {
        const { id, terms } = agreement;
        const same = changed.has(id) ? undefined : known.get(id);
        if (same !== undefined) return same;
        const isParty = terms.client === who || terms.freelancer === who;
        return { agreement, state: await escrow.getAgreementState(agreement), isUnasked: isParty && !accepted.has(id) };
      };
      const all = [...new Map([...verified, ...statement.agreements].map((one) => [one.id, one])).values()].reverse();
      const listed: Listed[] = [];
      for (let start = 0; start < all.length; start += AT_ONCE) {
        listed.push(...(await Promise.all(all.slice(start, start + AT_ONCE).map(read))));
      }
      const isOpened = ({ state }: Listed) => state.clientConsented || state.freelancerConsented;
      return { listed: listed.filter(isOpened), statement, ...now };
    },
    enabled: account !== undefined,
    structuralSharing: false,
  });

/** The agreements that an account has consented to. */
async function acceptedBy(escrow: MicroEscrow, account: string): Promise<ReadonlySet<AgreementId>> {
  const topics = [escrowInterface.getEvent("AgreementAccepted").topicHash, null, zeroPadValue(account, 32)];
  const ids = new Set<AgreementId>();
  for await (const events of scanEvents(escrow.connection, topics)) {
    for (const event of events) if ("id" in event) ids.add(event.id);
  }
  return ids;
}

/** What is in one of two histories of the same blocks and not in the other: it happened, or a reorganization took it back. */
function changes(before: History, now: History): readonly EscrowEvent[] {
  const keyOf = ({ blockHash, logIndex }: EscrowEvent) => `${blockHash}:${logIndex}`;
  const [old, current] = [before.unfinal, eventsOf(now)];
  const [oldKeys, keys] = [new Set(old.map(keyOf)), new Set(current.map(keyOf))];
  return [...old.filter((one) => !keys.has(keyOf(one))), ...current.filter((one) => !oldKeys.has(keyOf(one)))];
}

/** Whether an event may change what an account sees: it is about one of its agreements, or about itself. */
function isAbout(event: EscrowEvent, account: string, ids: ReadonlySet<AgreementId>): boolean {
  if (event.type === "AgreementOpened" && roleOf(event.agreement, account) !== undefined) return true;
  if (event.type === "MilestoneFunded" && event.payer === account) return true;
  return "id" in event ? ids.has(event.id) : event.account === account;
}

/** Something that an account should do, soonest first where there is a clock. */
export type Need = "answer" | "submit" | "rework" | "rule" | "attest" | "finalize";

/** What an agreement needs of an account now, with the milestone and the clock (Unix seconds) until which it can be done. */
export function needsOf(
  agreement: Agreement,
  state: AgreementState,
  account: string,
  now: number,
): readonly { readonly need: Need; readonly index: number; readonly clock: number }[] {
  const { client, freelancer, arbiter, verifier } = agreement.terms;
  return state.milestones.flatMap(({ status, clock }, index) => {
    const isDue = now >= clock;
    const need = ((): Need | undefined => {
      if (isDue) {
        const outcome = defaultOutcome(agreement, state, index, now);
        const gains =
          account === freelancer ? outcome?.payout.freelancer : account === client ? outcome?.payout.client : 0n;
        return gains !== undefined && gains > 0n ? "finalize" : undefined;
      }
      if (status === Status.Submitted && account === client) return "answer";
      if (status === Status.Submitted && account === verifier) return "attest";
      if (status === Status.Funded && account === freelancer) return "submit";
      if (status === Status.ChangesRequested && account === freelancer) return "rework";
      if (status === Status.Disputed && account === arbiter) return "rule";
      return undefined;
    })();
    return need === undefined ? [] : [{ need, index, clock }];
  });
}
