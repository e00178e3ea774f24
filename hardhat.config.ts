import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

const require = createRequire(import.meta.url);

/** The compiler as npm delivers it: nothing is downloaded outside of `npm ci`. */
export const solc = { version: "0.8.37", path: require.resolve("solc/soljson.js") };

/**
 * What the deployed bytecode, and with it the address on every chain, is made from. No metadata hash: a comment must not
 * move the contract to another address.
 */
export const settings = {
  optimizer: { enabled: true, runs: 10_000 },
  viaIR: true,
  evmVersion: "cancun",
  metadata: { bytecodeHash: "none" },
};

/**
 * Everything else, tests and mocks, is compiled the quick way, without the optimizer. Tests deploy the contract from its
 * artifact, so what they test is the bytecode of the settings above.
 */
const quick = { ...solc, settings: { evmVersion: settings.evmVersion } };
/** The contracts, and the token that their gas is measured with. */
const optimized = [
  "contracts/MicroEscrow.sol",
  "contracts/periphery/SignedFunding.sol",
  "contracts/arbiters/PanelArbiter.sol",
  "contracts/arbiters/AppealableArbiter.sol",
  "contracts/arbiters/KlerosArbiter.sol",
  "contracts/mocks/BasicToken.sol",
];

/**
 * `DEEP=1`: fuzz and invariant tests run for minutes instead of seconds. `FUZZ_RUNS=n`: so many inputs for each fuzz test.
 * `SEED=0x…`: other inputs than the usual ones; the invariant runner draws new sequences every time.
 */
const deep = process.env.DEEP === "1";
const fuzzRuns = Number(process.env.FUZZ_RUNS ?? (deep ? 10_000 : 1_000));
if (!Number.isSafeInteger(fuzzRuns) || fuzzRuns < 1) throw new Error("FUZZ_RUNS must be a whole number above 0.");
const seed = process.env.SEED;

/** A public network: RPC endpoint and deployer key come from Hardhat's keystore or the environment, never from a file. */
const network = (name: string, chainId: number, chainType: "l1" | "op" | "generic") => ({
  type: "http" as const,
  chainId,
  chainType,
  url: configVariable(`${name}_RPC_URL`),
  accounts: [configVariable("DEPLOYER_PRIVATE_KEY")],
});

/** The contract and the tests are compiled side by side: on two cores, Hardhat would use one. */
const onEveryCore: HardhatPlugin = {
  id: "micro-escrow-on-every-core",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        build: (context, files, options, next) =>
          next(context, files, { ...options, concurrency: availableParallelism() }),
      }),
    }),
  },
};

export default defineConfig({
  plugins: [toolbox, onEveryCore],
  paths: { tests: { solidity: "test/contracts", mocha: "test" } },
  solidity: {
    compilers: [quick],
    overrides: Object.fromEntries(optimized.map((file) => [file, { ...solc, settings }])),
    // The court that the Kleros arbiter is tested with: ERC-792's own example of one with appeals.
    npmFilesToBuild: ["@kleros/erc-792/contracts/examples/CentralizedArbitratorWithAppeal.sol"],
  },
  typechain: { dontOverrideCompile: true }, // scripts/generate.ts writes the types that are needed
  coverage: { skipFiles: ["contracts/mocks/**"] },
  test: {
    solidity: {
      fuzz: { runs: fuzzRuns, ...(seed !== undefined && { seed }) },
      invariant: { runs: deep ? 60 : 20, depth: deep ? 400 : 200, failOnRevert: true },
      fsPermissions: { readFile: ["test/contracts/utils/permit2.txt"] },
    },
  },
  networks: {
    localhost: { type: "http", chainId: 31_337, url: process.env.LOCALHOST_RPC_URL ?? "http://127.0.0.1:8545" },
    sepolia: network("SEPOLIA", 11_155_111, "l1"),
    base: network("BASE", 8_453, "op"),
    baseSepolia: network("BASE_SEPOLIA", 84_532, "op"),
    optimism: network("OPTIMISM", 10, "op"),
    arbitrum: network("ARBITRUM", 42_161, "generic"),
    polygon: network("POLYGON", 137, "generic"),
  },
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
});
