/** Who may call a function, when, what the milestone becomes and who is paid: asked of the SDK's model, for an example. */
import {
  type Action,
  type Agreement,
  type AgreementState,
  availableActions,
  defineAgreement,
  emptyState,
  findToken,
  formatAmount,
  fundingAmount,
  hashText,
  type MilestoneState,
  Outcome,
  outcomeName,
  Status,
  statusName,
  step,
  toAddress,
  type Verb,
} from "@micro-escrow/sdk";
import { dataSlice, id } from "ethers";

/** In one status of the milestone, at one side of its clock. */
export interface Case {
  readonly status: string;
  /** Which of the ways to call it; empty where there is one. */
  readonly variant: string;
  readonly who: string;
  readonly when: string;
  readonly becomes: string;
  /** Who gets how much, in words. */
  readonly payments: readonly string[];
  /** What comes into escrow, base units. */
  readonly takes: bigint;
}

const account = (name: string) => toAddress(dataSlice(id(name), 12));
const accounts = {
  client: account("client"),
  freelancer: account("freelancer"),
  arbiter: account("arbiter"),
  verifier: account("verifier"),
};
const stranger = account("anybody");
const token = findToken(8453, "USDC");
const fundedAt = 1_800_000_000;
const clock = fundedAt + 14 * 86_400;
const text = hashText("Any text will do.");
const held = 1_000_000_000n;
const part = 600_000_000n;

const define = (challenge?: string): Agreement =>
  defineAgreement({
    ...accounts,
    token,
    scope: { title: "Example", milestones: ["The work"] },
    milestones: [{ amount: held, work: "14 days" }],
    ...{ review: "7 days", rework: "7 days", challenge: challenge ?? "2 days", arbitration: "14 days" },
    ...{ arbiterFee: "3%", fee: { recipient: account("platform"), share: "2%" } },
    ifArbiterIsSilent: "50% to the freelancer",
    fundBy: clock,
    nonce: text,
  });
const agreement = define();
const paidAtOnce = define("0 seconds");

const money = (amount: bigint) => formatAmount(amount, token.decimals);

/** The example in words. */
export const example = {
  amount: `${money(held)} ${token.symbol}`,
  sentence: `In this example the milestone holds ${money(held)} ${token.symbol}; the platform's fee is 2%, the arbiter's 3%, and the freelancer's share if the arbiter is silent 50%. Fees wait for their owners, until they \`withdraw\`; the rest is sent at once.`,
};

interface Variant {
  readonly name: string;
  /** Whether both parties consented before; by default they did. */
  readonly consented?: boolean;
  readonly agreement: Agreement;
  readonly action: (state: MilestoneState) => Action;
}

const one = (action: (state: MilestoneState) => Action): Variant[] => [{ name: "", agreement, action }];
const attest =
  (passed: boolean) =>
  ({ submissions }: MilestoneState): Action => ({
    ...{ type: "attest", index: 0, submission: submissions, passed, report: text },
  });

/** The ways to call each. */
const variants: Readonly<Record<Verb, readonly Variant[]>> = {
  accept: [{ name: "", consented: false, agreement, action: () => ({ type: "accept", party: accounts.client }) }],
  close: one(() => ({ type: "close", party: accounts.client })),
  fund: [
    {
      ...{ name: "with the freelancer's signature", consented: false, agreement },
      action: () => ({ type: "fund", indices: [0], freelancerSigner: accounts.freelancer }),
    },
    { name: "both consented before", agreement, action: () => ({ type: "fund", indices: [0] }) },
  ],
  submit: one(() => ({ type: "submit", index: 0, deliverable: text })),
  approve: one(({ submissions }) => ({ type: "approve", index: 0, submission: submissions })),
  advance: [{ name: `${money(part)} of it`, agreement, action: () => ({ type: "advance", index: 0, amount: part }) }],
  requestChanges: one(({ submissions }) => ({
    ...{ type: "requestChanges", index: 0, submission: submissions, reason: text },
  })),
  attest: [
    { name: "passed", agreement, action: attest(true) },
    { name: "passed, no challenge period", agreement: paidAtOnce, action: attest(true) },
    { name: "failed", agreement, action: attest(false) },
  ],
  extend: one((state) => ({ type: "extend", index: 0, clock: state.clock + 86_400 })),
  dispute: one(({ submissions }) => ({ type: "dispute", index: 0, submission: submissions, evidence: text })),
  submitEvidence: one(() => ({ type: "submitEvidence", index: 0, evidence: text })),
  rule: [
    {
      ...{ name: `${money(part)} to the freelancer`, agreement },
      action: () => ({ type: "rule", index: 0, freelancerAmount: part, reasoning: text }),
    },
  ],
  settle: [
    {
      ...{ name: `${money(part)} to the freelancer`, agreement },
      action: () => ({
        ...{ type: "settle", index: 0, freelancerAmount: part },
        client: { signer: accounts.client, deadline: Number.MAX_SAFE_INTEGER },
        freelancer: { signer: accounts.freelancer, deadline: Number.MAX_SAFE_INTEGER },
      }),
    },
  ],
  refund: one(() => ({ type: "refund", index: 0 })),
  finalize: one(() => ({ type: "finalize", index: 0 })),
};

/** Whether the model knows a function of the contract. */
export function isVerb(name: string): name is Verb {
  return Object.hasOwn(variants, name);
}

/** All statuses and times in which the function is open to somebody. */
export function casesOf(verb: Verb): readonly Case[] {
  const all = casesByStatus(verb);
  const [first] = all;
  // What is about the agreement leaves every milestone as it was.
  const isOfAgreement =
    all.length > 1 && all.every(({ status, becomes, who }) => status === becomes && who === first?.who);
  return first && isOfAgreement ? [{ ...first, status: "any", becomes: "as it was" }] : all;
}

function casesByStatus(verb: Verb): readonly Case[] {
  return Object.values(Status).flatMap((status) =>
    variants[verb].flatMap((variant) => {
      const before = caseOf(verb, variant, status, clock - 1);
      const after = caseOf(verb, variant, status, clock);
      const isSame = before !== undefined && after !== undefined && before.who === after.who;
      if (isSame) return [{ ...before, when: "at any time" }];
      const ends = status === Status.None ? "`fundBy`" : "the clock";
      return [
        ...(before ? [{ ...before, when: `before ${ends}` }] : []),
        ...(after ? [{ ...after, when: `from ${ends} on` }] : []),
      ];
    }),
  );
}

function caseOf(verb: Verb, variant: Variant, status: Status, now: number): Omit<Case, "when"> | undefined {
  const state = stateIn(variant, status);
  const offers = (address: string) =>
    availableActions(variant.agreement, state, address, now).some(({ action }) => action === verb);
  const roles = Object.entries(accounts).filter(([, address]) => offers(address));
  const [first] = roles;
  if (first === undefined) return undefined;
  const [milestone = stateOf(status)] = state.milestones;
  const sender = offers(stranger) ? stranger : first[1];
  const result = step(variant.agreement, state, variant.action(milestone), { sender, now });
  const after = result.state.milestones[0] ?? milestone;
  const together = verb === "settle" ? " together" : "";
  const names = roles.map(([role]) => role);
  const list =
    names.length > 1 ? `${names.slice(0, -1).join(", ")} ${together ? "and" : "or"} ${names.at(-1)}` : names[0];
  return {
    status: statusName(status),
    variant: variant.name,
    who: offers(stranger) ? "anybody" : `${list}${together}`,
    becomes: becomes(milestone, after),
    payments: result.payments.map(({ role, amount, claimable }) => {
      return `${money(amount)} to the ${role}${claimable ? " (claimable)" : ""}`;
    }),
    takes:
      status === Status.None && verb === "fund" ? fundingAmount({ agreement: variant.agreement, indices: [0] }) : 0n,
  };
}

function becomes(before: MilestoneState, after: MilestoneState): string {
  const outcome = after.outcome === Outcome.None ? "" : ` (${outcomeName(after.outcome)})`;
  if (after.status !== before.status) return `${statusName(after.status)}${outcome}`;
  if (after.held !== before.held) return `${statusName(after.status)}, ${money(after.held)} held`;
  return after.clock !== before.clock ? `${statusName(after.status)}, another clock` : statusName(after.status);
}

function stateIn({ agreement: of, consented = true }: Variant, status: Status): AgreementState {
  return {
    ...emptyState(of),
    clientConsented: consented,
    freelancerConsented: consented,
    milestones: [stateOf(status)],
  };
}

function stateOf(status: Status): MilestoneState {
  const isHeld = status !== Status.None && status <= Status.Disputed;
  const terminal: Partial<Record<Status, Outcome>> = {
    [Status.Released]: Outcome.Approved,
    [Status.Refunded]: Outcome.Refunded,
    [Status.Resolved]: Outcome.Settled,
  };
  return {
    held: isHeld ? held : 0n,
    clock: isHeld ? clock : 0,
    submissions: status === Status.None || status === Status.Funded ? 0 : 1,
    status,
    outcome: terminal[status] ?? Outcome.None,
  };
}
