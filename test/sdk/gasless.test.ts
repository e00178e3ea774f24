/** Funding by signature: by the real USDC's authorizations, by the real Permit2, relayed by somebody who pays the network fee. */
import {
  type Address,
  type Agreement,
  FundingClosedError,
  fundingAmount,
  GasTooHighError,
  GateRefusedError,
  type Hex,
  InsufficientBalanceError,
  InvalidAgreementError,
  InvalidParameterError,
  InvalidSignatureError,
  InvalidSignedActionError,
  MilestoneOutOfRangeError,
  NoCodeError,
  NotAcceptedError,
  NothingToFundError,
  SignatureExpiredError,
  Status,
  TokenRefusedError,
  toAddress,
  UnauthorizedError,
  UnexpectedBalanceError,
  UserRejectedError,
  WrongChainError,
  WrongContractCallError,
  WrongContractError,
  WrongStatusError,
} from "@micro-escrow/sdk";
import { deploySignedFunding } from "@micro-escrow/sdk/deploy";
import {
  authorizationNonce,
  GaslessUnsupportedError,
  PaymentRefusedError,
  permit2Address,
  relayFunding,
  type SignedFunding,
  signedFundingAddress,
  signedFundingInterface,
  signFunding,
} from "@micro-escrow/sdk/gasless";
import { checkStatement, statementOf } from "@micro-escrow/sdk/history";
import { expect } from "chai";
import { type Contract, concat, getCreate2Address, keccak256, parseEther, Signature, toBeHex, Wallet } from "ethers";
import create2 from "../../deployments/create2.json" with { type: "json" };
import { deployUsdc } from "../../scripts/demo/usdc.ts";
import { DAY, deliverable, failure, inToken, setUp, UNIT } from "./chain.ts";
import { mined } from "./evm.ts";
import { deployPermit2, permit2InitCode, permit2Salt } from "./permit2.ts";

describe("Funding by signature", () => {
  let context: Awaited<ReturnType<typeof setUp>>;
  let usdc: Contract;
  let usdcAddress: Address;
  /** A client and a freelancer of this test's own: without ether, as everybody begins. */
  let client: Wallet;
  let freelancer: Wallet;

  before(async () => {
    context = await setUp();
    const { deployer, platform } = context.signers;
    await deploySignedFunding({ signer: deployer });
    await deployPermit2(deployer);
    const deployed = await deployUsdc(deployer, deployer, toAddress(platform.address));
    [usdc, usdcAddress] = [deployed.contract, deployed.address];
    await mined(usdc.getFunction("configureMinter")(deployer.address, 1_000_000n * UNIT));
  });

  beforeEach(async () => {
    const { provider } = context.ethers;
    client = new Wallet(Wallet.createRandom().privateKey, provider);
    freelancer = new Wallet(Wallet.createRandom().privateKey, provider);
  });

  const relayer = () => context.signers.stranger;
  const ether = (account: { address: string }) => context.ethers.provider.getBalance(account.address);
  const balance = (token: { getFunction: Contract["getFunction"] }, account: string): Promise<bigint> =>
    token.getFunction("balanceOf")(account);
  /** An agreement of the two in a token of which the client has 1,000 units. */
  const agreeIn = async (
    token: { getFunction: Contract["getFunction"] },
    address: Address,
    changes = {},
  ): Promise<Agreement> => {
    await mined(token.getFunction("mint")(client.address, 1_000n * UNIT));
    return context.define({ client: client.address, freelancer: freelancer.address, ...inToken(address), ...changes });
  };
  const agreeInUsdc = (changes = {}) => agreeIn(usdc, usdcAddress, changes);
  const signedBy = async (agreement: Agreement, parameters = {}): Promise<SignedFunding> => {
    const freelancerSignature = await context.escrow.connect(freelancer).sign(agreement);
    return signFunding(context.escrow.connection, client, {
      agreement,
      indices: [0],
      freelancerSignature,
      ...parameters,
    });
  };
  const allow = async (token: Contract, amount: bigint) => {
    await context.networkHelpers.setBalance(client.address, parseEther("1"));
    await mined((token.connect(client) as Contract).getFunction("approve")(permit2Address, amount));
    await context.networkHelpers.setBalance(client.address, 0n);
  };
  const notMoved = "the token refused the transfer: balance or allowance for Permit2 may be too low";
  const relay = (funding: SignedFunding) => relayFunding(context.escrow.connection, relayer(), funding);
  /** A token of which nothing but its transfers is known, and of which the client allowed Permit2 everything. */
  const tether = async () => {
    const token = await context.ethers.deployContract("TetherToken");
    const address = toAddress(await token.getAddress());
    await allow(token as unknown as Contract, 2n ** 256n - 1n);
    return { token: token as unknown as Contract, address };
  };

  /** A token with permits (EIP-2612), and no other way to pay by signature. */
  const permitting = async () => {
    const token = (await context.ethers.deployContract("PlainToken", [6])) as unknown as Contract;
    return { token, address: toAddress(await token.getAddress()) };
  };
  /** What the client allowed Permit2. */
  const allowance = (token: Contract): Promise<bigint> =>
    token.getFunction("allowance")(client.address, permit2Address);
  /** A wallet of the client that keeps what it is asked to sign. */
  const counting = () => {
    const wallet = new Wallet(client.privateKey, context.ethers.provider);
    const asked: { readonly type: string; readonly message: Record<string, unknown> }[] = [];
    const sign = wallet.signTypedData.bind(wallet);
    wallet.signTypedData = (domain, types, message) => {
      asked.push({ type: Object.keys(types)[0] ?? "", message });
      return sign(domain, types, message);
    };
    return { wallet, asked };
  };

  /** From the chain alone, as each party would see it: what it paid and got, equal to the chain. */
  async function expectStatements({ terms, id }: Agreement, { amount, fee }: { amount: bigint; fee: bigint }) {
    const { connection } = context.escrow;
    const option = { token: terms.token };
    const totals = { paid: 0n, received: 0n, balance: 0n, credited: 0n, withdrawn: 0n, claimable: 0n, held: 0n };
    const entry = { agreement: id, index: 0, token: terms.token, arbiterFee: 0n };
    const paid = { gross: amount, platformFee: fee, net: amount - fee };
    const parties = [
      [terms.client, { type: "funded", net: amount, balance: -amount }, { paid: amount, balance: -amount }],
      [terms.freelancer, { type: "paid", ...paid }, { received: amount - fee, balance: amount - fee }],
      [terms.feeRecipient, { type: "platform fee", net: fee }, { credited: fee, claimable: fee }],
    ] as const;
    for (const [account, expected, sums] of parties) {
      const statement = await statementOf(connection, account, option);
      expect(await checkStatement(connection, statement)).to.deep.equal([]);
      expect(statement.entries.map(({ type }) => type)).to.deep.equal([expected.type]);
      expect(statement.entries[0]).to.deep.include({ ...entry, ...expected });
      expect(statement.totals).to.deep.equal([{ token: terms.token, ...totals, ...sums }]);
    }
    for (const account of [terms.arbiter, signedFundingAddress(), relayer().address]) {
      expect((await statementOf(connection, account, option)).entries).to.deep.equal([]);
    }
  }

  /** From the two signatures to the money, with a relayer who pays for all of it. */
  async function playMilestone(agreement: Agreement, token: Contract, payment: "authorization" | "permit2") {
    const { escrow } = context;
    const [asClient, asFreelancer, asRelayer] = [client, freelancer, relayer()].map((signer) => escrow.connect(signer));
    if (!asClient || !asFreelancer || !asRelayer) throw new Error("three accounts");
    const amount = fundingAmount({ agreement, indices: [0] });
    const before = await balance(token, client.address);

    const funding = JSON.parse(JSON.stringify(await signedBy(agreement)));
    expect(funding).to.deep.include({ payment, signer: client.address, amount: String(amount) });
    const funded = await relay(funding);
    const now = await escrow.getTime();
    expect(funded).to.deep.include({
      payer: signedFundingAddress(),
      amount,
      opened: true,
      milestones: [{ index: 0, amount, clock: now + 14 * DAY }],
    });
    expect(before - (await balance(token, client.address))).to.equal(amount);
    expect(await balance(token, signedFundingAddress())).to.equal(0n);

    await asRelayer.relay(await asFreelancer.signSubmit({ agreement, index: 0, deliverable }));
    const approved = await asRelayer.relay(await asClient.signApprove({ agreement, index: 0 }));
    const fee = amount / 50n; // the agreement's platform fee, 2%
    expect(approved).to.deep.include({ freelancerAmount: amount - fee, platformFee: fee, deferred: [] });
    expect(await balance(token, freelancer.address)).to.equal(amount - fee);
    expect([await ether(client), await ether(freelancer)]).to.deep.equal([0n, 0n]);
    await expectStatements(agreement, { amount, fee });
    const counts = [client, freelancer].map(({ address }) => context.ethers.provider.getTransactionCount(address));
    return Promise.all(counts);
  }

  it("pays a freelancer out of USDC of a client, neither of whom has any ether", async () => {
    expect(await playMilestone(await agreeInUsdc(), usdc, "authorization")).to.deep.equal([0, 0]);
  });

  it("does the same with Permit2, in a token without permits", async () => {
    const { token, address } = await tether();
    expect(await playMilestone(await agreeIn(token, address), token, "permit2")).to.deep.equal([1, 0]);
  });

  it("does the same with a permit for Permit2, in a token that has no more than that", async () => {
    const { token, address } = await permitting();
    expect(await playMilestone(await agreeIn(token, address), token, "permit2")).to.deep.equal([0, 0]);
    expect(await allowance(token)).to.equal(0n);
  });

  describe("by an authorization", () => {
    it("signs the next milestones alone once the agreement is accepted", async () => {
      const agreement = await agreeInUsdc();
      const first = await signedBy(agreement);
      await relay(first);
      const next = await signFunding(context.escrow.connection, client, { agreement, indices: [2, 1] });
      const [{ clientSignature, freelancerSignature }] = signedFundingInterface.decodeFunctionData(
        "fundWithAuthorization",
        next.data,
      );
      expect([clientSignature, freelancerSignature]).to.deep.equal(["0x", "0x"]);
      const { opened, milestones } = await relay(next);
      expect({ opened, indices: milestones.map(({ index }) => index) }).to.deep.equal({
        opened: false,
        indices: [2, 1],
      });
      expect(await balance(usdc, client.address)).to.equal(400n * UNIT);
    });

    it("says when it was used, or cancelled, or too late", async () => {
      const agreement = await agreeInUsdc();
      const funding = await signedBy(agreement);
      await relay(funding);
      expect((await failure(PaymentRefusedError, relay(funding))).reason).to.equal("it was used before, or cancelled");

      const deadline = (await context.escrow.getTime()) + 600;
      const late = await signedBy(agreement, { indices: [1], deadline });
      await context.networkHelpers.time.increaseTo(deadline);
      expect((await failure(PaymentRefusedError, relay(late))).reason).to.equal("its deadline has passed");
    });

    it("works with tokens of OpenZeppelin's ERC-3009, plain and with keyed nonces", async () => {
      for (const name of ["AuthorizationToken", "KeyedAuthorizationToken"]) {
        const token = (await context.ethers.deployContract(name)) as unknown as Contract;
        const agreement = await agreeIn(token, toAddress(await token.getAddress()));
        const funding = await signedBy(agreement);
        expect(funding.payment).to.equal("authorization");
        expect((await relay(funding)).amount).to.equal(100n * UNIT);
      }
    });

    it("has the nonce that the contract asks for", async () => {
      const agreement = await agreeInUsdc();
      const contract = await context.ethers.getContractAt("SignedFunding", signedFundingAddress());
      for (const indices of [[0], [2, 1], [0, 1, 2]]) {
        for (const nonce of [0n, 1n, 2n ** 256n - 1n]) {
          expect(authorizationNonce({ chainId: 31_337, agreement, indices, nonce })).to.equal(
            await contract.getFunction("authorizationNonce")(agreement.id, indices, nonce),
          );
        }
      }
    });
  });

  describe("by Permit2", () => {
    it("is the real one: its code gives its address", () => {
      expect(getCreate2Address(create2.deployer, permit2Salt, keccak256(permit2InitCode))).to.equal(permit2Address);
    });

    it("says when it was used, or is too late", async () => {
      const { token, address } = await tether();
      const agreement = await agreeIn(token, address);
      const funding = await signedBy(agreement);
      await relay(funding);
      expect((await failure(PaymentRefusedError, relay(funding))).reason).to.equal("it was used before, or cancelled");

      const deadline = (await context.escrow.getTime()) + 600;
      const late = await signedBy(agreement, { indices: [1], deadline });
      await context.networkHelpers.time.increaseTo(deadline + 1);
      expect((await failure(PaymentRefusedError, relay(late))).reason).to.equal("its deadline has passed");
    });

    it("is what is left where the token only seems to take authorizations", async () => {
      const token = (await context.ethers.deployContract("PretendingToken")) as unknown as Contract;
      const address = toAddress(await token.getAddress());
      const agreement = await agreeIn(token, address);
      const error = await failure(UnexpectedBalanceError, signedBy(agreement, { payment: "authorization" }));
      expect(error).to.include({ token: address, actual: 0n, expected: 100n * UNIT });
      await allow(token, 100n * UNIT);
      const funding = await signedBy(agreement);
      expect(funding).to.include({ payment: "permit2" }).and.not.to.have.property("permit");
      expect((await relay(funding)).amount).to.equal(100n * UNIT);
    });

    it("is taken for USDC as well, when that is asked for", async () => {
      const agreement = await agreeInUsdc();
      const first = await signedBy(agreement, { payment: "permit2" });
      expect(first).to.include({ payment: "permit2" }).and.to.have.property("permit");
      expect((await relay(first)).amount).to.equal(100n * UNIT);
      await allow(usdc, 200n * UNIT);
      const second = await signedBy(agreement, { payment: "permit2", indices: [1] });
      expect(second).to.include({ payment: "permit2" }).and.not.to.have.property("permit");
      expect((await relay(second)).amount).to.equal(200n * UNIT);
    });

    it("is refused when the allowance is gone", async () => {
      const { token, address } = await tether();
      const funding = await signedBy(await agreeIn(token, address));
      await allow(token, 0n);
      expect((await failure(PaymentRefusedError, relay(funding))).reason).to.equal(notMoved);
    });
  });

  describe("by Permit2 with a permit", () => {
    /** What a relayer of this test's own sends, after `before` each. */
    const watched = (before: (count: number) => Promise<unknown> = async () => {}) => {
      const signer = new Wallet(Wallet.createRandom().privateKey, context.ethers.provider);
      const sent: (string | undefined)[] = [];
      const send = signer.sendTransaction.bind(signer);
      signer.sendTransaction = async (request) => {
        await before(sent.push(String(request.to)));
        return send(request);
      };
      const relayIt = async (funding: SignedFunding) => {
        await context.networkHelpers.setBalance(signer.address, parseEther("1"));
        return relayFunding(context.escrow.connection, signer, funding);
      };
      return { sent, relay: relayIt };
    };
    const anybody = () => context.signers.platform;
    /** The permit as anybody can send it, read out of a signed funding. */
    const sendPermit = async (token: Contract, { permit, signer, amount, deadline }: SignedFunding, changes = {}) => {
      const { v, r, s } = Signature.from(permit);
      const said = { spender: permit2Address, amount, deadline, ...changes };
      const terms = [signer, said.spender, said.amount, said.deadline, v, r, s];
      return mined((token.connect(anybody()) as Contract).getFunction("permit")(...terms));
    };
    const signed = async (parameters = {}) => {
      const { token, address } = await permitting();
      const agreement = await agreeIn(token, address);
      return { token, address, agreement, funding: await signedBy(agreement, parameters) };
    };
    const permitRefused = "the token refuses its permit: it was used before, is too late, or is not the client's";

    it("asks for two signatures of the payment, of the same sum and deadline", async () => {
      const { token, address } = await permitting();
      const agreement = await agreeIn(token, address);
      const freelancerSignature = await context.escrow.connect(freelancer).sign(agreement);
      const { wallet, asked } = counting();
      const { connection } = context.escrow;
      const deadline = (await context.escrow.getTime()) + 600;
      const what = { agreement, indices: [1, 0], freelancerSignature, deadline };
      const funding = await signFunding(connection, wallet, what);
      expect(funding).to.deep.include({ payment: "permit2", amount: `${300n * UNIT}`, deadline });
      expect(asked.map(({ type }) => type)).to.deep.equal(["Agreement", "Permit", "PermitWitnessTransferFrom"]);
      expect(asked[1]?.message).to.deep.equal({
        owner: client.address,
        spender: permit2Address,
        value: 300n * UNIT,
        nonce: 0n,
        deadline,
      });
      expect(asked[2]?.message).to.deep.include({ permitted: { token: address, amount: 300n * UNIT }, deadline });
      await relay(funding);
      await signFunding(connection, wallet, { agreement, indices: [2] });
      expect(asked.slice(3).map(({ type }) => type)).to.deep.equal(["Permit", "PermitWitnessTransferFrom"]);
      expect(asked[3]?.message).to.deep.include({ value: 300n * UNIT, nonce: 1n });
    });

    it("is sent as two transactions, and leaves no allowance, also where there was some", async () => {
      for (const already of [0n, 40n * UNIT]) {
        const { token, address } = await permitting();
        const agreement = await agreeIn(token, address);
        await allow(token, already);
        const funding = await signedBy(agreement);
        const { relay, sent } = watched();
        expect((await relay(JSON.parse(JSON.stringify(funding)))).amount).to.equal(100n * UNIT);
        expect(sent).to.deep.equal([address, signedFundingAddress()]);
        expect(await allowance(token)).to.equal(0n);
        expect(await balance(token, client.address)).to.equal(900n * UNIT);
      }
    });

    it("is not signed where the allowance is enough, and not sent where it has become enough", async () => {
      const { token, address, agreement, funding } = await signed();
      await allow(token, 150n * UNIT);
      const { relay, sent } = watched();
      await relay(funding);
      expect(sent).to.deep.equal([signedFundingAddress()]);
      expect(await allowance(token)).to.equal(50n * UNIT);
      await allow(token, 200n * UNIT);
      const next = await signedBy(agreement, { indices: [1] });
      expect(next).to.include({ token: address }).and.not.to.have.property("permit");
    });

    it("works when somebody else has sent the permit, who gains nothing by it", async () => {
      const { token, funding } = await signed();
      await sendPermit(token, funding);
      expect(await allowance(token)).to.equal(100n * UNIT);
      expect(await balance(token, client.address)).to.equal(1_000n * UNIT);
      const take = (token.connect(anybody()) as Contract).getFunction("transferFrom");
      await expect(take(client.address, anybody().address, 1n)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
      const { relay, sent } = watched();
      await relay(funding);
      expect(sent).to.deep.equal([signedFundingAddress()]);
    });

    it("works when somebody else sends the permit at the last moment", async () => {
      const { token, address, funding } = await signed();
      const { relay, sent } = watched((count) => (count === 1 ? sendPermit(token, funding) : Promise.resolve()));
      expect((await relay(funding)).amount).to.equal(100n * UNIT);
      expect(sent).to.deep.equal([address, signedFundingAddress()]);
      expect(await allowance(token)).to.equal(0n);
    });

    it("says so when somebody else sends the whole funding at the last moment: to the same end", async () => {
      for (const [moment, reason] of [
        [1, permitRefused],
        [2, "it was used before, or cancelled"],
      ] as const) {
        const { token, agreement, funding } = await signed();
        const { relay, sent } = watched((count) =>
          count === moment ? relayFunding(context.escrow.connection, anybody(), funding) : Promise.resolve(),
        );
        expect((await failure(PaymentRefusedError, relay(funding))).reason).to.equal(reason);
        expect(sent).to.have.length(moment);
        expect(await balance(token, client.address)).to.equal(900n * UNIT);
        expect((await context.escrow.getMilestone({ agreement, index: 0 })).status).to.equal(Status.Funded);
      }
    });

    it("allows nothing but what was signed", async () => {
      const { token, funding } = await signed();
      const changes = [
        { spender: anybody().address },
        { amount: 101n * UNIT },
        { amount: 2n ** 256n - 1n },
        { deadline: funding.deadline + 1 },
      ];
      for (const change of changes) {
        await expect(sendPermit(token, funding, change)).to.be.revertedWithCustomError(token, "ERC2612InvalidSigner");
      }
      await relay(funding);
      await expect(sendPermit(token, funding)).to.be.revertedWithCustomError(token, "ERC2612InvalidSigner");
      expect(await allowance(token)).to.equal(0n);
    });

    it("costs the relayer nothing when the permit is missing, of another funding, or used", async () => {
      const { token, agreement, funding } = await signed();
      const { permit: other } = await signedBy(agreement, { indices: [1] });
      const { relay, sent } = watched();
      const { permit: _, ...without } = funding;
      expect((await failure(PaymentRefusedError, relay(without))).reason).to.equal(notMoved);
      const exchanged = await failure(PaymentRefusedError, relay({ ...funding, ...(other && { permit: other }) }));
      expect(exchanged.reason).to.equal(permitRefused);
      expect(exchanged.cause).to.be.instanceOf(TokenRefusedError);
      await sendPermit(token, funding);
      await allow(token, 99n * UNIT);
      expect((await failure(PaymentRefusedError, relay(funding))).reason).to.equal(permitRefused);
      expect(sent).to.deep.equal([]);
    });

    it("costs the relayer nothing when the payment or the agreement is not good any more", async () => {
      const { agreement, funding } = await signed();
      const { relay, sent } = watched();
      const [what, [amount, nonce, deadline, signature]] = signedFundingInterface
        .decodeFunctionData("fundWithPermit2", funding.data)
        .toArray(true);
      const payment = { amount, nonce: nonce + 1n, deadline, signature };
      const forged = signedFundingInterface.encodeFunctionData("fundWithPermit2", [what, payment]) as Hex;
      expect((await failure(PaymentRefusedError, relay({ ...funding, data: forged }))).reason).to.equal(
        "the signature is not the client's, or not for this funding",
      );
      await context.escrow.connect(relayer()).relay(await context.escrow.connect(freelancer).signClose({ agreement }));
      await failure(FundingClosedError, relay(funding));
      expect(sent).to.deep.equal([]);
    });

    it("counts once: of two signed at the same time one is refused, until it is signed again", async () => {
      const { agreement, funding } = await signed();
      const second = await signedBy(agreement, { indices: [1] });
      await relay(funding);
      expect((await failure(PaymentRefusedError, relay(second))).reason).to.equal(permitRefused);
      await relay(await signedBy(agreement, { indices: [1] }));
    });

    it("ends with the payment's deadline", async () => {
      const deadline = (await context.escrow.getTime()) + 600;
      const { agreement, funding } = await signed({ deadline });
      const { time } = context.networkHelpers;
      await watched((count) => time.setNextBlockTimestamp(deadline - 2 + count)).relay(funding);
      expect(await context.escrow.getTime()).to.equal(deadline);
      const next = await signedBy(agreement, { indices: [1], deadline: deadline + 600 });
      await context.networkHelpers.time.increaseTo(deadline + 601);
      expect((await failure(PaymentRefusedError, relay(next))).reason).to.equal(permitRefused);
    });

    it("is nothing where it is no signature, or not for Permit2", async () => {
      const { funding } = await signed();
      const { r, s } = Signature.from(funding.permit);
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const high = concat([r, toBeHex(order - BigInt(s), 32), "0x1b"]);
      for (const permit of [null, 1, "", "0x", "0x12", `${funding.permit}00`, high]) {
        const error = await failure(InvalidSignedActionError, relay({ ...funding, permit } as SignedFunding));
        expect(error.reason, String(permit)).to.equal("its permit is not an ECDSA signature");
      }
      const authorized = await signedBy(await agreeInUsdc());
      const error = await failure(
        InvalidSignedActionError,
        relay({ ...authorized, permit: funding.permit } as SignedFunding),
      );
      expect(error.reason).to.equal("it has a permit, which its payment does not need");
    });

    it("is not handed out where the payment would fail after it, or the wallet refuses one of the two", async () => {
      const token = (await context.ethers.deployContract("RestrictedToken")) as unknown as Contract;
      const agreement = await agreeIn(token, toAddress(await token.getAddress()));
      await mined(token.getFunction("setPaused")(true));
      expect((await failure(PaymentRefusedError, signedBy(agreement))).reason).to.equal(notMoved);
      await mined(token.getFunction("setPaused")(false));

      const freelancerSignature = await context.escrow.connect(freelancer).sign(agreement);
      for (const refused of ["Permit", "PermitWitnessTransferFrom"]) {
        const { wallet, asked } = counting();
        const sign = wallet.signTypedData.bind(wallet);
        wallet.signTypedData = async (domain, types, message) => {
          if (Object.keys(types)[0] === refused)
            throw Object.assign(new Error("user rejected action"), {
              code: "ACTION_REJECTED",
              action: "signTypedData",
            });
          return sign(domain, types, message);
        };
        const what = { agreement, indices: [0], freelancerSignature };
        await failure(UserRejectedError, signFunding(context.escrow.connection, wallet, what));
        expect(asked.map(({ type }) => type)).to.deep.equal(
          refused === "Permit" ? ["Agreement"] : ["Agreement", "Permit"],
        );
      }
    });

    it("is limited in its gas, as the funding is", async () => {
      const { token, funding } = await signed();
      const limited = (maxGas: bigint) =>
        relayFunding(context.escrow.connection, relayer(), funding, { maxGas }).catch((error) => error);
      const permit = await limited(1n);
      expect(permit).to.be.instanceOf(GasTooHighError).and.to.include({ maximum: 1n });
      expect(permit.estimate < 100_000n).to.equal(true);
      expect(await allowance(token)).to.equal(0n);
      const paying = await limited(100_000n);
      expect(paying).to.be.instanceOf(GasTooHighError).and.to.include({ maximum: 100_000n });
      expect(await allowance(token)).to.equal(100n * UNIT);
      expect(await balance(token, client.address)).to.equal(1_000n * UNIT);
      expect((await limited(paying.estimate)).amount).to.equal(100n * UNIT);
    });

    it("is simulated with the payment where both are large", async () => {
      const { token, address } = await permitting();
      const milestones = Array.from({ length: 50 }, () => ({ amount: 20n * UNIT, work: "14 days" }));
      const scope = { title: "Blog", milestones: milestones.map((_, index) => `Article ${index + 1}`) };
      const agreement = await agreeIn(token, address, { milestones, scope });
      const funding = await signedBy(agreement, { indices: milestones.map((_, index) => index) });
      expect((await relay(funding)).amount).to.equal(1_000n * UNIT);
    });
  });

  describe("asks for no signature", () => {
    /** A client whose wallet must not be asked. */
    const silent = () => {
      const { provider } = context.ethers;
      const wallet = new Wallet(client.privateKey, provider);
      wallet.signTypedData = () => expect.fail("it was asked to sign");
      return wallet;
    };
    const sign = (agreement: Agreement, parameters = {}) =>
      signFunding(context.escrow.connection, silent(), { agreement, indices: [0], ...parameters });

    it("when the signer is not the client", async () => {
      const agreement = await agreeInUsdc({ client: context.signers.client.address });
      expect(await failure(UnauthorizedError, sign(agreement))).to.include({
        caller: client.address,
        expected: context.signers.client.address,
      });
    });

    it("when the freelancer has not accepted, or signed another agreement", async () => {
      const agreement = await agreeInUsdc();
      const other = await agreeInUsdc();
      expect(await failure(NotAcceptedError, sign(agreement))).to.include({ party: freelancer.address });
      const freelancerSignature = await context.escrow.connect(freelancer).sign(other);
      await failure(InvalidSignatureError, sign(agreement, { freelancerSignature }));
    });

    it("when the client has too little", async () => {
      const [, ...others] = inToken(usdcAddress).milestones;
      const milestones = [{ amount: 1_001n * UNIT, work: "14 days" }, ...others];
      const agreement = await agreeInUsdc({ milestones });
      const freelancerSignature = await context.escrow.connect(freelancer).sign(agreement);
      expect(await failure(InsufficientBalanceError, sign(agreement, { freelancerSignature }))).to.include({
        token: usdcAddress,
        have: 1_000n * UNIT,
        need: 1_001n * UNIT,
      });
    });

    it("when the token has none of them", async () => {
      const token = (await context.ethers.deployContract("TetherToken")) as unknown as Contract;
      const address = toAddress(await token.getAddress());
      const agreement = await agreeIn(token, address);
      const freelancerSignature = await context.escrow.connect(freelancer).sign(agreement);
      const error = await failure(GaslessUnsupportedError, sign(agreement, { freelancerSignature }));
      expect(error.message).to.equal(
        `The token ${address} cannot be paid by signature alone: it has no transfers by authorization (ERC-3009) whose EIP-712 domain is known, and the client allowed Permit2 0 base units of the ${100n * UNIT} needed, which no permit (EIP-2612) can change: it has no nonces or no domain separator. Let the client approve Permit2 once, where there is one, or fund with an account that pays the network fee.`,
      );
      const alone = await failure(
        GaslessUnsupportedError,
        sign(agreement, { freelancerSignature, payment: "authorization" }),
      );
      expect(alone.reason).to.equal("it has no transfers by authorization (ERC-3009) whose EIP-712 domain is known");
    });

    it("when the token has permits of another kind, or the client has code", async () => {
      const dai = (await context.ethers.deployContract("DaiToken")) as unknown as Contract;
      const { token, address } = await permitting();
      const cases = [
        { token: dai, address: toAddress(await dai.getAddress()), reason: "its permit is not EIP-2612's" },
        { token, address, code: "0xef0100".padEnd(48, "1"), reason: "the payer has code" },
      ];
      for (const { token, address, code = "0x", reason } of cases) {
        const agreement = await agreeIn(token, address);
        const freelancerSignature = await context.escrow.connect(freelancer).sign(agreement);
        await context.networkHelpers.setCode(client.address, code);
        const error = await failure(
          GaslessUnsupportedError,
          sign(agreement, { freelancerSignature, payment: "permit2" }),
        );
        expect(error.reason).to.equal(
          `the client allowed Permit2 0 base units of the ${100n * UNIT} needed, which no permit (EIP-2612) can change: ${reason}`,
        );
      }
    });

    it("when it is too late, or nothing is left to fund", async () => {
      const agreement = await agreeInUsdc();
      const now = await context.escrow.getTime();
      const late = await failure(SignatureExpiredError, sign(agreement, { deadline: now }));
      expect(late).to.include({ deadline: now, time: now });
      await failure(NothingToFundError, sign(agreement, { indices: [] }));
      await failure(MilestoneOutOfRangeError, sign(agreement, { indices: [3] }));
      await relay(await signedBy(agreement));
      await failure(WrongStatusError, sign(agreement));
      await relayClose(agreement);
      await failure(FundingClosedError, sign(agreement, { indices: [1] }));
    });
    const relayClose = async (agreement: Agreement) =>
      context.escrow.connect(relayer()).relay(await context.escrow.connect(freelancer).signClose({ agreement }));

    it("for what is no agreement, or no way to pay", async () => {
      const agreement = await agreeInUsdc();
      const broken = { ...agreement, terms: { ...agreement.terms, feeBps: 1_001 } };
      await failure(InvalidAgreementError, sign(broken));
      await failure(InvalidParameterError, sign(agreement, { payment: "cash" }));
    });

    it("through a contract whose code was put together with another escrow in one place", async () => {
      const agreement = await agreeInUsdc();
      const code = await context.ethers.provider.getCode(signedFundingAddress());
      const escrow = context.escrow.address.slice(2).toLowerCase();
      const places = [...code.matchAll(new RegExp(escrow, "g"))].map(({ index }) => index);
      expect(places.length).to.be.above(1);
      const other = Wallet.createRandom().address;
      for (const place of places) {
        const forged = code.slice(0, place) + usdcAddress.slice(2).toLowerCase() + code.slice(place + 40);
        await context.networkHelpers.setCode(other, forged);
        const error = await failure(WrongContractCallError, sign(agreement, { signedFunding: other }));
        expect(error).to.include({ actual: usdcAddress, expected: context.escrow.address });
      }
    });

    it("through a contract that is not there, or not the right one", async () => {
      const agreement = await agreeInUsdc();
      await failure(NoCodeError, sign(agreement, { signedFunding: client.address }));
      await failure(WrongContractError, sign(agreement, { signedFunding: context.escrow.address }));
      const other = await context.ethers.deployContract("SignedFunding", [usdcAddress]);
      const wrong = await failure(WrongContractCallError, sign(agreement, { signedFunding: await other.getAddress() }));
      expect(wrong).to.include({ actual: usdcAddress, expected: context.escrow.address });
    });
  });

  describe("of an agreement with a gate", () => {
    const play = async (allowed: string) => {
      const gate = await context.ethers.deployContract("PayerGate", [allowed]);
      const agreement = await agreeInUsdc({ gate: await gate.getAddress() });
      const freelancerSignature = await context.escrow.connect(freelancer).sign(agreement);
      const { wallet, asked } = counting();
      const what = { agreement, indices: [0], freelancerSignature };
      return { gate, asked, signed: signFunding(context.escrow.connection, wallet, what) };
    };

    it("asks the gate about SignedFunding, before anything is signed", async () => {
      const { gate, asked, signed } = await play(client.address);
      const error = await failure(GateRefusedError, signed);
      const reason = gate.interface.encodeErrorResult("NotOnTheList", [signedFundingAddress()]);
      expect(error).to.include({ gate: await gate.getAddress(), reason, words: undefined });
      expect(asked).to.deep.equal([]);
    });

    it("signs where the gate lets SignedFunding pay, whatever it says of the client", async () => {
      const { asked, signed } = await play(signedFundingAddress());
      expect((await relay(await signed)).amount).to.equal(100n * UNIT);
      expect(asked.map(({ type }) => type)).to.deep.equal(["Agreement", "ReceiveWithAuthorization"]);
    });

    it("signs nothing for a gate that has no code", async () => {
      const agreement = await agreeInUsdc({ gate: Wallet.createRandom().address });
      await failure(GateRefusedError, signedBy(agreement));
    });
  });

  describe("is not relayed", () => {
    /** The same with a bit beyond the client's address. */
    const dirty = (data: Hex) => `${data.slice(0, 10 + 2 * 64)}01${data.slice(10 + 2 * 64 + 2)}`;

    it("when it changes between the look and the sending", async () => {
      const agreement = await agreeInUsdc();
      const shown = await signedBy(agreement);
      const other = await signedBy(agreement, { indices: [1] });
      let reads = 0;
      const changing = { ...shown };
      Object.defineProperty(changing, "data", { enumerable: true, get: () => (++reads === 1 ? shown : other).data });
      const { milestones } = await relay(changing);
      expect(milestones.map(({ index }) => index)).to.deep.equal([0]);
    });

    it("with another sum than that of its milestones", async () => {
      const agreement = await agreeInUsdc();
      const funding = await signedBy(agreement);
      const [what, payment] = signedFundingInterface.decodeFunctionData("fundWithAuthorization", funding.data);
      for (const amount of [payment.amount - 1n, payment.amount + 1n]) {
        const { nonce, deadline, signature } = payment;
        const data = signedFundingInterface.encodeFunctionData("fundWithAuthorization", [
          what,
          { amount, nonce, deadline, signature },
        ]) as Hex;
        const error = await failure(InvalidSignedActionError, relay({ ...funding, amount: `${amount}`, data }));
        expect(error.reason).to.equal("its amount is not the sum of its milestones");
      }
    });

    it("but is with addresses in lower case, and data in upper case", async () => {
      const funding = await signedBy(await agreeInUsdc());
      const lower = (address: Address) => address.toLowerCase() as Address;
      const { to, signer, token, data } = funding;
      const written = {
        to: lower(to),
        signer: lower(signer),
        token: lower(token),
        data: `0x${data.slice(2).toUpperCase()}`,
      };
      expect((await relay({ ...funding, ...written } as SignedFunding)).amount).to.equal(100n * UNIT);
    });

    it("when anything of it was altered", async () => {
      const agreement = await agreeInUsdc();
      const funding = await signedBy(agreement);
      const altered: readonly (readonly [Partial<Record<keyof SignedFunding, unknown>>, string])[] = [
        [{ amount: "1" }, "its amount is not the one that was signed"],
        [{ token: context.tokenAddress }, "its token is not the one that was signed"],
        [{ signer: freelancer.address }, "its signer is not the one that was signed"],
        [{ deadline: funding.deadline + 1 }, "its deadline is not the one that was signed"],
        [{ payment: "permit2" }, "its payment is not the one that was signed"],
        [{ to: context.escrow.address }, "it is for another contract than SignedFunding"],
        [{ chainId: "1" }, "it names no chain"],
        [{ data: "0x" }, "it is not a call of SignedFunding that funds"],
        [{ data: `${funding.data}00` }, "it is not a call of SignedFunding that funds"],
        [{ data: dirty(funding.data) }, "it is not a call of SignedFunding that funds"],
        [{ data: undefined }, "it is not a call of SignedFunding that funds"],
        [{ data: signedFundingInterface.encodeFunctionData("ESCROW") }, "it is not a call of SignedFunding that funds"],
      ];
      for (const [change, reason] of altered) {
        const error = await failure(InvalidSignedActionError, relay({ ...funding, ...change } as SignedFunding));
        expect(error.reason).to.equal(reason);
      }
      const nothing = await failure(InvalidSignedActionError, relay(null as unknown as SignedFunding));
      expect(nothing.reason).to.equal("it is not an object");
      await failure(WrongChainError, relay({ ...funding, chainId: 1 }));
    });

    it("when the calldata was altered: other milestones, another sum, another agreement", async () => {
      const agreement = await agreeInUsdc();
      const other = await agreeInUsdc();
      const funding = await signedBy(agreement);
      const [what, payment] = signedFundingInterface
        .decodeFunctionData("fundWithAuthorization", funding.data)
        .toArray(true);
      const resend = (change: object, paid: object) => {
        const [agreement_, schedule, indices, clientSignature, freelancerSignature] = what;
        const fields = { agreement: agreement_, schedule, indices, clientSignature, freelancerSignature, ...change };
        const [amount, nonce, deadline, signature] = payment;
        const data = signedFundingInterface.encodeFunctionData("fundWithAuthorization", [
          fields,
          { amount, nonce, deadline, signature, ...paid },
        ]) as Hex;
        const changed = "amount" in paid ? { amount: String(paid.amount) } : {};
        return relay({ ...funding, ...changed, data });
      };
      const count = await context.ethers.provider.getTransactionCount(relayer().address);
      const freelancerSignature = await context.escrow.connect(freelancer).sign(other);
      const clientSignature = await context.escrow.connect(client).sign(other);
      for (const [change, paid] of [
        [{ indices: [1] }, { amount: 200n * UNIT }],
        [{ indices: [0, 1] }, { amount: 300n * UNIT }],
        [{ agreement: other.terms, freelancerSignature, clientSignature }, {}],
        [{}, { nonce: 1n }],
      ] as const) {
        expect((await failure(PaymentRefusedError, resend(change, paid))).reason).to.equal(
          "the signature is not the client's, or not for this funding",
        );
      }
      expect(await context.ethers.provider.getTransactionCount(relayer().address)).to.equal(count);
      expect(await balance(usdc, client.address)).to.equal(2_000n * UNIT);
      expect((await resend({}, {})).amount).to.equal(100n * UNIT);
    });
  });
});
