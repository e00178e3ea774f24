/** Agreements for the tests of the web app, made through the SDK between the demo's people, and links to them. */
import {
  type Agreement,
  type DefineAgreementParameters,
  defineAgreement,
  type Hex,
  MicroEscrow,
} from "@micro-escrow/sdk";
import { type JsonRpcProvider, JsonRpcSigner } from "ethers";
import type { Dapp } from "../../scripts/dapp/serve.ts";
import { connect } from "../../scripts/demo/chain.ts";
import { DEMO_PATH, type Demo, type DemoDocument } from "../../sdk/examples/dapp/src/demo.ts";
import { type Share, toFragment } from "../../sdk/examples/dapp/src/share.ts";

/** The demo's chain beside the page. */
export interface World {
  readonly provider: JsonRpcProvider;
  readonly token: Demo["token"];
  /** The address of one of the people. */
  addressOf(name: string): string;
  /** The escrow, as one of the people. */
  as(name: string): Promise<MicroEscrow>;
  /** An agreement of Inês, Amara and Tomasz about two chapters of 100 USDC each, unless said otherwise. */
  agreement(changes?: Partial<DefineAgreementParameters>): Agreement;
  /** A link to a share. */
  linkTo(share: Omit<Share, "chainId"> & Partial<Pick<Share, "chainId">>): Promise<string>;
  /** An agreement whose first milestone is funded. */
  funded(
    changes?: Partial<DefineAgreementParameters>,
  ): Promise<{ readonly agreement: Agreement; readonly signature: Hex }>;
}

/** Connects to the chain beside a page. */
export async function worldOf(dapp: Dapp): Promise<World> {
  const { people, token } = (await (await fetch(`${dapp.url}/${DEMO_PATH}`)).json()) as DemoDocument;
  const provider = connect(dapp.rpc);
  const addressOf = (name: string) => {
    const person = people.find((one) => one.name === name);
    if (person === undefined) throw new Error(`The demo has no ${name}.`);
    return person.address;
  };
  const world: World = {
    provider,
    token,
    addressOf,
    as: (name) => MicroEscrow.connect(new JsonRpcSigner(provider, addressOf(name))),
    agreement: (changes = {}) =>
      defineAgreement({
        client: addressOf("Inês"),
        freelancer: addressOf("Amara"),
        arbiter: addressOf("Tomasz"),
        token,
        scope: { title: "A short book", milestones: ["Chapter one", "Chapter two"] },
        milestones: [
          { amount: "100", work: "14 days" },
          { amount: "100", work: "14 days" },
        ],
        ...{ review: "7 days", rework: "7 days", arbitration: "14 days", arbiterFee: "3%" },
        ifArbiterIsSilent: "50% to the freelancer",
        fundBy: new Date(Date.now() + 100 * 86_400_000),
        ...changes,
      }),
    async linkTo(share) {
      const fragment = await toFragment({ chainId: 31_337, ...share });
      if (fragment === undefined) throw new Error("It is too much for a link.");
      return `${dapp.url}/#/open/${fragment}`;
    },
    async funded(changes) {
      const agreement = world.agreement(changes);
      const signature = await (await world.as("Amara")).sign(agreement);
      await (await world.as("Inês")).fund({ agreement, indices: [0], freelancerSignature: signature });
      return { agreement, signature };
    },
  };
  return world;
}
