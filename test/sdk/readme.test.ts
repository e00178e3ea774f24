import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Agreement, deploy, MicroEscrow, Status } from "@micro-escrow/sdk";
import { expect } from "chai";
import { createChain, mined } from "./evm.ts";

const root = join(import.meta.dirname, "../..");

/** The names that the example leaves to its reader. */
const given = ["clientSigner", "freelancerSigner", "client", "freelancer", "arbiter", "USDC", "fundBy"];

/** The README's TypeScript as a module: its imports as they stand, the rest as a function of what is given. */
async function exampleModule(): Promise<{ run(values: Record<string, unknown>): Promise<{ agreement: Agreement }> }> {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1] ?? "");
  expect(blocks, "the README has one example").to.have.length(1);
  const lines = (blocks[0] ?? "").split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const body = lines.filter((line) => !line.startsWith("import "));
  const folder = join(root, "cache/readme");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const file = join(folder, "example.ts");
  await writeFile(
    file,
    [
      ...imports,
      `export async function run({ ${given.join(", ")} }: any) {`,
      ...body,
      "return { escrow, agreement };",
      "}",
    ].join("\n"),
  );
  return import(pathToFileURL(file).href);
}

describe("README", () => {
  it("the example runs as it stands, and the freelancer is paid", async () => {
    const { ethers } = await createChain();
    const [clientSigner, freelancerSigner, arbiter, deployer] = await ethers.getSigners();
    if (!clientSigner || !freelancerSigner || !arbiter || !deployer) throw new Error("the test network has accounts");
    await deploy({ signer: deployer });
    const token = await ethers.deployContract("PlainToken", [6]);
    await mined(token.getFunction("mint")(clientSigner, 10_000_000_000n));
    const latest = await ethers.provider.getBlock("latest");

    const { run } = await exampleModule();
    const { agreement } = await run({
      clientSigner,
      freelancerSigner,
      client: clientSigner.address,
      freelancer: freelancerSigner.address,
      arbiter: arbiter.address,
      USDC: { address: await token.getAddress(), decimals: 6, symbol: "USDC" },
      fundBy: (latest?.timestamp ?? 0) + 90 * 86_400,
    });

    expect(await token.getFunction("balanceOf")(freelancerSigner)).to.equal(500_000_000n);
    expect(await token.getFunction("balanceOf")(clientSigner)).to.equal(9_500_000_000n);
    const escrow = await MicroEscrow.connect(ethers.provider);
    const state = await escrow.getAgreementState(agreement);
    expect(state.milestones.map(({ status }) => status)).to.deep.equal([Status.Released, Status.None, Status.None]);
  });

  it("the gas table is what `npm run gas` prints", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["scripts/gas.ts"], { cwd: root });
    expect(await readFile(join(root, "README.md"), "utf8")).to.include(stdout.trim());
  });
});
