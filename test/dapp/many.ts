/** Somebody with many agreements, made in a few transactions; and how the page feels with them. */
import {
  type Agreement,
  acceptCall,
  approveCall,
  type Call,
  fundCall,
  hashText,
  multicallCall,
  submitCall,
} from "@micro-escrow/sdk";
import { Interface, JsonRpcSigner } from "ethers";
import type { Page } from "playwright-core";
import { NAMES } from "./browser.ts";
import type { World } from "./world.ts";

const token = new Interface(["function approve(address spender, uint256 amount)"]);
/** What fits into a transaction: its gas, which nobody estimates here, since that takes longer than to run it. */
const GAS = 16_000_000;

/**
 * Makes agreements of one client and one freelancer of two milestones, 1 USDC each. Nine in ten have ended; the others are at
 * work, and the first has been submitted. All of it is some time ago.
 *
 * @param parties By their names.
 */
export async function makeMany(
  world: World,
  count: number,
  parties: Readonly<Record<"client" | "freelancer" | "arbiter", string>>,
): Promise<readonly Agreement[]> {
  const [client, freelancer] = [parties.client, parties.freelancer].map(
    (name) => new JsonRpcSigner(world.provider, world.addressOf(name)),
  ) as [JsonRpcSigner, JsonRpcSigner];
  const { address: escrow } = await world.as(parties.client);
  const agreements = Array.from({ length: count }, (_, at) =>
    world.agreement({
      ...{ client: client.address, freelancer: freelancer.address, arbiter: world.addressOf(parties.arbiter) },
      scope: { title: `Job ${at + 1} of ${count}`, milestones: ["The first half", "The second half"] },
      milestones: [
        { amount: "1", work: "14 days" },
        { amount: "1", work: "14 days" },
      ],
    }),
  );
  const isOpen = (at: number) => at % 10 === 0;
  /** What somebody does about each of them, so many in one transaction. */
  const each = async (
    who: JsonRpcSigner,
    atOnce: number,
    callsOf: (agreement: Agreement, at: number) => readonly Call[],
  ) => {
    for (let start = 0; start < count; start += atOnce) {
      const calls = agreements.slice(start, start + atOnce).flatMap((one, at) => callsOf(one, start + at));
      const { to, data } = multicallCall({ escrow, calls });
      const sent = await who.sendTransaction({ to, data, gasLimit: GAS });
      await sent.wait();
    }
  };
  const approval = token.encodeFunctionData("approve", [escrow, 2_000_000n * BigInt(count)]);
  await (await client.sendTransaction({ to: world.token.address, data: approval })).wait();
  await each(freelancer, 100, (agreement) => [acceptCall({ escrow, agreement, party: agreement.terms.freelancer })]);
  await each(client, 50, (agreement, at) => [
    fundCall({ escrow, agreement, indices: isOpen(at) ? [0] : [0, 1] }),
    ...(isOpen(at) ? [] : [0, 1].map((index) => approveCall({ escrow, agreement, index, submission: 0 }))),
  ]);
  await each(freelancer, count, (agreement, at) =>
    at === 0 ? [submitCall({ escrow, agreement, index: 0, deliverable: hashText("Half of it.") })] : [],
  );
  await world.provider.send("hardhat_mine", ["0x80"]);
  return agreements;
}

/** How smooth something was: milliseconds. */
export interface Smoothness {
  /** Between one picture and the next: the longest, and the median. */
  readonly longest: number;
  readonly median: number;
  /** Of the longest stretch in which the page could not react; 0 where none had 50 ms. */
  readonly blocked: number;
}

/** Whether nobody would have seen a hitch, or felt that the page did not react: a tenth of a second is still at once. */
export const isSmooth = (one: Smoothness | undefined): boolean =>
  one !== undefined && one.longest < 100 && one.blocked < 100 && one.median < 34;

/** Scrolls a page from its top to its end, as fast as a hand does, and measures each frame. */
export async function scrollThrough(page: Page): Promise<Smoothness> {
  await page.evaluate(NAMES);
  return page.evaluate(
    () =>
      new Promise<Smoothness>((resolve) => {
        const frames: number[] = [];
        let blocked = 0;
        const observer = new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) blocked = Math.max(blocked, duration);
        });
        observer.observe({ type: "longtask" });
        window.scrollTo(0, 0);
        let last: number | undefined;
        requestAnimationFrame(function step(now) {
          if (last !== undefined) frames.push(now - last);
          last = now;
          window.scrollBy(0, 300);
          const { scrollHeight } = document.documentElement;
          if (window.scrollY + window.innerHeight < scrollHeight - 1) requestAnimationFrame(step);
          else {
            observer.disconnect();
            frames.sort((a, b) => b - a);
            resolve({ longest: frames[0] ?? 0, median: frames[frames.length >> 1] ?? 0, blocked });
          }
        });
      }),
  );
}
