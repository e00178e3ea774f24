/**
 * What can be counted and found in texts.
 */
import { inert } from "../../text.js";
import { type Article, articlesOf, folded, textOf, wordsOf } from "../articles.js";
import { type Answer, answerOf, type CheckKind, type Work } from "../check.js";
import type { ArticlesCheck, HeadingsCheck, InTexts, KeywordsCheck, LinksCheck, Range, WordsCheck } from "../checks.js";
import {
  bounded,
  glob,
  inOrder,
  listOf,
  members,
  oneOf,
  only,
  optional,
  outside,
  type Readers,
  refuse,
  text,
  whole,
} from "../read.js";

/** How every check of texts says which. */
export const inTexts: Readers<InTexts> = { in: glob, each: optional(oneOf(["file", "h1", "h2", "h3", "all"])) };

export const range: Readers<Range> = { atLeast: optional(whole(0, 1_000_000)), atMost: optional(whole(0, 1_000_000)) };

/** The answer of a check that looks at each article by itself. */
export function eachArticle(
  work: Work,
  where: InTexts,
  problemsOf: (article: Article) => readonly string[],
  found: (articles: readonly Article[]) => string,
): Answer {
  const articles = articlesOf(work, where);
  if (!Array.isArray(articles)) return articles as Answer;
  if (articles.length === 0) return answerOf([`There is no section under a heading of level ${where.each?.slice(1)}.`]);
  return answerOf(articles.flatMap(problemsOf), [found(articles)]);
}

const all = (articles: readonly Article[]) =>
  articles.length === 1 ? (articles[0]?.name ?? "") : `Each of ${articles.length} articles`;

/** The number of articles or sections. */
export const articles: CheckKind<ArticlesCheck> = {
  kind: "articles",
  isPure: true,
  read: inOrder(bounded(members<ArticlesCheck>({ kind: only("articles"), ...inTexts, ...range }))),
  check(declared, work) {
    const found = articlesOf(work, declared);
    if (!Array.isArray(found)) return found as Answer;
    const wrong = outside(found.length, declared);
    const number = `There ${found.length === 1 ? "is 1 article" : `are ${found.length} articles`}`;
    return answerOf(wrong === undefined ? [] : [`${number}, and ${wrong}.`], [`${number}.`]);
  },
};

/** Words in each article. */
export const words: CheckKind<WordsCheck> = {
  kind: "words",
  isPure: true,
  read: inOrder(bounded(members<WordsCheck>({ kind: only("words"), ...inTexts, ...range }))),
  check(declared, work) {
    const counts: number[] = [];
    return eachArticle(
      work,
      declared,
      (article) => {
        const count = wordsOf(textOf(article)).length;
        counts.push(count);
        const wrong = outside(count, declared);
        return wrong === undefined ? [] : [`${article.name} has ${count} words, and ${wrong}.`];
      },
      (found) =>
        `${all(found)} has ${counts.reduce((a, b) => Math.min(a, b))} to ${counts.reduce((a, b) => Math.max(a, b))} words.`,
    );
  },
};

/** A phrase as its folded words, between spaces. */
const phrase = (given: string) => ` ${wordsOf(given).map(folded).join(" ")} `;

/** Required headings. */
export const headings: CheckKind<HeadingsCheck> = {
  kind: "headings",
  isPure: true,
  read: members<HeadingsCheck>({ kind: only("headings"), ...inTexts, required: listOf(phraseText) }),
  check(declared, work) {
    return eachArticle(
      work,
      declared,
      (article) => {
        const there = new Set(article.headings.map(phrase));
        const missing = declared.required.filter((heading) => !there.has(phrase(heading)));
        return missing.map((heading) => `${article.name} lacks the heading '${inert(heading)}'.`);
      },
      (found) => `${all(found)} has the headings.`,
    );
  },
};

/** Required words and phrases. */
export const keywords: CheckKind<KeywordsCheck> = {
  kind: "keywords",
  isPure: true,
  read: inOrder(members<KeywordsCheck>({ kind: only("keywords"), ...inTexts, ...range, required: listOf(phraseText) })),
  check({ required, atLeast = 1, atMost, ...where }, work) {
    return eachArticle(
      work,
      where,
      (article) => {
        // Two spaces between words: a phrase ends and the next one begins with one.
        const content = ` ${wordsOf(textOf(article)).map(folded).join("  ")} `;
        return required.flatMap((keyword) => {
          const count = content.split(phrase(keyword).trim().split(" ").join("  ").replace(/^|$/g, " ")).length - 1;
          const wrong = outside(count, { atLeast, ...(atMost !== undefined && { atMost }) });
          return wrong === undefined ? [] : [`${article.name} has '${inert(keyword)}' ${count} times, and ${wrong}.`];
        });
      },
      (found) => `${all(found)} has the keywords.`,
    );
  },
};

/** A text that has a word in it. */
function phraseText(value: unknown, path: string): string {
  const given = text()(value, path);
  return wordsOf(given).length > 0 ? given : refuse(path, "a text without a word");
}

/** Links, by what they say alone. */
export const links: CheckKind<LinksCheck> = {
  kind: "links",
  isPure: true,
  read: inOrder(
    members<LinksCheck>({
      kind: only("links"),
      ...inTexts,
      ...range,
      required: optional(listOf(address)),
      allowed: optional(listOf(host)),
    }),
  ),
  check({ required = [], allowed, atLeast, atMost, ...where }, work) {
    return eachArticle(
      work,
      where,
      (article) => linkProblems(article, { required, ...(allowed && { allowed }), atLeast, atMost }),
      (found) => `${all(found)} has the links; nobody followed them.`,
    );
  },
};

function linkProblems(
  { name, links: found }: Article,
  {
    required,
    allowed,
    atLeast = 0,
    atMost = Number.POSITIVE_INFINITY,
  }: {
    readonly required: readonly string[];
    readonly allowed?: readonly string[];
    readonly atLeast: number | undefined;
    readonly atMost: number | undefined;
  },
): string[] {
  const problems: string[] = [];
  const addresses = new Set<string>();
  let count = 0;
  for (const link of found) {
    if (link.startsWith("#")) continue; // Within the article.
    const url = URL.canParse(link) ? new URL(link) : undefined;
    count += 1;
    if (
      url === undefined ||
      !["https:", "http:"].includes(url.protocol) ||
      url.username !== "" ||
      url.password !== ""
    ) {
      problems.push(`${name} links to '${inert(link)}', which is no web address.`);
      continue;
    }
    addresses.add(url.href);
    if (allowed !== undefined && !allowed.some((one) => isHost(url.hostname, one))) {
      problems.push(`${name} links to ${inert(url.hostname)}, which is not allowed.`);
    }
  }
  for (const one of required) {
    if (!addresses.has(new URL(one).href)) problems.push(`${name} does not link to ${inert(one)}.`);
  }
  const wrong = outside(count, { atLeast, atMost });
  return wrong === undefined ? problems : [`${name} has ${count} links, and ${wrong}.`, ...problems];
}

function isHost(given: string, allowed: string): boolean {
  if (!allowed.startsWith("*.")) return given === allowed;
  return given.endsWith(allowed.slice(1)) || given === allowed.slice(2);
}

function address(value: unknown, path: string): string {
  const given = text(2_000)(value, path);
  if (/^https?:\/\//.test(given) && URL.canParse(given)) return given;
  return refuse(path, 'anything but an address like "https://example.com/page"');
}

function host(value: unknown, path: string): string {
  const given = text()(value, path);
  if (/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(given)) return given;
  return refuse(path, 'anything but a host like "example.com" or "*.example.com", in lower case');
}
