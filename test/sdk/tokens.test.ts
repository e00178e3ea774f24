import { chains, findToken, toAddress, tokens, UnknownTokenError } from "@micro-escrow/sdk";
import { expect } from "chai";
import { getAddress } from "ethers";
import { thrown } from "./pure.ts";

describe("tokens", () => {
  it("have checksummed addresses, and no chain has one twice", () => {
    for (const token of tokens) expect(token.address).to.equal(getAddress(token.address.toLowerCase()));
    expect(new Set(tokens.map(({ chainId, address }) => `${chainId} ${address}`)).size).to.equal(tokens.length);
    expect(new Set(tokens.map(({ chainId, symbol }) => `${chainId} ${symbol}`)).size).to.equal(tokens.length);
  });

  it("are on known chains, with the decimals and permits of their issuers", () => {
    for (const { chainId, symbol, decimals, permit } of tokens) {
      expect(Object.values(chains)).to.include(chainId);
      expect(decimals).to.equal(symbol === "DAI" ? 18 : 6);
      const without = symbol === "USDT" || (symbol === "DAI" && chainId === 1);
      expect(permit).to.equal(without ? "none" : "eip2612");
    }
  });

  it("USDC is on every chain of the registry", () => {
    for (const chainId of Object.values(chains)) expect(findToken(chainId, "USDC").decimals).to.equal(6);
  });

  it("are found by symbol and by address in any case", () => {
    const USDC = findToken(1, "USDC");
    expect(USDC).to.deep.equal({
      chainId: 1,
      symbol: "USDC",
      address: toAddress("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
      decimals: 6,
      permit: "eip2612",
    });
    expect(findToken(1, USDC.address)).to.equal(USDC);
    expect(findToken(1, USDC.address.toLowerCase())).to.equal(USDC);
  });

  it("an unknown token is an error that says where it was looked for", () => {
    const error = thrown(() => findToken(137, "USDT"), UnknownTokenError);
    expect(error).to.include({ code: "UnknownToken", chainId: 137, token: "USDT" });
    thrown(() => findToken(1, findToken(8_453, "USDC").address), UnknownTokenError);
    thrown(() => findToken(1, "usdc"), UnknownTokenError);
  });
});
