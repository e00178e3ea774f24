/** The hooks, in a page of their own, against the real contract. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Agreement,
  eventsOf,
  InvalidAddressError,
  InvalidParameterError,
  InvalidTimeError,
  MicroEscrow,
  MilestoneOutOfRangeError,
  MissingSignerError,
  RpcError,
  Status,
  TransactionRevertedError,
  toAddress,
  UnknownAgreementError,
  UserRejectedError,
  WrongStatusError,
} from "@micro-escrow/sdk";
import { deploySignedFunding } from "@micro-escrow/sdk/deploy";
import { relayFunding, signFunding } from "@micro-escrow/sdk/gasless";
import {
  type EscrowMutation,
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
import { deployUsdc } from "../../scripts/demo/usdc.ts";
import { type Context, deliverable, inToken, otherDeliverable, rpcError, setUp, through, UNIT } from "./chain.ts";
import { takeTime, until, usePage } from "./dom.ts";
import { mined } from "./evm.ts";

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

  describe("on clocks", () => {
    let time: ReturnType<typeof takeTime>;
    afterEach(() => time?.giveBack());

    it("change what can be done as a clock passes, by a timer set to that moment alone", async () => {
      const { as, funded, signers } = context;
      const agreement = await funded();
      const { clock } = await as.client.getMilestone({ agreement, index: 0 });
      const secondsLeft = clock - (await as.client.getTime());
      time = takeTime();
      const page = await render(() => useButtons(agreement, signers.freelancer.address));
      await until(() => page.current !== undefined);
      const before = ["close", "fund 1", "fund 2", "submit 0", "refund 0", "settle 0"];
      expect(page.current).to.have.members(before);
      expect(time.waiting).to.deep.equal([secondsLeft * 1_000]);

      const rendered = page.all.length;
      await time.pass(secondsLeft * 1_000 - 1);
      expect(page.all.length).to.equal(rendered);
      await time.pass(1);
      await until(() => page.current?.includes("finalize 0") === true);
      expect(page.current).to.have.members(["close", "finalize 0", "fund 1", "fund 2", "refund 0", "settle 0"]);
      // The funding's end comes next: later than any timer of a browser can wait.
      expect(time.waiting).to.deep.equal([2 ** 31 - 1]);
      // A millisecond more, which is lost in the parts of one.
      await time.pass((agreement.terms.fundBy - clock) * 1_000 + 1);
      await until(() => page.current?.includes("fund 1") === false);
      expect(time.waiting).to.deep.equal([]);
      await page.unmount();
    });

    it("count down by the chain's time, whatever the device says, to 0 and no further", async () => {
      const { as, escrow } = context;
      const now = await as.client.getTime();
      const device = Date.now;
      Date.now = () => 0;
      try {
        time = takeTime();
        const page = await render(() => useCountdown(now + 3), escrow, true);
        await until(() => page.current !== undefined);
        for (const left of [3, 2, 1, 0]) {
          await until(() => page.current === left);
          await time.pass(1_000);
        }
        expect(page.current).to.equal(0);
        expect(time.waiting).to.deep.equal([]);
        await page.rerender(() => useCountdown(now + 100));
        await until(() => page.current === 96);
        expect(time.waiting).to.deep.equal([1_000]);
        await page.unmount();
        expect(time.waiting).to.deep.equal([]);
      } finally {
        Date.now = device;
      }
    });

    it("count nothing where there is no clock, and refuse what is no time", async () => {
      const page = await render(() => [useCountdown(undefined), useCountdown(0)]);
      await until(() => client.getQueryState(escrowKeys.time(context.escrow))?.status === "success");
      expect(page.current).to.deep.equal([undefined, undefined]);
      const wrong = await render(() => useCountdown(Date.now() * 1_000));
      expect(wrong.failures[0]).to.be.instanceOf(InvalidTimeError);
    });

    it("do not go back when the newest block is a little later than the last one was, but when the chain is set back", async () => {
      const { escrow } = context;
      const key = escrowKeys.time(escrow);
      const page = performance.timeOrigin;
      const { structuralSharing } = escrowQueries.time(escrow);
      const steady = structuralSharing as (before: unknown, now: unknown) => unknown;
      const before = { time: 1_000, readAt: 0, page };
      const exact = { time: 1_030, readAt: 30_000, page };
      expect(steady(before, exact)).to.equal(exact);
      expect(steady(before, { ...exact, time: 1_029 })).to.equal(before);
      expect(steady(before, { ...exact, time: 970 })).to.equal(before);
      const setBack = { ...exact, time: 969 };
      expect(steady(before, setBack)).to.equal(setBack);
      expect(steady({ ...before, page: page - 1 }, { ...exact, time: 1_029 })).to.deep.equal({ ...exact, time: 1_029 });

      // What another page read, as a server's or a cache's, is no time here.
      client.setQueryData(key, { time: 5, readAt: 0, page: page - 1 });
      const stale = await render(() => useCountdown(2 ** 40 - 1));
      expect(stale.all[0]).to.equal(undefined);
      const now = await escrow.getTime();
      await until(() => stale.current !== undefined);
      expect(stale.current).to.be.within(2 ** 40 - 1 - now - 1_000, 2 ** 40 - 1 - now);
    });

    it("read the time of their own page, however fresh is what a server read", async () => {
      const { escrow } = context;
      const now = await escrow.getTime();
      client.setDefaultOptions({ queries: { staleTime: 60_000 } });
      client.setQueryData(escrowKeys.time(escrow), { time: now, readAt: 0, page: performance.timeOrigin - 1 });
      const page = await render(() => useCountdown(now + 100));
      expect(page.all[0]).to.equal(undefined);
      await until(() => page.current !== undefined);
      expect(page.current).to.be.within(90, 100);
      // And then as seldom as the page wants.
      const query = client.getQueryCache().find({ queryKey: escrowKeys.time(escrow) });
      expect(query?.isStaleByTime(60_000)).to.equal(false);
      expect(query?.isStale()).to.equal(false);
    });
  });

  describe("on mutations", () => {
    it("tell a wallet's refusal, and start anew after reset", async () => {
      const agreement = await context.funded();
      let sends = 0;
      const escrow = await through(
        context,
        (method, _, forward) => {
          if (method !== "eth_sendTransaction") return forward();
          ++sends;
          throw rpcError(4_001, "User denied transaction signature");
        },
        context.signers.freelancer,
      );
      // What a page may have set for everything else is not for money.
      client.setDefaultOptions({ mutations: { retry: 3, retryDelay: 0, networkMode: "online" } });
      const page = await render(() => useEscrowMutation("submit"), escrow);
      page.current.mutate({ agreement, index: 0, deliverable });
      await until(() => page.current.phase === "failed");
      expect(page.current.error).to.be.instanceOf(UserRejectedError);
      expect(page.current.transactions).to.deep.equal([]);
      expect(sends).to.equal(1);
      page.current.reset();
      await until(() => page.current.phase === "idle");
      expect(page.current.error).to.equal(null);
    });

    it("tell what the contract refuses, and read again what the page did not know", async () => {
      const { as, funded } = context;
      const agreement = await funded();
      const hooks = () => ({
        milestone: useMilestone({ agreement, index: 0 }).data,
        submit: useEscrowMutation("submit"),
      });
      const page = await render(hooks, as.freelancer);
      await until(() => page.current.milestone?.status === Status.Funded);
      await as.freelancer.submit({ agreement, index: 0, deliverable: otherDeliverable });
      page.current.submit.mutate({ agreement, index: 0, deliverable });
      await until(() => page.current.submit.phase === "failed");
      const { error } = page.current.submit;
      expect(error).to.be.instanceOf(WrongStatusError);
      expect(error).to.include({ index: 0, actual: Status.Submitted });
      await until(() => page.current.milestone?.status === Status.Submitted);
    });

    it("tell a transaction that failed in its block, by its hash", async () => {
      const { as, chain, networkHelpers, signers, funded } = context;
      const agreement = await funded();
      const escrow = await through(
        context,
        async (method, _, forward) => {
          if (method !== "eth_sendTransaction") return forward();
          // Another one comes first.
          await chain.provider.request({ method: "evm_setAutomine", params: [false] });
          const first = as.freelancer.withOptions({}).refund({ agreement, index: 0 });
          void first.catch(() => {});
          while ((await pendingCount()) === 0) await new Promise((resolve) => setImmediate(resolve));
          const sent = await forward();
          await networkHelpers.mine();
          await chain.provider.request({ method: "evm_setAutomine", params: [true] });
          return sent;
        },
        signers.client,
      );
      const pendingCount = async () =>
        Number(await chain.provider.request({ method: "eth_getBlockTransactionCountByNumber", params: ["pending"] }));
      const page = await render(() => useEscrowMutation("approve"), escrow);
      page.current.mutate({ agreement, index: 0, submission: 0 });
      await until(() => page.current.phase === "failed");
      const { error, transactions } = page.current;
      expect(error).to.be.instanceOf(TransactionRevertedError);
      expect(transactions).to.deep.equal([(error as TransactionRevertedError).transaction]);
      expect(page.all.some(({ phase }) => phase === "sent")).to.equal(true);
    });

    it("go on when the component is gone: what they changed is read again", async () => {
      const { as, funded } = context;
      const agreement = await funded();
      const work = await render(() => useEscrowMutation("submit"), as.freelancer);
      const page = await render(() => useMilestone({ agreement, index: 0 }).data);
      await until(() => page.current?.status === Status.Funded);
      const result = work.current.mutateAsync({ agreement, index: 0, deliverable });
      await until(() => work.current.phase === "pending");
      await work.unmount();
      expect((await result).submission).to.equal(1);
      await until(() => page.current?.status === Status.Submitted);
      expect(work.failures).to.deep.equal([]);
    });

    it("that name no agreement read everything again: a relayed action", async () => {
      const { as, funded } = context;
      const agreement = await funded();
      const hooks = () => ({ relay: useEscrowMutation("relay"), state: useAgreementState(agreement).data });
      const page = await render(hooks, as.stranger);
      await until(() => page.current.state !== undefined);
      const action = await as.freelancer.signSubmit({ agreement, index: 0, deliverable });
      page.current.relay.mutate(action);
      await until(() => page.current.state?.milestones[0]?.status === Status.Submitted);
      expect(page.current.relay.phase).to.equal("confirmed");
    });

    it("sign: what others fund with and send, which is never shown as sent", async () => {
      const { as, define, signers } = context;
      const agreement = define();
      const hooks = () => ({ sign: useEscrowMutation("sign"), submit: useEscrowMutation("signSubmit") });
      const work = await render(hooks, as.freelancer);
      work.current.sign.mutate(agreement);
      await until(() => work.current.sign.phase === "signed");
      const freelancerSignature = work.current.sign.data ?? expect.fail("there is no signature");
      expect(freelancerSignature).to.equal(await as.freelancer.sign(agreement));
      await as.client.fund({ agreement, indices: [0], freelancerSignature });

      work.current.submit.mutate({ agreement, index: 0, deliverable });
      await until(() => work.current.submit.phase === "signed");
      const action = work.current.submit.data ?? expect.fail("there is no action");
      expect(action).to.deep.include({ verb: "submit", signers: [signers.freelancer.address] });
      expect((await as.stranger.relay(action)).deliverable).to.equal(deliverable);
      for (const { sign, submit } of work.all) {
        expect([...sign.transactions, ...submit.transactions]).to.deep.equal([]);
        for (const { phase } of [sign, submit]) expect(["idle", "pending", "signed"]).to.include(phase);
      }
    });

    it("of one account are not shown to the next, where each has a provider of its own by its key", async () => {
      const { as, define } = context;
      let account: "freelancer" | "client" = "freelancer";
      const wrap = (child: ReactNode) => {
        const provider = createElement(EscrowProvider, { key: account, escrow: as[account] }, child);
        return createElement(QueryClientProvider, { client }, provider);
      };
      const consent = await renderHook(() => useEscrowMutation("sign"), { wrap });
      consent.current.mutate(define());
      await until(() => consent.current.phase === "signed");
      account = "client";
      await consent.rerender(() => useEscrowMutation("sign"));
      expect(consent.current).to.deep.include({ phase: "idle", data: undefined });
    });

    it("tell why nothing was signed, and read again what the page did not know", async () => {
      const { as, funded } = context;
      const agreement = await funded();
      const hooks = () => ({
        milestone: useMilestone({ agreement, index: 0 }).data,
        sign: useEscrowMutation("signSubmit"),
      });
      const page = await render(hooks, as.freelancer);
      await until(() => page.current.milestone?.status === Status.Funded);
      await as.freelancer.submit({ agreement, index: 0, deliverable });
      page.current.sign.mutate({ agreement, index: 0, deliverable });
      await until(() => page.current.sign.phase === "failed");
      expect(page.current.sign.error).to.be.instanceOf(WrongStatusError);
      await until(() => page.current.milestone?.status === Status.Submitted);
    });

    it("take every method of the client that sends or signs, with what it takes", async () => {
      const { as, escrow } = context;
      const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(escrow)).filter((name) => /^sign/.test(name));
      expect(methods).to.have.length(13);
      for (const method of methods) {
        const page = await render(() => useEscrowMutation(method as "sign"), as.client);
        expect(page.failures).to.deep.equal([]);
        await page.unmount();
      }
      // @ts-expect-error an agreement is signed, not parameters with one
      const wrong = (mutation: EscrowMutation<"sign">, agreement: Agreement) => mutation.mutate({ agreement });
      // @ts-expect-error an action takes what it says, and nothing less
      const less = (mutation: EscrowMutation<typeof signFunding>) => mutation.mutate({ indices: [0] });
      expect([wrong, less]).to.have.length(2);
    });

    it("do what functions of other entries do: funding by signature", async () => {
      const { as, define, signers } = context;
      await deploySignedFunding({ signer: signers.deployer });
      const { contract, address } = await deployUsdc(
        signers.deployer,
        signers.deployer,
        toAddress(signers.platform.address),
      );
      await mined(contract.getFunction("configureMinter")(signers.deployer.address, 100n * UNIT));
      await mined(contract.getFunction("mint")(signers.client.address, 100n * UNIT));
      const agreement = define(inToken(address));
      const freelancerSignature = await as.freelancer.sign(agreement);
      const told: string[] = [];
      const relayer = as.stranger.withOptions({ onSent: (transaction) => void told.push(transaction) });
      const page = await render(() => useEscrowMutation(signFunding), as.client);
      const server = await render(() => {
        const milestone = useMilestone({ agreement, index: 0 }).data;
        return { milestone, relay: useEscrowMutation(relayFunding) };
      }, relayer);
      await until(() => server.current.milestone?.status === Status.None);

      page.current.mutate({ agreement, indices: [0], freelancerSignature });
      await until(() => page.current.phase === "signed");
      const funding = page.current.data ?? expect.fail("there is no funding");
      expect(funding).to.include({
        payment: "authorization",
        signer: signers.client.address,
        amount: String(100n * UNIT),
      });
      expect(page.all.flatMap(({ transactions }) => transactions)).to.deep.equal([]);

      server.current.relay.mutate(funding);
      await until(() => server.current.relay.phase === "confirmed");
      const { data, transactions } = server.current.relay;
      expect(data).to.deep.include({ amount: 100n * UNIT, opened: true });
      expect(transactions).to.deep.equal([data?.transaction.hash]);
      expect(told).to.deep.equal(transactions);
      expect(server.all.some(({ relay }) => relay.phase === "sent")).to.equal(true);
      await until(() => server.current.milestone?.status === Status.Funded);

      page.current.mutate({ agreement, indices: [0], freelancerSignature });
      await until(() => page.current.phase === "failed");
      expect(page.current.error).to.be.instanceOf(WrongStatusError);
      const reader = await MicroEscrow.connect(context.ethers.provider, { address: context.escrow.address });
      const reading = await render(() => useEscrowMutation(signFunding), reader);
      reading.current.mutate({ agreement, indices: [1], freelancerSignature });
      await until(() => reading.current.phase === "failed");
      expect(reading.current.error).to.be.instanceOf(MissingSignerError);
    });

    it("show the transactions of the latest attempt alone, and tell whoever the client tells", async () => {
      const { as, funded } = context;
      const agreement = await funded();
      const told: string[] = [];
      const escrow = as.freelancer.withOptions({ onSent: (transaction) => void told.push(transaction) });
      const page = await render(() => useEscrowMutation("submit"), escrow);
      const results = [];
      for (const submission of [1, 2]) {
        if (submission === 2) await as.client.requestChanges({ agreement, index: 0, reason: deliverable });
        const result = await page.current.mutateAsync({ agreement, index: 0, deliverable });
        results.push(result.transaction.hash);
        await until(() => page.current.phase === "confirmed");
        expect(page.current.transactions).to.deep.equal([result.transaction.hash]);
      }
      expect(told).to.deep.equal(results);
    });

    it("do not take what an earlier attempt sends for their own", async () => {
      const { as, funded } = context;
      const agreement = await funded([0, 1]);
      const page = await render(() => useEscrowMutation("submit"), as.freelancer);
      const [first, second] = await Promise.allSettled(
        [0, 1].map((index) => page.current.mutateAsync({ agreement, index, deliverable })),
      );
      await until(() => page.current.phase === "confirmed");
      if (first?.status !== "fulfilled" || second?.status !== "fulfilled") expect.fail("both are sent");
      expect(page.current.transactions).to.deep.equal([second.value.transaction.hash]);
    });

    it("refuse what is no verb and no parameters", async () => {
      const page = await render(() => useEscrowMutation("toString" as "submit"));
      expect(page.failures[0]).to.be.instanceOf(InvalidParameterError);
      for (const junk of [undefined, null, "x", 5, [], {}]) {
        const wrong = await render(() => useEscrowMutation("submit"));
        wrong.current.mutate(junk as never);
        await until(() => wrong.current.phase === "failed");
        expect(wrong.current.error?.code).to.match(/^Invalid/);
        await wrong.unmount();
      }
    });
  });

  describe("on queries", () => {
    it("share one request between two components, and ask nothing for what is not known yet", async () => {
      const agreement = await context.funded();
      let calls = 0;
      const escrow = await through(context, (method, _, forward) => {
        if (method === "eth_call") ++calls;
        return forward();
      });
      calls = 0;
      const nothing = () => [
        useAgreement(undefined),
        useAgreementState(undefined),
        useTimeline(undefined),
        useInbox(undefined),
        useMilestone({ agreement: undefined, index: 0 }),
      ];
      const idle = await render(nothing, escrow);
      expect(idle.current.map(({ fetchStatus }) => fetchStatus)).to.deep.equal(new Array(5).fill("idle"));
      expect(calls).to.equal(0);
      const hooks = () => [0, 1, 2].map((index) => useMilestone({ agreement, index }).data?.status);
      const [one, two] = await Promise.all([render(hooks, escrow), render(hooks, escrow)]);
      await until(() => two.current[0] !== undefined && one.current[0] !== undefined);
      expect(two.current).to.deep.equal([Status.Funded, Status.None, Status.None]);
      expect(calls).to.equal(1);
    });

    it("fail with the SDK's errors, at once but where an endpoint may do better", async () => {
      const { define } = context;
      let failures = 0;
      const connected = await through(context, async (method, _, forward) => {
        if (method === "eth_getBlockByNumber" && failures-- > 0) throw rpcError(-32_000, "try again later");
        return forward();
      });
      // More than all three that ask would have with two each.
      failures = 7;
      const agreement = define();
      const page = await render(
        () => ({
          agreement: useAgreement(agreement.id),
          state: useAgreementState(agreement),
          milestone: useMilestone({ agreement, index: 3 }),
          inbox: useInbox("0x12"),
          actions: useAvailableActions({ agreement, account: "0x12" }),
        }),
        connected,
      );
      await until(() => page.current.state.isSuccess && page.current.agreement.isError && page.current.inbox.isError);
      await until(() => page.current.actions.error !== null && page.current.milestone.isError);
      expect(page.current.agreement.error).to.be.instanceOf(UnknownAgreementError);
      expect(page.current.milestone.error).to.be.instanceOf(MilestoneOutOfRangeError);
      expect(page.current.inbox.error).to.be.instanceOf(InvalidAddressError);
      expect(page.current.actions.error).to.be.instanceOf(InvalidAddressError);
      expect(page.current.actions).to.include({ data: undefined, isPending: false });
      failures = Number.POSITIVE_INFINITY;
      await page.current.state.refetch();
      await until(() => page.current.state.isError);
      expect(page.current.state.error).to.be.instanceOf(RpcError);
      // What was known is still there.
      expect(page.current.state.data?.milestones).to.have.length(3);
    });

    it("show no other milestone's state beside the error of one that is not there", async () => {
      const agreement = await context.funded();
      const page = await render(() => useMilestone({ agreement, index: 0 }));
      await until(() => !page.current.isPending);
      expect(page.current.error).to.equal(null);
      await page.rerender(() => useMilestone({ agreement, index: 3 }));
      expect(page.current.error).to.be.instanceOf(MilestoneOutOfRangeError);
      expect(page.current).to.include({ data: undefined, status: "error" });
      await page.rerender(() => useMilestone({ agreement, index: 0 }));
      expect(page.current).to.deep.include({ error: null, status: "success" });
      expect(page.current.data?.status).to.equal(Status.Funded);
    });

    it("read a history on from what is final", async () => {
      const { as, funded, networkHelpers, signers } = context;
      const agreement = await funded();
      await networkHelpers.mine(200);
      const from: string[] = [];
      const escrow = await through(context, (method, [filter], forward) => {
        if (method === "eth_getLogs") from.push((filter as { readonly fromBlock: string }).fromBlock);
        return forward();
      });
      const page = await render(() => [useTimeline(agreement), useInbox(signers.client.address)] as const, escrow);
      await until(() => page.current.every(({ isSuccess }) => isSuccess));
      const [timeline, inbox] = page.current;
      const first = [timeline.data?.cursor.fromBlock, inbox.data?.history.cursor.fromBlock];
      from.length = 0;
      await as.freelancer.submit({ agreement, index: 0, deliverable });
      await Promise.all(page.current.map(({ refetch }) => refetch()));
      expect(new Set(from.map(Number))).to.deep.equal(new Set(first));
      expect(first[0]).to.be.greaterThan(50);
      await until(() => page.current[0].data?.unfinal.length === 1 || page.current[0].data?.final.length === 5);
    });

    it("have keys of text and numbers, one for each escrow, chain and spelling", () => {
      const { escrow, signers, define } = context;
      const account = signers.client.address;
      const { id } = define();
      const where = ["micro-escrow", 31_337, escrow.address];
      const keys = [
        escrowKeys.all(escrow),
        escrowKeys.agreement(escrow, id),
        escrowKeys.state(escrow, id),
        escrowKeys.timeline(escrow, id),
        escrowKeys.inbox(escrow, account),
        escrowKeys.time(escrow),
      ];
      expect(keys).to.deep.equal([
        where,
        [...where, "agreement", id],
        [...where, "state", id],
        [...where, "timeline", id],
        [...where, "inbox", account],
        [...where, "time"],
      ]);
      expect(JSON.parse(JSON.stringify(keys))).to.deep.equal(keys);
      expect(escrowKeys.inbox(escrow, account.toLowerCase())).to.deep.equal(escrowKeys.inbox(escrow, account));
      const upper = `0x${id.slice(2).toUpperCase()}` as typeof id;
      expect(escrowKeys.state(escrow, upper)).to.deep.equal(escrowKeys.state(escrow, id));
      const elsewhere = { chainId: 8_453n as unknown as number, address: escrow.address.toLowerCase() };
      expect(JSON.stringify(escrowKeys.time(elsewhere))).to.equal(
        JSON.stringify(["micro-escrow", 8_453, escrow.address, "time"]),
      );
      expect(JSON.stringify(escrowKeys.inbox(escrow, 5n as never))).to.equal(
        JSON.stringify([...where, "inbox", "bigint"]),
      );
      expect(escrowKeys.inbox(escrow, "0x12").at(-1)).to.equal("0x12");
    });
  });

  describe("useWatch", () => {
    it("reads again when somebody else acts, and tells failures; it ends with the component", async () => {
      const { as, define, signers } = context;
      const agreement = define();
      let isDown = false;
      let looks = 0;
      const escrow = await through(context, (method, _, forward) => {
        if (method === "eth_getLogs") ++looks;
        if (isDown) throw rpcError(-32_000, "down");
        return forward();
      });
      const errors: string[] = [];
      const onError = ({ code }: { readonly code: string }) => void errors.push(code);
      const hooks = () => {
        // A new object each time, as pages make them.
        useWatch({ ...agreement }, { interval: 1, onError });
        return {
          state: useAgreementState(agreement).data,
          inbox: useInbox(signers.freelancer.address).data,
          timeline: useTimeline(agreement).data,
        };
      };
      const page = await render(hooks, escrow, true);
      await until(() => page.current.inbox !== undefined && page.current.timeline !== undefined);
      expect(page.current.inbox?.inbox).to.deep.equal([]);
      await as.client.accept({ agreement });
      await until(() => page.current.state?.clientConsented === true && page.current.inbox?.inbox.length === 1);
      isDown = true;
      await until(() => errors.length > 0);
      expect(errors[0]).to.equal("Rpc");
      isDown = false;
      await as.freelancer.accept({ agreement });
      await until(() => page.current.inbox?.consented.length === 1 && page.current.state?.freelancerConsented === true);
      await until(() => page.current.timeline !== undefined && eventsOf(page.current.timeline).length === 3);

      await page.unmount();
      await until(() => client.isFetching() === 0); // what had been asked before is still answered
      const { length } = errors;
      isDown = true;
      const before = looks;
      for (let turns = 0; turns < 50; ++turns) await as.client.getTime();
      expect(errors.length).to.equal(length);
      expect(looks - before).to.be.at.most(1);
    });

    it("waits for the agreement, and goes on from the timeline that was read", async () => {
      const { as, funded } = context;
      const agreement = await funded();
      await client.prefetchQuery(escrowQueries.timeline(as.client, agreement));
      let given: Agreement | undefined;
      const hooks = () => {
        useWatch(given, { interval: 1, finality: 0 });
        return useMilestone({ agreement, index: 0 }).data?.submissions;
      };
      const page = await render(hooks);
      await until(() => page.current === 0);
      given = agreement;
      await page.rerender(hooks);
      await as.freelancer.submit({ agreement, index: 0, deliverable });
      await until(() => page.current === 1);
    });
  });

  it("say what is missing: the provider, or an escrow in it", async () => {
    const wrap = (child: ReactNode) => createElement(QueryClientProvider, { client }, child);
    for (const hook of [useEscrow, () => useEscrowMutation("approve"), () => useCountdown(5)]) {
      const page = await renderHook<unknown>(hook, { wrap });
      expect(page.failures[0]).to.be.instanceOf(MissingEscrowProviderError);
    }
    for (const junk of [undefined, null, {}, "0x12", { connection: {} }]) {
      const page = await renderHook(useEscrow, { wrap: wrapIn(junk as never) });
      expect(page.failures[0]).to.be.instanceOf(InvalidParameterError);
    }
  });

  it("render on a server, where nothing is known yet", () => {
    const { signers, define, escrow } = context;
    const agreement = define();
    function Page() {
      const seconds = useCountdown(agreement.terms.fundBy);
      const { isPending } = useAvailableActions({ agreement, account: signers.client.address });
      useWatch(agreement);
      return `${seconds} ${isPending} ${useEscrowMutation("approve").phase}`;
    }
    client.setQueryData(escrowKeys.time(escrow), { time: 5, readAt: 0, page: performance.timeOrigin });
    expect(renderToString(wrapIn(escrow)(createElement(Page)))).to.equal("undefined true idle");
  });

  it("the README's page compiles", async () => {
    const { default: ts } = await import("typescript");
    const root = join(import.meta.dirname, "../..");
    const readme = await readFile(join(root, "sdk/README.md"), "utf8");
    const source = /```tsx\n(.*?)```/s.exec(readme)?.[1] ?? expect.fail("the README shows no page");
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists } = host;
    const file = join(root, "test/sdk/page.tsx");
    host.fileExists = (name) => name === file || fileExists(name);
    host.getSourceFile = (name, version, ...rest) =>
      name === file ? ts.createSourceFile(name, source, version) : getSourceFile(name, version, ...rest);
    const page = ts.createProgram({ rootNames: [file], options: { ...options, jsx: ts.JsxEmit.ReactJSX }, host });
    const problems = ts.getPreEmitDiagnostics(page, page.getSourceFile(file));
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))).to.deep.equal([]);
  }).timeout(60_000);
});
