/** What the tests of documents share: their blocks of code, and how these are run. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { id } from "ethers";

/** Where the programs are while they run. */
export const examples = join(import.meta.dirname, "../../cache/readme");

/** The blocks of a language in a document, in their order. */
export function blocksOf(language: string, document: string): string[] {
  return [...document.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map((match) => match[1] ?? "");
}

/** Runs TypeScript as a module: its imports as they stand, the rest as a function of `given` that returns what is named. */
export async function runExample<Name extends string>(
  source: string,
  given: Readonly<Record<string, unknown>>,
  ...results: Name[]
): Promise<Record<Name, unknown>> {
  const lines = source.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const body = lines.filter((line) => !line.startsWith("import "));
  await mkdir(examples, { recursive: true });
  const file = join(examples, `${id(source).slice(2, 18)}.ts`);
  const head = `export async function run({ ${Object.keys(given).join(", ")} }: any) {`;
  await writeFile(file, [...imports, head, ...body, `return { ${results.join(", ")} };`, "}"].join("\n"));
  const { run } = await import(pathToFileURL(file).href);
  return run(given);
}
