/**
 * Whether articles are made of what stands elsewhere: phrases of so many words that are the same, compared exactly. (Hashes
 * that only estimate would save memory that is not needed here, and could not show the passages.) Somebody else's thoughts in
 * new words are not found.
 */
import { inert } from "../../text.js";
import { type Article, articlesOf, articlesOfOther, folded, textOf, wordsOf } from "../articles.js";
import { type Answer, answerOf, type CheckKind, type OtherWork, unclear, type Work } from "../check.js";
import type { OriginalCheck } from "../checks.js";
import { members, only, optional, whole } from "../read.js";
import { inTexts } from "./text.js";

/** Percent, words, passages to show for an article, and the characters of each. */
const AT_MOST = 20;
const PHRASE = 8;
const PASSAGES = 3;
const PASSAGE = 200;
/** Words of all work that is compared. */
const MAX_WORDS = 5_000_000;

/** A text with its words as they stand, and as they are compared. */
interface Words {
  readonly name: string;
  readonly shown: readonly string[];
  readonly folded: readonly string[];
}

function wordsIn(article: Article): Words {
  const shown = wordsOf([textOf(article), ...article.code].join("\n"));
  return { name: article.name, shown, folded: shown.map(folded) };
}

/** The phrases of a text, each where it begins. */
function* phrasesOf(words: readonly string[], length: number): Generator<[at: number, phrase: string]> {
  for (let at = 0; at + length <= words.length; at++) yield [at, words.slice(at, at + length).join(" ")];
}

/** No text is made of another. */
export const original: CheckKind<OriginalCheck> = {
  kind: "original",
  isPure: true,
  read: members<OriginalCheck>({
    kind: only("original"),
    ...inTexts,
    atMost: optional(whole(0, 99)),
    phrase: optional(whole(3, 50)),
  }),
  check({ atMost = AT_MOST, phrase = PHRASE, ...where }, work) {
    const articles = articlesOf(work, where);
    if (!Array.isArray(articles)) return articles as Answer;
    const own = articles.map(wordsIn);
    const others = othersOf(work).map(wordsIn);
    if ([...own, ...others].reduce((sum, { shown }) => sum + shown.length, 0) > MAX_WORDS) {
      return unclear(`There are more than ${MAX_WORDS} words to compare.`);
    }
    const disguised = own.flatMap(disguisedIn);
    const problems = own.flatMap((one) =>
      copiesIn(one, [...own.filter((other) => other !== one), ...others], phrase, atMost),
    );
    if (problems.length === 0 && disguised.length > 0) return unclear(...disguised);
    const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
    const compared = [
      ...(own.length > 1 ? ["each other"] : []),
      ...(work.others.length > 0 ? [counted(work.others.length, "other work")] : []),
    ];
    return answerOf(
      [...problems, ...(problems.length > 0 ? disguised : [])],
      [
        `${counted(own.length, "article")} compared with ${compared.join(" and ") || "nothing"}: none has more than ${atMost}% of its words in phrases of ${phrase} words that stand elsewhere too.`,
      ],
    );
  },
};

function othersOf({ others }: Work): readonly Article[] {
  return others.flatMap((other: OtherWork) => articlesOfOther(other));
}

/** What is wrong with an article that has too much of others. */
function copiesIn(article: Words, others: readonly Words[], phrase: number, atMost: number): string[] {
  const total = article.folded.length;
  if (total === 0) return [`${article.name} has no words.`];
  const length = Math.min(phrase, total);
  const places = new Map<string, number[]>();
  for (const [at, one] of phrasesOf(article.folded, length)) {
    const known = places.get(one);
    if (known === undefined) places.set(one, [at]);
    else known.push(at);
  }
  const copied = new Uint8Array(total);
  const passages: { readonly from: string; readonly start: number; readonly end: number }[] = [];
  for (const other of others) {
    const here = new Uint8Array(total);
    // What the other one repeats is looked at once.
    const shared = new Set<string>();
    for (const [, one] of phrasesOf(other.folded, length)) if (places.has(one)) shared.add(one);
    for (const one of shared) {
      const found = places.get(one) ?? [];
      for (const at of found) here.fill(1, at, at + length);
    }
    for (let start = here.indexOf(1); start !== -1; ) {
      const gap = here.indexOf(0, start);
      const end = gap === -1 ? total : gap;
      passages.push({ from: other.name, start, end });
      copied.fill(1, start, end);
      start = here.indexOf(1, end);
    }
  }
  const count = copied.reduce((sum, one) => sum + one, 0);
  if (count * 100 <= atMost * total) return [];
  const longest = passages.sort((a, b) => b.end - b.start - (a.end - a.start)).slice(0, PASSAGES);
  const percent = Math.floor((count * 100) / total);
  return [
    `${article.name}: ${count} of its ${total} words (${percent}%) stand elsewhere too, and at most ${atMost}% may.`,
    ...longest.map(({ from, start, end }) => {
      return `In ${from} too: '${inert(article.shown.slice(start, end).join(" "), PASSAGE)}'.`;
    }),
  ];
}

/** Letters of two alphabets that look alike hide a copy from machines; so many words with both are no accident. */
const MANY = 3;

function disguisedIn({ name, shown }: Words): string[] {
  const mixed = shown.filter(
    (word) => word.length >= 4 && /\p{sc=Latin}/u.test(word) && /[\p{sc=Cyrillic}\p{sc=Greek}]/u.test(word),
  );
  if (mixed.length < MANY) return [];
  return [
    `${name} has ${mixed.length} words of letters from two alphabets, which hide copies: '${inert(mixed[0] ?? "")}'.`,
  ];
}
