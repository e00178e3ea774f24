/** The verifier's service with a model in its configuration. */
import { join } from "node:path";
import { type Agreement, acceptTypedData, agreementId, fundCall, type Hex, Status } from "@micro-escrow/sdk";
import { folderStorage } from "@micro-escrow/sdk/node";
import { putDeliverable, putScope } from "@micro-escrow/sdk/storage";
import { runVerifier } from "@micro-escrow/sdk/verifier";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import {
  type Answering,
  type Asked,
  type ModelServer,
  scored,
  startModelServer,
} from "../../../scripts/modelServer.ts";
import { DAY } from "../chain.ts";
import { mined } from "../evm.ts";
import { LogSink, worldOfEachTest } from "../services/world.ts";
import { ARTICLE, KEY } from "./judging.ts";

describe("The verifier with a model", function () {
  this.timeout(60_000);
  const world = worldOfEachTest();
  let account: HDNodeWallet;
  let server: ModelServer;
  let answer: (asked: Asked) => Answering;

  beforeEach(async () => {
    account = await world().newAccount();
    server = await startModelServer(KEY, (asked) => answer(asked));
  });

  afterEach(() => server.stop());

  /** An agreement on an article that a model judges, funded and submitted. */
  async function submitted(challengePeriod = DAY): Promise<Agreement> {
    const { fund, submit, folder, escrow, signers } = world();
    const checks = [{ kind: "judgement", in: "*.md", atLeast: 7, criteria: [{ asks: "It is about shops" }] }] as const;
    const changes = { verifier: account.address, challenge: "1 day", review: "3 days" } as const;
    let [agreement] = await fund(1, {
      ...changes,
      scope: { title: "Blog", milestones: [{ title: "An article", checks }] },
    });
    if (agreement?.scope === undefined) return expect.fail("there is no agreement");
    if (challengePeriod !== DAY) {
      // As somebody without this SDK makes it.
      const terms = { ...agreement.terms, challengePeriod };
      agreement = { ...agreement, terms, id: agreementId(terms) };
      const { domain, types, message } = acceptTypedData({ ...escrow.connection, agreement });
      const freelancerSignature = (await signers.freelancer.signTypedData(domain, types, message)) as Hex;
      const call = fundCall({ escrow: escrow.address, agreement, indices: [0], freelancerSignature });
      await mined(signers.client.sendTransaction(call));
    }
    const storage = folderStorage(join(folder, "contents"));
    if (agreement.scope !== undefined) await putScope(storage, agreement.scope);
    const bytes = new TextEncoder().encode(ARTICLE);
    await submit([agreement], await putDeliverable(storage, [{ path: "article.md", bytes }]));
    return agreement;
  }

  async function run(): Promise<LogSink> {
    const { configure } = world();
    const model = {
      ...{ protocol: "openai", endpoint: server.endpoint, model: "judge-1", key: "MICRO_ESCROW_MODEL_KEY", retries: 0 },
      ...{ price: { input: "3", output: "15" }, costPerJudgement: "1", costPerDay: "10" },
    };
    const verifier = {
      ...{ account: account.address, key: { environment: "MICRO_ESCROW_VERIFIER_KEY" }, listen: "127.0.0.1:0", model },
      ...{ interval: "1 second", storages: ["contents"], maxFeePerGas: "30", minimumBalance: "0.1", finality: 0 },
    };
    const config = await configure({}, { keeper: undefined, verifier });
    const env = { MICRO_ESCROW_VERIFIER_KEY: account.privateKey, MICRO_ESCROW_MODEL_KEY: KEY };
    const stderr = new LogSink();
    await runVerifier({ config, once: true, env, stderr });
    expect(stderr.text).not.to.contain(KEY);
    return stderr;
  }

  const sent = () => world().provider.getTransactionCount(account.address);

  it("attests what every sample passes; then the client has a day", async () => {
    const agreement = await submitted();
    answer = (asked) => scored(asked, 8);
    const log = await run();
    expect(log.saying("Checked").map(({ verdict }) => verdict)).to.deep.equal(["passed"]);
    expect([server.asked.length, await sent()]).to.deep.equal([3, 1]);
    const { milestones } = await world().escrow.getAgreementState(agreement);
    expect(milestones[0]?.status).to.equal(Status.Submitted);
    await run();
    expect([server.asked.length, await sent()]).to.deep.equal([3, 1]);
  });

  it("attests nothing where the client has less than a day, and asks no model", async () => {
    await submitted(DAY - 1);
    answer = (asked) => scored(asked, 10);
    const log = await run();
    expect(log.saying("The client has less than a day to object to a model's judgement: humans decide")).to.have.length(
      1,
    );
    expect([server.asked.length, await sent()]).to.deep.equal([0, 0]);
  });

  it("asks again where the endpoint failed, and leaves to humans what is unclear", async () => {
    await submitted();
    answer = () => ({ status: 503 });
    const failing = await run();
    expect(failing.saying("A model could not be asked; trying again")).to.have.length(1);
    answer = (asked) => scored(asked, asked.number === 2 ? 2 : 9);
    const unclear = await run();
    expect(unclear.saying("The checks cannot tell: humans decide")).to.have.length(1);
    const { length } = server.asked;
    await run();
    expect([server.asked.length, await sent()]).to.deep.equal([length, 0]);
  });
});
