/**
 * Attempts to steer whoever judges, as far as plain search finds them: text that people do not see, what looks like the marks
 * between documents, and phrases that are addressed to a judge. It finds too much (an article about the subject) and too
 * little (another language, another wording); so by itself it decides nothing but that humans have to look.
 */
import { hasHiddenCharacters, inert } from "../text.js";

/** What was found in a document. */
export interface Finding {
  /** Which document, from 1. */
  readonly document: number;
  readonly kind: "hidden text" | "hidden characters" | "marks" | "address to a judge";
  /** The passage, inert and cut. */
  readonly text: string;
}

/** Characters of a passage that are shown. */
const SHOWN = 160;
/** Findings of one document; the rest adds nothing. */
const MAX_FINDINGS = 10;
/** From how many words on hidden text says something: `<!-- wp:paragraph -->` does not. */
const HIDDEN_WORDS = 4;

const JUDGE = String.raw`(?:an? |the |any |all |every )?(?:ai|a\.i\.|llms?|language models?|models?|judges?|graders?|evaluators?|verifiers?|assistants?|chat ?bots?|gpt|claude|gemini)`;
const RULES = `(?:instructions?|prompts?|rules?|directions?|directives?|guidelines?|criteria|rubrics?|commands?|context)`;
const BEST = `(?:full|maximum|max|highest|perfect|top|best|10|ten|100)`;
const SCORE = String.raw`(?:scores?|marks?|points?|grades?|ratings?|(?:out of|of|\/) ?(?:10|ten|100))`;

/** Phrases in text that is folded: see {@link folded}. No quantifier is without a bound. */
const PHRASES: readonly RegExp[] = [
  `\\b(?:ignore|disregard|forget|override|bypass|skip)\\b.{0,40}\\b(?:previous|prior|above|earlier|preceding|all|any|these|those|your|system)\\b.{0,30}\\b${RULES}\\b`,
  `\\b(?:note|notes|message|instructions?|attention|important|memo|request|hint) (?:to|for) ${JUDGE}\\b`,
  `\\b(?:dear|hello|hi|hey|attention),? ${JUDGE}\\b`,
  `\\byou are (?:now )?(?:${JUDGE}|in (?:developer|debug|test|god) mode)\\b`,
  `\\bif you are ${JUDGE}\\b`,
  `\\b(?:system|developer|hidden) prompt\\b`,
  `\\b(?:new|updated|revised|real|actual) (?:system )?(?:instructions?|prompt)\\b ?:`,
  `\\b(?:give|award|assign|rate|score|grade|mark|return|output|respond with)\\b.{0,40}\\b${BEST}\\b.{0,12}\\b${SCORE}`,
  `\\b(?:mark|approve|accept|pass|attest|confirm)\\b.{0,20}\\b(?:this|the) (?:deliverable|submission|milestone|work|check)\\b.{0,20}\\b(?:as|regardless|without|unconditionally)\\b`,
  `\\b(?:do not|don't|never) (?:report|mention|list|flag|quote)\\b.{0,30}\\b(?:this|these|attempts?|injections?|passages?)\\b`,
  // The first of these in other languages.
  `\\b(?:ignorier|vergiss|missacht)\\w{0,4}\\b.{0,40}\\b(?:anweisung|anleitung|regel|vorgabe)\\w{0,4}\\b`,
  `\\b(?:ignore[rsz]?|oublie[rz]?)\\b.{0,40}\\b(?:consigne|instruction|regle|règle)s?\\b`,
  `\\b(?:ignor[ae]|olvid[ae]|desconsidere|esqueça|ignori|dimentica)\\b.{0,40}\\b(?:instrucciones|instruções|istruzioni|reglas|regras|regole)(?![\\p{L}])`,
  `(?:игнорируй|забудь|проигнорируй).{0,40}(?:инструкци|указани|правил)`,
  `忽略.{0,20}(?:指令|指示|说明|提示|规则)`,
  `(?:以前|前|上記|これまで)の.{0,10}(?:指示|命令|プロンプト).{0,10}(?:無視|忘れ)`,
].map((source) => new RegExp(source, "gu"));

/** What only a program writes: the marks of this judge and of chats with models. */
const MARKS: readonly RegExp[] = [
  /={3} ?[0-9a-f]{12,64}\b.{0,80}/g,
  /<\|[a-z_]{2,30}\|>/g,
  /\[\/?(?:inst|system|assistant)\]/g,
  /<\/?(?:system|assistant|instructions?|system_prompt|human)>/g,
  /\b(?:human|assistant|system) ?: ?(?:you are|ignore|from now)/g,
  /"role" ?: ?"(?:system|assistant|developer)"/g,
];

/** What hides text of a page from people. White on white is so too; white on something that is named is not. */
const HIDING = [
  /display ?: ?none/,
  /visibility ?: ?hidden/,
  /font-size ?: ?0(?![.\d])/,
  /opacity ?: ?0(?:\.0+)?(?![.\d])/,
  /text-indent ?: ?-\d{3,}/,
];
const WHITE =
  /(?<!-)color ?: ?(?:#fff(?:fff)?\b|white\b|transparent\b|rgba?\( ?255, ?255, ?255|rgba\([^)]{0,40}, ?0 ?\))/;

/**
 * What in a document may be an attempt to steer a judge.
 *
 * @param document Its number.
 */
export function findAttempts(document: number, text: string): readonly Finding[] {
  const found: Finding[] = [];
  const add = (kind: Finding["kind"], passage: string) => {
    if (found.length < MAX_FINDINGS) found.push({ document, kind, text: inert(passage, SHOWN) });
  };
  for (const passage of hiddenTexts(text)) add("hidden text", passage);
  for (const line of text.split("\n")) if (hasHiddenCharacters(withoutHyphens(line))) add("hidden characters", line);
  const searched = folded(text);
  for (const [kind, patterns] of [["marks", MARKS] as const, ["address to a judge", PHRASES] as const]) {
    for (const pattern of patterns) {
      for (const { index, 0: passage } of searched.matchAll(pattern)) {
        add(kind, searched.slice(Math.max(0, index - 30), index + passage.length + 60));
      }
    }
  }
  return found;
}

/** A soft hyphen says where a word may be parted; pages are full of them. A byte order mark begins a text. */
function withoutHyphens(line: string): string {
  return line.replace(/\u00ad|^\ufeff/g, "");
}

/** Text as it is searched: in one line, without case, forms that look the same, characters that do not show, and Markdown. */
function folded(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/[*_`~\\]+/g, "")
    .replace(/\s+/g, " ");
}

/** Passages that a reader does not see. */
function* hiddenTexts(text: string): Generator<string> {
  for (let from = text.indexOf("<!--"); from !== -1; ) {
    const end = text.indexOf("-->", from + 4);
    const comment = text.slice(from + 4, end === -1 ? undefined : end);
    if (saysSomething(comment)) yield comment;
    from = end === -1 ? -1 : text.indexOf("<!--", end);
  }
  // A link that is never shown is Markdown's comment.
  for (const [, comment = ""] of text.matchAll(/^ {0,3}\[[^\]\n]{1,80}\]: {0,4}(?:#|<>)(.{0,2000})$/gm)) {
    if (saysSomething(comment)) yield comment;
  }
  for (const { index, 0: tag } of text.matchAll(/<[a-z][^<>]{0,2000}>/gi)) {
    const style = /\bstyle ?= ?(?:"([^"]*)"|'([^']*)')/i.exec(tag);
    const rules = (style?.[1] ?? style?.[2] ?? "").toLowerCase().replace(/\s+/g, " ");
    const isWhite = WHITE.test(rules) && !rules.includes("background");
    const isHidden = isWhite || HIDING.some((pattern) => pattern.test(rules)) || /\shidden(?=[\s=/>])/i.test(tag);
    if (isHidden) yield text.slice(index, index + tag.length + 200);
  }
}

function saysSomething(text: string): boolean {
  return (
    (text.match(/[\p{L}]{2,}/gu) ?? []).length >= HIDDEN_WORDS || /[\p{Script=Han}\p{Script=Hiragana}]{8}/u.test(text)
  );
}
