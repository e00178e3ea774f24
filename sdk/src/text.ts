/**
 * Text to show: times, and what others wrote, made safe.
 */

/** Unix seconds as `2027-06-30 12:00:00 UTC`; beyond what dates hold, the seconds themselves. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const text = Number.isNaN(date.getTime()) ? `Unix time ${seconds}` : date.toISOString();
  return text.replace("T", " ").replace(".000Z", " UTC");
}

/** What does not show, or changes how other text shows: controls, bidirectional overrides, line separators, lone surrogates. */
const UNSAFE = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * A text from outside as one inert line: controls and bidirectional marks are written out (`\u{202e}`), white space is
 * collapsed, angle brackets become ‹ and › so that it cannot be markup, double quotes become single, and what is too long is
 * cut.
 *
 * @param limit Most characters (Unicode code points) to keep.
 */
export function inert(text: string, limit = 200): string {
  const characters = Array.from(
    text
      .slice(0, 8 * limit)
      .replace(/\s+/g, " ")
      .trim()
      .replace(/(\p{M}{4})\p{M}+/gu, "$1"),
  );
  const shown = characters.slice(0, limit).join("");
  const escaped = shown
    .replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replace(/</g, "‹")
    .replace(/>/g, "›")
    .replace(/["“”]/g, "'");
  return characters.length > limit || text.length > 8 * limit ? `${escaped}…` : escaped;
}

/** Whether a text has characters that do not show, or change how other text shows. White space is fine. */
export function hasHiddenCharacters(text: string): boolean {
  return text.replace(/[\t\n\r]/g, " ").search(UNSAFE) !== -1;
}
