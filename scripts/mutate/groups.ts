/** What a mutant is about, by what it touches. */
import type { Edit, Place } from "./ast.ts";
import { reports } from "./solidity.ts";

/** The first three must be killed to the last one. */
export const groups = [
  "money",
  "time",
  "authorization",
  "state",
  "hashing",
  "gas and reentrancy",
  "events and errors",
] as const;
export type Group = (typeof groups)[number];

const TIME =
  /timestamp|[cC]lock|[pP]eriod|PERIOD|fundBy|deadline|_passTurn|_fromNow|challengeEnd|_moment|_hearing|_dispute\(|_ownDispute|_secondHearing|\bstart\b|\bsince\b|CLOSE_BPS|SUBSTITUTE_BPS/;
const AUTHORIZATION =
  /msg\.sender|_authorize|[sS]ignature|[cC]onsent|Unauthorized|NotAParty|NotAccepted|_checkSubmission|CLOSED|address by\b|Role|_roles|_isParty|_checkNotParty|_checkVote|INSTANCE|NotTheCourt|_checkPartyIsHeard/;
const MONEY =
  /[aA]mount|[fF]ee|[gG]ross|\bheld\b|\bshare\b|\bpot\b|\bsum\b|Bps|BPS|_claimable|_pay|_split|_conclude|_pull|_credit|success|[dD]eposit|_parts|_award|\bpaid\b|shares|[cC]ost|\bvalue\b|\bsorted\b|\blower\b/;

const IN_FUNCTION = new Map<string, Group>(
  Object.entries({
    _agreementId: "hashing",
    _scheduleHash: "hashing",
    _emitOpened: "events and errors",
    _authorize: "authorization",
    _checkSignature: "authorization",
    _consentFlag: "authorization",
    _checkBeforeClock: "time",
    _fromNow: "time",
    _passTurn: "time",
    _tryTransfer: "money",
    _payee: "money",
    _pay: "money",
    _credit: "money",
    withdraw: "money",
    _checkVote: "authorization",
    _hasVoted: "authorization",
    _checkNotParty: "authorization",
    _isParty: "authorization",
    _checkPartyIsHeard: "authorization",
    _moment: "time",
    _hearing: "time",
    _dispute: "time",
    _checkFirstTurn: "time",
    _secondHearing: "time",
    hearing: "time",
    _sorted: "money",
    _cannotChange: "money",
    _parts: "money",
    _award: "money",
    _creditEach: "money",
    _returnDeposit: "money",
    _giveChange: "money",
    depositOf: "money",
    evidenceGroup: "hashing",
  }),
);

export function groupOf(place: Place, edit: Edit, owner: string): Group {
  if (edit.kind === "removed modifier" || /GAS/.test(owner) || /GAS|gasleft/.test(statementOf(place)))
    return "gas and reentrancy";
  if (edit.kind === "removed event" || reports(place)) return "events and errors";
  if (/_TYPEHASH$/.test(owner) || edit.kind === "typehash" || edit.kind === "signed member") return "hashing";
  const inFunction = IN_FUNCTION.get(owner);
  if (inFunction !== undefined) return inFunction;

  const statement = statementOf(place);
  const isConstant = !place.within("FunctionDefinition");
  if (edit.kind === "status set" || edit.kind === "flag") return isConstant ? "state" : "authorization";
  if (AUTHORIZATION.test(statement)) return "authorization";
  if (TIME.test(statement)) return "time";
  if (MONEY.test(statement)) return "money";
  return "state";
}

/** The text of the smallest statement, condition or declaration that contains the place. */
function statementOf(place: Place): string {
  const containers = ["Statement", "Definition", "VariableDeclaration", "Return", "YulAssignment"];
  const chain = [...place.above, place.node];
  const node = chain.reverse().find(({ nodeType }) => containers.some((name) => nodeType.endsWith(name)));
  if (node === undefined) return place.text;
  // Of an `if` or a loop only what it asks, unless that is all it does.
  const condition = node.nodeType === "IfStatement" && place.node !== node ? (node.condition as typeof node) : node;
  const [start = 0, length = 0] = condition.src.split(":").map(Number);
  return place.source.slice(start, start + length);
}
