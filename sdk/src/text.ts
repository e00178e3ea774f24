/**
 * Text to show: times, and what others wrote, made safe.
 */

/** Unix seconds as `2027-06-30 12:00:00 UTC`; beyond what dates hold, the seconds themselves. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const text = Number.isNaN(date.getTime()) ? `Unix time ${seconds}` : date.toISOString();
  return text.replace("T", " ").replace(".000Z", " UTC");
}

/** What does not show, or changes how other text shows: controls, bidirectional marks, line separators, fillers, blanks. */
const UNSAFE = String.raw`[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]`;

/** A letter of a script that writes with joiners: Persian keeps two letters of a word apart with one, Hindi holds one back. */
const LETTER = String.raw`(?!${UNSAFE})[\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}]`;

/** A picture, with what says how it is drawn: as an emoji or as text, or in which skin colour. */
const PICTURE = String.raw`(?!\p{C})\p{Extended_Pictographic}[\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]?`;

/**
 * Each character that is unsafe where it stands, as the group of that name. Passed over are pictures, also those that joiners
 * make one of, keycaps, and a letter with the joiner that its script wants. (No lookbehind: older browsers do not know it.)
 */
const HIDDEN = new RegExp(
  String.raw`${PICTURE}(?:\u200d${PICTURE})*|[0-9#*]\ufe0f\u20e3|${LETTER}[\u200c\u200d]|(?<unsafe>${UNSAFE})`,
  "gu",
);

/** What can be taken for a double quote: curly, low, straight and wide ones, primes, accents and ornaments. */
const DOUBLE_QUOTES = /["“”„‟″‶‴‷⁗ʺ˝ˮ˶״〃〝〞〟＂❝❞❠⹂🙶🙷🙸]/gu;
/** Single quotes side by side look like a double one. */
const SINGLE_QUOTES = /['‘’‚‛′‵´ʹʻʼʽˊˈ＇❛❜❟]{2,}/gu;

/**
 * A text from outside as one inert line: controls, bidirectional marks and what does not show are written out
 * (`\u{202e}`), white space is collapsed, angle brackets become ‹ and › so that it cannot be markup, all that looks
 * like a double quote becomes a single one, so that it cannot end a “quotation”, and what is too long is cut.
 *
 * @param limit Most characters (Unicode code points) to keep.
 * @example
 * inert('<b>"Free"</b>\n money'); // "‹b›'Free'‹/b› money"
 */
export function inert(text: string, limit = 200): string {
  // Out of JSON it may be anything.
  const given = String(text);
  const characters = Array.from(
    given
      .slice(0, 8 * limit)
      // A byte order mark is white space to \s, but does not show.
      .replace(/[^\S\ufeff]+/g, " ")
      .replace(/^ | $/g, "")
      .replace(/(\p{M}{4})\p{M}+/gu, "$1"),
  );
  const shown = characters.slice(0, limit).join("");
  const escaped = shown
    .replace(HIDDEN, (found, unsafe?: string) =>
      unsafe === undefined ? found : `\\u{${unsafe.codePointAt(0)?.toString(16)}}`,
    )
    .replace(/</g, "‹")
    .replace(/>/g, "›")
    .replace(DOUBLE_QUOTES, "'")
    .replace(SINGLE_QUOTES, "'");
  return characters.length > limit || given.length > 8 * limit ? `${escaped}…` : escaped;
}

/** Whether a text has characters that do not show, or change how other text shows. White space is fine. */
export function hasHiddenCharacters(text: string): boolean {
  for (const { groups } of text.replace(/[\t\n\r]/g, " ").matchAll(HIDDEN)) {
    if (groups?.unsafe !== undefined) return true;
  }
  return false;
}
