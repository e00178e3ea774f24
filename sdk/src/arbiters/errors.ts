/** What an arbiter contract refuses. */
import { MicroEscrowError } from "../errors.js";
import type { Address } from "../types.js";

/** What each reason means, and what to do: for every error of the contracts that has no class of its own. */
export const EXPLANATIONS: Readonly<Record<string, string>> = {
  AnotherEscrow: "the arbiter hears the disputes of another escrow; name one that belongs to this escrow",
  AnotherArbiter: "the agreement names another arbiter; act on the one that it names",
  ArbitrationPeriodTooShort: "the agreement leaves its arbiter too little time; agree on a longer arbitration period",
  ArbiterFeeTooLow: "the agreement pays its arbiter too little; agree on a higher fee",
  NotHeard: "the milestone is not in dispute, or its dispute is not before this arbiter now; look where it stands",
  HearingOver: "the time to decide is over; what follows is the agreement's default, or the proposal that stands",
  ShareTooHigh: "a share is 0 to 10,000 basis points",
  NotOnPanel: "the account is neither a member of the panel nor a substitute",
  PartyCannotVote: "a party cannot vote in its own dispute",
  SubstituteTooEarly: "substitutes vote later, when members were silent",
  VotingClosed: "the voting has closed; what is left is to rule by the votes that are recorded",
  InstanceIsParty: "an instance cannot decide in its own dispute; agree on an arbiter with other instances",
  WrongStage: "the case is at another stage than this needs; look where it stands",
  AppealOver: "the time to appeal is over; anybody can carry out the proposal",
  NotExecutableYet: "the proposal can still be appealed, or its appeal decided; wait",
  NobodyToPay: "name at least one account to pay",
  StillDisputed: "the milestone is still in dispute; the deposit waits for what comes of that",
  AlreadyOpen: "the case is open at the court already",
  NotOpen: "nobody opened the case at the court yet",
  PaymentTooLow: "the court asks for more; ask what it costs again, and send that",
  ChangeRefused: "the account does not take ether back; send exactly what it costs",
  NotDecided: "too few voted, or the voting has not closed; send more votes, or wait",
  InvalidMember: "the account is on the panel twice, or is none; name each account once",
  WrongMemberCount: "a panel has 1 to 32 members, and up to 32 substitutes; name as many",
  InvalidQuorum: "a quorum is 1 to the number of members; choose one of these",
  InvalidPhases: "substitutes vote before the voting closes, and it closes before the end; choose such parts",
  InstancesNotDistinct: "the two instances must be two accounts; name another",
  NoOptions: "the court needs something to choose from; name a share at least",
  DisputeNotNew: "the court gave the case the number of another; do not use this court",
  NotTheCourt: "only the court can say what it ruled; wait until it does",
};

/** An arbiter contract refused a call; nothing changed. */
export class ArbiterRefusedError extends MicroEscrowError {
  /** The arbiter. */
  declare readonly arbiter: Address;
  /** The name of the contract's own error. */
  declare readonly reason: string;
  /** What the contract's error says, by the names of its members. */
  declare readonly values: Readonly<Record<string, unknown>>;

  constructor(
    { arbiter, reason, values }: Pick<ArbiterRefusedError, "arbiter" | "reason" | "values">,
    options?: ErrorOptions,
  ) {
    const facts = Object.entries(values).map(([name, value]) => `${name} ${value}`);
    const explanation = EXPLANATIONS[reason] ?? "see the contract's documentation";
    super(
      "ArbiterRefused",
      `The arbiter at ${arbiter} refused (${[reason, ...facts].join(", ")}): ${explanation}.`,
      { arbiter, reason, values },
      options,
    );
  }
}
