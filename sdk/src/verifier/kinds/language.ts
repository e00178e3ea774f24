/**
 * Which language a text is in, and how hard it is to read. The language is told by franc-min (trigrams of 82 languages, no
 * data of its own machine): small, without dependencies to speak of, and it says how near the next language comes.
 */
import { francAll } from "franc-min";
import { type Article, articlesOf, countSentences, wordsOf } from "../articles.js";
import { type Answer, type CheckKind, failed, passed, unclear } from "../check.js";
import type { LanguageCheck, ReadingCheck } from "../checks.js";
import { bounded, inOrder, members, only, refuse } from "../read.js";
import { inTexts, range } from "./text.js";

/** Characters that a guess is made of at most; franc takes no more than some 2,000 itself. */
const SAMPLE = 10_000;
/** Characters below which every guess is one. */
const LEAST = 100;
/** From this score on (the best has 1) the next language is too near to tell. */
const NEAR = 0.95;

/** What a text's language is; `near` are those that it could be as well. */
function languageOf({ blocks }: Article): { readonly best: string; readonly near: readonly string[] } | undefined {
  const guesses = francAll(blocks.join("\n").slice(0, SAMPLE), { minLength: LEAST });
  const [first] = guesses;
  if (first === undefined || first[0] === "und") return undefined;
  return {
    best: shortCode(first[0]),
    near: guesses.filter(([, score]) => score >= NEAR).map(([code]) => shortCode(code)),
  };
}

/** `"eng"` as `"en"`. */
const shortCode = (code: string): string => Intl.getCanonicalLocales(code)[0] ?? code;

/** The answers for single articles as one: a failure counts more than what is unclear. */
function together(answers: readonly Answer[], otherwise: string): Answer {
  const of = (result: Answer["result"]) =>
    answers.filter((answer) => answer.result === result).flatMap(({ reasons }) => reasons);
  const [bad, open] = [of("failed"), of("unclear")];
  if (bad.length > 0) return failed(...bad);
  return open.length > 0 ? unclear(...open) : passed(otherwise);
}

/** The language of each article. */
export const language: CheckKind<LanguageCheck> = {
  kind: "language",
  isPure: true,
  read: members<LanguageCheck>({ kind: only("language"), ...inTexts, language: languageCode }),
  check(declared, work) {
    const found = articlesOf(work, declared);
    if (!Array.isArray(found)) return found as Answer;
    const answers = found.map((article: Article): Answer => {
      const guess = languageOf(article);
      if (guess === undefined) return unclear(`${article.name} has too little text to tell its language.`);
      if (guess.best === declared.language) return passed();
      if (guess.near.includes(declared.language)) {
        return unclear(`${article.name} could be in '${declared.language}', or rather in '${guess.best}'.`);
      }
      return failed(`${article.name} is not in '${declared.language}' but in '${guess.best}'.`);
    });
    return together(answers, `${found.length} in '${declared.language}'.`);
  },
};

function languageCode(value: unknown, path: string): string {
  if (typeof value === "string" && /^[a-z]{2,3}$/.test(value) && Intl.getCanonicalLocales(value)[0] === value)
    return value;
  return refuse(path, 'anything but the code of a language, like "en"');
}

/**
 * The Flesch-Kincaid grade: 0.39 · words per sentence + 11.8 · syllables per word − 15.59 (J. P. Kincaid and others, Derivation
 * of new readability formulas for Navy enlisted personnel, 1975). It was made for English.
 */
export function gradeOf(text: string, sentences: number): number {
  const all = wordsOf(text);
  const syllables = all.reduce((sum, word) => sum + syllablesOf(word), 0);
  return (0.39 * all.length) / sentences + (11.8 * syllables) / all.length - 15.59;
}

/** Syllables of an English word, by its groups of vowels; a silent e at its end is none. Right for nine words of ten. */
export function syllablesOf(word: string): number {
  const letters = word.toLowerCase().replace(/[^a-z]/g, "");
  const groups = letters
    .replace(/(?<=[^laeiouy])(es|ed)$/, (end, _, at: number) =>
      /[tdszcgx]|[cs]h$/.test(letters[at - 1] ?? "") ? end : "",
    )
    .replace(/(?<=[^l])e$|(?<=[aeiouy]l)e$/, "")
    .match(/[aeiouy]+/g);
  return Math.max(1, groups?.length ?? 0);
}

/** Words from which on the formula says something. */
const LEAST_WORDS = 100;

/** The reading level of each article. */
export const reading: CheckKind<ReadingCheck> = {
  kind: "reading",
  isPure: true,
  read: inOrder(bounded(members<ReadingCheck>({ kind: only("reading"), ...inTexts, ...range }))),
  check({ atLeast = 0, atMost = Number.POSITIVE_INFINITY, ...where }, work) {
    const found = articlesOf(work, where);
    if (!Array.isArray(found)) return found as Answer;
    const grades: string[] = [];
    const answers = found.map((article: Article): Answer => {
      const { name, blocks } = article;
      if (languageOf(article)?.best !== "en")
        return unclear(`${name} is not English for certain, which the grade is for.`);
      const text = blocks.join("\n");
      if (wordsOf(text).length < LEAST_WORDS)
        return unclear(`${name} has less than ${LEAST_WORDS} words, too few for a grade.`);
      const sentences = blocks.reduce((sum, block) => sum + countSentences(block), 0);
      const grade = Math.round(gradeOf(text, sentences) * 10) / 10;
      grades.push(grade.toFixed(1));
      if (grade >= atLeast && grade <= atMost) return passed();
      const asked = grade < atLeast ? `at least ${atLeast}` : `at most ${atMost}`;
      return failed(`${name} has the reading grade ${grade.toFixed(1)} (Flesch-Kincaid), and ${asked} is asked for.`);
    });
    return together(answers, `Reading grades (Flesch-Kincaid): ${grades.join(", ")}.`);
  },
};
