/** Agreement files from strangers: what an editor adds is read, and what is too much is refused before it is hashed. */
import { InvalidAgreementFileError, parseAgreement, serializeAgreement } from "@micro-escrow/sdk";
import { expect } from "chai";
import { shop, thrown } from "./pure.ts";

const edited = (change: (file: ReturnType<typeof JSON.parse>) => void): string => {
  const file = JSON.parse(serializeAgreement(shop));
  change(file);
  return JSON.stringify(file);
};

const reasonOf = (text: unknown): string =>
  thrown(() => parseAgreement(text as string), InvalidAgreementFileError).reason;

describe("An agreement's file", () => {
  it("may begin with a byte order mark, and only begin", () => {
    expect(parseAgreement(`\ufeff${serializeAgreement(shop)}`)).to.deep.equal(shop);
    expect(reasonOf(`\ufeff\ufeff${serializeAgreement(shop)}`)).to.equal("it is not JSON");
    expect(reasonOf(`${serializeAgreement(shop)}\ufeff`)).to.equal("it is not JSON");
  });

  it("is text", () => {
    for (const value of [undefined, null, 5, {}, new Uint8Array(3)]) expect(reasonOf(value)).to.equal("it is not text");
  });

  it("has no more milestones than one transaction can carry: the others are not even hashed", () => {
    const text = edited((file) => (file.schedule = Array(150_000).fill(file.schedule[0])));
    expect(reasonOf(text)).to.equal("schedule has more than 2000 milestones");
    const scope = edited((file) => (file.scope.milestones = Array(150_000).fill({ title: "One more" })));
    expect(reasonOf(scope)).to.equal("scope.milestones holds more than 2000 milestones");
  });

  it("may have that many", () => {
    const text = edited((file) => {
      file.schedule = Array(2_000).fill(file.schedule[0]);
      file.scope.milestones = Array(2_000).fill({ title: "One more" });
    });
    expect(() => parseAgreement(text)).to.throw("The agreement was altered: the hash of its scope");
  });

  it("is refused for the first of many faults, without looking for the others", () => {
    const requirements = Array(1_000_000).fill("");
    const text = edited((file) => (file.scope.milestones[1].requirements = requirements));
    expect(reasonOf(text)).to.equal("scope.milestones[1].requirements[0] holds an empty text");
  });
});
