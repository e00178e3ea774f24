/** What a service must not forget: the journal, also after a crash at any byte and beside another process. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidHistoryError } from "@micro-escrow/sdk/history";
import { expect } from "chai";
import { StateTakenError } from "../../../sdk/dist/services/errors.js";
import { Journal } from "../../../sdk/dist/services/journal.js";
import { failure } from "../chain.ts";

interface Entry {
  readonly sent: string;
}

const TITLE = "micro-escrow test 1";

describe("The journal of a service", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "micro-escrow-journal-"));
    file = join(folder, "state/test.journal");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = () => Journal.open<Entry>(file, TITLE);

  it("gives back what was appended, in its order, in any script", async () => {
    const { journal, records } = await open();
    expect(records).to.deep.equal([]);
    const entries = [{ sent: "0x01" }, { sent: "zwölf Ärzte 漢字 🙂\u2028\n" }, { sent: "0x03" }];
    await Promise.all(entries.map((entry) => journal.append(entry)));
    expect((await open()).records).to.deep.equal(entries);
    expect(await readFile(file, "latin1")).to.match(/^[\x20-\x7e\n]+$/);
  });

  it("is in a folder of its owner's alone", async () => {
    await (await open()).journal.append({ sent: "0x01" });
    expect((await stat(join(folder, "state"))).mode & 0o077).to.equal(0);
  });

  it("loses nothing but the record that a crash tore, at any byte, and goes on behind it", async () => {
    const { journal } = await open();
    await journal.append({ sent: "0x01" });
    const before = await readFile(file);
    await journal.append({ sent: "0x02" });
    const whole = await readFile(file);
    for (let length = 0; length <= whole.length; ++length) {
      await writeFile(file, whole.subarray(0, length));
      const torn = await open();
      // A line is whole without its end.
      const expected = [
        ...(length >= before.length - 1 ? [{ sent: "0x01" }] : []),
        ...(length >= whole.length - 1 ? [{ sent: "0x02" }] : []),
      ];
      expect(torn.records, `torn after ${length} bytes`).to.deep.equal(expected);
      await torn.journal.append({ sent: "0x03" });
      expect((await open()).records, `torn after ${length} bytes`).to.deep.equal([...expected, { sent: "0x03" }]);
    }
  });

  it("refuses what a process appends that does not know what another one appended", async () => {
    const [first, second] = [await open(), await open()];
    await first.journal.append({ sent: "0x01" });
    const error = await failure(StateTakenError, second.journal.append({ sent: "0x01" }));
    expect(error.file).to.equal(file);
    await failure(StateTakenError, second.journal.clear());
    await first.journal.append({ sent: "0x02" });
    expect((await open()).records).to.deep.equal([{ sent: "0x01" }, { sent: "0x02" }]);
  });

  it("lets one alone of many that append at the same time go on", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, open));
    const results = await Promise.allSettled(all.map(({ journal }, index) => journal.append({ sent: `0x${index}` })));
    expect(results.filter(({ status }) => status === "fulfilled")).to.have.lengthOf(1);
    expect((await open()).records).to.have.lengthOf(1);
  });

  it("is emptied, and used again", async () => {
    const { journal } = await open();
    await journal.append({ sent: "0x01" });
    await journal.clear();
    await journal.append({ sent: "0x02" });
    expect((await open()).records).to.deep.equal([{ sent: "0x02" }]);
  });

  it("leaves another file alone", async () => {
    await (await open()).journal.append({ sent: "0x01" });
    await failure(InvalidHistoryError, Journal.open(file, "micro-escrow other 1"));
    await writeFile(file, "my diary\n");
    await failure(InvalidHistoryError, open());
    expect(await readFile(file, "utf8")).to.equal("my diary\n");
  });
});
