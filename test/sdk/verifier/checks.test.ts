/** Each check with good, bad and hostile work; and what a scope may declare. */
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import {
  canonicalJson,
  type DeliverableFile,
  describe as describeAgreement,
  InvalidScopeError,
  type Scope,
} from "@micro-escrow/sdk";
import {
  type Check,
  checkProblems,
  checkWork,
  type OtherWork,
  reportOf,
  reportToMarkdown,
  serializeReport,
} from "@micro-escrow/sdk/verifier";
import { expect } from "chai";
import { pack } from "tar-stream";
import { unpack, unpackLimits } from "../../../sdk/dist/verifier/archive.js";
import { fits } from "../../../sdk/dist/verifier/glob.js";
import { pureKinds } from "../../../sdk/dist/verifier/kinds/index.js";
import { gradeOf, syllablesOf } from "../../../sdk/dist/verifier/kinds/language.js";
import { parseJunit, parseTap } from "../../../sdk/dist/verifier/results.js";
import { parseTable } from "../../../sdk/dist/verifier/table.js";
import { failure } from "../chain.ts";
import { shop } from "../pure.ts";

const file = (path: string, content: string | Uint8Array): DeliverableFile => ({
  path,
  bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
});

const scopeOf = (...checks: readonly object[]): Scope => ({
  title: "Blog",
  milestones: [{ title: "Articles", checks: checks as readonly Check[] }],
  nonce: `0x${"11".repeat(32)}`,
});

/** The answer of one check, without the thread that it has otherwise. */
async function answerOf(check: object, files: readonly DeliverableFile[], others: readonly OtherWork[] = []) {
  const kind = pureKinds.find((one) => "kind" in check && one.kind === check.kind) ?? expect.fail("no such kind");
  const declared = kind.read(check, "check");
  const { result, reasons } = await kind.check(declared, { files, others }, new AbortController().signal);
  return [result, ...reasons];
}

/** An entry of a zip; what it says of itself need not be so. */
interface ZipEntry {
  readonly name: string;
  readonly content?: string;
  /** As in Unix, with the kind of file. */
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  /** Bytes that it says it unpacks to. */
  readonly size?: number;
}

/** A zip of these entries (PKWARE's APPNOTE.TXT, 4.3). */
function zip(...entries: readonly ZipEntry[]): Uint8Array {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, content = "", mode = 0, flags = 0, method = 8, size } of entries) {
    const [path, bytes] = [Buffer.from(name), Buffer.from(content)];
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size ?? bytes.length, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, path, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    // Made in Unix, which is what gives the mode its meaning.
    centrals.push(Buffer.from("PK\x01\x02\x14\x03", "latin1"), common, rest, path);
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return new Uint8Array(Buffer.concat([...locals, central, Buffer.from("PK\x05\x06", "latin1"), end]));
}

const PROSE =
  "The baker wakes before the birds and lights the oven with dry wood from the hill. The dough has slept all night in a cold room, and now it is ready. She folds it twice, lets it rest, and cuts a cross into the top. The bread goes into the heat and the crust begins to sing. When the first people of the village come to the door, the loaves stand in a row on the table and the whole street smells of them. Nobody speaks much at that hour. They pay, they smile, and they carry the warm bread home under the arm before the children wake up.";

describe("Checks", () => {
  it("files: by pattern, number, size and type by content", async () => {
    const files = [
      file("a.md", "# A"),
      file("b.md", "B"),
      file("img/c.png", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa])),
    ];
    expect(await answerOf({ kind: "files", in: "*.md", atLeast: 2, atMost: 2, type: "text" }, files)).to.deep.equal([
      "passed",
      "2 files fit '*.md'.",
    ]);
    expect(await answerOf({ kind: "files", in: "**/*.png", type: "png" }, files)).to.deep.equal([
      "passed",
      "1 file fits '**/*.png'.",
    ]);
    expect(await answerOf({ kind: "files", in: "*.md", atLeast: 3, largest: 2 }, files)).to.deep.equal([
      "failed",
      "2 files fit '*.md', and at least 3 are asked for.",
      "a.md has 3 bytes, more than 2.",
    ]);
    expect(await answerOf({ kind: "files", in: "*.png" }, [file("x.png", "")])).to.deep.equal([
      "failed",
      "x.png has 0 bytes, less than 1.",
    ]);
    // A name is somebody's word.
    expect(await answerOf({ kind: "files", in: "*", type: "png" }, [file("x.png", "MZ not a picture")])).to.deep.equal([
      "failed",
      "x.png is not png by its content.",
    ]);
    expect(
      await answerOf({ kind: "files", in: "*", type: "text" }, [file("x.txt", new Uint8Array([0xff, 0xfe, 0]))]),
    ).to.deep.equal(["failed", "x.txt is not text by its content."]);
  });

  it("patterns are no regular expressions, and take no time that grows beyond their length", () => {
    expect(fits("articles/1.md", "articles/*.md")).to.equal(true);
    expect(fits("articles/x/1.md", "articles/*.md")).to.equal(false);
    expect(fits("articles/x/y/1.md", "articles/**/*.md")).to.equal(true);
    expect(fits("articles/1.md", "articles/**/*.md")).to.equal(true);
    expect(fits("a1.md", "a?.md")).to.equal(true);
    expect(fits("aXmd", "a.md")).to.equal(false);
    const started = performance.now();
    expect(fits(`${"a".repeat(5_000)}b`, `${"*a".repeat(99)}c`)).to.equal(false);
    expect(fits("a/".repeat(2_000).concat("b"), `${"**/".repeat(60)}c`)).to.equal(false);
    expect(performance.now() - started).to.be.lessThan(5_000);
  });

  it("articles and words: files or sections, in any script, without markup", async () => {
    const text =
      "# One\n\nDon't count [this](https://example.com/a/b/c) twice. <!-- no -->\n\n```\nnot these words\n```\n\n# Two\n\n漢字を読む\n";
    expect(await answerOf({ kind: "articles", in: "*", each: "h1", atLeast: 2 }, [file("a.md", text)])).to.deep.equal([
      "passed",
      "There are 2 articles.",
    ]);
    expect(await answerOf({ kind: "words", in: "*", each: "h1", atLeast: 5 }, [file("a.md", text)])).to.deep.equal([
      "failed",
      "a.md, 'Two' has 4 words, and at least 5 are asked for.",
    ]);
    expect(await answerOf({ kind: "words", in: "*.md", atLeast: 1 }, [])).to.deep.equal([
      "failed",
      "No file fits '*.md'.",
    ]);
    expect(await answerOf({ kind: "words", in: "*", atLeast: 1 }, [file("a.html", "x")])).to.deep.equal([
      "unclear",
      "a.html is neither Markdown (.md) nor plain text (.txt).",
    ]);
    expect(
      await answerOf({ kind: "words", in: "*", atLeast: 1 }, [
        file("a.md", "Hi <span style='display:none'>hidden</span>"),
      ]),
    ).to.deep.equal(["unclear", "a.md has HTML in it, in which text can hide: humans have to look."]);
  });

  it("headings and keywords: whole words, without case", async () => {
    const files = [
      file(
        "a.md",
        "# Ingredients\n\nFlour, flour and FLOUR. Cornflour is none.\n\n## How to  do it\n\nMix baker’s yeast.",
      ),
    ];
    expect(
      await answerOf({ kind: "headings", in: "*", required: ["ingredients", "How to do it"] }, files),
    ).to.deep.equal(["passed", "a.md has the headings."]);
    expect(await answerOf({ kind: "headings", in: "*", required: ["Method"] }, files)).to.deep.equal([
      "failed",
      "a.md lacks the heading 'Method'.",
    ]);
    expect(
      await answerOf({ kind: "keywords", in: "*", required: ["flour"], atLeast: 3, atMost: 3 }, files),
    ).to.deep.equal(["passed", "a.md has the keywords."]);
    expect(await answerOf({ kind: "keywords", in: "*", required: ["rye", "baker’s yeast"] }, files)).to.deep.equal([
      "failed",
      "a.md has 'rye' 0 times, and at least 1 is asked for.",
    ]);
    // Of a regular expression there is only its text.
    expect(await answerOf({ kind: "keywords", in: "*", required: ["(a+)+$"] }, files)).to.deep.equal([
      "failed",
      "a.md has '(a+)+$' 0 times, and at least 1 is asked for.",
    ]);
  });

  it("reading level: the formula, and English alone", async () => {
    expect(
      ["bread", "the", "oven", "little", "wanted", "beautiful", "rhythm", "makes", "horses"].map(syllablesOf),
    ).to.deep.equal([1, 1, 2, 2, 2, 3, 1, 1, 2]);
    // 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 - 15.59.
    expect(gradeOf("The cat sat on the mat.", 1).toFixed(9)).to.equal("-1.450000000");
    expect((await answerOf({ kind: "reading", in: "*", atMost: 8 }, [file("a.txt", PROSE)]))[0]).to.equal("passed");
    const hard = await answerOf({ kind: "reading", in: "*", atLeast: 12 }, [file("a.txt", PROSE)]);
    expect(hard[0]).to.equal("failed");
    expect(hard[1]).to.match(
      /^a\.txt has the reading grade \d\.\d \(Flesch-Kincaid\), and at least 12 is asked for\.$/,
    );
    expect(await answerOf({ kind: "reading", in: "*", atMost: 8 }, [file("a.txt", "Kurz.")])).to.deep.equal([
      "unclear",
      "a.txt is not English for certain, which the grade is for.",
    ]);
  });

  it("language: of whole articles, unclear where there is too little", async () => {
    const german =
      "Der Bäcker steht vor den Vögeln auf und heizt den Ofen mit trockenem Holz vom Hügel. Der Teig hat die ganze Nacht in einer kalten Kammer geschlafen, und jetzt ist er fertig.";
    expect(await answerOf({ kind: "language", in: "*", language: "en" }, [file("a.txt", PROSE)])).to.deep.equal([
      "passed",
      "1 in 'en'.",
    ]);
    expect(await answerOf({ kind: "language", in: "*", language: "en" }, [file("a.txt", german)])).to.deep.equal([
      "failed",
      "a.txt is not in 'en' but in 'de'.",
    ]);
    expect(await answerOf({ kind: "language", in: "*", language: "en" }, [file("a.txt", "Hello")])).to.deep.equal([
      "unclear",
      "a.txt has too little text to tell its language.",
    ]);
  });

  it("links: required, allowed, well-formed; none is followed", async () => {
    const files = [file("a.md", "[a](https://example.com/x), https://shop.example.com/ and [top](#top).")];
    expect(
      await answerOf(
        { kind: "links", in: "*", required: ["https://example.com/x"], allowed: ["*.example.com"], atLeast: 2 },
        files,
      ),
    ).to.deep.equal(["passed", "a.md has the links; nobody followed them."]);
    const bad = [
      file(
        "a.md",
        "[a](javascript:alert(1)) [b](https://user:pass@example.com/) [c](https://evil.example/) ![d](relative.png)",
      ),
    ];
    expect(
      await answerOf({ kind: "links", in: "*", required: ["https://example.com"], allowed: ["example.com"] }, bad),
    ).to.deep.equal([
      "failed",
      "a.md links to 'javascript:alert(1)', which is no web address.",
      "a.md links to 'https://user:pass@example.com/', which is no web address.",
      "a.md links to evil.example, which is not allowed.",
      "a.md links to 'relative.png', which is no web address.",
      "a.md does not link to https://example.com.",
    ]);
  });

  it("original: finds copies among articles, in other work, and behind accents and characters that do not show", async () => {
    const disguised = PROSE.replaceAll("e", "e\u200b").toUpperCase();
    const others = [{ name: "milestone 1", files: [file("old.txt", PROSE)] }];
    expect(await answerOf({ kind: "original", in: "*" }, [file("a.txt", PROSE)])).to.deep.equal([
      "passed",
      "1 article compared with nothing: none has more than 20% of its words in phrases of 8 words that stand elsewhere too.",
    ]);
    const copied = await answerOf({ kind: "original", in: "*" }, [file("a.txt", disguised)], others);
    expect(copied[0]).to.equal("failed");
    expect(copied[1]).to.match(/^a\.txt: (\d+) of its \1 words \(100%\) stand elsewhere too, and at most 20% may\.$/);
    expect(copied[2]).to.match(/^In old\.txt \(milestone 1\) too: 'THE BAKER/);
    // A quotation is no copy.
    const own = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
    expect(
      (await answerOf({ kind: "original", in: "*" }, [file("a.txt", `${own} ${PROSE.slice(0, 60)}`)], others))[0],
    ).to.equal("passed");
    // Cyrillic а and е for Latin ones.
    const mixed = PROSE.replaceAll("a", "\u0430").replaceAll("e", "\u0435");
    expect((await answerOf({ kind: "original", in: "*" }, [file("a.txt", mixed)], others))[0]).to.equal("unclear");
    expect(
      (
        await answerOf({ kind: "original", in: "*" }, [file("a.txt", PROSE), file("b.md", `\`\`\`\n${PROSE}\n\`\`\``)])
      )[0],
    ).to.equal("failed");
  });

  it("metrics and dates: exact, by rows and columns", async () => {
    const csv = [file("r.csv", 'day,cost,leads\n2027-10-01,10.10,3\n2027-10-31,"7.90",1\n')];
    expect(await answerOf({ kind: "metric", in: "*.csv", column: "leads", atLeast: 4 }, csv)).to.deep.equal([
      "passed",
      "The sum of 'leads' is 4.",
    ]);
    expect(
      await answerOf({ kind: "metric", in: "*.csv", column: "cost", per: "leads", atMost: "4.50" }, csv),
    ).to.deep.equal(["passed", "'cost' per 'leads' is 4.5."]);
    expect(
      await answerOf({ kind: "metric", in: "*.csv", column: "cost", per: "leads", atMost: "4.4999" }, csv),
    ).to.deep.equal(["failed", "'cost' per 'leads' is 4.5, and at most 4.4999 is asked for."]);
    expect(
      await answerOf(
        { kind: "metric", in: "*.csv", column: "leads", where: { day: "2027-10-31" }, take: "each", atLeast: 2 },
        csv,
      ),
    ).to.deep.equal(["failed", "A value of 'leads' is 1, and at least 2 is asked for."]);
    expect(
      await answerOf({ kind: "dates", in: "*.csv", column: "day", from: "2027-10-01", to: "2027-10-31" }, csv),
    ).to.deep.equal(["passed", "2 days from 2027-10-01 to 2027-10-31."]);
    expect(await answerOf({ kind: "dates", in: "*.csv", column: "day", to: "2027-10-30" }, csv)).to.deep.equal([
      "failed",
      "2027-10-31 in 'day' is not from 0000-01-01 to 2027-10-30.",
    ]);
    const bad = [
      file("r.csv", "leads\n1,840\n"),
      file("s.csv", 'leads\n"1,840"\n'),
      file("t.json", '[{"leads": 1e21}]'),
    ];
    expect(await answerOf({ kind: "metric", in: "r.csv", column: "leads", atLeast: 1 }, bad)).to.deep.equal([
      "failed",
      "r.csv has 2 values in row 1, and 1 columns.",
    ]);
    for (const name of ["s.csv", "t.json"]) {
      expect((await answerOf({ kind: "metric", in: name, column: "leads", atLeast: 1 }, bad))[1]).to.match(
        /which is no plain number like 1840 or 4\.50\.$/,
      );
    }
    expect(await answerOf({ kind: "metric", in: "*.csv", column: "reach", atLeast: 1 }, csv)).to.deep.equal([
      "failed",
      "r.csv has no column 'reach' in a row that counts.",
    ]);
    expect(
      await answerOf({ kind: "metric", in: "*.csv", column: "leads", where: { day: "never" }, atLeast: 1 }, csv),
    ).to.deep.equal(["failed", "No row has day 'never'."]);
  });

  it("tables: quotations, separators, line ends, and what is none", () => {
    const rows = (text: string) => parseTable(text, "csv").rows?.map((row) => Object.fromEntries(row));
    expect(rows('a;b\r\n"x;""y""\n";2\r\n\r\n3;\n')).to.deep.equal([
      { a: 'x;"y"', b: "2" },
      { a: "3", b: "" },
    ]);
    expect(rows("a\tb\n1\t2")).to.deep.equal([{ a: "1", b: "2" }]);
    for (const text of ["", "a,a\n1,2", 'a\n"1', 'a,b\n"1"x,2']) expect(rows(text), text).to.equal(undefined);
  });

  it("results of tests are data: JUnit without entities, TAP with its plan kept", () => {
    expect(
      parseJunit(
        '<testsuite tests="9"><testcase classname="a" name="b"/><testcase name="c"><failure/></testcase><testcase name="d"><skipped/></testcase></testsuite>',
      ),
    ).to.deep.equal({ passed: 1, skipped: 1, failed: ["c"] });
    expect(parseJunit('<!DOCTYPE x [<!ENTITY a "b">]><testsuite>&a;</testsuite>')).to.equal("has a document type");
    expect(parseJunit("<testsuite>")).to.match(/^is not XML/);
    expect(parseJunit("<a>".repeat(200))).to.equal("is nested too deeply");
    expect(parseTap("TAP version 13\n1..3\nok 1 - a\nnot ok 2 - b\nok 3 # SKIP c\n")).to.deep.equal({
      passed: 1,
      skipped: 1,
      failed: ["b"],
    });
    expect(parseTap("ok 1\n")).to.equal("has no plan (1..N)");
    expect(parseTap("1..2\nok 1\n")).to.equal("has 1 tests, and a plan of 2");
    expect(parseTap("1..1\nok 2\n")).to.equal("has test 2 where test 1 should be");
    expect(parseTap("1..1\n    not ok 1 - inner\nok 1 - outer\nBail out! no\n")).to.deep.equal({
      passed: 0,
      skipped: 0,
      failed: ["Bail out! no"],
    });
  });

  describe("archives", () => {
    /** A tar of these entries. */
    async function tar(
      ...entries: readonly (Parameters<ReturnType<typeof pack>["entry"]>[0] & { content?: string | Buffer })[]
    ) {
      const packing = pack();
      for (const { content = "", ...header } of entries) packing.entry(header, content);
      packing.finalize();
      const pieces: Buffer[] = [];
      for await (const piece of packing) pieces.push(piece as Buffer);
      return new Uint8Array(gzipSync(Buffer.concat(pieces)));
    }
    const check = { kind: "archive", in: "*.tgz", required: ["src/*.js"], largest: 1_000_000 };

    it("unpack, and have what they should", async () => {
      const bytes = await tar({ name: "src/", type: "directory" }, { name: "src/a.js", content: "1" });
      expect(await answerOf(check, [file("w.tgz", bytes)])).to.deep.equal(["passed", "w.tgz unpacks to 1 file."]);
      expect(await answerOf({ ...check, required: ["*.md"] }, [file("w.tgz", bytes)])).to.deep.equal([
        "failed",
        "w.tgz has nothing that fits '*.md'.",
      ]);
    });

    it("fail when they lead out, link, are devices, or unpack to too much", async () => {
      const link = "is not safe to unpack: ";
      const cases = [
        [
          await tar({ name: "../evil.js", content: "1" }),
          `w.tgz ${link}the path '../evil.js' is unsafe; expected one like 'src/index.ts'.`,
        ],
        [
          await tar({ name: "/etc/cron.d/x", content: "1" }),
          `w.tgz ${link}the path '/etc/cron.d/x' is unsafe; expected one like 'src/index.ts'.`,
        ],
        [
          await tar({ name: "src/a.js", type: "symlink", linkname: "/etc/passwd" }),
          `w.tgz ${link}'src/a.js' is a link or a device.`,
        ],
        [
          await tar({ name: "src/a.js", type: "link", linkname: "b" }),
          `w.tgz ${link}'src/a.js' is a link or a device.`,
        ],
        [await tar({ name: "src/a.js", type: "character-device" }), `w.tgz ${link}'src/a.js' is a link or a device.`],
        [
          await tar({ name: "src/a.js", content: Buffer.alloc(20_000_000) }),
          "w.tgz unpacks to more than 1000000 bytes.",
        ],
        [new Uint8Array(gzipSync(Buffer.alloc(0))), "w.tgz has no file in it."],
      ] as const;
      for (const [bytes, reason] of cases)
        expect(await answerOf(check, [file("w.tgz", bytes)])).to.deep.equal(["failed", reason]);
      expect((await answerOf(check, [file("w.tgz", new Uint8Array([0x1f, 0x8b, 8, 1, 2, 3]))]))[1]).to.match(
        /^w\.tgz is damaged, or no archive: /,
      );
    });

    it("of zip unpack the same", async () => {
      const zipped = { ...check, in: "*.zip" };
      const good = zip({ name: "src/" }, { name: "src/a.js", content: "1" }, { name: "run.sh", mode: 0o100_755 });
      expect(await answerOf(zipped, [file("w.zip", good)])).to.deep.equal(["passed", "w.zip unpacks to 2 files."]);
      expect(await unpack(good, unpackLimits)).to.deep.equal([
        { path: "src/a.js", bytes: new TextEncoder().encode("1"), isExecutable: false },
        { path: "run.sh", bytes: new Uint8Array(), isExecutable: true },
      ]);
    });

    it("of zip fail when they lead out, link, are devices, are encrypted, lie, or unpack to too much", async () => {
      const cases = [
        [{ name: "../evil.js" }, /^w\.zip is damaged, or no archive: invalid relative path: \.\.\/evil\.js\.$/],
        [{ name: "/etc/cron.d/x" }, /^w\.zip is damaged, or no archive: absolute path: \/etc\/cron\.d\/x\.$/],
        [{ name: "src\\..\\a.js" }, /^w\.zip is damaged, or no archive: invalid characters in fileName: /],
        [
          { name: "src/a.js", mode: 0o120_777, content: "/etc/passwd" },
          /^w\.zip .*'src\/a\.js' is a link or a device\.$/,
        ],
        [{ name: "src/a.js", mode: 0o020_666 }, /^w\.zip .*'src\/a\.js' is a link or a device\.$/],
        [{ name: "src/a.js", flags: 1 }, /^w\.zip is encrypted \('src\/a\.js'\)\.$/],
        [{ name: "src/a.js", content: "x".repeat(20_000_000) }, /^w\.zip unpacks to more than 1000000 bytes\.$/],
        [
          { name: "src/a.js", content: "x".repeat(2_000_000), size: 10 },
          /^w\.zip is damaged, or no archive: too many bytes/,
        ],
        [
          { name: "src/a.js", content: "x", method: 99 },
          /^w\.zip is damaged, or no archive: unsupported compression method/,
        ],
      ] as const;
      for (const [entry, reason] of cases) {
        const [result, said] = await answerOf({ ...check, in: "*.zip" }, [file("w.zip", zip(entry))]);
        expect(result).to.equal("failed");
        expect(said).to.match(reason);
      }
      const twice = zip({ name: "a.js" }, { name: "a.js", content: "other" });
      expect((await answerOf({ ...check, in: "*.zip" }, [file("w.zip", twice)]))[1]).to.match(/not safe to unpack/);
      const cut = zip({ name: "src/a.js", content: "1" }).slice(0, -10);
      expect((await answerOf({ ...check, in: "*.zip" }, [file("w.zip", cut)]))[1]).to.match(/is damaged/);
    });
  });

  it("what is declared wrongly is told with its path, and never passes", async () => {
    const wrong: readonly [object, string, RegExp][] = [
      [{ kind: "taste" }, "kind", /does not know/],
      [{ kind: "words", in: "*.md" }, "", /neither atLeast nor atMost/],
      [{ kind: "words", in: "*.md", atLeast: 5, atMost: 4 }, "atMost", /less than atLeast/],
      [{ kind: "words", in: "../x", atLeast: 5 }, "in", /no path in the deliverable/],
      [{ kind: "words", in: "(a+)+[x]", atLeast: 5 }, "in", /other signs/],
      [{ kind: "words", in: "*.md", atLeast: 5, atleast: 6 }, "atleast", /does not know/],
      [{ kind: "files", in: "*", type: "exe" }, "type", /anything but "text"/],
      [{ kind: "metric", in: "*", column: "x", atLeast: "4,50" }, "atLeast", /like "4\.50"/],
      [{ kind: "dates", in: "*", column: "x", from: "2027-02-30" }, "from", /a day like/],
      [{ kind: "language", in: "*", language: "eng" }, "language", /the code of a language/],
      [{ kind: "command", run: [] }, "run", /a list that has something/],
      [{ kind: "command", run: ["a"], results: { format: "tap", file: "../x" } }, "results.file", /a path like/],
      [{ kind: "links", in: "*", allowed: ["https://x"] }, "allowed[0]", /a host like/],
    ];
    for (const [check, member, reason] of wrong) {
      const [problem, ...more] = checkProblems(scopeOf(check));
      expect(more).to.deep.equal([]);
      expect(problem?.path).to.equal(["scope.milestones[0].checks[0]", member].filter(Boolean).join("."));
      expect(problem?.reason).to.match(reason);
    }
    await failure(InvalidScopeError, () => checkProblems(scopeOf({ in: "*" })));
    await failure(InvalidScopeError, () => checkProblems(scopeOf({ kind: "words", in: "*", atLeast: 1.5 })));
  });

  it("together: one failure fails, what is unclear passes nothing, and nothing declared is unclear", async () => {
    const verdict = async (...checks: readonly object[]) =>
      (await checkWork({ scope: scopeOf(...checks), index: 0, files: [file("a.md", "x")] })).verdict;
    const [good, bad, open] = [{ kind: "files", in: "*" }, { kind: "files", in: "*.png" }, { kind: "taste" }];
    expect(await verdict(good)).to.equal("passed");
    expect(await verdict(good, open)).to.equal("unclear");
    expect(await verdict(open, bad)).to.equal("failed");
    expect(await verdict()).to.equal("unclear");
  });

  it("the same work gives the same report, in any order of files, and is inert in it", async () => {
    const hostile = "](https://evil.example) <script>alert(1)</script> \u202ecod.exe `x` ![i](http://x)";
    const files = [
      file("a.md", `# ${hostile.replaceAll("<", "")}\n\nx`),
      file(`z ${hostile}.txt`.replace(/[<>:]/g, ""), "y"),
    ];
    const checks = [
      { kind: "files", in: "**", type: "png" },
      { kind: "words", in: "*.md", each: "h1", atLeast: 9 },
    ];
    const subject = {
      chainId: 1,
      escrow: shop.terms.client,
      agreement: shop.id,
      milestone: 0,
      submission: 1,
      deliverable: shop.terms.details,
      scope: shop.terms.details,
    };
    const write = async (given: readonly DeliverableFile[]) =>
      reportOf(subject, await checkWork({ scope: scopeOf(...checks), index: 0, files: given }));
    const report = await write(files);
    expect(serializeReport(await write([...files].reverse()))).to.equal(serializeReport(report));
    expect(serializeReport(report)).to.equal(canonicalJson(JSON.parse(serializeReport(report))));
    const text = reportToMarkdown(report);
    expect(text).to.not.match(/\u202e|<script|(?<!\\)\]\(|(?<!\\)!\[|https:\/\//);
    expect(text).to.match(/^# The work fails\.\n/);
  });

  it("whoever signs is shown all of a check", () => {
    const scope = scopeOf({ kind: "words", in: `${"a/".repeat(90)}*.md`, atLeast: 120, each: "h1" });
    const milestones = shop.schedule.map(() => scope.milestones[0] ?? expect.fail());
    const sentences = describeAgreement({ ...shop, scope: { ...scope, milestones } });
    expect(sentences).to.include(
      `Milestone 1 has to pass this check of the verifier: “words, in: '${"a/".repeat(90)}*.md', atLeast: 120, each: 'h1'”.`,
    );
  });
});
