/**
 * The checks that a scope can declare for a milestone, as types alone: what each does is in `kinds/`. They are part of the
 * scope's canonical JSON, which both parties sign; so numbers are whole, and what needs decimals is text (`"4.50"`).
 */

/** At least and at most so many; one of them alone is enough. */
export interface Range {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Which files a check is about. */
export interface InFiles {
  /**
   * Paths in the deliverable, with `*` for anything within a name, `**` for any folders, and `?` for one character:
   * `"articles/*.md"`.
   */
  readonly in: string;
}

/** Which texts a check is about. Text is Markdown (`.md`, `.markdown`) or plain (`.txt`), in UTF-8. */
export interface InTexts extends InFiles {
  /**
   * What counts as one article: each file (when left out), each section under a heading of the first, second or third level,
   * or all files together.
   */
  readonly each?: "file" | "h1" | "h2" | "h3" | "all";
}

/** What a file can be found to be by its content, whatever its name says. */
export type FileType =
  | "text"
  | "json"
  | "csv"
  | "svg"
  | "png"
  | "jpeg"
  | "gif"
  | "webp"
  | "pdf"
  | "zip"
  | "gzip"
  | "mp3"
  | "mp4"
  | "wav";

/** So many files, of this type and size. Left out, `atLeast` is 1. */
export interface FilesCheck extends InFiles, Range {
  readonly kind: "files";
  /** What each has to be by its content; office documents (`.docx`) are `"zip"`. */
  readonly type?: FileType;
  /** Bytes that each has at least; left out: 1, as an empty file is no work. */
  readonly smallest?: number;
  /** Bytes that each has at most. */
  readonly largest?: number;
}

/** So many articles or sections. */
export interface ArticlesCheck extends InTexts, Range {
  readonly kind: "articles";
}

/** So many words in each article. Code blocks, link addresses and Markdown's marks are no words. */
export interface WordsCheck extends InTexts, Range {
  readonly kind: "words";
}

/** Each article has these headings, of any level; case and white space do not matter. */
export interface HeadingsCheck extends InTexts {
  readonly kind: "headings";
  readonly required: readonly string[];
}

/** Each article has each of these words or phrases so many times; left out, `atLeast` is 1. Case does not matter. */
export interface KeywordsCheck extends InTexts, Range {
  readonly kind: "keywords";
  readonly required: readonly string[];
}

/** The Flesch-Kincaid grade of each article, in years of school. Of English alone, from 100 words on. */
export interface ReadingCheck extends InTexts, Range {
  readonly kind: "reading";
}

/** Each article is written in this language. */
export interface LanguageCheck extends InTexts {
  readonly kind: "language";
  /** ISO 639: `"en"`, `"pt"`. */
  readonly language: string;
}

/** The links of each article: so many, well-formed, and where they lead. Nobody follows them. */
export interface LinksCheck extends InTexts, Range {
  readonly kind: "links";
  /** Addresses that must be among them. */
  readonly required?: readonly string[];
  /** Hosts that links may lead to, and no others: `"example.com"`, `"*.example.com"`. */
  readonly allowed?: readonly string[];
}

/** No article is made of what stands in another, in an earlier milestone's work, or in what the verifier compares with. */
export interface OriginalCheck extends InTexts {
  readonly kind: "original";
  /** Percent of an article's words that may stand in phrases which are found elsewhere too; left out: 20. */
  readonly atMost?: number;
  /** Words in a row that count as the same phrase; left out: 8. */
  readonly phrase?: number;
}

/** Each archive (zip, tar, tar.gz) unpacks: no paths that lead out, no links or devices, no more than it may have. */
export interface ArchiveCheck extends InFiles {
  readonly kind: "archive";
  /** Paths in it that must be there, with `*`, `**` and `?`. */
  readonly required?: readonly string[];
  /** Files in it at most; left out: 10,000. */
  readonly atMost?: number;
  /** Bytes that it unpacks to at most; left out: 256 MiB. */
  readonly largest?: number;
}

/** A command that runs in a closed sandbox, in a folder with the work, and has to end with exit code 0. */
export interface CommandCheck {
  readonly kind: "command";
  /** The program and its arguments: `["node", "--test"]`. No shell reads them. */
  readonly run: readonly string[];
  /** The archive to unpack into the folder; left out: the deliverable's files as they are. */
  readonly in?: string;
  /** Seconds that it may take; left out: 60. */
  readonly seconds?: number;
  /** MiB of memory for all of its processes; left out: 512. */
  readonly memory?: number;
  /** Where the tests' results are, if its exit code is not all. */
  readonly results?: {
    readonly format: "junit" | "tap";
    /** The file that the command writes; left out: its standard output. */
    readonly file?: string;
    /** Tests that have to pass at least; left out: 1. None may fail. */
    readonly atLeast?: number;
  };
}

/** Which rows of a table a check is about: a CSV file with a row of names first, or JSON, a list of objects. */
export interface InRows extends InFiles {
  /** Only rows that have exactly this in these columns: `{ measure: "orders" }`. */
  readonly where?: Readonly<Record<string, string>>;
}

/** A number out of a table against its target. */
export interface MetricCheck extends InRows {
  readonly kind: "metric";
  readonly column: string;
  /** What is compared: the sum of all rows (when left out), their average, or each by itself. */
  readonly take?: "sum" | "average" | "each";
  /** Divides the sum by the sum of this column: `{ column: "cost", per: "leads", atMost: "4.50" }`. */
  readonly per?: string;
  /** A whole number, or text with decimals. */
  readonly atLeast?: number | string;
  /** A whole number, or text with decimals. */
  readonly atMost?: number | string;
}

/** The dates of a column lie in a range, both days included. */
export interface DatesCheck extends InRows {
  readonly kind: "dates";
  readonly column: string;
  /** `"2027-10-01"`. */
  readonly from?: string;
  /** `"2027-10-31"`. */
  readonly to?: string;
}

/** What a model's judgement looks for: one thing, in words that both parties understand when they sign. */
export interface JudgedCriterion {
  /** `"The articles are written for owners of small shops, without jargon"`. */
  readonly asks: string;
  /** The score that it needs by itself, of 10; left out: only the average counts. */
  readonly atLeast?: number;
  /** How much it counts in the average; left out: 1. */
  readonly weight?: number;
}

/**
 * A model scores the texts by each criterion, from 0 to 10, several times, and the scores have to agree. What a criterion asks
 * for must stand in the texts themselves: a model looks nothing up, and sees no pictures.
 */
export interface JudgementCheck extends InFiles {
  readonly kind: "judgement";
  readonly criteria: readonly JudgedCriterion[];
  /** The weighted average that is needed, of 10; left out: each criterion has to say what it needs. */
  readonly atLeast?: number;
}

/** What a scope declares that a verifier checks by itself; all of a milestone's have to pass. */
export type Check =
  | FilesCheck
  | ArticlesCheck
  | WordsCheck
  | HeadingsCheck
  | KeywordsCheck
  | ReadingCheck
  | LanguageCheck
  | LinksCheck
  | OriginalCheck
  | ArchiveCheck
  | CommandCheck
  | MetricCheck
  | DatesCheck
  | JudgementCheck;
