/** The hooks, in a page of their own, against the real contract. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Agreement,
  eventsOf,
  InvalidAddressError,
  InvalidParameterError,
  InvalidTimeError,
  type MicroEscrow,
  MilestoneOutOfRangeError,
  RpcError,
  Status,
  TransactionRevertedError,
  UnknownAgreementError,
  UserRejectedError,
  WrongStatusError,
} from "@micro-escrow/sdk";
import {
  EscrowProvider,
  escrowKeys,
  escrowQueries,
  MissingEscrowProviderError,
  useAgreement,
  useAgreementState,
  useAvailableActions,
  useCountdown,
  useEscrow,
  useEscrowMutation,
  useInbox,
  useMilestone,
  useTimeline,
  useWatch,
} from "@micro-escrow/sdk/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { expect } from "chai";
import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { type Context, DAY, deliverable, otherDeliverable, rpcError, setUp, through, UNIT } from "./chain.ts";
import { takeTime, until, usePage } from "./dom.ts";

describe("React hooks", () => {
  const renderHook = usePage();
  let context: Context;
  let restore: () => Promise<void>;
  let client: QueryClient;

  before(async () => {
    context = await setUp();
  });
  beforeEach(async () => {
    ({ restore } = await context.networkHelpers.takeSnapshot());
    client = new QueryClient({ defaultOptions: { queries: { retryDelay: 0 } } });
  });
  afterEach(async () => {
    client.clear();
    await restore();
  });

  /** A page of an escrow, with the QueryClient of the test. */
  const wrapIn = (escrow: MicroEscrow) => (child: ReactNode) =>
    createElement(QueryClientProvider, { client }, createElement(EscrowProvider, { escrow }, child));
  const render = <Result>(hook: () => Result, escrow: MicroEscrow = context.escrow, strict = false) =>
    renderHook(hook, { wrap: wrapIn(escrow), strict });

  const useButtons = (agreement: Agreement | undefined, account: string | undefined) => {
    const { data } = useAvailableActions({ agreement, account });
    return data?.map(({ action, index }) => (index === undefined ? action : `${action} ${index}`));
  };

  for (const strict of [false, true]) {
    it(`lead a milestone from funding to payment${strict ? ", in StrictMode" : ""}`, async () => {
      const { as, define, signers, balance } = context;
      const agreement = define();
      const freelancerSignature = await as.freelancer.sign(agreement);
      const hooks = () => ({
        milestone: useMilestone({ agreement, index: 0 }).data,
        state: useAgreementState(agreement).data,
        buttons: useButtons(agreement, useEscrow() && signers.client.address),
        timeline: useTimeline(agreement).data,
        inbox: useInbox(signers.client.address).data,
        fund: useEscrowMutation("fund"),
        submit: useEscrowMutation("submit"),
        approve: useEscrowMutation("approve"),
      });
      const page = await render(hooks, as.client, strict);
      const work = await render(hooks, as.freelancer, strict);
      const status = () => [page.current.milestone?.status, work.current.milestone?.status];

      await until(() => page.current.buttons !== undefined);
      expect(page.current.buttons).to.deep.equal(["accept", "close", "fund 0", "fund 1", "fund 2"]);
      expect(page.current.fund).to.include({ phase: "idle", data: undefined, error: null });
      expect(page.current.fund.transactions).to.deep.equal([]);

      page.current.fund.mutate({ agreement, indices: [0], freelancerSignature, payment: "approve" });
      await until(() => page.current.fund.phase === "confirmed");
      expect(page.current.fund.data?.amount).to.equal(100n * UNIT);
      const approvals = page.current.fund.data?.approvals.map(({ hash }) => hash) ?? [];
      expect(approvals).to.have.length(1);
      expect(page.current.fund.transactions).to.deep.equal([...approvals, page.current.fund.data?.transaction.hash]);
      // Two pages, one query: both know.
      await until(() => status().every((one) => one === Status.Funded));
      await until(() => page.current.inbox?.consented.length === 1);

      work.current.submit.mutate({ agreement, index: 0, deliverable });
      await until(() => work.current.submit.phase === "confirmed");
      await until(() => status().every((one) => one === Status.Submitted));
      await until(() => page.current.buttons?.includes("requestChanges 0") === true);

      const phases = page.all.length;
      page.current.approve.mutate({ agreement, index: 0, submission: 1 });
      await until(() => page.current.approve.phase === "confirmed");
      const seen = page.all.slice(phases).map(({ approve }) => approve.phase);
      expect([...new Set(seen)]).to.deep.equal(
        ["idle", "pending", "sent", "confirmed"].slice(seen[0] === "idle" ? 0 : 1),
      );
      expect(page.current.approve.data?.answered).to.deep.equal({ submission: 1, deliverable });
      // Nothing was shown as paid before it was.
      for (const { milestone, approve } of page.all) {
        if (milestone?.status === Status.Released) expect(approve.transactions).to.have.length(1);
      }
      await until(() => status().every((one) => one === Status.Released));
      expect(await balance(signers.freelancer)).to.equal(98n * UNIT);
      await until(
        () => (page.current.timeline ? eventsOf(page.current.timeline) : []).at(-1)?.type === "MilestoneConcluded",
      );
      expect(page.failures).to.deep.equal([]);
    });
  }
});
