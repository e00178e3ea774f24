/** What the page finds when it is opened: contracts, people with money, and gigs that began weeks ago. */
import { type MicroEscrow, parseAmount, toAddress } from "@micro-escrow/sdk";
import { deploy, deploySignedFunding } from "@micro-escrow/sdk/deploy";
import type { DemoDocument } from "../../sdk/examples/dapp/src/demo.ts";
import { toFile } from "../../sdk/examples/dapp/src/share.ts";
import { assemble, connectAll } from "../demo/cast.ts";
import { type Chain, connect } from "../demo/chain.ts";
import { agreementOf, people as all, type PersonKey, readScope } from "../demo/gigs.ts";
import { deployUsdc, mint } from "../demo/usdc.ts";
import { Contents } from "./contents.ts";
import { type Step, stories } from "./stories.ts";

/** Everybody's own client of the escrow. */
export type Escrows = Readonly<Record<PersonKey, MicroEscrow>>;

const { ines, amara, tomasz, mateo, yuki, noor, hanna, diego, oskar, workbench, fieldtest, circle, passerby } = all;

/** Whom the page shows, in the order of the node's accounts from 1 on. */
const shown = { ines, amara, tomasz, mateo, yuki, noor, hanna, diego, oskar, workbench, fieldtest };
const people = { ...shown, circle, passerby };

/** What everybody whom the page shows has at first, in USDC: who comes to it may be a client as any of them. */
const SAVINGS = "10000";

const DAY = 86_400;
/** Before the first step of the stories. */
const DAYS_BEFORE = 64;
/** The time in which the gigs can still be funded. */
const DAYS_AFTER = 180;

/** The device's time, Unix seconds. */
const present = () => Math.floor(Date.now() / 1_000);

/** When the chain has to begin for the gigs to be under way now, ISO 8601. */
export const beginning = (): string => new Date((present() - DAYS_BEFORE * DAY) * 1_000).toISOString();

/**
 * Builds the world on a new chain: contracts, money, and what happened in the gigs, each on its day. The chain's time is the
 * device's in the end.
 *
 * @param chain One that begins at {@link beginning}.
 */
export async function stageWorld(chain: Chain): Promise<DemoDocument> {
  const now = present();
  const provider = connect(chain.url);
  const cast = await assemble(chain.url, people);
  try {
    const deployer = await provider.getSigner(0);
    const proxyAdmin = toAddress((await provider.getSigner(19)).address);
    const usdc = await deployUsdc(deployer, cast.circle.signer, proxyAdmin);
    const savings = parseAmount(SAVINGS, usdc.decimals);
    const keys = Object.keys(shown) as (keyof typeof shown)[];
    await mint(
      usdc,
      cast.circle.address,
      keys.map((key) => [cast[key].address, savings]),
    );
    await deploy({ signer: deployer });
    await deploySignedFunding({ signer: deployer });

    const token = { symbol: "USDC", address: usdc.address, decimals: usdc.decimals };
    const fundBy = new Date((now + DAYS_AFTER * DAY) * 1_000).toISOString().slice(0, 10);
    const escrow = await connectAll(cast);
    const begun = await Promise.all(
      stories.map(async ({ gig, steps }) => {
        const address = (person: PersonKey) => cast[person].address;
        const agreement = agreementOf({ ...gig, fundBy }, await readScope(gig), address, token);
        const start = {
          agreement,
          freelancerSignature: await escrow[gig.freelancer].sign(agreement),
          contents: new Contents(),
        };
        return { ...start, steps: steps(escrow, start) };
      }),
    );
    // Time goes one way, and the gigs run side by side.
    const steps = begun.flatMap((gig): readonly Step[] => gig.steps).sort(([one], [other]) => other - one);
    for (const [daysAgo, act] of steps) {
      await chain.passTimeUntil(now - Math.round(daysAgo * DAY));
      await act();
    }
    await chain.passTimeUntil(present());

    return {
      people: keys.map((key) => ({ ...shown[key], address: cast[key].address })),
      token,
      shares: begun.map(({ agreement, freelancerSignature, contents }) =>
        toFile({
          chainId: escrow.ines.chainId,
          agreement,
          signatures: { freelancer: freelancerSignature },
          contents: contents.all,
        }),
      ),
    };
  } finally {
    provider.destroy();
    for (const { signer } of Object.values(cast)) signer.provider.destroy();
  }
}
