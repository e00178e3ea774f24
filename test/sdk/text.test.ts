/** Text of strangers: what hides is written out, what a script or an emoji needs stays, and no quotation ends early. */
import { defineAgreement, inert, describe as sentencesOf, warnings } from "@micro-escrow/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { parameters } from "./pure.ts";

/** Whether `warnings` finds something hidden in a scope's title. */
const isHidden = (title: string): boolean => {
  const scope = { ...parameters.scope, title };
  return warnings(defineAgreement({ ...parameters, scope })).some(({ code }) => code === "hidden-characters");
};

describe("Text from outside", () => {
  const hidden: [name: string, character: string][] = [
    ["Hangul filler", "\u3164"],
    ["Hangul choseong filler", "\u115f"],
    ["halfwidth Hangul filler", "\uffa0"],
    ["blank Braille pattern", "\u2800"],
    ["combining grapheme joiner", "\u034f"],
    ["variation selector 17", "\u{e0100}"],
    ["byte order mark", "\ufeff"],
    ["zero-width space", "\u200b"],
    ["right-to-left override", "\u202e"],
    ["soft hyphen", "\u00ad"],
    ["word joiner", "\u2060"],
    ["Mongolian vowel separator", "\u180e"],
    ["Khmer inherent vowel", "\u17b4"],
    ["tag letter", "\u{e0041}"],
    ["non-joiner between Latin letters", "\u200c"],
    ["joiner between Latin letters", "\u200d"],
    ["variation selector after a letter", "\ufe0f"],
    ["control", "\u0007"],
    ["half a surrogate pair", "\ud83d"],
  ];
  for (const [name, character] of hidden) {
    it(`writes out and warns of a ${name}`, () => {
      const code = character.codePointAt(0)?.toString(16);
      expect(inert(`A${character}B`)).to.equal(`A\\u{${code}}B`);
      expect(inert(character)).to.equal(`\\u{${code}}`);
      if (name !== "half a surrogate pair") expect(isHidden(`A${character}B`)).to.equal(true);
    });
  }

  const legible: [name: string, text: string][] = [
    ["Persian with a non-joiner", "می\u200cخواهم"],
    ["Hindi with a joiner", "क्\u200dष"],
    ["Malayalam that ends in a joiner", "ന്\u200d"],
    ["Sinhala with a joiner", "ශ්\u200dරී"],
    ["a family of emoji", "👨\u200d👩\u200d👧\u200d👦"],
    ["an emoji with a skin colour and a profession", "👩🏽\u200d⚕\ufe0f"],
    ["a heart as an emoji and as text", "❤\ufe0f ❤\ufe0e"],
    ["a rainbow flag", "🏳\ufe0f\u200d🌈"],
    ["a keycap", "1\ufe0f\u20e3"],
    ["accents, Chinese, an apostrophe", "Ça va, naïve? 设计 user’s"],
  ];
  for (const [name, text] of legible) {
    it(`leaves ${name} as it is, without a warning`, () => {
      expect(inert(text)).to.equal(text);
      expect(isHidden(text)).to.equal(false);
    });
  }

  const abused: [name: string, text: string, shown: string][] = [
    ["a second joiner", "می\u200c\u200cخواهم", "می\u200c\\u{200c}خواهم"],
    ["a joiner after an emoji that joins nothing", "👩\u200d!", "👩\\u{200d}!"],
    ["a joiner between an emoji and a letter", "👩\u200da", "👩\\u{200d}a"],
    ["a second variation selector", "❤\ufe0f\ufe0f", "❤\ufe0f\\u{fe0f}"],
    ["a variation selector after a digit", "5\ufe0f00", "5\\u{fe0f}00"],
    ["a subdivision flag, whose tags could be any text", "🏴\u{e0067}", "🏴\\u{e0067}"],
    ["a joiner after an invisible Arabic sign", "\u061c\u200d", "\\u{61c}\\u{200d}"],
  ];
  for (const [name, text, shown] of abused) {
    it(`writes out ${name}`, () => {
      expect(inert(text)).to.equal(shown);
      expect(isHidden(text)).to.equal(true);
    });
  }

  it("collapses white space, and nothing else", () => {
    expect(inert(" \t one\u00a0\u3000 two\r\n")).to.equal("one two");
    expect(isHidden("one\ttwo\nthree")).to.equal(false);
  });

  it("cannot end the quotation that it stands in", () => {
    const lookalikes = '"“”„‟″‶‴‷⁗ʺ˝ˮ˶״〃〝〞〟＂❝❞❠⹂🙶🙷🙸';
    for (const quote of lookalikes) expect(inert(`a${quote}b`)).to.equal("a'b");
    for (const pair of ["''", "’’", "′′", "´´", "＇＇", "‘’‛", '""', "'\"'"])
      expect(inert(`a${pair}b`)).to.equal("a'b");
    const scope = { ...parameters.scope, title: "Logo″. Nobody pays‟, ＂said he’’" };
    expect(sentencesOf(defineAgreement({ ...parameters, scope }))[0]).to.equal(
      "This agreement is about “Logo'. Nobody pays', 'said he'”.",
    );
  });

  it("is inert whatever it is", () => {
    const tricky = fc.constantFrom(..."\u200d\u200c\ufe0f\u3164\ufeff👩❤یक्a1\u20e3\u061c\"' ");
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(tricky).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const shown = inert(text);
        expect(shown).to.not.match(
          /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{C}\p{Default_Ignorable_Code_Point}\u2800<>"“”″]/u,
        );
        expect(shown).to.not.match(
          /(?:\u200c|\u200d|\ufe0e|\ufe0f){2}(?!\p{Extended_Pictographic})|^(?:\u200c|\u200d|\ufe0e|\ufe0f)/u,
        );
        expect(inert(shown)).to.equal(shown);
      }),
      { numRuns: 1_000 },
    );
  });
});
