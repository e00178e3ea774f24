/**
 * The three gigs as they stand when somebody opens the page: work to look at, a dispute to rule on, a clock that has run out.
 * Their texts and files are the demo's.
 */
import type { Agreement, Hex } from "@micro-escrow/sdk";
import { app, blog, campaign, type Gig } from "../demo/gigs.ts";
import { articles } from "../demo/stories/blog.ts";
import type { Contents } from "./contents.ts";
import type { Escrows } from "./world.ts";

/** What the parties of a gig have signed, and where their files are. */
export interface Start {
  readonly agreement: Agreement;
  readonly freelancerSignature: Hex;
  readonly contents: Contents;
}

/** What somebody did, and how many days before now. */
export type Step = readonly [daysAgo: number, act: () => Promise<unknown>];

/** A gig and what happened in it so far. */
export interface Story {
  readonly gig: Gig;
  /** What a newcomer finds, and can do about it. */
  readonly today: string;
  readonly steps: (escrow: Escrows, start: Start) => readonly Step[];
}

export const stories: readonly Story[] = [
  {
    gig: blog,
    today: "Articles 6 to 10 wait for Inês: as Inês, read them, then approve, or ask for changes.",
    steps: ({ ines, amara }, { agreement, freelancerSignature, contents }) => [
      [26.2, () => ines.fund({ agreement, indices: [0], freelancerSignature })],
      [
        19.3,
        async () => {
          const paths = await articles(1, 5);
          const drafts = paths.map((path) => path.replace("articles/05-", "first-draft/05-"));
          await amara.submit({ agreement, index: 0, deliverable: await contents.putFiles(drafts) });
        },
      ],
      [
        17.4,
        async () => {
          const reason = await contents.putText("blog/change-request-05.md");
          await ines.requestChanges({ agreement, index: 0, reason });
        },
      ],
      [
        16.9,
        async () => {
          const deliverable = await contents.putFiles(await articles(1, 5));
          await amara.submit({ agreement, index: 0, deliverable });
        },
      ],
      [
        14.1,
        async () => {
          await ines.approve({ agreement, index: 0 });
          await ines.fund({ agreement, indices: [1] });
        },
      ],
      [
        1.8,
        async () => {
          const deliverable = await contents.putFiles(await articles(6, 10));
          await amara.submit({ agreement, index: 1, deliverable });
        },
      ],
    ],
  },
  {
    gig: app,
    today:
      "They quarrel about the backend, and both have sent evidence: as Noor, read it and rule; or settle, as both.",
    steps: ({ mateo, yuki }, { agreement, freelancerSignature, contents }) => [
      [62.1, () => mateo.fund({ agreement, indices: [0], freelancerSignature })],
      [
        43.3,
        async () => {
          const deliverable = await contents.putFiles([
            "app/design/screens.md",
            "app/design/tokens.json",
            "app/design/flow.svg",
          ]);
          await yuki.submit({ agreement, index: 0, deliverable });
        },
      ],
      [
        41.2,
        async () => {
          await mateo.approve({ agreement, index: 0 });
          await mateo.fund({ agreement, indices: [1] });
        },
      ],
      [
        8.1,
        async () => {
          const deliverable = await contents.putFiles([
            "app/backend/README.md",
            "app/backend/openapi.json",
            "app/backend/schema.sql",
          ]);
          await yuki.submit({ agreement, index: 1, deliverable });
        },
      ],
      [
        4.4,
        async () => {
          const evidence = await contents.putText("app/dispute/backend-client.md");
          await mateo.dispute({ agreement, index: 1, evidence });
        },
      ],
      [
        3.6,
        async () => {
          const evidence = await contents.putText("app/dispute/backend-freelancer.md");
          await yuki.submitEvidence({ agreement, index: 1, evidence });
        },
      ],
    ],
  },
  {
    gig: campaign,
    today:
      "Hanna has let the time run out that she had for September: as anybody at all, finalize it, and Diego is paid.",
    steps: ({ hanna, diego }, { agreement, freelancerSignature, contents }) => [
      [45.2, () => hanna.fund({ agreement, indices: [0], freelancerSignature })],
      [
        16.4,
        async () => {
          const deliverable = await contents.putFiles(["campaign/2027-09/report.md", "campaign/2027-09/results.csv"]);
          await diego.submit({ agreement, index: 0, deliverable });
        },
      ],
      [15.7, () => hanna.fund({ agreement, indices: [1] })],
    ],
  },
];
