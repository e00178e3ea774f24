/** The site: TypeDoc over every entry of the package, with the guides and the contracts' functions as pages. */
import { cp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Application, Converter, type ProjectReflection, ReflectionKind } from "typedoc";
import { ScriptError } from "../script.ts";

const root = join(import.meta.dirname, "../..");
const sdk = join(root, "sdk");

/** The entries of the package: the source of each, by the name under which it is imported. */
export async function entriesOf(): Promise<ReadonlyMap<string, string>> {
  const { name, exports } = JSON.parse(await readFile(join(sdk, "package.json"), "utf8"));
  const typed = Object.entries<{ readonly types?: string }>(exports).filter(([, { types }]) => types !== undefined);
  return new Map(
    typed.map(([path, { types = "" }]) => {
      const source = types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts");
      return [`${name}${path.slice(1)}`, join(sdk, source)] as const;
    }),
  );
}

/** The guides, in the order in which a reader meets them. */
const guides = [
  "first-escrow",
  "arbiter",
  "platform",
  "relayer",
  "smart-wallets",
  "verifier",
  "judgement",
  "command-line",
  "keeper",
];

/**
 * Writes the site to a folder.
 *
 * @param contract Folder of the contracts' pages.
 * @returns How many exports it documents.
 * @throws {ScriptError} When TypeDoc warns of anything.
 */
export async function writeSite({
  contract,
  out,
}: {
  readonly contract: string;
  readonly out: string;
}): Promise<number> {
  const entries = await entriesOf();
  const found = (await readdir(join(sdk, "docs"))).filter((file) => file.endsWith(".md"));
  const others = found.filter((file) => !guides.includes(file.replace(/\.md$/, "")));
  if (others.length > 0) throw new ScriptError(`scripts/docs/site.ts does not say where ${others} stands.`);

  // TypeDoc finds nothing when its documents have no folder in common but the root.
  const beside = join(root, "cache/docs");
  await rm(beside, { recursive: true, force: true });
  await cp(contract, beside, { recursive: true });

  const app = await Application.bootstrap({
    name: "MicroEscrow",
    tsconfig: join(sdk, "tsconfig.json"),
    // `npm run build:sdk` has checked the types already.
    skipErrorChecking: true,
    entryPoints: [...entries.values()],
    readme: join(sdk, "README.md"),
    projectDocuments: [...guides.map((guide) => join(sdk, `docs/${guide}.md`)), join(beside, "index.md")],
    excludePrivate: true,
    excludeExternals: true,
    excludeInternal: true,
    sort: ["source-order"],
    hideGenerator: true,
    logLevel: "Warn",
    disableSources: true,
    validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
    requiredToBeDocumented: ["Class", "Enum", "Function", "Interface", "TypeAlias", "Variable"],
    // Types that name parts of what is exported, and those that come from the build.
    intentionallyNotExported: [
      "src/decode.ts:Fields",
      "src/errors.ts:Fields",
      "src/generated/AppealableArbiter.ts:AppealableArbiterInterface",
      "src/generated/KlerosArbiter.ts:KlerosArbiterInterface",
      "src/generated/MicroEscrow.ts:MicroEscrowInterface",
      "src/generated/PanelArbiter.ts:PanelArbiterInterface",
      "src/generated/SignedFunding.ts:SignedFundingInterface",
      "src/judgement/model.ts:Generated",
      "src/judgement/model.ts:Guard",
      "src/judgement/model.ts:Reply",
      "src/judgement/model.ts:Tokens",
      "src/judgement/prompt.ts:Prompt",
      "src/judgement/spending.ts:Reserved",
      "src/judgement/spending.ts:SpendingRecord",
      "src/model.ts:Authorized",
      "src/model.ts:OnMilestone",
      "src/services/journal.ts:Journal",
    ],
  });
  // Modules by the names under which they are imported, not by their files.
  const names = [...entries.keys()];
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: { readonly project: ProjectReflection }) => {
    const modules = project.getReflectionsByKind(ReflectionKind.Module);
    for (const [position, module] of modules.entries()) module.name = names[position] ?? module.name;
    // Pages by their headings, which the theme shows above the text.
    for (const document of project.getReflectionsByKind(ReflectionKind.Document)) {
      const [first] = document.isDocument() ? document.content : [];
      if (first === undefined) continue;
      document.name = /^# (.+)$/m.exec(first.text)?.[1] ?? document.name;
      first.text = first.text.replace(/^# .+\n+/m, "");
    }
  });
  const project = await app.convert();
  if (project === undefined) throw new ScriptError("TypeDoc reads nothing from the SDK; what it says above is why.");
  app.validate(project);
  await app.generateDocs(project, out);
  const { errorCount, warningCount } = app.logger;
  if (errorCount + warningCount > 0) {
    throw new ScriptError(`The documentation has ${errorCount + warningCount} problems; they stand above.`);
  }
  const modules = project.getChildrenByKind(ReflectionKind.Module);
  // A name that is both a value and a type is one export.
  return modules.flatMap(({ children = [] }) => [...new Set(children.map(({ name }) => name))]).length;
}
