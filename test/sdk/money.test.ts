import {
  formatAmount,
  formatDuration,
  formatShare,
  InvalidAmountError,
  InvalidDurationError,
  InvalidShareError,
  parseAmount,
  parseDuration,
  parseShare,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { thrown } from "./pure.ts";

describe("money", () => {
  describe("parseAmount", () => {
    for (const [text, decimals, value] of [
      ["500", 6, 500_000_000n],
      ["0", 6, 0n],
      ["0.000001", 6, 1n],
      ["1200.50", 6, 1_200_500_000n],
      ["007", 2, 700n],
      ["12", 0, 12n],
      ["0.000000000000000001", 18, 1n],
      ["9007199254740993.000001", 6, 9_007_199_254_740_993_000_001n],
      ["340282366920938463463374607431768211455", 0, 2n ** 128n - 1n],
    ] as const) {
      it(`reads "${text}" with ${decimals} decimals`, () => {
        expect(parseAmount(text, decimals)).to.equal(value);
      });
    }

    for (const text of [
      "",
      " ",
      "1,000",
      "1_000",
      "1e6",
      "-1",
      "+1",
      "NaN",
      "Infinity",
      ".5",
      "5.",
      "1.2.3",
      " 1",
      "1\n",
      "0x10",
      "٣",
      "１",
    ]) {
      it(`refuses ${JSON.stringify(text)}`, () => {
        const error = thrown(() => parseAmount(text, 6), InvalidAmountError);
        expect(error.code).to.equal("InvalidAmount");
        expect(error.value).to.equal(text);
        expect(error.reason).to.equal("is not an amount");
        expect(error.advice).to.equal('Write digits with a decimal point if need be, like "500.25".');
      });
    }

    it("refuses more decimals than the token has, zeros too", () => {
      const error = thrown(() => parseAmount("0.1234560", 6), InvalidAmountError);
      expect(error.message).to.equal('"0.1234560" has 7 decimals; this token has 6.');
      expect(thrown(() => parseAmount("1.0", 0), InvalidAmountError).reason).to.equal(
        "has 1 decimals; this token has 0",
      );
    });

    it("refuses a number, which may have lost digits already", () => {
      const error = thrown(() => parseAmount(500 as unknown as string, 6), InvalidAmountError);
      expect(error.value).to.equal(500);
      expect(error.message).to.equal(
        '"500" is of type number, which may have lost digits already. Pass text, like "500.25", or base units as a bigint where they are taken.',
      );
    });

    it("and formatAmount writes none, whose digits would be cut as if they were base units", () => {
      for (const value of [1.5, 500, "500", undefined, null] as unknown as bigint[]) {
        expect(thrown(() => formatAmount(value, 6), InvalidAmountError).reason).to.contain("bigint");
      }
    });

    it("refuses decimals that no token has", () => {
      for (const decimals of [-1, 1.5, 256, Number.NaN]) {
        thrown(() => parseAmount("1", decimals), InvalidAmountError);
        thrown(() => formatAmount(1n, decimals), InvalidAmountError);
      }
    });
  });

  describe("formatAmount", () => {
    it("writes without trailing zeros", () => {
      expect(formatAmount(1_200_500_000n, 6)).to.equal("1200.5");
      expect(formatAmount(1n, 18)).to.equal("0.000000000000000001");
      expect(formatAmount(0n, 6)).to.equal("0");
      expect(formatAmount(700n, 0)).to.equal("700");
    });

    it("refuses negative amounts", () => {
      expect(thrown(() => formatAmount(-1n, 6), InvalidAmountError).message).to.equal(
        '"-1" is negative; amounts are 0 or more.',
      );
    });

    it("is the inverse of parseAmount", () => {
      fc.assert(
        fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n }), fc.integer({ min: 0, max: 255 }), (value, decimals) => {
          expect(parseAmount(formatAmount(value, decimals), decimals)).to.equal(value);
        }),
      );
    });
  });

  describe("durations", () => {
    for (const [text, seconds] of [
      ["14 days", 1_209_600],
      ["1 day", 86_400],
      ["72 hours", 259_200],
      ["90 minutes", 5_400],
      ["2 weeks", 1_209_600],
      ["0 seconds", 0],
      [4_294_967_295, 4_294_967_295],
    ] as const) {
      it(`reads ${JSON.stringify(text)}`, () => {
        expect(parseDuration(text)).to.equal(seconds);
      });
    }

    for (const value of [
      "14",
      "14days",
      "14  days",
      "1.5 days",
      "-1 days",
      "1 month",
      "1 Day",
      "day",
      "",
      "1 constructor",
    ]) {
      it(`refuses ${JSON.stringify(value)}`, () => {
        const error = thrown(() => parseDuration(value), InvalidDurationError);
        expect(error.code).to.equal("InvalidDuration");
        expect(error.value).to.equal(value);
      });
    }

    for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 4_294_967_296, "50000 days"]) {
      it(`refuses ${value}, which is no period that the contract holds`, () => {
        expect(thrown(() => parseDuration(value), InvalidDurationError).reason).to.equal(
          "must be whole seconds between 0 and 4294967295",
        );
      });
    }

    it("writes the largest unit that divides exactly", () => {
      expect([0, 1, 59, 60, 3_600, 5_400, 86_400, 90_000, 1_209_600].map(formatDuration)).to.deep.equal([
        "0 seconds",
        "1 second",
        "59 seconds",
        "1 minute",
        "1 hour",
        "90 minutes",
        "1 day",
        "25 hours",
        "14 days",
      ]);
    });

    it("reads what it writes", () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seconds) => {
          expect(parseDuration(formatDuration(seconds))).to.equal(seconds);
        }),
      );
    });
  });

  describe("shares", () => {
    for (const [text, bps] of [
      ["3%", 300],
      ["2.5%", 250],
      ["0.01%", 1],
      ["0%", 0],
      ["100%", 10_000],
      [250, 250],
    ] as const) {
      it(`reads ${JSON.stringify(text)}`, () => {
        expect(parseShare(text)).to.equal(bps);
      });
    }

    for (const value of ["3", "3 %", "0.001%", "-1%", "%", "1e1%", "100.01%", "101%", 10_001, -1, 0.03, Number.NaN]) {
      it(`refuses ${JSON.stringify(value)}`, () => {
        const error = thrown(() => parseShare(value), InvalidShareError);
        expect(error.code).to.equal("InvalidShare");
        expect(error.value).to.deep.equal(value);
      });
    }

    it("reads what it writes", () => {
      for (let bps = 0; bps <= 10_000; bps++) expect(parseShare(formatShare(bps))).to.equal(bps);
      expect(formatShare(1)).to.equal("0.01%");
    });
  });
});
