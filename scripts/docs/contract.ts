/**
 * A Markdown page for each function of the contracts, and one that lists them. What they say has one source each: the interface's
 * NatSpec; who, when and what it pays: the SDK's model, asked for an example agreement; errors and events: the syntax tree of the
 * contract, followed through what the function calls; typed data and gas: the snapshots that the tests compare.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as sdk from "@micro-escrow/sdk";
import { decodeError, escrowInterface, MicroEscrow, signableVerbs } from "@micro-escrow/sdk";
import * as gasless from "@micro-escrow/sdk/gasless";
import { signedFundingInterface } from "@micro-escrow/sdk/gasless";
import { AbiCoder, type FunctionFragment } from "ethers";
import { ScriptError } from "../script.ts";
import { type Contract, type Documented, readContract } from "./ast.ts";
import { type Case, casesOf, example, isVerb } from "./cases.ts";

const root = join(import.meta.dirname, "../..");

/** The contracts that there are pages of, with the snapshot that has their gas. */
const contracts: readonly (Contract & { readonly snapshot: string })[] = [
  { name: "MicroEscrow", file: "MicroEscrow.sol", abi: escrowInterface, snapshot: "gas.txt" },
  {
    name: "SignedFunding",
    file: "periphery/SignedFunding.sol",
    abi: signedFundingInterface,
    snapshot: "signed-funding.txt",
  },
];

/**
 * Writes the pages.
 *
 * @returns How many functions there are.
 */
export async function writeContractPages(folder: string): Promise<number> {
  const typedData = await readSnapshot("typed-data.txt");
  const read = await Promise.all(contracts.map(async (contract) => ({ contract, ...(await readContract(contract)) })));
  const names = read.flatMap(({ functions }) => [...functions.keys()]);

  await mkdir(folder, { recursive: true });
  const index: string[] = [];
  for (const { contract, notice, functions } of read) {
    const gas = await readSnapshot(contract.snapshot);
    const rows: string[] = [];
    // In the interface's order, which is that of a milestone's life; what comes from elsewhere last.
    for (const [name, about] of functions) {
      const fragment = contract.abi.getFunction(name);
      if (fragment === null || about.notice === "")
        throw new ScriptError(`${contract.name}'s ${name} has no documentation.`);
      const cases = contract.abi === escrowInterface && isVerb(name) ? casesOf(name) : [];
      const measured = gas.filter((line) => new RegExp(`^${name}[ ,:]`).test(line)).map(gasRow);
      await writeFile(
        join(folder, `${name}.md`),
        page({ contract, fragment, about, cases, measured, typedData, names }),
      );
      const who = cases.length > 0 ? unique(cases.map((one) => one.who)).join(" or ") : "anybody";
      const least = measured.map(([, , amount]) => Number(amount.replaceAll(",", "")));
      rows.push(
        `| [${name}](${name}.md) | ${firstSentence(linked(about.notice, names))} | ${who} | ${gasRange(least)} |`,
      );
    }
    index.push("", `## ${contract.name}`, "", firstSentence(linked(notice, names)), "");
    index.push("| function | what it does | who | gas |", "| --- | --- | --- | ---: |", ...rows);
  }
  const head = [
    ...["---", "title: Contracts", "children:", ...names.map((name) => `  - ${name}.md`), "---", ""],
    "# Contracts",
    "",
    "Each page says who may call the function, when, what it pays, and how to call it with the SDK. Gas is that of the whole",
    "transaction, from the cheapest to the dearest case that the tests measure.",
  ];
  await writeFile(join(folder, "index.md"), `${[...head, ...index].join("\n")}\n`);
  return names.length;
}

async function readSnapshot(file: string): Promise<readonly string[]> {
  const text = await readFile(join(root, "test/snapshots", file), "utf8");
  return text.split("\n").map((line) => line.trim());
}

interface PageParts {
  readonly contract: Contract;
  readonly fragment: FunctionFragment;
  readonly about: Documented;
  readonly cases: readonly Case[];
  readonly measured: readonly GasRow[];
  readonly typedData: readonly string[];
  /** The functions that there are pages of. */
  readonly names: readonly string[];
}

function page({ contract, fragment, about, cases, measured, typedData, names }: PageParts): string {
  const { name } = fragment;
  const link = (text: string) => linked(text, names);
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", `## ${title}`, "", ...lines];
  const parameters = fragment.inputs.map((input) => {
    return `| \`${input.name}\` | \`${about.types.get(input.name) ?? input.type}\` | ${link(about.parameters.get(input.name) ?? about.members.get(input.name) ?? "")} |`;
  });
  const results = (fragment.outputs ?? []).filter((output) => output.name === "amount");
  const lines = [
    ...["---", `title: ${name}`, "---", ""],
    `# ${name}`,
    "",
    ...(contract.abi === escrowInterface ? [] : [`Of the contract ${contract.name}.`, ""]),
    link(about.notice),
    ...about.remarks.flatMap((remark) => ["", link(remark)]),
    ...section(
      "Requirements",
      about.requirements.map((requirement) => `- ${link(requirement)}`),
    ),
    ...section("Who, when, and what it pays", casesTable(cases)),
    ...section(
      "Parameters",
      parameters.length === 0 ? [] : ["| name | type | |", "| --- | --- | --- |", ...parameters],
    ),
    ...section(
      "Returns",
      results.map(({ name: output, type }) => `\`${output}\` (\`${type}\`): ${link(about.returns)}`),
    ),
    ...section("What is signed when somebody else sends it", signedLines(name, typedData)),
    ...section("In the SDK", sdkLines(name)),
    ...section(
      "Events",
      about.events.map(({ name: event, notice }) => `- \`${event}\`: ${link(notice)}`),
    ),
    ...section(
      "Errors",
      about.errors.map((error) => errorLine(contract, error.name, link(error.notice))),
    ),
    ...section("Gas", gasTable(measured)),
    ...section("Selector", [`\`${fragment.selector}\` of \`${fragment.format("sighash")}\``]),
  ];
  return `${lines.join("\n")}\n`;
}

// ---------------------------------------------------------------------------------------------------------- its sections

function casesTable(cases: readonly Case[]): string[] {
  if (cases.length === 0) return [];
  const paid = cases.filter((one) => one.payments.length > 0);
  const rows = cases.map(({ status, variant, who, when, becomes, payments }) => {
    const cells = [status, ...(cases.some((one) => one.variant !== "") ? [variant] : []), who, when, becomes];
    return `| ${[...cells, ...(paid.length > 0 ? [payments.join(", ") || "nobody"] : [])].join(" | ")} |`;
  });
  const head = ["status", ...(cases.some((one) => one.variant !== "") ? ["case"] : []), "who", "when", "becomes"];
  const columns = [...head, ...(paid.length > 0 ? ["pays"] : [])];
  const [first] = cases;
  const inward = cases.some(({ takes }) => takes > 0n);
  const money =
    paid.length > 0
      ? [example.sentence]
      : [inward ? `It takes the milestones' amounts from the caller; here ${example.amount}.` : "It pays nobody."];
  return first === undefined
    ? []
    : [...money, "", `| ${columns.join(" | ")} |`, `|${" --- |".repeat(columns.length)}`, ...rows];
}

/** The type that is signed, as the snapshot of the typed data has it. */
function signedLines(name: string, typedData: readonly string[]): string[] {
  if (!(signableVerbs as readonly string[]).includes(name)) return [];
  const primary = name === "accept" ? "Agreement" : capitalized(name);
  const type = typedData.map((line) => line.slice(line.indexOf(" ") + 1)).find((one) => one.startsWith(`${primary}(`));
  if (type === undefined) throw new ScriptError(`There is no typed data of ${name} in test/snapshots/typed-data.txt.`);
  return ["```", type.replaceAll(",", ", "), "```"];
}

/** What of the SDK has another name than the function's. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  ESCROW: ["checkSignedFunding"],
  accept: ["MicroEscrow.sign"],
  eip712Domain: ["escrowDomain", "checkDomain"],
  fund: ["fundingAmount"],
  fundWithAuthorization: ["authorizationTypedData", "signFunding", "relayFunding"],
  fundWithPermit2: ["permit2TypedData", "signFunding", "relayFunding"],
};

function sdkLines(name: string): string[] {
  const big = capitalized(name);
  const methods = [name, `sign${big}`, `get${big}`].filter((method) => method in MicroEscrow.prototype);
  const values = [name, `${name}Call`, `${name}TypedData`, `get${big}`].filter(
    (value) => value in sdk || value in gasless,
  );
  const links = [...methods.map((method) => `MicroEscrow.${method}`), ...values, ...(otherNames[name] ?? [])];
  if (links.length === 0) throw new ScriptError(`The SDK has nothing for ${name}.`);
  const entryOf = (to: string) => (to in gasless ? "@micro-escrow/sdk/gasless" : "@micro-escrow/sdk");
  return links.map((to) => `- {@link ${entryOf(to)}!${to} | ${to}}`);
}

function errorLine({ abi }: Contract, name: string, notice: string): string {
  const { inputs } = abi.getError(name) ?? { inputs: [] };
  const data = abi.encodeErrorResult(name, AbiCoder.defaultAbiCoder().getDefaultValue(inputs));
  const { name: kind } = decodeError({ data });
  return `- \`${name}\` ({@link @micro-escrow/sdk!${kind} | ${kind}})${notice === "" ? "" : `: ${notice}`}`;
}

type GasRow = readonly [what: string, status: string, gas: string];

/** A line of a snapshot; not each has a status. */
function gasRow(line: string): GasRow {
  const [what, rest] = [line.slice(0, 44).trim(), line.slice(44).trim()];
  const [gas = "", status = ""] = rest.split(/ {2,}/).reverse();
  return [what, status, gas];
}

function gasTable(rows: readonly GasRow[]): string[] {
  if (rows.length === 0) return [];
  const hasStatus = rows.some(([, status]) => status !== "");
  const lines = rows.map(([what, status, gas]) => `| ${[what, ...(hasStatus ? [status] : []), gas].join(" | ")} |`);
  return hasStatus
    ? ["| what | status | gas |", "| --- | --- | ---: |", ...lines]
    : ["| what | gas |", "| --- | ---: |", ...lines];
}

function gasRange(gas: readonly number[]): string {
  const [least, most] = [Math.min(...gas), Math.max(...gas)].map((one) => one.toLocaleString("en-US"));
  if (gas.length === 0) return "–";
  return least === most ? `${least}` : `${least} – ${most}`;
}

// ------------------------------------------------------------------------------------------------------------------ text

/** NatSpec's `{fund}` as a link to its page; what has no page as code. */
function linked(text: string, names: readonly string[]): string {
  return text.replace(/\{(?:IMicroEscrow\.)?(\w+)\}/g, (_, name: string) =>
    names.includes(name) ? `[${name}](${name}.md)` : `\`${name}\``,
  );
}

function firstSentence(text: string): string {
  return /^.*?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}

function capitalized(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
