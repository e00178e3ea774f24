/**
 * `npm run docs`: the documentation as a site, in docs/site: the guides of sdk/docs, a page for each function of the contracts
 * (as Markdown in docs/contract too), and every export of the SDK. All of it comes from what is built; nothing is committed.
 * Anything that TypeDoc warns of (a link that leads nowhere, an export without a docstring) fails. Options: --out FOLDER.
 */
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readOptions, runScript } from "./script.ts";

const { out } = readOptions("npm run docs [-- --out FOLDER]", {
  out: { type: "string", default: join(import.meta.dirname, "../docs") },
});
await runScript(async () => {
  const { writeContractPages } = await import("./docs/contract.ts");
  const { writeSite } = await import("./docs/site.ts");
  const folder = resolve(out);
  for (const part of ["contract", "site"]) await rm(join(folder, part), { recursive: true, force: true });
  const functions = await writeContractPages(join(folder, "contract"));
  const exports = await writeSite({ contract: join(folder, "contract"), out: join(folder, "site") });
  console.log(
    `${functions} functions of the contracts and ${exports} exports of the SDK: ${join(folder, "site/index.html")}`,
  );
});
