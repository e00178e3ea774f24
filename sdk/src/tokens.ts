/**
 * Stablecoins that are known to be what they say, per chain.
 */
import { checkText } from "./check.js";
import { UnknownTokenError } from "./errors.js";
import { inert } from "./text.js";
import type { Address } from "./types.js";

/** An ERC-20 token on one chain. */
export interface Token {
  readonly chainId: number;
  readonly symbol: TokenSymbol;
  readonly address: Address;
  readonly decimals: number;
  /** Whether it takes EIP-2612 permits, so that funding is one transaction without an approval before it. */
  readonly permit: "eip2612" | "none";
}

/** The stablecoins of the registry. */
export type TokenSymbol = "USDC" | "USDT" | "EURC" | "DAI" | "PYUSD";

/** The chains of the registry by name. */
export const chains = {
  ethereum: 1,
  optimism: 10,
  polygon: 137,
  base: 8_453,
  arbitrum: 42_161,
  baseSepolia: 84_532,
  sepolia: 11_155_111,
} as const;

/** A token of one issuer on one chain: 6 decimals and EIP-2612, unless said otherwise. */
function token(
  chainId: number,
  symbol: TokenSymbol,
  address: string,
  { decimals = 6, permit = "eip2612" }: { decimals?: number; permit?: Token["permit"] } = {},
): Token {
  return { chainId, symbol, address: address as Address, decimals, permit };
}

/**
 * The registry: what Circle (USDC, EURC), Tether (USDT), Sky (DAI) and Paxos (PYUSD) issue themselves on Ethereum and on the
 * chains that MicroEscrow can be deployed to with one command. A token that is not in here is not necessarily bad, but nobody here vouches for it.
 *
 * Left out on purpose: USDT on any chain but Ethereum, and DAI on Polygon and Base, where a bridge issues them; PYUSD where
 * it is not Paxos' own (PYUSD0); tokens on test networks that their issuers do not run. DAI on Ethereum has a permit of its
 * own that is not EIP-2612, and USDT has none.
 */
export const tokens: readonly Token[] = [
  token(chains.ethereum, "USDC", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
  token(chains.ethereum, "USDT", "0xdAC17F958D2ee523a2206206994597C13D831ec7", { permit: "none" }),
  token(chains.ethereum, "EURC", "0x1aBaEA1f7C830bD89Acc67eC4af516284b1bC33c"),
  token(chains.ethereum, "DAI", "0x6B175474E89094C44Da98b954EedeAC495271d0F", { decimals: 18, permit: "none" }),
  token(chains.ethereum, "PYUSD", "0x6c3ea9036406852006290770BEdFcAbA0e23A0e8"),
  token(chains.optimism, "USDC", "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85"),
  token(chains.optimism, "DAI", "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", { decimals: 18 }),
  token(chains.polygon, "USDC", "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
  token(chains.base, "USDC", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
  token(chains.base, "EURC", "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42"),
  token(chains.arbitrum, "USDC", "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"),
  token(chains.arbitrum, "DAI", "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", { decimals: 18 }),
  token(chains.arbitrum, "PYUSD", "0x46850aD61C2B7d64d08c9C754F45254596696984"),
  token(chains.baseSepolia, "USDC", "0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
  token(chains.baseSepolia, "EURC", "0x808456652fdb597867f38412077A9182bf77359F"),
  token(chains.sepolia, "USDC", "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238"),
  token(chains.sepolia, "EURC", "0x08210F9170F89Ab7658F0B5E3fF39b0E03C594D4"),
  token(chains.sepolia, "PYUSD", "0xCaC524BcA292aaade2DF8A05cC58F0a65B1B3bB9"),
];

/**
 * The registered token with this symbol or address on a chain.
 *
 * @throws {UnknownTokenError} When there is none.
 * @example
 * const USDC = findToken(8453, "USDC");
 */
export function findToken(chainId: number, symbolOrAddress: string): Token {
  checkText(symbolOrAddress, "a symbol or an address");
  const found = tokens.find(({ chainId: chain, symbol }) => chain === chainId && symbol === symbolOrAddress);
  const token = found ?? registeredToken(chainId, symbolOrAddress);
  if (token === undefined) throw new UnknownTokenError({ chainId, token: inert(symbolOrAddress) });
  return token;
}

/** The registered token at an address on a chain; `undefined` when there is none. */
export function registeredToken(chainId: number, address: string): Token | undefined {
  const wanted = address.toLowerCase();
  return tokens.find((token) => token.chainId === chainId && token.address.toLowerCase() === wanted);
}
