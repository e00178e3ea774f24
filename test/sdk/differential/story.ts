/**
 * What happened in a {@link World}, told so that a person can follow it: who did what, when, with which amounts, and what
 * came of it.
 */
import {
  type Action,
  type Address,
  type Agreement,
  type AgreementState,
  type MicroEscrowError,
  Outcome,
  type Payment,
  type SignedBy,
  Status,
  zeroAddress,
} from "@micro-escrow/sdk";
import { type Chain, roles } from "./chain.ts";
import type { Deed } from "./world.ts";

/** Something that the model and the contract see differently. */
interface Difference {
  readonly what: string;
  readonly model: unknown;
  readonly contract: unknown;
}

/** The model and the contract differ after the last step of a story. */
export class Disagreement extends Error {
  constructor(story: Story, differences: readonly Difference[]) {
    super();
    const lines = differences.flatMap(({ what, model, contract }) => [
      `  ${what}`,
      `    the model:    ${story.text(model)}`,
      `    the contract: ${story.text(contract)}`,
    ]);
    this.message = `the model and the contract disagree.\n\n${story}\n\nAnd then:\n${lines.join("\n")}\n`;
  }
}

export class Story {
  private readonly chain: Chain;
  private readonly agreements: readonly Agreement[];
  private readonly lines: string[] = [];
  private readonly told = new Set<number>();
  private last = 0;

  constructor(chain: Chain, agreements: readonly Agreement[]) {
    this.chain = chain;
    this.agreements = agreements;
  }

  /** A deed that is about to be done. */
  begin(deed: Deed, sender: Address, now: number, states: readonly AgreementState[]): void {
    const since = this.last === 0 ? "" : ` (${period(now - this.last)} later)`;
    this.last = now;
    this.lines.push(
      `${this.lines.length + 1}. ${time(now)}${since}: ${this.name(sender)} ${this.deed(deed, now, states)}`,
    );
  }

  /** How it ended on the chain, and whom the model says that it paid. */
  end(error: MicroEscrowError | undefined, payments: readonly Payment[]): void {
    const paid = payments.map(
      ({ to, amount, role, claimable }) =>
        `${this.name(to)} ${claimable ? "can claim" : "gets"} ${money(amount)} as ${role}`,
    );
    const ending = error === undefined ? ["done", ...paid].join("; ") : `refused, ${error.code}: ${error.message}`;
    this.lines.push(`${this.lines.pop()}\n   → ${ending}`);
  }

  toString(): string {
    const agreements = this.agreements.map((agreement, number) =>
      this.told.has(number) ? this.terms(agreement, number) : "",
    );
    return [...agreements.filter(Boolean), "", ...this.lines].join("\n");
  }

  name(account: string): string {
    if (account === this.chain.address) return "the escrow";
    if (account === this.chain.tokenAddress) return "the token";
    if (account === zeroAddress) return "nobody";
    return roles[[...this.chain.people.keys()].indexOf(account as Address)] ?? account;
  }

  /** Anything that differs, in one line, with people's names. */
  text(value: unknown): string {
    if (typeof value === "string") return /^0x\w{40}$/.test(value) ? this.name(value) : value;
    if (typeof value === "bigint") return money(value);
    if (Array.isArray(value)) return `[${value.map((item) => this.text(item)).join(", ")}]`;
    if (typeof value !== "object" || value === null) return String(value);
    return Object.entries(value)
      .map(([key, member]) => `${key} ${word(key, member) ?? this.text(member)}`)
      .join(", ");
  }

  private deed(deed: Deed, now: number, states: readonly AgreementState[]): string {
    if ("withdraw" in deed) return `withdraws what ${this.name(deed.withdraw)} can claim`;
    if ("freeze" in deed) return `watches how the token blacklists ${this.name(deed.freeze)}`;
    if ("thaw" in deed) return `watches how the token takes ${this.name(deed.thaw)} off its blacklist`;
    const { agreement, action } = deed;
    this.told.add(agreement);
    if (!("index" in action)) return `calls ${action.type}(${this.arguments(action, now)}) of agreement ${agreement}`;
    const milestone = states[agreement]?.milestones[action.index];
    const where = `milestone ${action.index} of agreement ${agreement}`;
    const state = milestone === undefined ? "beyond the schedule" : this.state(milestone, now);
    return `calls ${action.type}(${this.arguments(action, now)}) on ${where} (${state})`;
  }

  private state({ status, held, clock, submissions }: AgreementState["milestones"][number], now: number): string {
    const parts = [nameOf(Status, status)];
    if (held > 0n) parts.push(`holds ${money(held)}`, `submission ${submissions}`);
    if (clock > 0)
      parts.push(now < clock ? `${period(clock - now)} before its clock` : `${period(now - clock)} past its clock`);
    return parts.join(", ");
  }

  /** An action's arguments, and who signed. */
  private arguments({ type, ...members }: Action, now: number): string {
    return Object.entries(members)
      .filter(([key]) => key !== "index")
      .map(([key, value]) => `${key}: ${this.argument(key, value, now)}`)
      .join(", ");
  }

  private argument(key: string, value: unknown, now: number): string {
    if (key === "clock") return time(value as number);
    if (typeof value === "bigint") return money(value);
    if (typeof value === "object" && value !== null && "deadline" in value) {
      const { signer, deadline } = value as SignedBy;
      const until = deadline > now ? `good for ${period(deadline - now)}` : "expired";
      return `signed by ${this.name(signer)}, ${until}`;
    }
    const text = this.text(value);
    return text.startsWith("0x") ? `${text.slice(0, 6)}…` : text;
  }

  private terms({ terms, schedule }: Agreement, number: number): string {
    const people = (["client", "freelancer", "arbiter", "verifier", "payoutTo", "refundTo", "feeRecipient"] as const)
      .filter((role) => terms[role] !== zeroAddress)
      .map((role) => `${role} ${this.name(terms[role])}`);
    const milestones = schedule.map(({ amount, workPeriod }) => `${money(amount)} in ${period(workPeriod)}`);
    const fees = `feeBps ${terms.feeBps}, arbiterFeeBps ${terms.arbiterFeeBps}, defaultShareBps ${terms.defaultShareBps}`;
    const periods = (["reviewPeriod", "reworkPeriod", "challengePeriod", "arbitrationPeriod"] as const).map(
      (name) => `${name} ${period(terms[name])}`,
    );
    return [
      `Agreement ${number}: ${people.join(", ")}`,
      `  milestones: ${milestones.join("; ")}; funded before ${time(terms.fundBy)}`,
      `  ${fees}; ${periods.join(", ")}`,
    ].join("\n");
  }
}

/** A member that has a name, a moment or money in it. */
function word(key: string, value: unknown): string | undefined {
  if (key === "outcome") return nameOf(Outcome, value as number);
  if (key === "status") return nameOf(Status, value as number);
  if (key === "allowed") return (value as number[]).map((status) => nameOf(Status, status)).join("/");
  if (["clock", "newClock", "currentClock", "fundBy", "time", "deadline"].includes(key) && value !== 0) {
    return time(value as number);
  }
  if (typeof value === "bigint") return money(value);
  return undefined;
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value);
}

/** Base units, in groups of three. */
function money(amount: bigint): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, "_");
}

function time(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace("T", " ").replace(".000Z", "");
}

function period(seconds: number): string {
  const [days, rest] = [Math.floor(seconds / 86_400), new Date((seconds % 86_400) * 1_000).toISOString().slice(11, 19)];
  if (seconds < 60) return `${seconds} s`;
  return days === 0 ? rest : `${days} d ${rest}`;
}
