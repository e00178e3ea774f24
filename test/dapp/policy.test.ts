/** What browsers let the page do in each build: no more than it needs. */
import { expect } from "chai";
import { networksOf } from "../../sdk/examples/dapp/src/networks.ts";
import { policyOf } from "../../sdk/examples/dapp/src/policy.ts";

const directivesOf = (mode: string) =>
  new Map(
    policyOf(mode)
      .split("; ")
      .map((directive) => {
        const [name = "", ...values] = directive.split(" ");
        return [name, values];
      }),
  );

describe("The web app's Content-Security-Policy", () => {
  it("lets a build for real chains contact their endpoints alone, by TLS, and not even its own server", () => {
    const origins = networksOf("production").map(({ rpc }) => new URL(rpc).origin);
    expect(directivesOf("production").get("connect-src")).to.deep.equal(origins);
    for (const origin of origins) expect(origin).to.match(/^https:/);
    expect(directivesOf("demo").get("connect-src")).to.deep.equal(["'self'"]);
    expect(directivesOf("development").get("connect-src")).to.deep.equal(["http://127.0.0.1:8545", ...origins]);
  });

  it("forbids everything that is not named, and all that runs what is not a file of the page's", () => {
    for (const mode of ["production", "development", "demo"]) {
      const directives = directivesOf(mode);
      expect(directives.get("default-src")).to.deep.equal(["'none'"]);
      expect(directives.get("script-src")).to.deep.equal(["'self'"]);
      for (const name of ["base-uri", "form-action", "trusted-types"]) {
        expect(directives.get(name), name).to.deep.equal(["'none'"]);
      }
      expect(directives.get("require-trusted-types-for")).to.deep.equal(["'script'"]);
      expect(policyOf(mode)).not.to.match(/unsafe|\*|data:|http:(?!\/\/127\.0\.0\.1:8545)/);
    }
  });
});
