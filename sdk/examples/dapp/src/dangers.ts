/** What is legal in an agreement, and unwise or perhaps meant to deceive: beside the SDK's warnings, what a page can know. */
import { type Agreement, type TokenDescription, zeroAddress } from "@micro-escrow/sdk";
import { isLookAlike, isNamedLikeKnown } from "./accounts.ts";

/** A danger, by its code in the words of each language. */
export type Danger =
  | "false-token"
  | "wrong-currency"
  | "payout-elsewhere"
  | "refund-elsewhere"
  | "gate"
  | "fee-to-party"
  | "long-period"
  | "look-alike";

/** What there is to know besides the agreement. */
export interface Surroundings {
  /** What the token's contract says of it; `undefined` while that is not known, or where the registry vouches for it. */
  readonly token: TokenDescription | undefined;
  /** Accounts that the user knows: of other agreements, and the user's own. */
  readonly known: readonly string[];
}

const DAY = 86_400;
/** Longer than anybody has to wait for an answer. */
const LONG_ANSWER = 90 * DAY;
const LONG_WORK = 2 * 365 * DAY;

/** The dangers of an agreement. */
export function dangersOf({ terms, schedule, scope }: Agreement, { token, known }: Surroundings): readonly Danger[] {
  const { client, freelancer, arbiter, payoutTo, refundTo, gate, feeRecipient, feeBps, verifier } = terms;
  const claimed = scope?.currency;
  const isOther = (place: string, party: string) => place !== zeroAddress && place !== party;
  const answers = [terms.reviewPeriod, terms.reworkPeriod, terms.arbitrationPeriod, terms.challengePeriod];
  const named = [client, freelancer, arbiter, terms.token, payoutTo, refundTo, gate, feeRecipient, verifier];
  const all = [...named, ...known];
  const dangers: readonly (readonly [Danger, boolean])[] = [
    ["false-token", token?.symbol !== undefined && isNamedLikeKnown(token.symbol)],
    [
      "wrong-currency",
      token !== undefined &&
        claimed !== undefined &&
        (claimed.decimals !== token.decimals || claimed.symbol !== (token.symbol ?? claimed.symbol)),
    ],
    ["payout-elsewhere", isOther(payoutTo, freelancer)],
    ["refund-elsewhere", isOther(refundTo, client)],
    ["gate", gate !== zeroAddress],
    ["fee-to-party", feeBps > 0 && [client, freelancer, arbiter, payoutTo, refundTo, verifier].includes(feeRecipient)],
    [
      "long-period",
      answers.some((period) => period > LONG_ANSWER) || schedule.some(({ workPeriod }) => workPeriod > LONG_WORK),
    ],
    ["look-alike", named.some((one) => all.some((other) => isLookAlike(one, other)))],
  ];
  return dangers.flatMap(([danger, isThere]) => (isThere ? [danger] : []));
}
