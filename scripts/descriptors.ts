/**
 * Writes sdk/descriptors: what wallets show of the contracts' calls and typed data before they are signed (ERC-7730, version 2
 * of its schema). Run by `npm run build` after the SDK is built, because it starts from the SDK's ABI and typed data; CI
 * fails when the result differs from what is committed.
 *
 * Everything that is signed is either shown or left out for a reason, which stands with it as `$id`; a parameter that is new
 * to the contract, or gone from it, stops this script.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  acceptTypedData,
  advanceTypedData,
  approveTypedData,
  attestTypedData,
  chains,
  closeTypedData,
  defineAgreement,
  disputeTypedData,
  escrowAddress,
  escrowInterface,
  extendTypedData,
  findToken,
  hashText,
  refundTypedData,
  requestChangesTypedData,
  ruleTypedData,
  settleTypedData,
  submitTypedData,
  type TypedData,
  zeroAddress,
} from "@micro-escrow/sdk";
import {
  permit2Address,
  permit2TypedData,
  signedFundingAddress,
  signedFundingInterface,
} from "@micro-escrow/sdk/gasless";
import { type ParamType, TypedDataEncoder } from "ethers";
import { runScript, ScriptError } from "./script.ts";

/** One value that is signed: how it is shown, or that it is not. */
export interface Field {
  /** Why it is not shown. */
  readonly $id?: string;
  readonly path: string;
  readonly label?: string;
  readonly format?: "raw" | "addressName" | "tokenAmount" | "date" | "duration" | "unit" | "calldata";
  readonly params?: Readonly<Record<string, unknown>>;
  /** Left out: always. */
  readonly visible?: "never" | { readonly ifNotIn: readonly (string | number)[] };
}

/** A file by ERC-7730. */
export interface Descriptor {
  readonly $schema: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly display: {
    /** By the signature of the function, or the type of the message. */
    readonly formats: Readonly<Record<string, { readonly intent: string; readonly fields: readonly Field[] }>>;
  };
}

// -------------------------------------------------------------------------------------------------------------- fields

type Shown = Omit<Field, "path">;

const raw = (label: string): Shown => ({ label, format: "raw" });
const address = (label: string, ...types: string[]): Shown => ({
  label,
  format: "addressName",
  ...(types.length > 0 && { params: { types } }),
});
const date = (label: string): Shown => ({ label, format: "date", params: { encoding: "timestamp" } });
const duration = (label: string): Shown => ({ label, format: "duration" });
/** Basis points as percent. */
const share = (label: string): Shown => ({ label, format: "unit", params: { base: "%", decimals: 2 } });
const amount = (label: string, tokenPath: string): Shown => ({ label, format: "tokenAmount", params: { tokenPath } });
const hidden = (reason: string): Shown => ({ $id: reason, visible: "never" });
/** Not shown where it says nothing: zero for nobody, or for none. */
const unless = (nothing: string | number, shown: Shown): Shown => ({ ...shown, visible: { ifNotIn: [nothing] } });

/** The members of an agreement, when it is what is decided on. */
const terms: Readonly<Record<string, Shown>> = {
  client: address("Client"),
  freelancer: address("Freelancer"),
  arbiter: address("Arbiter"),
  token: address("Paid in", "token"),
  payoutTo: unless(zeroAddress, address("Freelancer's money goes to")),
  refundTo: unless(zeroAddress, address("Client's money goes back to")),
  verifier: unless(zeroAddress, address("Verifier")),
  gate: unless(zeroAddress, address("Asked before funding", "contract")),
  feeRecipient: unless(zeroAddress, address("Platform")),
  feeBps: unless(0, share("Platform fee")),
  arbiterFeeBps: share("Arbiter's fee, if it rules"),
  defaultShareBps: share("Freelancer's share if arbiter is silent"),
  reviewPeriod: duration("Review period"),
  reworkPeriod: duration("Rework period"),
  challengePeriod: duration("Challenge period"),
  arbitrationPeriod: duration("Arbitration period"),
  fundBy: date("Can be funded before"),
  details: raw("Scope (SHA-256)"),
};

/** The same in a call about what was agreed before: who and in what, and where the money goes. */
const agreedTerms: Readonly<Record<string, Shown>> = Object.fromEntries(
  Object.entries(terms).map(([name, shown]) => {
    const isShown = ["client", "freelancer", "token", "payoutTo", "refundTo"].includes(name);
    return [name, isShown ? shown : hidden("Agreed before: another value would be another agreement")];
  }),
);

const index = raw("Milestone, counted from 0");
const submission = raw("Submission");
const scheduleHash = hidden("The hash of the schedule: the contract compares it");
const signature = hidden("A signature: the contract checks it");

/** The parameters of every function, as the ABI names them. `agreement`, `schedule` and authorizations are the same everywhere. */
const calls: Readonly<
  Record<string, { readonly intent: string; readonly parameters?: Readonly<Record<string, Shown>> }>
> = {
  accept: { intent: "Accept agreement", parameters: { party: address("Who accepts"), signature } },
  close: { intent: "Close agreement to funding", parameters: { party: address("Who closes") } },
  fund: {
    intent: "Fund milestones",
    parameters: { "indices.[]": index, freelancerSignature: signature },
  },
  permit: {
    intent: "Let escrow take tokens",
    parameters: {
      token: address("Token", "token"),
      value: amount("At most", "token"),
      deadline: date("Valid until"),
      v: signature,
      r: signature,
      s: signature,
    },
  },
  submit: { intent: "Submit work", parameters: { deliverable: raw("Deliverable (SHA-256)") } },
  approve: { intent: "Approve work and pay all that is held", parameters: { submission } },
  advance: { intent: "Pay a part early", parameters: { amount: amount("Part", "agreement.token") } },
  requestChanges: { intent: "Ask for changes", parameters: { submission, reason: raw("Reason (SHA-256)") } },
  attest: {
    intent: "Attest work",
    parameters: { submission, passed: raw("Work passed"), report: raw("Report (SHA-256)") },
  },
  extend: { intent: "Give more time", parameters: { clock: date("New end") } },
  dispute: { intent: "Call the arbiter", parameters: { submission, evidence: raw("Evidence (SHA-256)") } },
  submitEvidence: { intent: "Submit evidence", parameters: { evidence: raw("Evidence (SHA-256)") } },
  rule: {
    intent: "Rule on dispute",
    parameters: {
      freelancerAmount: amount("Freelancer's part", "agreement.token"),
      reasoning: raw("Reasoning (SHA-256)"),
    },
  },
  settle: {
    intent: "Divide what is held",
    parameters: { freelancerAmount: amount("Freelancer's part", "agreement.token") },
  },
  refund: { intent: "Give all that is held back to the client" },
  finalize: { intent: "Make the default outcome happen" },
  withdraw: {
    intent: "Pay out what waits",
    parameters: { token: address("Token", "token"), account: address("Paid to") },
  },
  multicall: {
    intent: "Several calls, all or none",
    parameters: { "data.[]": { label: "Call", format: "calldata", params: { calleePath: "@.to" } } },
  },
};

/** The calls with which an agreement is consented to: all of its terms are shown. */
const consents = ["accept", "fund"];

/** The values of a call that every function has in common. */
function commonParameters(name: string): Readonly<Record<string, Shown>> {
  const members = consents.includes(name) ? terms : agreedTerms;
  const authorization = (by: string, label: string): [string, Shown][] => [
    [`${by}.deadline`, unless(0, date(label))],
    [`${by}.signature`, signature],
  ];
  return Object.fromEntries([
    ["index", index],
    ...Object.entries(members).map(([member, shown]) => [`agreement.${member}`, shown] as const),
    ["agreement.milestones", scheduleHash],
    ["schedule.[].amount", amount("Milestone pays", "agreement.token")],
    ["schedule.[].workPeriod", duration("Work period")],
    ...authorization("auth", "Signature valid until"),
    ...authorization("client", "Client's signature valid until"),
    ...authorization("freelancer", "Freelancer's signature valid until"),
  ]);
}

/** The messages, by their primary types. They name the agreement by its id alone: no token is in them, and amounts are raw. */
const actions: Readonly<Record<string, string>> = {
  Close: "Close agreement to funding",
  Submit: "Submit work",
  Approve: "Approve work and pay all that is held",
  Advance: "Pay a part early",
  RequestChanges: "Ask for changes",
  Attest: "Attest work",
  Extend: "Give more time",
  Dispute: "Call the arbiter",
  Rule: "Rule on dispute",
  Settle: "Divide what is held",
  Refund: "Give all that is held back to the client",
};
const inActions: Readonly<Record<string, Shown>> = {
  agreement: raw("Agreement (id)"),
  milestone: index,
  submission,
  amount: raw("Amount, in the token's base units"),
  remaining: raw("Still held then, in base units"),
  freelancerAmount: raw("Freelancer's part, in base units"),
  clientAmount: raw("Client's part, in base units"),
  deliverable: raw("Deliverable (SHA-256)"),
  reason: raw("Reason (SHA-256)"),
  passed: raw("Work passed"),
  report: raw("Report (SHA-256)"),
  evidence: raw("Evidence (SHA-256)"),
  reasoning: raw("Reasoning (SHA-256)"),
  currentClock: date("Present end"),
  newClock: date("New end"),
  deadline: date("Valid until"),
};
const inConsent: Readonly<Record<string, Shown>> = {
  ...terms,
  "milestones.[].amount": amount("Milestone pays", "token"),
  "milestones.[].workPeriod": duration("Work period"),
};

/** Prefixes the paths of fields, and of the tokens that their amounts are in. */
function within(parent: string, shown: Readonly<Record<string, Shown>>): Readonly<Record<string, Shown>> {
  return Object.fromEntries(
    Object.entries(shown).map(([path, field]) => {
      const tokenPath = field.params?.tokenPath;
      const params =
        tokenPath === undefined ? {} : { params: { ...field.params, tokenPath: `${parent}.${tokenPath}` } };
      return [`${parent}.${path}`, { ...field, ...params }];
    }),
  );
}

const nonce = hidden("A number that tells this payment from others");

/** The parameters of both functions of SignedFunding that can be sent. */
const funding: Readonly<Record<string, Shown>> = {
  ...within("funding", {
    ...Object.fromEntries(Object.entries(terms).map(([name, shown]) => [`agreement.${name}`, shown])),
    "agreement.milestones": scheduleHash,
    "schedule.[].amount": amount("Milestone pays", "agreement.token"),
    "schedule.[].workPeriod": duration("Work period"),
    "indices.[]": index,
    clientSignature: signature,
    freelancerSignature: signature,
  }),
  "payment.amount": amount("Client pays", "funding.agreement.token"),
  "payment.nonce": nonce,
  "payment.deadline": date("Payment valid until"),
  "payment.signature": signature,
};

/** What a client signs for Permit2. (For ERC-3009 it signs the token's own message, which is for the token to describe.) */
const permitted: Readonly<Record<string, Shown>> = {
  "permitted.token": address("Token", "token"),
  "permitted.amount": amount("Pay", "permitted.token"),
  spender: address("Passed on to the escrow by", "contract"),
  nonce,
  deadline: date("Valid until"),
  "witness.agreement": raw("Agreement (id)"),
  "witness.indices.[]": index,
};

// --------------------------------------------------------------------------------------------------------------- files

/** Where MicroEscrow is, or would be: no other code can stand at its address. */
const deployments = Object.values(chains).map((chainId) => ({ chainId, address: escrowAddress(chainId) }));

function descriptor(
  context: Descriptor["context"],
  formats: Descriptor["display"]["formats"],
  contractName = "MicroEscrow",
): Descriptor {
  return {
    $schema: "https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json",
    context: { $id: contractName, ...context },
    metadata: { owner: "MicroEscrow", contractName },
    display: { formats },
  };
}

/** @throws {ScriptError} When a value has no field, or a field no value. */
function fieldsOf(what: string, paths: readonly string[], shown: Readonly<Record<string, Shown>>): readonly Field[] {
  const fields = paths.map((path) => {
    const field = shown[path];
    if (field === undefined) throw new ScriptError(`scripts/descriptors.ts does not say how ${what} shows ${path}.`);
    return { path, ...field };
  });
  // What is decided comes first, then what it is about.
  const isOfAgreement = ({ path }: Field) => /^(funding\.)?agreement\./.test(path);
  return [...fields.filter((field) => !isOfAgreement(field)), ...fields.filter(isOfAgreement)];
}

/** The paths of all values in the parameters of a function. */
function pathsOf(parameters: readonly ParamType[], parent = ""): readonly string[] {
  return parameters.flatMap((parameter) => {
    const path = parent + parameter.name;
    if (!parameter.isArray()) return parameter.isTuple() ? pathsOf(parameter.components, `${path}.`) : [path];
    const { arrayChildren: children } = parameter;
    return children.isTuple() ? pathsOf(children.components, `${path}.[].`) : [`${path}.[]`];
  });
}

/** A parameter as it stands in the signature of a function: structs as tuples, everything with its name. */
function signatureOf(parameter: ParamType): string {
  const element = parameter.isArray() ? parameter.arrayChildren : parameter;
  const type = element.isTuple() ? `tuple(${element.components.map(signatureOf).join(", ")})` : element.type;
  return `${type}${parameter.isArray() ? "[]" : ""} ${parameter.name}`;
}

function ofCalls(): Descriptor {
  const formats: Record<string, Descriptor["display"]["formats"][string]> = {};
  escrowInterface.forEachFunction((fragment) => {
    const { name, inputs, constant } = fragment;
    if (constant) return;
    const call = calls[name];
    if (call === undefined) throw new ScriptError(`scripts/descriptors.ts does not know the function ${name}.`);
    const shown = { ...commonParameters(name), ...call.parameters };
    formats[`${name}(${inputs.map(signatureOf).join(", ")})`] = {
      intent: call.intent,
      fields: fieldsOf(name, pathsOf(inputs), shown),
    };
  });
  return descriptor({ contract: { deployments } }, formats);
}

function ofMessages(): Descriptor {
  const formats = messages().map(({ types, primaryType }) => {
    const members = types[primaryType] ?? [];
    const paths = members.flatMap(({ name, type }) => {
      const inner = types[type.replace("[]", "")];
      return inner === undefined ? [name] : inner.map((member) => `${name}.[].${member.name}`);
    });
    const isConsent = primaryType === "Agreement";
    const intent = isConsent ? "Accept agreement" : actions[primaryType];
    if (intent === undefined) throw new ScriptError(`scripts/descriptors.ts does not know the message ${primaryType}.`);
    const fields = fieldsOf(primaryType, paths, isConsent ? inConsent : inActions);
    return [TypedDataEncoder.from(types).encodeType(primaryType), { intent, fields }] as const;
  });
  const domain = { name: "MicroEscrow", version: "1" };
  return descriptor({ eip712: { domain, deployments } }, Object.fromEntries(formats));
}

/** At the same address on each chain. */
const everywhere = (address: string) => Object.values(chains).map((chainId) => ({ chainId, address }));

function ofSignedFunding(): Descriptor {
  const formats: Record<string, Descriptor["display"]["formats"][string]> = {};
  signedFundingInterface.forEachFunction(({ name, inputs, constant }) => {
    if (constant) return;
    const intent = "Fund milestones with what the client signed";
    formats[`${name}(${inputs.map(signatureOf).join(", ")})`] = {
      intent: name === "fundWithPermit2" ? `${intent} for Permit2` : intent,
      fields: fieldsOf(name, pathsOf(inputs), funding),
    };
  });
  return descriptor({ contract: { deployments: everywhere(signedFundingAddress()) } }, formats, "SignedFunding");
}

function ofPermit2(): Descriptor {
  const { agreement } = anyAgreement();
  const payment = { agreement, indices: [0], nonce: 1n, deadline: 1, chainId: chains.base };
  const { types } = permit2TypedData({ ...payment, signedFunding: signedFundingAddress() });
  const fields = fieldsOf("Permit2", Object.keys(permitted), permitted);
  const formats = {
    [TypedDataEncoder.from(types).encodeType("PermitWitnessTransferFrom")]: { intent: "Pay for milestones", fields },
  };
  const eip712 = { domain: { name: "Permit2" }, deployments: everywhere(permit2Address) };
  return descriptor({ eip712 }, formats, "SignedFunding");
}

/** Every typed data that is signed for the contract; only its types count. */
function messages(): readonly TypedData[] {
  const { agreement, hash } = anyAgreement();
  const signed = { agreement, index: 0, chainId: chains.base, escrow: escrowAddress(chains.base), deadline: 1 };
  const seen = { ...signed, submission: 1 };
  return [
    acceptTypedData(signed),
    closeTypedData(signed),
    submitTypedData({ ...seen, deliverable: hash }),
    approveTypedData({ ...seen, held: 2n }),
    advanceTypedData({ ...signed, amount: 1n, held: 2n }),
    requestChangesTypedData({ ...seen, reason: hash }),
    attestTypedData({ ...seen, passed: true, report: hash }),
    extendTypedData({ ...seen, currentClock: 1, clock: 2 }),
    disputeTypedData({ ...seen, evidence: hash }),
    ruleTypedData({ ...signed, freelancerAmount: 1n, reasoning: hash }),
    settleTypedData({ ...signed, freelancerAmount: 1n, held: 2n }),
    refundTypedData({ ...signed, held: 2n }),
  ];
}

function anyAgreement() {
  const agreement = defineAgreement({
    client: `0x${"03".repeat(20)}`,
    freelancer: `0x${"01".repeat(20)}`,
    arbiter: `0x${"02".repeat(20)}`,
    token: findToken(chains.base, "USDC"),
    scope: { title: "Any", milestones: ["Any"] },
    milestones: [{ amount: "1", work: "1 day" }],
    ...{ review: "3 days", rework: "3 days", arbitration: "3 days", ifArbiterIsSilent: "50% to the freelancer" },
    fundBy: 1,
  });
  return { agreement, hash: hashText("any") };
}

/** JSON with a line for each field, so that a change of one shows as one in a diff. */
function toJson(value: unknown, indent = ""): string {
  const line = JSON.stringify(value);
  if (typeof value !== "object" || value === null || line.length < 200) return line;
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((entry) => toJson(entry, inner))
    : Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${toJson(member, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${entries.map((entry) => inner + entry).join(",\n")}\n${indent}${close}`;
}

await runScript(async () => {
  // Both are made before one is written.
  const files = {
    "calldata-MicroEscrow.json": ofCalls(),
    "eip712-MicroEscrow.json": ofMessages(),
    "calldata-SignedFunding.json": ofSignedFunding(),
    "eip712-SignedFunding.json": ofPermit2(),
  };
  const folder = join(import.meta.dirname, "../sdk/descriptors");
  await mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await writeFile(join(folder, file), `${toJson(content)}\n`);
  }
});
