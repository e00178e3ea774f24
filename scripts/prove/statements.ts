/** What is proved, what each proof assumes, and the bugs that it must find when they are put into the contract. */

export interface Statement {
  /** `CONTRACT.FUNCTION` in test/proofs/CONTRACT.sol. */
  check: string;
  says: string;
}

/** A seeded bug: a copy of the contract with `original` replaced must make the proof fail, with a counterexample. */
export interface Canary {
  bug: string;
  /** Occurs exactly once in the function, or between the functions, that `within` begins. */
  original: string;
  replacement: string;
  within: string;
  refutes: string;
}

export const statements: Statement[] = [
  {
    check: "Turns.check_submit",
    says: "submit: Funded or ChangesRequested → Submitted, before the clock, by the freelancer",
  },
  {
    check: "Turns.check_requestChanges",
    says: "requestChanges: Submitted → ChangesRequested, before the clock, by the client",
  },
];

export const canaries: Canary[] = [
  {
    bug: "submit after the clock ran out",
    within: "function submit(",
    original: "_checkBeforeClock(state);",
    replacement: "",
    refutes: "Turns.check_submit",
  },
  {
    bug: "changes requested from a milestone that nothing was submitted for",
    within: "function requestChanges(",
    original: "_checkStatus(state, index, SUBMITTED);",
    replacement: "_checkStatus(state, index, FUNDED | SUBMITTED);",
    refutes: "Turns.check_requestChanges",
  },
];

/** The contract's source with these bugs in it. */
export function sow(source: string, bugs: Canary[]): string {
  return bugs.reduce((text, { bug, within, original, replacement }) => {
    const start = text.indexOf(within);
    const end = text.indexOf("\n    }\n", start);
    const scope = text.slice(start, end);
    if (start < 0 || end < 0 || scope.split(original).length !== 2) {
      throw new Error(
        `The bug "${bug}" has no place in the contract any more: mend it in scripts/prove/statements.ts.`,
      );
    }
    return text.slice(0, start) + scope.replace(original, () => replacement) + text.slice(end);
  }, source);
}
