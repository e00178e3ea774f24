/**
 * The articles in a deliverable's texts, as people read them: Markdown's marks, link addresses and comments are not words.
 */
import MarkdownIt, { type Token } from "markdown-it";
import { inert } from "../text.js";
import { type Answer, failed, type OtherWork, unclear, type Work } from "./check.js";
import type { InTexts } from "./checks.js";
import { utf8Of } from "./fileType.js";
import { fits } from "./glob.js";

/** An article. */
export interface Article {
  /** As a reason names it: its path, and its heading if it is a section. Inert. */
  readonly name: string;
  /** Its blocks of text (paragraphs, items of lists, cells of tables), without headings and code. */
  readonly blocks: readonly string[];
  readonly headings: readonly string[];
  readonly code: readonly string[];
  readonly links: readonly string[];
  /** Whether it has HTML, in which text can be hidden, or hide. */
  readonly hasHtml: boolean;
}

/** Bytes of a text, and of all texts of a check. */
const MAX_TEXT = 4 * 1_024 * 1_024;
const MAX_TEXTS = 16 * 1_024 * 1_024;

const markdown = new MarkdownIt({ html: true, linkify: true });
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
// Every address is a link here: what may be linked is a check's to say.
markdown.validateLink = () => true;

/** All words of an article as people read them. */
export function textOf({ blocks, headings }: Article): string {
  return [...headings, ...blocks].join("\n");
}

/**
 * The articles that a check is about, or its answer when there are none that it could read: no file is a failure, text that
 * humans and machines may read differently is unclear.
 */
export function articlesOf(work: Work, { in: pattern, each = "file" }: InTexts): readonly Article[] | Answer {
  const files = work.files.filter(({ path }) => fits(path, pattern));
  if (files.length === 0) return failed(`No file fits '${inert(pattern)}'.`);
  if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) > MAX_TEXTS) {
    return unclear(`The texts are larger than ${MAX_TEXTS} bytes together.`);
  }
  const articles: Article[] = [];
  for (const file of files) {
    const read = readText(file.path, file.bytes);
    if (typeof read === "string") return unclear(read);
    articles.push(...sectionsOf(read, each));
  }
  const html = articles.find(({ hasHtml }) => hasHtml);
  if (html !== undefined) return unclear(`${html.name} has HTML in it, in which text can hide: humans have to look.`);
  if (each === "all") return [joined(articles, `The whole of ${files.length} files`)];
  return articles;
}

/** The articles of work that others are compared with: each of its text files is one. */
export function articlesOfOther({ name, files }: OtherWork): readonly Article[] {
  return files.flatMap(({ path, bytes }) => {
    const read = readText(path, bytes);
    return typeof read === "string"
      ? []
      : [{ ...joined(sectionsOf(read, "file"), ""), name: `${inert(path)} (${name})` }];
  });
}

/** Text, token by token; for plain text, paragraph by paragraph. */
interface ReadText {
  readonly name: string;
  readonly tokens: readonly Token[] | undefined;
  readonly paragraphs: readonly string[];
}

const MARKDOWN = /\.(md|markdown)$/i;
const PLAIN = /\.txt$/i;

/** Whether a file's name says that it is text. */
export function isText(path: string): boolean {
  return MARKDOWN.test(path) || PLAIN.test(path);
}

/** A file as text, or why it is none. */
function readText(path: string, bytes: Uint8Array): ReadText | string {
  const name = inert(path);
  const isMarkdown = MARKDOWN.test(path);
  if (!isText(path)) return `${name} is neither Markdown (.md) nor plain text (.txt).`;
  if (bytes.length > MAX_TEXT) return `${name} is larger than the ${MAX_TEXT} bytes of a text.`;
  const text = utf8Of(bytes)
    ?.replace(/^\ufeff/, "")
    .replace(/\r\n?/g, "\n");
  if (text === undefined) return `${name} is not text in UTF-8.`;
  if (!isMarkdown) return { name, tokens: undefined, paragraphs: text.split(/\n[ \t]*\n/) };
  return { name, tokens: markdown.parse(withoutFrontMatter(text), {}), paragraphs: [] };
}

/** What a blog's software reads at the beginning of a file, between two lines of three hyphens. */
function withoutFrontMatter(text: string): string {
  if (!text.startsWith("---\n")) return text;
  const end = text.indexOf("\n---\n", 3);
  return end === -1 ? text : text.slice(end + 5);
}

/** An article that grows. */
interface Growing {
  name: string;
  blocks: string[];
  headings: string[];
  code: string[];
  links: string[];
  hasHtml: boolean;
}

const empty = (name: string): Growing => ({ name, blocks: [], headings: [], code: [], links: [], hasHtml: false });

function sectionsOf({ name, tokens, paragraphs }: ReadText, each: NonNullable<InTexts["each"]>): Article[] {
  const level = /^h[123]$/.test(each) ? Number(each[1]) : 0;
  let current = empty(name);
  if (tokens === undefined) {
    const found = paragraphs.flatMap((paragraph) => addressesIn(paragraph));
    const whole = { ...current, blocks: paragraphs.map((paragraph) => paragraph.trim()).filter(Boolean), links: found };
    return level === 0 ? [whole] : [];
  }
  const sections: Growing[] = [];
  if (level === 0) sections.push(current);
  let heading = 0;
  for (const { type, tag, content, children } of tokens) {
    if (type === "heading_open") heading = Number(tag[1]);
    else if (type === "heading_close") heading = 0;
    else if (type === "inline") {
      const read = empty(name);
      const text = inlineText(children ?? [], read);
      if (heading > 0 && level > 0 && heading <= level) {
        // A heading above the sections' level ends one; what stands there is in none.
        current = empty(`${name}, '${inert(text, 80)}'`);
        if (heading === level) sections.push(current);
      }
      if (heading > 0) current.headings.push(text);
      else if (text !== "") current.blocks.push(text);
      current.links.push(...read.links);
      current.hasHtml ||= read.hasHtml;
    } else if (type === "fence" || type === "code_block") current.code.push(content);
    else if (type === "html_block" && !isComment(content)) current.hasHtml = true;
  }
  return sections;
}

/** The text of a line's tokens; links and HTML in it are noted. */
function inlineText(tokens: readonly Token[], into: Growing): string {
  let text = "";
  for (const token of tokens) {
    const { type, content, children } = token;
    if (type === "text" || type === "text_special" || type === "code_inline") text += content;
    else if (type === "softbreak" || type === "hardbreak") text += " ";
    else if (type === "link_open") into.links.push(token.attrGet("href") ?? "");
    else if (type === "image") {
      into.links.push(token.attrGet("src") ?? "");
      text += inlineText(children ?? [], into);
    } else if (type === "html_inline" && !isComment(content)) into.hasHtml = true;
  }
  return text.trim();
}

function isComment(html: string): boolean {
  const text = html.trim();
  return text.startsWith("<!--") && text.endsWith("-->") && text.indexOf("-->") === text.length - 3;
}

/** Addresses in plain text. */
function addressesIn(text: string): string[] {
  return (markdown.linkify.match(text) ?? []).map(({ url }) => url);
}

function joined(articles: readonly Article[], name: string): Article {
  return {
    name,
    blocks: articles.flatMap(({ blocks }) => blocks),
    headings: articles.flatMap(({ headings }) => headings),
    code: articles.flatMap(({ code }) => code),
    links: articles.flatMap(({ links }) => links),
    hasHtml: articles.some(({ hasHtml }) => hasHtml),
  };
}

// --------------------------------------------------------------------------------------------------------------- words

const words = new Intl.Segmenter("en", { granularity: "word" });
const sentences = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * The words of a text, of any script (Unicode's UAX #29, and dictionaries for scripts without spaces). What does not show parts
 * none: with it, one word could count as two, and a copy would have other words.
 */
export function wordsOf(text: string): string[] {
  return Array.from(words.segment(text.replace(/\p{Default_Ignorable_Code_Point}/gu, "")))
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}

/** How many sentences a text has. */
export function countSentences(text: string): number {
  return Array.from(sentences.segment(text)).filter(({ segment }) => wordsOf(segment).length > 0).length;
}

/** A word as it is compared: without case, compatibility forms and accents. */
export function folded(word: string): string {
  return word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
