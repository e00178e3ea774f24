/** The pure builders: calldata and digests as the contract has them, and what they refuse. */
import * as sdk from "@micro-escrow/sdk";
import {
  AmountOutOfRangeError,
  acceptCall,
  acceptTypedData,
  advanceCall,
  advanceTypedData,
  approveCall,
  approveTypedData,
  attestCall,
  attestTypedData,
  type Call,
  closeCall,
  closeTypedData,
  digestOf,
  disputeCall,
  disputeTypedData,
  escrowInterface,
  extendCall,
  extendTypedData,
  finalizeCall,
  fundCall,
  fundingAmount,
  InvalidAmountError,
  InvalidHashError,
  InvalidSubmissionError,
  InvalidTimeError,
  MilestoneOutOfRangeError,
  multicallCall,
  NothingToFundError,
  permitCall,
  refundCall,
  refundTypedData,
  requestChangesCall,
  requestChangesTypedData,
  ruleCall,
  ruleTypedData,
  settleCall,
  settleTypedData,
  signableVerbs,
  submitCall,
  submitEvidenceCall,
  submitTypedData,
  type TypedData,
  WrongContractCallError,
  withdrawCall,
  zeroAddress,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { AbiCoder, concat, id, keccak256, Signature, TypedDataEncoder } from "ethers";
import { deliverable, evidence, failure, reason, reasoning } from "./chain.ts";
import { account, shop as agreement, client, wallet } from "./pure.ts";

const escrow = account("escrow");
const index = 1;
const authorization = { deadline: 1_900_000_000, signature: `0x${"ab".repeat(65)}` } as const;
const location = { chainId: 8_453, escrow, deadline: 1_900_000_000 };

/** The named arguments of a call, nested ones too. */
const decode = (call: Call) => {
  const description = escrowInterface.parseTransaction(call);
  if (description === null) return expect.fail("not a call of the escrow");
  return { name: description.name, args: description.args };
};

describe("Builders", () => {
  /** The functions of the contract that are sent. */
  const verbs: string[] = [];
  escrowInterface.forEachFunction(({ name, constant }) => {
    if (!constant) verbs.push(name);
  });

  it("are there for every function of the contract that is sent, and for no other", () => {
    const builders = Object.keys(sdk).flatMap((name) => /^(?!relayed)(\w+)Call$/.exec(name)?.[1] ?? []);
    expect(builders.sort()).to.deep.equal([...verbs].sort());
  });

  it("make typed data of every function that takes a signature, and of a permit", () => {
    const signed: string[] = [];
    escrowInterface.forEachFunction(({ name, inputs }) => {
      const types = inputs.flatMap(({ name: input, components }) => [
        input,
        ...(components ?? []).map((one) => one.name),
      ]);
      if (types.includes("signature")) signed.push(name);
    });
    expect([...signableVerbs].sort()).to.deep.equal(signed.sort());
    const builders = Object.keys(sdk).flatMap((name) => /^(?!agreement)(\w+)TypedData$/.exec(name)?.[1] ?? []);
    expect(builders.sort()).to.deep.equal([...signed, "permit"].sort());
  });
});

describe("Calls", () => {
  it("go to the escrow, without ether", () => {
    const { to, value } = submitCall({ escrow, agreement, index, deliverable });
    expect({ to, value }).to.deep.equal({ to: escrow, value: 0n });
  });

  it("carry the whole agreement, in the contract's order", () => {
    const { args } = decode(finalizeCall({ escrow, agreement, index }));
    const { feeBps, fundBy, ...rest } = agreement.terms;
    expect(args.agreement.toObject()).to.deep.include({ feeBps: BigInt(feeBps), fundBy: BigInt(fundBy) });
    expect(args.agreement.client).to.equal(rest.client);
    expect(args.agreement.milestones).to.equal(rest.milestones);
  });

  const onMilestone = { escrow, agreement, index };
  const cases: [string, Call, Record<string, unknown>][] = [
    ["submit", submitCall({ ...onMilestone, deliverable, authorization }), { index: 1n, deliverable }],
    ["approve", approveCall({ ...onMilestone, submission: 2, authorization }), { index: 1n, submission: 2n }],
    ["advance", advanceCall({ ...onMilestone, amount: 5n, authorization }), { index: 1n, amount: 5n }],
    [
      "requestChanges",
      requestChangesCall({ ...onMilestone, submission: 2, reason, authorization }),
      { index: 1n, submission: 2n, reason },
    ],
    [
      "attest",
      attestCall({ ...onMilestone, submission: 2, passed: true, report: reasoning, authorization }),
      { index: 1n, submission: 2n, passed: true, report: reasoning },
    ],
    [
      "extend",
      extendCall({ ...onMilestone, clock: 1_800_000_000, authorization }),
      { index: 1n, clock: 1_800_000_000n },
    ],
    [
      "dispute",
      disputeCall({ ...onMilestone, submission: 2, evidence, authorization }),
      { index: 1n, submission: 2n, evidence },
    ],
    [
      "rule",
      ruleCall({ ...onMilestone, freelancerAmount: 7n, reasoning, authorization }),
      { freelancerAmount: 7n, reasoning },
    ],
    ["refund", refundCall({ ...onMilestone, authorization }), { index: 1n }],
    ["close", closeCall({ escrow, agreement, party: client, authorization }), { party: client }],
  ];
  for (const [name, call, expected] of cases) {
    it(`${name}: its arguments, and its authorization`, () => {
      const decoded = decode(call);
      expect(decoded.name).to.equal(name);
      for (const [key, value] of Object.entries(expected)) expect(decoded.args[key], key).to.equal(value);
      expect(decoded.args.auth.deadline).to.equal(BigInt(authorization.deadline));
      expect(decoded.args.auth.signature).to.equal(authorization.signature);
    });
  }

  it("submitEvidence, finalize and withdraw: their arguments", () => {
    expect(decode(submitEvidenceCall({ ...onMilestone, evidence })).args.toObject()).to.include({
      index: 1n,
      evidence,
    });
    expect(decode(finalizeCall(onMilestone)).args.toObject()).to.include({ index: 1n });
    const withdrawal = decode(withdrawCall({ escrow, token: agreement.terms.token, account: client }));
    expect(withdrawal.args.toObject()).to.include({ token: agreement.terms.token, account: client });
  });

  it("accept and fund: the schedule, and a signature where there is one", () => {
    const accept = decode(acceptCall({ escrow, agreement, party: client, signature: "0x1234" })).args;
    expect(accept.signature).to.equal("0x1234");
    expect(accept.schedule.length).to.equal(agreement.schedule.length);
    expect(decode(acceptCall({ escrow, agreement, party: client })).args.signature).to.equal("0x");
    const fund = decode(fundCall({ escrow, agreement, indices: [1, 0], freelancerSignature: "0x1234" })).args;
    expect(fund.indices.toArray()).to.deep.equal([1n, 0n]);
    expect(fund.freelancerSignature).to.equal("0x1234");
    expect(decode(fundCall({ escrow, agreement, indices: [0] })).args.freelancerSignature).to.equal("0x");
  });

  it("settle: both authorizations, empty for who sends it", () => {
    const { args } = decode(settleCall({ ...onMilestone, freelancerAmount: 3n, client: authorization }));
    expect(args.client.signature).to.equal(authorization.signature);
    expect(args[4].signature).to.equal("0x");
  });

  it("permit: the parts of the signature", () => {
    const signature = wallet("payer").signingKey.sign(id("something"));
    const serialized = signature.serialized as `0x${string}`;
    const token = agreement.terms.token;
    const { args } = decode(permitCall({ escrow, token, value: 5n, deadline: 9, signature: serialized }));
    expect(Signature.from({ v: args.v, r: args.r, s: args.s }).serialized).to.equal(serialized);
    expect([args.token, args.value, args.deadline]).to.deep.equal([token, 5n, 9n]);
  });

  it("multicall: calls of the escrow, and of nothing else", async () => {
    const calls = [finalizeCall({ ...onMilestone, index: 0 }), finalizeCall(onMilestone)];
    const { args } = decode(multicallCall({ escrow, calls }));
    expect(args.data.toArray()).to.deep.equal(calls.map(({ data }) => data));
    const other = finalizeCall({ ...onMilestone, escrow: zeroAddress });
    const error = await failure(WrongContractCallError, () => multicallCall({ escrow, calls: [other] }));
    expect(error).to.include({ actual: zeroAddress, expected: escrow });
  });

  it("the funding's amount is the sum of its milestones", () => {
    const [first = 0n, second = 0n] = agreement.schedule.map(({ amount }) => amount);
    expect(fundingAmount({ agreement, indices: [0, 1] })).to.equal(first + second);
    expect(fundingAmount({ agreement, indices: [1] })).to.equal(second);
  });
});

describe("Calls refuse", () => {
  it("milestones that the schedule does not have", async () => {
    for (const wrong of [-1, 2, 0.5, Number.NaN]) {
      const error = await failure(MilestoneOutOfRangeError, () => finalizeCall({ escrow, agreement, index: wrong }));
      expect(error).to.deep.include({ index: wrong, length: 2 });
    }
    await failure(MilestoneOutOfRangeError, () => fundCall({ escrow, agreement, indices: [0, 2] }));
    await failure(MilestoneOutOfRangeError, () => fundingAmount({ agreement, indices: [2] }));
  });

  it("a funding of nothing", async () => {
    await failure(NothingToFundError, () => fundCall({ escrow, agreement, indices: [] }));
  });

  it("what is not a hash", async () => {
    const error = await failure(InvalidHashError, () =>
      submitCall({ escrow, agreement, index, deliverable: "0x1234" as typeof deliverable }),
    );
    expect(error.value).to.equal("0x1234");
  });

  it("amounts that are not bigint, or beyond 128 bits", async () => {
    for (const amount of [-1n, 1n << 128n, 5 as unknown as bigint]) {
      await failure(InvalidAmountError, () => advanceCall({ escrow, agreement, index, amount }));
    }
  });

  it("times in milliseconds or fractions", async () => {
    for (const clock of [1_800_000_000_000, 1.5, -1, Number.NaN]) {
      const error = await failure(InvalidTimeError, () => extendCall({ escrow, agreement, index, clock }));
      expect(error.value).to.deep.equal(clock);
    }
  });

  it("submissions that cannot be", async () => {
    for (const submission of [-1, 256, 1.5]) {
      const error = await failure(InvalidSubmissionError, () => approveCall({ escrow, agreement, index, submission }));
      expect(error.value).to.equal(submission);
    }
  });
});

describe("Typed data", () => {
  const held = 100n;
  const onMilestone = { ...location, agreement, index };
  const deadline = location.deadline;
  /** The struct hash by hand: the contract's type string, and the values in its order. */
  const structHash = (type: string, values: unknown[]) => {
    const types = type
      .slice(type.indexOf("(") + 1, -1)
      .split(",")
      .map((member) => member.split(" ")[0] ?? "");
    return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", ...types], [id(type), ...values]));
  };
  const digest = (hash: string) => {
    const domain = { name: "MicroEscrow", version: "1", chainId: 8_453, verifyingContract: escrow };
    return keccak256(concat(["0x1901", TypedDataEncoder.hashDomain(domain), hash]));
  };

  const cases: [string, TypedData, unknown[]][] = [
    ["Close(bytes32 agreement,uint256 deadline)", closeTypedData({ ...location, agreement }), [agreement.id, deadline]],
    [
      "Submit(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 deliverable,uint256 deadline)",
      submitTypedData({ ...onMilestone, submission: 3, deliverable }),
      [agreement.id, index, 3, deliverable, deadline],
    ],
    [
      "Approve(bytes32 agreement,uint256 milestone,uint256 submission,uint128 amount,uint256 deadline)",
      approveTypedData({ ...onMilestone, submission: 3, held }),
      [agreement.id, index, 3, held, deadline],
    ],
    [
      "Advance(bytes32 agreement,uint256 milestone,uint128 amount,uint128 remaining,uint256 deadline)",
      advanceTypedData({ ...onMilestone, amount: 40n, held }),
      [agreement.id, index, 40n, 60n, deadline],
    ],
    [
      "RequestChanges(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 reason,uint256 deadline)",
      requestChangesTypedData({ ...onMilestone, submission: 3, reason }),
      [agreement.id, index, 3, reason, deadline],
    ],
    [
      "Attest(bytes32 agreement,uint256 milestone,uint256 submission,bool passed,bytes32 report,uint256 deadline)",
      attestTypedData({ ...onMilestone, submission: 3, passed: true, report: reasoning }),
      [agreement.id, index, 3, true, reasoning, deadline],
    ],
    [
      "Extend(bytes32 agreement,uint256 milestone,uint256 submission,uint40 currentClock,uint40 newClock,uint256 deadline)",
      extendTypedData({ ...onMilestone, clock: 20, submission: 3, currentClock: 10 }),
      [agreement.id, index, 3, 10, 20, deadline],
    ],
    [
      "Dispute(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 evidence,uint256 deadline)",
      disputeTypedData({ ...onMilestone, submission: 3, evidence }),
      [agreement.id, index, 3, evidence, deadline],
    ],
    [
      "Rule(bytes32 agreement,uint256 milestone,uint128 freelancerAmount,bytes32 reasoning,uint256 deadline)",
      ruleTypedData({ ...onMilestone, freelancerAmount: 7n, reasoning }),
      [agreement.id, index, 7n, reasoning, deadline],
    ],
    [
      "Settle(bytes32 agreement,uint256 milestone,uint128 freelancerAmount,uint128 clientAmount,uint256 deadline)",
      settleTypedData({ ...onMilestone, freelancerAmount: 30n, held }),
      [agreement.id, index, 30n, 70n, deadline],
    ],
    [
      "Refund(bytes32 agreement,uint256 milestone,uint128 amount,uint256 deadline)",
      refundTypedData({ ...onMilestone, held }),
      [agreement.id, index, held, deadline],
    ],
  ];
  for (const [type, typedData, values] of cases) {
    it(`of ${typedData.primaryType} is the contract's type`, () => {
      expect(TypedDataEncoder.from(typedData.types).encodeType(typedData.primaryType)).to.equal(type);
      expect(digestOf(typedData)).to.equal(digest(structHash(type, values)));
    });
  }

  it("of a consent hashes to the agreement's id", () => {
    expect(digestOf(acceptTypedData({ agreement, chainId: 8_453, escrow }))).to.equal(digest(agreement.id));
  });

  it("is refused for amounts that are not in what is held", async () => {
    for (const amount of [0n, 100n, 101n]) {
      const error = await failure(AmountOutOfRangeError, () => advanceTypedData({ ...onMilestone, amount, held }));
      expect(error).to.include({ amount, minimum: 1n, maximum: 99n });
    }
    const settlement = { ...onMilestone, freelancerAmount: 101n, held };
    await failure(AmountOutOfRangeError, () => settleTypedData(settlement));
  });

  it("is refused for a deadline in milliseconds", async () => {
    const late = { ...onMilestone, deadline: 1_900_000_000_000, held };
    await failure(InvalidTimeError, () => refundTypedData(late));
  });
});
