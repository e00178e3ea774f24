/**
 * Accounts with real code, put together from OpenZeppelin's parts (contracts/mocks/SmartAccount.sol), in each role: a smart
 * account that an owner has the key of (ERC-1271, ERC-7739, ERC-7821), and an account that delegated (EIP-7702).
 */
import {
  type Agreement,
  acceptTypedData,
  approveTypedData,
  CannotSignError,
  decodeError,
  InvalidAddressError,
  InvalidHashError,
  InvalidParameterError,
  MissingProviderError,
  NoCodeError,
  NotAcceptedError,
  Outcome,
  RpcError,
  Status,
  toAddress,
  verifySignature,
  zeroAddress,
} from "@micro-escrow/sdk";
import { AccountSigner, fundCalls, nestedSignature, nestedTypedData } from "@micro-escrow/sdk/wallets";
import { expect } from "chai";
import { Interface, type Signer, type TypedDataDomain, Wallet, ZeroHash, zeroPadValue } from "ethers";
import { type Context, deliverable, evidence, failure, reasoning, setUp, through, UNIT } from "./chain.ts";
import { mined } from "./evm.ts";
import { wallet } from "./pure.ts";

describe("Accounts with OpenZeppelin's code", () => {
  let context: Context;
  let owners: Record<Role, Wallet>;

  type Role = "client" | "freelancer" | "arbiter";
  const roles: readonly Role[] = ["client", "freelancer", "arbiter"];

  beforeEach(async () => {
    context = await setUp();
    const { provider } = context.ethers;
    const owner = async (role: Role) => {
      const signer = wallet(`owner of the ${role}'s account`).connect(provider);
      await mined(context.signers.deployer.sendTransaction({ to: signer.address, value: 10n ** 18n }));
      return signer as Wallet;
    };
    owners = { client: await owner("client"), freelancer: await owner("freelancer"), arbiter: await owner("arbiter") };
  });

  /** The kinds of accounts: how one is made for an owner. */
  const kinds: Record<string, (owner: Wallet) => Promise<AccountSigner>> = {
    "a smart account (ERC-1271, nested by ERC-7739)": async (owner) => {
      const account = await context.ethers.deployContract("SmartAccount", [owner.address]);
      await account.waitForDeployment();
      return new AccountSigner({ account: await account.getAddress(), owner });
    },
    "an account that delegated (EIP-7702, nested by ERC-7739)": async (owner) => {
      await delegate(owner, "DelegatedAccount");
      return new AccountSigner({ account: owner.address, owner });
    },
    "an account that delegated to code that takes plain signatures (EIP-7702)": async (owner) => {
      await delegate(owner, "ContractAccount", owner.address);
      // It has its own storage: who owns it is set there.
      const setOwner = new Interface(["function setOwner(address)"]).encodeFunctionData("setOwner", [owner.address]);
      await mined(owner.sendTransaction({ to: owner.address, data: setOwner }));
      return new AccountSigner({ account: owner.address, owner });
    },
  };

  async function delegate(owner: Wallet, name: string, ...parameters: string[]) {
    const code = await context.ethers.deployContract(name, parameters);
    await code.waitForDeployment();
    const address = await code.getAddress();
    const nonce = (await owner.getNonce()) + 1;
    const authorization = await owner.authorize({ address, nonce });
    await mined(owner.sendTransaction({ type: 4, to: zeroAddress, authorizationList: [authorization] }));
    expect(await owner.provider?.getCode(owner.address)).to.equal(`0xef0100${address.slice(2).toLowerCase()}`);
  }

  /** The account in one role, the node's accounts in the others. */
  async function world(role: Role, create: (owner: Wallet) => Promise<AccountSigner>) {
    const account = await create(owners[role]);
    const address = toAddress(await account.getAddress());
    await mined(context.token.getFunction("mint")(address, 1_000n * UNIT));
    const as = { ...context.as, [role]: context.escrow.connect(account) };
    return { account, address, as, agreement: context.define({ [role]: address }) };
  }

  const stateOf = (agreement: Agreement) => context.escrow.getMilestone({ agreement, index: 0 });

  for (const [kind, create] of Object.entries(kinds)) {
    describe(kind, () => {
      for (const role of roles) {
        it(`is the ${role}: agreement, funding, submission, dispute, ruling, payment`, async () => {
          const { as, agreement, address } = await world(role, create);
          const { client, freelancer, arbiter } = as;
          const freelancerSignature = await freelancer.sign(agreement);
          const funding = await client.fund({ agreement, indices: [0, 1], freelancerSignature });
          expect(funding).to.include({ payer: agreement.terms.client, amount: 300n * UNIT });

          await freelancer.submit({ agreement, index: 0, deliverable });
          const { freelancerAmount } = await client.approve({ agreement, index: 0 });
          expect(freelancerAmount).to.equal(98n * UNIT);

          await freelancer.submit({ agreement, index: 1, deliverable });
          const disputed = await client.dispute({ agreement, index: 1, submission: 1, evidence });
          expect(disputed.by).to.equal(agreement.terms.client);
          const ruling = await arbiter.rule({ agreement, index: 1, freelancerAmount: 100n * UNIT, reasoning });
          expect(ruling).to.include({
            outcome: Outcome.Ruled,
            freelancerAmount: 98n * UNIT,
            clientAmount: 94n * UNIT,
            arbiterFee: 6n * UNIT,
          });
          const withdrawn = await as.stranger.withdraw({
            token: context.tokenAddress,
            account: agreement.terms.arbiter,
          });
          expect(withdrawn.amount).to.equal(6n * UNIT);

          const change = { client: -300n + 94n, freelancer: 98n + 98n, arbiter: 6n }[role];
          expect(await context.balance(address)).to.equal((1_000n + change) * UNIT);
        });
      }

      it("is all three, and each signs what somebody else sends", async () => {
        const accounts = {
          client: await create(owners.client),
          freelancer: await create(owners.freelancer),
          arbiter: await create(owners.arbiter),
        };
        const [client, freelancer, arbiter] = await Promise.all(
          roles.map(async (role) => ({
            escrow: context.escrow.connect(accounts[role]),
            address: toAddress(await accounts[role].getAddress()),
          })),
        );
        if (!client || !freelancer || !arbiter) return expect.fail("three accounts");
        const parties = { client: client.address, freelancer: freelancer.address, arbiter: arbiter.address };
        const agreement = context.define(parties);
        await mined(context.token.getFunction("mint")(client.address, 100n * UNIT));
        const { stranger } = context.as;
        for (const party of [client, freelancer]) {
          const consent = await party.escrow.signAccept({ agreement });
          expect(await stranger.relay(consent)).to.include({ party: party.address, recorded: true });
        }
        await client.escrow.fund({ agreement, indices: [0] });

        await stranger.relay(await freelancer.escrow.signSubmit({ agreement, index: 0, deliverable }));
        const dispute = { agreement, index: 0, submission: 1, evidence };
        expect(await stranger.relay(await client.escrow.signDispute(dispute))).to.include({ by: client.address });
        const ruling = { agreement, index: 0, freelancerAmount: 50n * UNIT, reasoning };
        const ruled = await stranger.relay(await arbiter.escrow.signRule(ruling));
        expect(ruled).to.include({ outcome: Outcome.Ruled, freelancerAmount: 49n * UNIT, clientAmount: 47n * UNIT });
        expect(await context.balance(freelancer)).to.equal(49n * UNIT);
        expect(await context.balance(client)).to.equal(47n * UNIT);
      });

      it("signs an approval for somebody else to send", async () => {
        const { as, agreement } = await world("client", create);
        const freelancerSignature = await as.freelancer.sign(agreement);
        await as.client.fund({ agreement, indices: [0], freelancerSignature });
        await as.freelancer.submit({ agreement, index: 0, deliverable });
        await as.stranger.relay(await as.client.signApprove({ agreement, index: 0 }));
        expect((await stateOf(agreement)).status).to.equal(Status.Released);
      });

      it("consents without a signature", async () => {
        const { as, agreement } = await world("freelancer", create);
        await as.freelancer.accept({ agreement });
        await as.client.fund({ agreement, indices: [0] });
        expect((await stateOf(agreement)).status).to.equal(Status.Funded);
      });

      it("settles with both halves signed", async () => {
        const { as, agreement } = await world("freelancer", create);
        const freelancerSignature = await as.freelancer.sign(agreement);
        await as.client.fund({ agreement, indices: [0], freelancerSignature });
        const split = { agreement, index: 0, freelancerAmount: 50n * UNIT };
        const half = await as.freelancer.signSettle(split);
        const { clientAmount } = await as.client.settle({ ...split, signatures: [half] });
        expect(clientAmount).to.equal(50n * UNIT);
      });
    });
  }

  describe("a key whose account has delegated, used without AccountSigner,", () => {
    it("is told that its signature would be refused, and what to do; it can consent by accept", async () => {
      const { agreement, address } = await world(
        "freelancer",
        kinds["an account that delegated (EIP-7702, nested by ERC-7739)"] ?? expect.fail(),
      );
      const plain = context.escrow.connect(owners.freelancer);
      const error = await failure(CannotSignError, plain.sign(agreement));
      expect(error).to.include({ account: address });
      expect(error.message).to.equal(
        `${address} cannot sign: it has code, and that code does not accept the signature (ERC-1271). Record its consent or send its action as a transaction of its own instead (accept, or the verb itself).`,
      );
      await failure(NotAcceptedError, context.escrow.fund({ agreement, indices: [0] }));
      await plain.accept({ agreement });
      await context.escrow.fund({ agreement, indices: [0] });
    });
  });

  describe("batches of a smart account", () => {
    const smart = kinds["a smart account (ERC-1271, nested by ERC-7739)"] ?? expect.fail("no such kind");
    const delegated = kinds["an account that delegated (EIP-7702, nested by ERC-7739)"] ?? expect.fail("no such kind");

    for (const [kind, create] of Object.entries({ smart, delegated })) {
      it(`approve and fund in one transaction (${kind})`, async () => {
        const { account, as, agreement, address } = await world("client", create);
        const freelancerSignature = await as.freelancer.sign(agreement);
        const funding = { escrow: context.escrow.address, agreement, indices: [0, 1], freelancerSignature };
        await mined(account.sendCalls(fundCalls(funding)));
        expect(await context.balance(address)).to.equal(700n * UNIT);
        expect((await stateOf(agreement)).status).to.equal(Status.Funded);
        const allowance = await context.token.getFunction("allowance")(address, context.escrow.address);
        expect(allowance, "nothing is left to take").to.equal(0n);
      });

      it(`fail whole: what cannot be funded is not approved either (${kind})`, async () => {
        const { account, agreement, address } = await world("client", create);
        const calls = fundCalls({ escrow: context.escrow.address, agreement, indices: [0] });
        const sending = account.sendCalls(calls).catch((error: unknown) => {
          throw decodeError(error);
        });
        await failure(NotAcceptedError, sending);
        expect(await context.token.getFunction("allowance")(address, context.escrow.address)).to.equal(0n);
      });
    }

    it("are not made of nothing", async () => {
      const { account } = await world("client", smart);
      await failure(InvalidParameterError, account.sendCalls([]));
    });
  });

  describe("AccountSigner", () => {
    const smart = kinds["a smart account (ERC-1271, nested by ERC-7739)"] ?? expect.fail("no such kind");

    it("acts on the chain of its owner, or of the provider that it is given", async () => {
      const { account, agreement } = await world("freelancer", smart);
      expect(account.provider).to.equal(owners.freelancer.provider);
      const address = await account.getAddress();
      const unconnected = new AccountSigner({ account: address, owner: new Wallet(owners.freelancer.privateKey) });
      expect(unconnected.provider).to.equal(null);
      const { domain, types, message } = acceptTypedData({ agreement, ...context.escrow.connection });
      await failure(MissingProviderError, unconnected.signTypedData(domain, types, message));
      // The escrow connects it.
      expect(await context.escrow.connect(unconnected).sign(agreement)).to.match(/^0x/);
    });

    it("refuses an account without code, whose signature would be its owner's", async () => {
      const account = new AccountSigner({ account: context.signers.freelancer.address, owner: owners.freelancer });
      const error = await failure(CannotSignError, context.escrow.connect(account).sign(context.define()));
      expect(error.reason).to.contain("must be deployed before it can sign");
    });

    it("is not made of junk", async () => {
      const account = context.signers.stranger.address;
      const owner = owners.client;
      for (const other of [undefined, null, "", [], 5]) {
        await failure(InvalidParameterError, () => new AccountSigner(other as never));
        await failure(InvalidParameterError, () => new AccountSigner({ account, owner: other as never }));
        await failure(InvalidAddressError, () => new AccountSigner({ account: other as never, owner }));
      }
    });

    it("signs nothing but typed data", async () => {
      const { account, address } = await world("client", smart);
      for (const signing of [account.signMessage(), account.signTransaction()]) {
        expect(await failure(CannotSignError, signing)).to.include({ account: address });
      }
    });

    it("takes an account whose ERC-1271 fails when asked for one that does not nest", async () => {
      const owner = owners.freelancer;
      const plain = await context.ethers.deployContract("ContractAccount", [owner.address]);
      await plain.waitForDeployment();
      const account = toAddress(await plain.getAddress());
      const agreement = context.define({ freelancer: account });
      const signer = new AccountSigner({ account, owner });
      // None; an answer of nothing, and of garbage; a revert.
      for (const fault of [0, 1, 3, 6]) {
        await mined(plain.getFunction("setFault")(fault));
        const { domain, types, message } = acceptTypedData({ agreement, ...context.escrow.connection });
        const signature = await signer.signTypedData(domain, types, message);
        expect(signature, `fault ${fault}`).to.equal(await owner.signTypedData(domain, types, message));
      }
    });

    it("sends calls, and creates no contracts", async () => {
      const { account } = await world("client", smart);
      await failure(InvalidParameterError, account.sendTransaction({ data: "0x00" }));
      const { stranger } = context.signers;
      await mined(context.signers.deployer.sendTransaction({ to: await account.getAddress(), value: 5n }));
      const before = await context.ethers.provider.getBalance(stranger);
      await mined(account.sendTransaction({ to: stranger.address, value: 3n }));
      expect(await context.ethers.provider.getBalance(stranger)).to.equal(before + 3n);
    });

    it("sends nothing to an account that would take it and do nothing: one without code, or that makes no batches", async () => {
      const owner = owners.client;
      const { client, stranger } = context.signers;
      const agreement = await context.funded([0]);
      const account = new AccountSigner({ account: client.address, owner });
      const itself = new AccountSigner({ account: owner.address, owner });
      const calls = fundCalls({ escrow: context.escrow.address, agreement, indices: [1] });
      const transactions = await owner.getNonce();
      for (const send of [
        () => context.escrow.connect(account).close({ agreement }),
        () => account.sendTransaction({ to: stranger.address }),
        () => account.sendCalls(calls),
      ]) {
        const error = await failure(NoCodeError, send);
        expect([error.address, error.chainId]).to.deep.equal([client.address, 31_337]);
      }
      expect((await failure(NoCodeError, itself.sendCalls(calls))).address).to.equal(owner.address);
      // Stops at once, whatever it is called for, as a Safe without a handler for what it does not know; and says yes to all.
      for (const code of ["0x00", "0x60ff60005260206000f3"]) {
        await context.networkHelpers.setCode(client.address, code);
        const error = await failure(InvalidParameterError, account.sendTransaction({ to: stranger.address }));
        expect([error.value, error.reason]).to.deep.equal([
          client.address,
          "is an account that makes no batches of calls (ERC-7821)",
        ]);
      }
      expect(await owner.getNonce()).to.equal(transactions);
      expect((await context.escrow.getAgreementState(agreement)).closed).to.equal(false);
    });

    it("does not sign under the domain of another account, or of another chain", async () => {
      const { agreement, address } = await world("freelancer", smart);
      const { stranger } = context.signers;
      const another = stranger.address.slice(2).toLowerCase();
      const lies: readonly (readonly [string, string, string])[] = [
        [address.slice(2).toLowerCase(), another, `${stranger.address} on chain 31337`],
        ["7a69".padStart(64, "0"), "1".padStart(64, "0"), `${address} on chain 1`],
      ];
      for (const [truth, lie, domain] of lies) {
        const error = await signingThrough(agreement, address, truth, lie);
        expect(error.reason).to.equal(`it has the EIP-712 domain of ${domain}`);
      }
    });

    /** What signing fails with through an endpoint that alters what the account says of its domain. */
    async function signingThrough(agreement: Agreement, address: string, truth: string, lie: string) {
      const lying = await through(context, async (method, parameters, forward) => {
        const answer = await forward();
        const request = JSON.stringify(parameters).toLowerCase();
        const asked =
          method === "eth_call" && request.includes("0x84b0196e") && request.includes(address.toLowerCase());
        return asked ? (answer as string).replace(truth, lie) : answer;
      });
      const signer = new AccountSigner({
        account: address,
        owner: owners.freelancer.connect(lying.connection.provider) as Signer,
      });
      return failure(CannotSignError, lying.connect(signer).sign(agreement));
    }

    it("passes on the endpoint's failure when the account is asked whether it nests", async () => {
      const { address, agreement } = await world("freelancer", smart);
      let isDown = false;
      const failing = await through(context, async (method, _parameters, forward) => {
        if (isDown && method === "eth_getBlockByNumber") throw new TypeError("fetch failed");
        return forward();
      });
      const owner = owners.freelancer.connect(failing.connection.provider) as Signer;
      const signer = new AccountSigner({ account: address, owner });
      const { domain, types, message } = acceptTypedData({ agreement, ...failing.connection });
      isDown = true;
      expect((await failure(RpcError, signer.signTypedData(domain, types, message))).reason).to.equal("unreachable");
    });
  });

  describe("nested typed data", () => {
    const names = { name: "SmartAccount", version: "1", chainId: 31_337n, salt: ZeroHash };

    it("is what the account itself makes of it, for an agreement and for an action", async () => {
      const { ethers, escrow } = context;
      const owner = owners.freelancer;
      const contract = await ethers.deployContract("SmartAccount", [owner.address]);
      await contract.waitForDeployment();
      const signer = toAddress(await contract.getAddress());
      const agreement = context.define();
      const action = { agreement, index: 0, submission: 1, held: 5n, deadline: 9 };
      for (const typedData of [
        acceptTypedData({ agreement, ...escrow.connection }),
        approveTypedData({ ...action, ...escrow.connection }),
        // A type whose name comes behind that of a type in it.
        {
          domain: acceptTypedData({ agreement, ...escrow.connection }).domain,
          types: { Zebra: [{ name: "stripe", type: "Black" }], Black: [{ name: "width", type: "uint256" }] },
          primaryType: "Zebra",
          message: { stripe: { width: 3n } },
        },
      ]) {
        const nested = nestedTypedData(typedData, { ...names, verifyingContract: signer });
        const byOwner = await owner.signTypedData(nested.domain, nested.types, nested.message);
        const signature = nestedSignature(typedData, byOwner as `0x${string}`);
        const { provider } = ethers;
        expect(await verifySignature(provider, { signer, typedData, signature }), typedData.primaryType).to.equal(true);
        const other = { ...typedData, domain: { ...typedData.domain, chainId: 1 } as TypedDataDomain };
        expect(await verifySignature(provider, { signer, typedData: other, signature })).to.equal(false);
        expect(
          await verifySignature(provider, { signer, typedData, signature: byOwner as `0x${string}` }),
          "plain",
        ).to.equal(false);
      }
    });

    it("is not nested again, nor made of anything else", async () => {
      const typedData = acceptTypedData({ agreement: context.define(), ...context.escrow.connection });
      const account = { ...names, verifyingContract: zeroPadValue("0x01", 20) };
      const nested = nestedTypedData(typedData, account);
      await failure(InvalidParameterError, () => nestedTypedData(nested, account));
      await failure(InvalidParameterError, () => nestedTypedData({} as typeof typedData, account));
      await failure(InvalidParameterError, () => nestedTypedData({ ...typedData, primaryType: "Milestone" }, account));
      await failure(InvalidParameterError, () => nestedTypedData(typedData, { ...account, salt: "0x12" }));
      await failure(InvalidHashError, () => nestedSignature(typedData, "0x1"));
    });
  });
});
