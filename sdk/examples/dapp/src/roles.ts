/** The parts that accounts play in an agreement. */
import type { Agreement } from "@micro-escrow/sdk";

/** The part that an account plays in an agreement. */
export type Role = "client" | "freelancer" | "arbiter" | "verifier" | "platform";

/** The part that an account plays in an agreement; `undefined` for somebody who plays none. */
export function roleOf({ terms }: Agreement, account: string | undefined): Role | undefined {
  const roles: readonly (readonly [Role, string])[] = [
    ["client", terms.client],
    ["freelancer", terms.freelancer],
    ["arbiter", terms.arbiter],
    ["verifier", terms.verifier],
    ["platform", terms.feeRecipient],
  ];
  return roles.find(([, address]) => address === account)?.[0];
}
