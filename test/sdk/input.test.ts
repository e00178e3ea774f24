/** Values that types would refuse, passed all the same: every builder and the model fail with an error of the SDK's. */

import * as sdk from "@micro-escrow/sdk";
import {
  type Address,
  AmountOutOfRangeError,
  acceptCall,
  advanceCall,
  advanceTypedData,
  agreementTypedData,
  approveCall,
  approveTypedData,
  attestCall,
  attestTypedData,
  availableActions,
  bySender,
  type Call,
  closeCall,
  closeTypedData,
  defineAgreement,
  disputeCall,
  disputeTypedData,
  EmptyMulticallError,
  type EscrowConnection,
  emptyState,
  extendCall,
  extendTypedData,
  finalizeCall,
  fundCall,
  fundingAmount,
  type Hex,
  InvalidAddressError,
  InvalidAmountError,
  InvalidHashError,
  InvalidParameterError,
  InvalidSignedActionError,
  InvalidTimeError,
  joinSettlement,
  MicroEscrowError,
  MilestoneOutOfRangeError,
  multicallCall,
  NothingToFundError,
  payouts,
  permitCall,
  permitTypedData,
  refundCall,
  refundTypedData,
  requestChangesCall,
  requestChangesTypedData,
  ruleCall,
  ruleTypedData,
  type SignedAction,
  type SignedSettlement,
  Status,
  settleCall,
  settleTypedData,
  signableVerbs,
  step,
  submitCall,
  submitEvidenceCall,
  submitTypedData,
  validateAgreement,
  WrongChainError,
  WrongContractCallError,
  withdrawCall,
} from "@micro-escrow/sdk";
import * as arbiters from "@micro-escrow/sdk/arbiters";
import * as deployment from "@micro-escrow/sdk/deploy";
import * as gasless from "@micro-escrow/sdk/gasless";
import {
  authorizationTypedData,
  fundWithAuthorizationCall,
  fundWithPermit2Call,
  permit2TypedData,
} from "@micro-escrow/sdk/gasless";
import * as stored from "@micro-escrow/sdk/history";
import * as storage from "@micro-escrow/sdk/storage";
import * as wallets from "@micro-escrow/sdk/wallets";
import { expect } from "chai";
import { Interface, type Provider, VoidSigner } from "ethers";
import { relayedCall } from "../../sdk/dist/signed.js";
import { deliverable, evidence, reason, reasoning } from "./chain.ts";
import { account, arbiter, client, freelancer, parameters, shop, stranger, thrown, verifier } from "./pure.ts";

const agreement = defineAgreement({ ...parameters, verifier, challenge: "3 days" });

const escrow = account("escrow");
const deadline = 1_900_000_000;
const authorization = { deadline, signature: `0x${"ab".repeat(65)}` } as const;
const location = { chainId: 8_453, escrow, deadline, agreement };
const held = 100n;

/** A payment by signature, but for its milestones. */
const payment = { signedFunding: account("signed funding"), agreement, nonce: 1n, deadline };

/** Every builder that takes a milestone, by what it is of. */
const onMilestone: Record<string, (index: number) => unknown> = {
  submitCall: (index) => submitCall({ escrow, agreement, index, deliverable }),
  approveCall: (index) => approveCall({ escrow, agreement, index, submission: 1 }),
  advanceCall: (index) => advanceCall({ escrow, agreement, index, amount: 1n }),
  requestChangesCall: (index) => requestChangesCall({ escrow, agreement, index, submission: 1, reason }),
  attestCall: (index) => attestCall({ escrow, agreement, index, submission: 1, passed: true, report: reasoning }),
  extendCall: (index) => extendCall({ escrow, agreement, index, clock: deadline }),
  disputeCall: (index) => disputeCall({ escrow, agreement, index, submission: 1, evidence }),
  submitEvidenceCall: (index) => submitEvidenceCall({ escrow, agreement, index, evidence }),
  ruleCall: (index) => ruleCall({ escrow, agreement, index, freelancerAmount: 1n, reasoning }),
  settleCall: (index) => settleCall({ escrow, agreement, index, freelancerAmount: 1n }),
  refundCall: (index) => refundCall({ escrow, agreement, index }),
  finalizeCall: (index) => finalizeCall({ escrow, agreement, index }),
  fundCall: (index) => fundCall({ escrow, agreement, indices: [0, index] }),
  fundingAmount: (index) => fundingAmount({ agreement, indices: [0, index] }),
  fundWithAuthorizationCall: (index) => fundWithAuthorizationCall({ ...payment, indices: [0, index], signature: "0x" }),
  fundWithPermit2Call: (index) => fundWithPermit2Call({ ...payment, indices: [0, index], signature: "0x" }),
  authorizationTypedData: (index) =>
    authorizationTypedData({ ...payment, indices: [0, index], chainId: 1, domain: {} }),
  permit2TypedData: (index) => permit2TypedData({ ...payment, indices: [0, index], chainId: 1 }),
  submitTypedData: (index) => submitTypedData({ ...location, index, submission: 1, deliverable }),
  approveTypedData: (index) => approveTypedData({ ...location, index, submission: 1, held }),
  advanceTypedData: (index) => advanceTypedData({ ...location, index, amount: 1n, held }),
  requestChangesTypedData: (index) => requestChangesTypedData({ ...location, index, submission: 1, reason }),
  attestTypedData: (index) => attestTypedData({ ...location, index, submission: 1, passed: true, report: reasoning }),
  extendTypedData: (index) => extendTypedData({ ...location, index, clock: 2, submission: 1, currentClock: 1 }),
  disputeTypedData: (index) => disputeTypedData({ ...location, index, submission: 1, evidence }),
  ruleTypedData: (index) => ruleTypedData({ ...location, index, freelancerAmount: 1n, reasoning }),
  settleTypedData: (index) => settleTypedData({ ...location, index, freelancerAmount: 1n, held }),
  refundTypedData: (index) => refundTypedData({ ...location, index, held }),
};

/** The builders whose call can carry somebody's authorization. */
const authorized: Record<string, (by: { authorization: typeof authorization }) => Call> = {
  submit: (by) => submitCall({ escrow, agreement, index: 0, deliverable, ...by }),
  approve: (by) => approveCall({ escrow, agreement, index: 0, submission: 1, ...by }),
  advance: (by) => advanceCall({ escrow, agreement, index: 0, amount: 1n, ...by }),
  requestChanges: (by) => requestChangesCall({ escrow, agreement, index: 0, submission: 1, reason, ...by }),
  attest: (by) => attestCall({ escrow, agreement, index: 0, submission: 1, passed: true, report: reasoning, ...by }),
  extend: (by) => extendCall({ escrow, agreement, index: 0, clock: deadline, ...by }),
  dispute: (by) => disputeCall({ escrow, agreement, index: 0, submission: 1, evidence, ...by }),
  rule: (by) => ruleCall({ escrow, agreement, index: 0, freelancerAmount: 1n, reasoning, ...by }),
  refund: (by) => refundCall({ escrow, agreement, index: 0, ...by }),
  close: (by) => closeCall({ escrow, agreement, party: client, ...by }),
  settle: ({ authorization: by }) =>
    settleCall({ escrow, agreement, index: 0, freelancerAmount: 1n, client: by, freelancer: by }),
};

const noSignatures = ["hello", "0x123", "0xzz", null, 5, {}];
const noAmounts = [5, "5", undefined, null, 1.5];
const noAddresses = ["alice.eth", "0x12", "", null, undefined, 5];

describe("Builders given junk", () => {
  const payments: Record<string, (change: object) => unknown> = {
    fundWithAuthorizationCall: (change) =>
      fundWithAuthorizationCall({ ...payment, indices: [0], signature: "0x", ...change }),
    fundWithPermit2Call: (change) => fundWithPermit2Call({ ...payment, indices: [0], signature: "0x", ...change }),
    authorizationTypedData: (change) =>
      authorizationTypedData({ ...payment, indices: [0], chainId: 1, domain: {}, ...change }),
    permit2TypedData: (change) => permit2TypedData({ ...payment, indices: [0], chainId: 1, ...change }),
  };
  for (const [name, build] of Object.entries(payments)) {
    it(`${name}: no contract, no milestones, no number, no time`, () => {
      for (const signedFunding of noAddresses) thrown(() => build({ signedFunding }), InvalidAddressError);
      thrown(() => build({ indices: [] }), NothingToFundError);
      for (const indices of ["0", 0, null, {}]) thrown(() => build({ indices }), InvalidParameterError);
      for (const nonce of [...noAmounts, -1n, 2n ** 256n]) thrown(() => build({ nonce }), InvalidAmountError);
      for (const wrong of ["soon", 1.5, -1, null, undefined, 1n])
        thrown(() => build({ deadline: wrong }), InvalidTimeError);
      thrown(() => build({ agreement: null }), sdk.InvalidAgreementError);
    });
  }

  it("fundWithAuthorizationCall, fundWithPermit2Call: signatures that are none", () => {
    for (const build of [fundWithAuthorizationCall, fundWithPermit2Call]) {
      for (const wrong of noSignatures) {
        const given = { ...payment, indices: [0], signature: authorization.signature };
        for (const field of ["signature", "clientSignature", "freelancerSignature"]) {
          thrown(() => build({ ...given, [field]: wrong }), InvalidHashError);
        }
      }
    }
  });

  it("permit2TypedData: no chain", () => {
    for (const chainId of [0, -1, "1", null, undefined]) {
      thrown(() => permit2TypedData({ ...payment, indices: [0], chainId: chainId as number }), InvalidParameterError);
    }
  });

  for (const [name, build] of Object.entries(onMilestone)) {
    it(`${name}: an index that is none`, () => {
      for (const index of [-1, 1.5, Number.NaN, 2 ** 60, 2, "0", null, undefined]) {
        const error = thrown(() => build(index as number), MilestoneOutOfRangeError);
        expect(error).to.deep.include({ index, length: 2 });
      }
    });
  }

  for (const [name, build] of Object.entries(authorized)) {
    it(`${name}: an authorization that is none`, () => {
      for (const signature of noSignatures) {
        thrown(() => build({ authorization: { deadline, signature } as typeof authorization }), InvalidHashError);
      }
      for (const nothing of [null, 5, {}]) {
        thrown(() => build({ authorization: nothing as unknown as typeof authorization }), InvalidHashError);
      }
      for (const wrong of [deadline * 1_000, Number.NaN, "soon", undefined]) {
        const late = { ...authorization, deadline: wrong } as typeof authorization;
        thrown(() => build({ authorization: late }), InvalidTimeError);
      }
    });
  }

  it("accept, fund and permit: a signature that is none", () => {
    for (const signature of noSignatures as Hex[]) {
      thrown(() => acceptCall({ escrow, agreement, party: client, signature }), InvalidHashError);
      thrown(() => fundCall({ escrow, agreement, indices: [0], freelancerSignature: signature }), InvalidHashError);
      thrown(() => permitCall({ escrow, token: client, value: 1n, deadline, signature }), InvalidHashError);
    }
    const highS = authorization.signature;
    for (const signature of ["0x1234", highS] as const) {
      thrown(() => permitCall({ escrow, token: client, value: 1n, deadline, signature }), InvalidHashError);
    }
  });

  it("amounts that are no bigint", () => {
    for (const amount of noAmounts as unknown as bigint[]) {
      const onFirst = { ...location, index: 0 };
      const permit = { domain: {}, owner: client, escrow, nonce: 0n, deadline };
      for (const build of [
        () => settleCall({ escrow, agreement, index: 0, freelancerAmount: amount }),
        () => settleTypedData({ ...onFirst, freelancerAmount: amount, held }),
        () => settleTypedData({ ...onFirst, freelancerAmount: 1n, held: amount }),
        () => advanceTypedData({ ...onFirst, amount, held }),
        () => advanceTypedData({ ...onFirst, amount: 1n, held: amount }),
        () => advanceCall({ escrow, agreement, index: 0, amount }),
        () => ruleCall({ escrow, agreement, index: 0, freelancerAmount: amount, reasoning }),
        () => approveTypedData({ ...onFirst, submission: 1, held: amount }),
        () => permitTypedData({ ...permit, value: amount }),
        () => payouts(agreement, inStatus(Status.Submitted), { type: "settle", index: 0, freelancerAmount: amount }),
      ]) {
        thrown(build, InvalidAmountError);
      }
    }
    thrown(() => settleTypedData({ ...location, index: 0, freelancerAmount: -1n, held }), AmountOutOfRangeError);
  });

  it('attestations that say neither true nor false: the text "false" would count as true', () => {
    const attestation = { agreement, index: 0, submission: 1, report: reasoning };
    const context = { sender: verifier, now: 0 };
    for (const passed of ["false", "true", "", 0, 1, null, undefined, {}] as unknown as boolean[]) {
      for (const build of [
        () => attestCall({ escrow, ...attestation, passed }),
        () => attestTypedData({ ...location, ...attestation, passed }),
        () => step(agreement, inStatus(Status.Submitted), { type: "attest", ...attestation, passed }, context),
      ]) {
        const error = thrown(build, InvalidParameterError);
        expect(error.message).to.contain("Pass true or false");
      }
    }
  });

  it("addresses that are none, names too", () => {
    for (const wrong of noAddresses as string[]) {
      for (const build of [
        () => withdrawCall({ escrow, token: wrong, account: client }),
        () => withdrawCall({ escrow, token: client, account: wrong }),
        () => withdrawCall({ escrow: wrong, token: client, account: client }),
        () => acceptCall({ escrow, agreement, party: wrong }),
        () => closeCall({ escrow, agreement, party: wrong }),
        () => finalizeCall({ escrow: wrong, agreement, index: 0 }),
        () => agreementTypedData(agreement, { chainId: 1, escrow: wrong }),
        () => closeTypedData({ ...location, escrow: wrong }),
        () => permitTypedData({ domain: {}, owner: wrong, escrow, nonce: 0n, value: 1n, deadline }),
        () => availableActions(agreement, emptyState(agreement), wrong, 0),
        () =>
          multicallCall({ escrow, calls: [{ ...finalizeCall({ escrow, agreement, index: 0 }), to: wrong as never }] }),
      ]) {
        thrown(build, InvalidAddressError);
      }
    }
    thrown(() => validateAgreement(agreement, { escrow: "alice.eth" }), InvalidAddressError);
  });

  it("addresses in lower case are written with their checksum", () => {
    const call = closeCall({ escrow: escrow.toLowerCase(), agreement, party: client.toLowerCase() });
    expect(call.to).to.equal(escrow);
    expect(
      agreementTypedData(agreement, { chainId: 1, escrow: escrow.toLowerCase() }).domain.verifyingContract,
    ).to.equal(escrow);
    expect(multicallCall({ escrow: escrow.toLowerCase(), calls: [call] }).to).to.equal(escrow);
    const actions = (who: string) =>
      availableActions(agreement, emptyState(agreement), who, 0).map(({ action }) => action);
    expect(actions(client.toLowerCase())).to.deep.equal(actions(client)).and.to.include("accept");
  });

  it("multicall: no calls, other contracts' calls, and what is no call at all", () => {
    for (const calls of [[], undefined, null, {}]) {
      thrown(() => multicallCall({ escrow, calls: calls as Call[] }), EmptyMulticallError);
    }
    const call = finalizeCall({ escrow, agreement, index: 0 });
    thrown(() => multicallCall({ escrow, calls: [call, { ...call, to: client }] }), WrongContractCallError);
    for (const data of ["0x", "0x12345678", "junk", call.data.slice(0, -64), null, undefined, 5]) {
      const calls = [call, { ...call, data: data as Hex }];
      thrown(() => multicallCall({ escrow, calls }), InvalidHashError);
    }
    thrown(() => multicallCall({ escrow, calls: [null as unknown as Call] }), InvalidAddressError);
  });

  it("fund: no list of milestones", () => {
    for (const indices of [undefined, null, 0]) {
      thrown(() => fundCall({ escrow, agreement, indices: indices as unknown as number[] }), NothingToFundError);
    }
  });
});

/** The agreement with its first milestone in a status, holding 100. */
function inStatus(status: Status) {
  const state = emptyState(agreement);
  const [first, ...others] = state.milestones;
  if (first === undefined) return expect.fail("no milestone");
  const milestone = { ...first, status, held, clock: deadline, submissions: 1 };
  return { ...state, clientConsented: true, freelancerConsented: true, milestones: [milestone, ...others] };
}

describe("The model given junk", () => {
  const NOBODY = "0x0000000000000000000000000000000000000000";

  it("offers the zero address nothing that is the verifier's, when there is no verifier", () => {
    expect(shop.terms.verifier).to.equal(NOBODY);
    const offered = (status: Status) =>
      availableActions(shop, inStatus(status), NOBODY, deadline - 1).map(({ action }) => action);
    for (const status of [Status.Submitted, Status.Disputed]) expect(offered(status)).to.deep.equal([]);
  });

  it("extends to no time that the contract cannot hold", () => {
    const context = { sender: client, now: deadline };
    for (const clock of [2 ** 40, Number.NaN, Number.POSITIVE_INFINITY, deadline + 1.5, 2 ** 60]) {
      const extension = { type: "extend", index: 0, clock } as const;
      thrown(() => step(agreement, inStatus(Status.Funded), extension, context), InvalidTimeError);
    }
    const last = { type: "extend", index: 0, clock: 2 ** 40 - 1 } as const;
    const { state } = step(agreement, inStatus(Status.Funded), last, context);
    expect(state.milestones[0]?.clock).to.equal(2 ** 40 - 1);
  });

  it("pays for no milestone that there is not", () => {
    for (const index of [-1, 1.5, 7, Number.NaN]) {
      const approval = { type: "approve", index } as const;
      const error = thrown(() => payouts(agreement, inStatus(Status.Submitted), approval), MilestoneOutOfRangeError);
      expect(error).to.deep.include({ index, length: 2 });
    }
    for (const index of [-1, 1.5, Number.NaN]) {
      const refund = { type: "refund", index } as const;
      const context = { sender: freelancer, now: 0 };
      thrown(() => step(agreement, inStatus(Status.Submitted), refund, context), MilestoneOutOfRangeError);
    }
  });
});

describe("Signed actions from outside", () => {
  const connection: EscrowConnection = { provider: {} as Provider, chainId: 8_453, escrow, startBlock: 0 };
  const actors: Record<string, Address> = {
    ...{ submit: freelancer, approve: client, advance: client, requestChanges: client, attest: verifier },
    ...{ extend: client, dispute: freelancer, rule: arbiter, refund: freelancer, close: client },
  };
  const actions: Record<string, SignedAction> = {};
  for (const [verb, build] of Object.entries(authorized)) {
    const signers = verb === "settle" ? [client, freelancer] : [actors[verb] as Address];
    const { data } = build({ authorization });
    actions[verb] = { verb: verb as SignedAction["verb"], chainId: 8_453, to: escrow, data, signers, deadline };
  }
  const { data } = acceptCall({ escrow, agreement, party: freelancer, signature: "0x1234" });
  actions.accept = { verb: "accept", chainId: 8_453, to: escrow, data, signers: [freelancer], deadline: null };

  const refused = (action: unknown) =>
    thrown(() => relayedCall(action as SignedAction, connection), InvalidSignedActionError).reason;

  it("are relayed when they say of themselves what is in them, every verb", () => {
    expect(Object.keys(actions).sort()).to.deep.equal([...signableVerbs].sort());
    for (const action of Object.values(actions)) {
      expect(relayedCall(JSON.parse(JSON.stringify(action)), connection)).to.deep.equal({
        to: escrow,
        data: action.data,
        value: 0n,
      });
    }
    relayedCall({ ...(actions.dispute as SignedAction), signers: [client] }, connection);
  });

  it("are refused when the signers or the deadline are not those in the call", () => {
    for (const action of Object.values(actions)) {
      for (const signers of [
        [],
        [arbiter, verifier],
        [account("thief")],
        [...action.signers, client],
        undefined,
        null,
      ]) {
        expect(refused({ ...action, signers })).to.equal("its signers are not those whose decision it is");
      }
      for (const other of [deadline + 1, deadline - 1, undefined, "soon", action.deadline === null ? 0 : null]) {
        expect(refused({ ...action, deadline: other })).to.equal("its deadline is not the one that was signed");
      }
    }
  });

  it("are refused when the earlier deadline of a settlement is not the one they name", () => {
    const early = { ...authorization, deadline: deadline - 60 };
    const split = { escrow, agreement, index: 0, freelancerAmount: 1n };
    const { data } = settleCall({ ...split, client: authorization, freelancer: early });
    const action = { ...(actions.settle as SignedAction), data };
    expect(refused(action)).to.equal("its deadline is not the one that was signed");
    relayedCall({ ...action, deadline: deadline - 60 }, connection);
  });

  it("are refused when they are none", () => {
    for (const nothing of [null, undefined, 5, "text"]) expect(refused(nothing)).to.equal("it is not an object");
    const action = actions.submit as SignedAction;
    expect(refused({})).to.equal("it names no chain");
    expect(refused({ ...action, chainId: "8453" })).to.equal("it names no chain");
    expect(refused({ ...action, to: "alice.eth" })).to.equal("its to is not an address");
    for (const data of ["0x", "junk", null, undefined, 5]) {
      expect(refused({ ...action, data })).to.equal("it is not a signed call of submit");
    }
    expect(refused({ ...action, verb: "fund<script>" })).to.equal("it is not a signed call of fund‹script›");
    thrown(() => relayedCall({ ...action, chainId: 1 }, connection), WrongChainError);
    thrown(() => relayedCall({ ...action, to: client }, connection), WrongContractCallError);
  });

  describe("as halves of a settlement", () => {
    const half = (signer: Address, changes: object = {}) => ({
      ...{ chainId: 8_453, escrow, agreement: agreement.id, index: 1, freelancerAmount: "5" },
      ...{ signer, authorization },
      ...changes,
    });
    const join = (changes: object, others: object = changes) =>
      joinSettlement(agreement, [half(client, changes), half(freelancer, others)] as SignedSettlement[]);
    const reasonFor = (changes: object, others?: object) =>
      thrown(() => join(changes, others), InvalidSignedActionError).reason;

    it("are joined when they are two of the same", () => {
      expect(join({})).to.deep.include({ verb: "settle", to: escrow, signers: [client, freelancer], deadline });
      relayedCall(join({}), connection);
    });

    const cases: [changes: object, reason: string][] = [
      ...["abc", "1.5", "-1", "", "0x5", 5, null, undefined].map((freelancerAmount): [object, string] => [
        { freelancerAmount },
        "its freelancerAmount is not decimal text in base units",
      ]),
      ...[undefined, null, {}, "text", { deadline }, { ...authorization, deadline: "soon" }].map(
        (given): [object, string] => [{ authorization: given }, "it has no signature with a deadline"],
      ),
      [{ authorization: bySender }, "its signature is empty"],
      [{ chainId: "8453" }, "it names no chain"],
      [{ index: 1.5 }, "its index is not that of a milestone"],
      [{ index: "1" }, "its index is not that of a milestone"],
      [{ escrow: "alice.eth" }, "its escrow is not an address"],
      [{ agreement: "other" }, `its agreement is other, not ${agreement.id}`],
    ];
    for (const [changes, reason] of cases) {
      it(`are refused with ${JSON.stringify(changes)}: ${reason.slice(0, 60)}`, () => {
        expect(reasonFor(changes)).to.equal(reason);
        expect(reasonFor({}, changes)).to.be.a("string");
      });
    }

    it("are refused when they are no two halves", () => {
      const nothings = [null, undefined, {}, "text", [null, null], [half(client)], [half(client), half(arbiter)]];
      for (const halves of nothings) {
        const { reason } = thrown(
          () => joinSettlement(agreement, halves as SignedSettlement[]),
          InvalidSignedActionError,
        );
        expect(reason).to.equal("a settlement needs one signature of the client and one of the freelancer");
      }
    });
  });
});

/** What arrives from JavaScript, from a form or out of JSON. */
const junk: readonly unknown[] = [undefined, null, "", -1, 1.5, {}, [], "0x12", Number.NaN];

/** An endpoint that knows nothing of any contract; it does answer, so that what fails is not the connection. */
const emptyProvider = {
  getNetwork: async () => ({ chainId: 8_453n }),
  getBlock: async () => ({ number: 5, timestamp: deadline - 100 }),
  call: async () => "0x",
  getCode: async () => "0x",
  getLogs: async () => [],
  estimateGas: async () => 21_000n,
  getTransactionCount: async () => 0,
} as unknown as Provider;
const emptyConnection: EscrowConnection = { provider: emptyProvider, chainId: 8_453, escrow, startBlock: 0 };

/** Arguments that each exported function takes; every one of them, and each member, is then replaced by junk. */
function samples(): Record<string, readonly unknown[]> {
  const state = inStatus(Status.Submitted);
  const first = { escrow, agreement, index: 0, authorization };
  const signed = { ...location, index: 0 };
  const call = approveCall({ ...first, submission: 1 });
  const permit = { token: client, value: 1n, deadline, signature: `0x${"11".repeat(64)}1b` };
  const half = { chainId: 8_453, escrow, agreement: agreement.id, index: 0, freelancerAmount: "5", authorization };
  const halves = [client, freelancer].map((signer) => ({ ...half, signer }));
  const bytes = new TextEncoder().encode("Ten articles");
  const file = { path: "a.txt", bytes };
  const entry = { path: "a.txt", size: bytes.length, hash: deliverable };
  const log = { address: escrow, topics: [deliverable], data: "0x", index: 0 };
  const receipt = { hash: deliverable, blockNumber: 1, logs: [log] };
  const history = { final: [], unfinal: [], cursor: { fromBlock: 0 }, toBlock: 1 };
  const typedData = agreementTypedData(agreement, location);
  const signedFunding = {
    ...payment,
    indices: [0],
    clientSignature: "0x12",
    freelancerSignature: "0x12",
    signature: "0x12",
  };
  const { to, data } = fundWithAuthorizationCall({ ...payment, indices: [0], signature: "0x12" });
  const relayed = {
    ...{ payment: "authorization", chainId: 8_453, to, data, signer: client, token: agreement.terms.token },
    ...{ amount: `${fundingAmount({ agreement, indices: [0] })}`, deadline },
  };
  const place = { transaction: deliverable, block: 1, blockHash: deliverable, logIndex: 0 };
  const withdrawal = { type: "Withdrawn", token: client, account: arbiter, amount: 1n, ...place };
  const about = { id: agreement.id, index: 0 };
  const parts = { freelancerAmount: 1n, clientAmount: 0n, platformFee: 0n, arbiterFee: 0n };
  const events = [
    { type: "AgreementOpened", id: agreement.id, agreement, ...place },
    { type: "MilestoneFunded", ...about, payer: stranger, amount: 1n, clock: 1, ...place, logIndex: 1 },
    { type: "MilestoneConcluded", ...about, outcome: 1, ...parts, reasoning, ...place, logIndex: 2 },
    {
      type: "PaymentDeferred",
      ...about,
      account: freelancer,
      token: agreement.terms.token,
      amount: 1n,
      ...place,
      logIndex: 3,
    },
    { ...withdrawal, logIndex: 4 },
  ];
  const amounts = { gross: 1n, platformFee: 0n, arbiterFee: 0n, net: 1n, balance: 1n, claimable: -1n };
  const moved = { time: 1, type: "withdrawn", token: client, direction: "within", ...amounts, ...place, final: true };
  const sums = { paid: 0n, received: 1n, balance: 1n, credited: 0n, withdrawn: 1n, claimable: -1n, held: 1n };
  const statement = {
    ...{ ...location, account: client, toBlock: 1, entries: [moved], totals: [{ token: client, ...sums }] },
    held: [{ agreement: agreement.id, index: 0, token: client, amount: 1n }],
    ...{ agreements: [agreement], tokens: [{ address: client, decimals: 6, symbol: "USDC" }] },
  };
  const scope = agreement.scope as sdk.Scope;
  const kept = new Map([sdk.canonicalJson(scope), "Ten articles"].map((text) => [sdk.hashText(text), text]));
  const memory: storage.ContentStorage = {
    write: async () => {},
    read: async function* (hash) {
      yield new TextEncoder().encode(kept.get(hash));
    },
  };
  const limits = { maxSize: 10_000, patience: 1, signal: new AbortController().signal };
  const account712 = { name: "Account", version: "1", chainId: 8_453n, verifyingContract: client, salt: deliverable };
  const batch = { chainId: 8_453, calls: [call] };
  const request = wallets.sendCallsRequest({ ...batch, from: client, atomic: true, capabilities: {} });
  const walletReceipt = { transactionHash: deliverable, blockHash: deliverable, blockNumber: "0x1", status: "0x1" };
  const status = { chainId: "0x2105", status: 200, receipts: [{ ...walletReceipt, logs: [log] }] };
  const inCase = { arbiter: account("appealable"), agreement, index: 0 };
  const decided = { ...inCase, shareBps: 6_000, reasoning };
  const inVote = { panel: account("panel"), agreement, index: 0 };
  const vote = { member: stranger, shareBps: 6_000, reasoning, signature: "0x12" };
  const least = { escrow, minArbitrationPeriod: 864_000, minArbiterFeeBps: 300 };
  const panel = { ...least, members: [arbiter], substitutes: [stranger], quorum: 1, substituteBps: 1, closeBps: 2 };
  const kleros = { ...least, court: stranger, extraData: "0x12", metaEvidence: "/ipfs/1", shares: [0, 10_000] };
  const periods = { proposalPeriod: 1, appealPeriod: 2, decisionPeriod: 3 };
  const instances = { firstInstance: arbiter, secondInstance: stranger };
  const appealable = { escrow, minArbiterFeeBps: 300, ...instances, ...periods, appealFeeBps: 500 };
  const times = { isDisputed: true, disputedAt: 1, clock: 9, now: 3 };
  const signer = new VoidSigner(client, emptyProvider);
  return {
    acceptCall: [{ escrow, agreement, party: client, signature: "0x12" }],
    acceptTypedData: [location],
    advanceCall: [{ ...first, amount: 1n }],
    advanceTypedData: [{ ...signed, amount: 1n, held }],
    agreementId: [agreement.terms],
    agreementTypedData: [agreement, location],
    appealableArbiterAddress: [appealable],
    appealableArbitrationPeriod: [periods],
    appealCall: [{ ...inCase, party: client, authorization }],
    appealRulingCall: [{ ...inCase, payment: 1n }],
    appealStatus: [{ terms: periods, record: { stage: "proposed", since: 2 }, ...times }],
    appealTypedData: [{ ...decided, chainId: 8_453, deadline }],
    approveAndFundCalls: [{ ...first, submission: 1, next: 1, allowance: 1n }],
    approveCall: [{ ...first, submission: 1 }],
    approveTypedData: [{ ...signed, submission: 1, held }],
    attestCall: [{ ...first, submission: 1, passed: true, report: reasoning }],
    attestTypedData: [{ ...signed, submission: 1, passed: true, report: reasoning }],
    authorizationNonce: [{ chainId: 1, agreement, indices: [0], nonce: 1n }],
    authorizationTypedData: [{ ...payment, indices: [0], chainId: 1, domain: {} }],
    batchResults: [{ escrow, request, status }],
    availableActions: [agreement, state, client, 1],
    canonicalJson: [agreement.scope],
    checkCode: [emptyProvider, escrow, 8_453],
    checkDomain: [emptyProvider, escrow, 8_453],
    checkSignedFunding: [emptyConnection, client],
    checkStatement: [emptyConnection, statement],
    cidOf: [deliverable],
    clauses: [agreement, { chainId: 8_453 }],
    closeCall: [{ escrow, agreement, party: client, authorization }],
    closeTypedData: [location],
    courtEvidenceCall: [{ ...inCase, uri: "/ipfs/1" }],
    createStatement: [{ ...location, account: client, token: client, events, times: new Map(), toBlock: 1 }],
    completeAgreement: [memory, sdk.toAgreement(agreement.terms, agreement.schedule), limits],
    decideCall: [{ ...decided, paid: [stranger] }],
    declineCall: [{ ...inCase, reasoning, authorization }],
    declineTypedData: [{ ...inCase, reasoning, chainId: 8_453, deadline }],
    decodeBatchError: [new Error("no")],
    decodeError: [new Error("no")],
    decodeLog: [log, escrow],
    decodeLogs: [[log], escrow],
    decodeResult: ["approve", call, receipt],
    defaultOutcome: [agreement, state, 0, 1],
    defineAgreement: [parameters, { escrow }],
    deploy: [{ signer: new VoidSigner(client, emptyProvider) }],
    deployAppealableArbiter: [{ signer, ...appealable }],
    deployKlerosArbiter: [{ signer, ...kleros }],
    deployPanelArbiter: [{ signer, ...panel }],
    deploySignedFunding: [{ signer: new VoidSigner(client, emptyProvider), escrow }],
    deploymentBlock: [8_453, escrow],
    describe: [agreement, { chainId: 8_453 }],
    digestOf: [typedData],
    disputeCall: [{ ...first, submission: 1, evidence }],
    disputeTypedData: [{ ...signed, submission: 1, evidence }],
    emptyState: [agreement],
    escrowAddress: [8_453],
    escrowDomain: [location],
    eventsOf: [history],
    executeProposalCall: [inCase],
    executeRulingCall: [inCase],
    extendCall: [{ ...first, clock: deadline }],
    extendTypedData: [{ ...signed, clock: 2, submission: 1, currentClock: 1 }],
    finalizeCall: [first],
    findToken: [8_453, "USDC"],
    formatAmount: [5n, 6],
    formatDuration: [60],
    formatShare: [100],
    fundCalls: [{ escrow, agreement, indices: [0], freelancerSignature: "0x12", allowance: 1n }],
    fundCall: [{ escrow, agreement, indices: [0], freelancerSignature: "0x12" }],
    fundWithAuthorizationCall: [signedFunding],
    fundWithPermit2Call: [signedFunding],
    fundingAmount: [{ agreement, indices: [0] }],
    getAgreement: [emptyConnection, agreement.id],
    getAgreementState: [emptyConnection, agreement, { blockTag: 5 }],
    getAppealable: [emptyConnection, inCase.arbiter],
    getAppealCase: [emptyConnection, inCase],
    getBlockTimes: [emptyConnection, [withdrawal], new Map([[1, 1]])],
    getClaimable: [emptyConnection, { token: client, account: client }, { blockTag: 5 }],
    getClaimableFee: [emptyConnection, { arbiter, token: client, account: client }],
    getContent: [memory, deliverable, limits],
    getCourtAppealCost: [emptyConnection, inCase],
    getCourtCase: [emptyConnection, inCase],
    getDeliverable: [memory, deliverable, { ...limits, maxFiles: 5 }],
    getHearing: [emptyConnection, inCase],
    getKleros: [emptyConnection, arbiter],
    getMilestone: [emptyConnection, agreement.id, 0, { blockTag: 5 }],
    getOpeningCost: [emptyConnection, arbiter],
    getPanel: [emptyConnection, arbiter],
    getProgress: [emptyConnection, agreement, { since: history, finality: 1 }],
    getScope: [memory, agreement.terms.details, limits],
    getTime: [emptyConnection],
    getTimeline: [emptyConnection, agreement, { since: history, finality: 1 }],
    getVoting: [emptyConnection, inVote],
    hashOfCid: ["bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"],
    hashText: ["text"],
    indexedDbStorage: ["name"],
    httpStorage: [{ url: "https://files.example", headers: { authorization: "Bearer secret" } }],
    inert: ["text", 20],
    joinSettlement: [agreement, halves],
    klerosArbiterAddress: [kleros],
    kuboStorage: [{ api: "http://127.0.0.1:5001", headers: { authorization: "Bearer secret" }, offline: true }],
    listAgreements: [emptyConnection, client, { since: history, finality: 1 }],
    manifest: [[file]],
    manifestOf: [[entry]],
    memoryStorage: [],
    multicallCall: [{ escrow, calls: [call] }],
    nestedSignature: [typedData, authorization.signature],
    nestedTypedData: [typedData, account712],
    openCaseCall: [{ ...inCase, payment: 1n }],
    outcomeName: [1],
    panelArbiterAddress: [panel],
    panelRuleCall: [inVote],
    parseAgreement: [sdk.serializeAgreement(agreement)],
    parseAmount: ["5", 6],
    parseDuration: ["5 days"],
    parseManifest: [sdk.manifestOf([entry]).text],
    parseShare: ["5%"],
    payouts: [agreement, state, { type: "settle", index: 0, freelancerAmount: 1n }],
    permit2TypedData: [{ ...payment, indices: [0], chainId: 1 }],
    permitCall: [{ escrow, ...permit }],
    permitTerms: [emptyConnection, { token: client, owner: client }],
    permitTypedData: [{ domain: {}, owner: client, escrow, nonce: 0n, value: 1n, deadline }],
    progress: [{ agreement, state, events: [] }],
    proposalTypedData: [{ ...decided, chainId: 8_453, deadline }],
    proposeCall: [{ ...decided, authorization }],
    readHistory: [emptyConnection, [[null]], { since: history, finality: 1 }],
    putContent: [memory, bytes, limits],
    putDeliverable: [memory, [file], limits],
    putScope: [memory, scope, limits],
    refundCall: [first],
    relayFunding: [emptyConnection, new VoidSigner(stranger, emptyProvider), relayed, { signedFunding: relayed.to }],
    refundTypedData: [{ ...signed, held }],
    requestChangesCall: [{ ...first, submission: 1, reason }],
    requestChangesTypedData: [{ ...signed, submission: 1, reason }],
    returnDepositCall: [inCase],
    ruleCall: [{ ...first, freelancerAmount: 1n, reasoning }],
    ruleTypedData: [{ ...signed, freelancerAmount: 1n, reasoning }],
    scanEvents: [emptyConnection, [null], { fromBlock: 0, toBlock: 1 }],
    safeTransactions: [{ ...batch, safe: client, name: "Fund", description: "All", createdAt: 1 }],
    scheduleHash: [agreement.schedule],
    sendCallsRequest: [{ ...batch, from: client, atomic: true, capabilities: {} }],
    scopeHash: [agreement.scope],
    sendToArbiter: [
      emptyConnection,
      signer,
      arbiters.panelArbiterInterface,
      arbiters.panelRuleCall(inVote),
      { maxGas: 1n },
    ],
    serializeAgreement: [agreement],
    settleCall: [{ ...first, freelancerAmount: 1n, client: authorization, freelancer: authorization }],
    settleTypedData: [{ ...signed, freelancerAmount: 1n, held }],
    sha256: [bytes],
    signAppeal: [emptyConnection, signer, { ...decided, deadline }],
    signDecline: [emptyConnection, signer, { ...decided, deadline }],
    signFunding: [
      emptyConnection,
      new VoidSigner(client, emptyProvider),
      { agreement, indices: [0], payment: "auto", deadline, signedFunding: escrow, freelancerSignature: "0x12" },
    ],
    signedFundingAddress: [],
    signProposal: [emptyConnection, signer, { ...decided, deadline }],
    signVote: [emptyConnection, signer, { ...inVote, shareBps: 6_000, reasoning }],
    statementOf: [emptyConnection, client, { token: client, toBlock: 5, finality: 1, agreements: [agreement] }],
    statusName: [1],
    step: [
      agreement,
      state,
      { type: "approve", index: 0, submission: 1, authorization: { signer: client, deadline } },
      {
        ...{ sender: stranger, now: 1, deferred: [freelancer], escrow },
      },
    ],
    submitCall: [{ ...first, deliverable }],
    submitEvidenceCall: [{ ...first, evidence }],
    submitTypedData: [{ ...signed, submission: 1, deliverable }],
    syncHistory: [emptyConnection, { storage: stored.memoryStorage(), topics: [null, [deliverable]], finality: 9 }],
    toAddress: [client],
    toAgreement: [agreement.terms, agreement.schedule, agreement.scope],
    toCsv: [statement],
    toHash: [deliverable],
    toJson: [statement],
    validateAgreement: [agreement, { escrow }],
    verifyDeliverable: [bytes, deliverable],
    verifyManifest: [sdk.manifestOf([entry]).text, [file]],
    verifySignature: [emptyProvider, { signer: client, typedData, signature: authorization.signature }],
    voteCall: [{ ...inVote, votes: [vote] }],
    voteTypedData: [{ ...inVote, shareBps: 6_000, reasoning, chainId: 8_453 }],
    warnings: [agreement, { now: 1, chainId: 8_453, arbiterHasCode: true, allowance: 1n }],
    watch: [emptyConnection, agreement, () => {}, { interval: 1_000_000, since: history }],
    withdrawCall: [{ escrow, token: client, account: client }],
    withdrawFeeCall: [{ arbiter, token: client, account: client }],
  };
}

/** Members that nobody reads, or that are an object of ethers, whose parts are its own. */
const isOpaque = (value: unknown) =>
  [VoidSigner, Interface, Uint8Array].some((kind) => value instanceof kind) || value === emptyProvider;

const replaced = (list: readonly unknown[], index: number, other: unknown) =>
  list.map((value, place) => (place === index ? other : value));

/** A value with one part of it replaced by junk, for each part to some depth, and the path of that part. */
function* mangled(value: unknown, path: string, depth: number): Generator<[mangled: unknown, path: string]> {
  for (const other of junk) yield [other, `${path} = ${JSON.stringify(other) ?? "undefined"}`];
  if (depth === 0 || typeof value !== "object" || value === null || isOpaque(value)) return;
  for (const [name, member] of Object.entries(value)) {
    for (const [other, place] of mangled(member, `${path}.${name}`, depth - 1)) {
      yield [Array.isArray(value) ? replaced(value, Number(name), other) : { ...value, [name]: other }, place];
    }
  }
}

type Exported = (...parameters: never[]) => unknown;

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;

/** Calls a function, and fails when it fails with anything but an error of the SDK's. */
async function callWithJunk(action: Exported, parameters: readonly unknown[], what: string) {
  try {
    const result = await action(...(parameters as never[]));
    if (isIterable(result)) for await (const _ of result);
    if (typeof result === "object" && result !== null && "stop" in result) (result as sdk.Watch).stop();
  } catch (error) {
    if (error instanceof MicroEscrowError) return;
    expect.fail(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

describe("Every exported function given junk", () => {
  // Errors are made by the SDK alone, and the client is below.
  const isExempt = (name: string, value: Exported) =>
    value.prototype instanceof Error || name === "MicroEscrow" || name === "AccountSigner";
  const entries = { ...sdk, ...arbiters, ...deployment, ...gasless, ...stored, ...storage, ...wallets };
  const functions = Object.entries(entries).flatMap(([name, value]): [string, Exported][] =>
    typeof value !== "function" || isExempt(name, value as Exported) ? [] : [[name, value as Exported]],
  );

  it("is known here", () => {
    expect(Object.keys(samples()).sort()).to.deep.equal(functions.map(([name]) => name).sort());
  });

  /** What fails here also without junk: there is nothing on this chain, and the receipt has no event. */
  const failing = [
    ...["checkCode", "checkDomain", "deploy", "getAgreement", "getAgreementState", "getClaimable", "getMilestone"],
    ...["getProgress", "getTimeline", "permitTerms", "decodeResult", "checkSignedFunding"],
    ...["deploySignedFunding", "relayFunding", "signFunding", "checkStatement", "batchResults"],
    ...["getAppealCase", "getAppealable", "getClaimableFee", "getCourtAppealCost", "getCourtCase", "getKleros"],
    ...["getOpeningCost", "getPanel", "getVoting", "deployAppealableArbiter", "deployKlerosArbiter"],
    ...["deployPanelArbiter", "sendToArbiter", "signAppeal", "signDecline", "signProposal", "signVote"],
  ];
  it("does what it should without junk", async () => {
    for (const [name, action] of functions) {
      if (failing.includes(name)) continue;
      const result = await action(...((samples()[name] ?? []) as never[]));
      if (name === "watch") (result as sdk.Watch).stop();
      if (name === "validateAgreement") expect(result).to.deep.equal([]);
    }
  });

  for (const [name, action] of functions) {
    it(name, async () => {
      for (const other of junk) {
        for (const count of [0, 1, 2, 3, 4]) {
          await callWithJunk(action, new Array(count).fill(other), `${name}(${count} × ${JSON.stringify(other)})`);
        }
      }
      const sample = samples()[name] ?? [];
      for (const [position, parameter] of sample.entries()) {
        for (const [other, place] of mangled(parameter, `${position}`, 3)) {
          await callWithJunk(action, replaced(sample, position, other), `${name}: ${place}`);
        }
      }
    });
  }

  it("amounts as text, as an agreement has them after a trip through JSON, are not added up", () => {
    const schedule = agreement.schedule.map((entry) => ({ ...entry, amount: entry.amount.toString() }));
    const parsed = { ...agreement, schedule } as unknown as sdk.Agreement;
    for (const build of [
      () => fundingAmount({ agreement: parsed, indices: [0, 1] }),
      () => fundCall({ escrow, agreement: parsed, indices: [0, 1] }),
    ]) {
      const { problems } = thrown(build, sdk.InvalidAgreementError);
      expect(problems.map(({ path }) => path)).to.deep.equal(["schedule[0].amount", "schedule[1].amount"]);
    }
  });

  it("periods as text are not added up", () => {
    for (const wrong of ["60", 1.5, -1, 2 ** 32, null, undefined]) {
      const periods = { proposalPeriod: 1, appealPeriod: wrong as number, decisionPeriod: 3 };
      const times = { isDisputed: true, disputedAt: 1, clock: 9, now: 3 };
      const record = { stage: "proposed", since: 2 } as const;
      thrown(() => arbiters.appealableArbitrationPeriod(periods), InvalidParameterError);
      thrown(() => arbiters.appealStatus({ terms: periods, record, ...times }), InvalidParameterError);
    }
  });

  it("text with half a surrogate pair, which no contract's text can be", () => {
    const court = { court: stranger, extraData: "0x", metaEvidence: "/ipfs/\ud800", shares: [0] } as const;
    const terms = { ...court, minArbitrationPeriod: 1, minArbiterFeeBps: 0 };
    thrown(() => arbiters.klerosArbiterAddress(terms), InvalidParameterError);
    thrown(() => arbiters.courtEvidenceCall({ agreement, index: 0, uri: "\ud800" }), InvalidParameterError);
  });

  it("decodeResult of another verb's call, which says which verb it is not", () => {
    const call = refundCall({ escrow, agreement, index: 0 });
    const receipt = { hash: deliverable, blockNumber: 1, logs: [] };
    const error = thrown(() => sdk.decodeResult("approve", call, receipt), InvalidHashError);
    expect(error.reason).to.equal("is not calldata of approve");
  });

  it("MicroEscrow.connect, which says what to pass", async () => {
    const refused = async (runner: unknown, options?: object) => {
      try {
        await sdk.MicroEscrow.connect(runner as Provider, options);
      } catch (error) {
        expect(error).to.be.instanceOf(InvalidParameterError);
        return (error as InvalidParameterError).message;
      }
      return expect.fail("it connected");
    };
    for (const other of [...junk, 5, true, () => {}]) {
      expect(await refused(other)).to.contain("Pass one of ethers, like new JsonRpcProvider(url).");
      if (other !== undefined) await refused(emptyProvider, { provider: other });
    }
    expect(await refused("http://localhost:8545")).to.contain("new JsonRpcProvider(url)");
    expect(await refused({ request: async () => {} })).to.equal(
      '"[object Object]" is not a signer or provider of ethers, but of a wallet (EIP-1193). Wrap it: new BrowserProvider(window.ethereum), and its getSigner() to act.',
    );
    for (const other of junk) {
      if (other === undefined) continue;
      await callWithJunk(sdk.MicroEscrow.connect as never, [emptyProvider, other], "options");
    }
  });
});
