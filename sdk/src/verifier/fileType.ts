/**
 * What a file is by its content: the first bytes that its format prescribes, or, for text, all of them. A name is somebody's
 * word.
 */
import { isUtf8 } from "node:buffer";
import type { FileType } from "./checks.js";
import { parseTable } from "./table.js";

/** The bytes that a format begins with, from an offset; each in hexadecimal. */
const SIGNATURES: readonly (readonly [
  type: FileType,
  ...parts: readonly (readonly [offset: number, bytes: string])[],
])[] = [
  ["png", [0, "89504e470d0a1a0a"]],
  ["jpeg", [0, "ffd8ff"]],
  ["gif", [0, "474946383761"]],
  ["gif", [0, "474946383961"]],
  ["webp", [0, "52494646"], [8, "57454250"]],
  ["wav", [0, "52494646"], [8, "57415645"]],
  ["pdf", [0, "255044462d"]],
  ["zip", [0, "504b0304"]],
  ["zip", [0, "504b0506"]],
  ["gzip", [0, "1f8b08"]],
  ["mp3", [0, "494433"]],
  ["mp4", [4, "66747970"]],
];

/** Bytes of a text that are looked at as JSON, CSV or SVG. */
const MAX_PARSED = 16 * 1_024 * 1_024;

/** Whether a file is of a type. */
export function isOfType(bytes: Uint8Array, type: FileType): boolean {
  const text = utf8Of(bytes);
  switch (type) {
    case "text":
      return text !== undefined;
    case "json":
      return text !== undefined && text.length <= MAX_PARSED && isJson(text);
    case "csv":
      return text !== undefined && text.length <= MAX_PARSED && parseTable(text, "csv").rows !== undefined;
    case "svg":
      return (
        text !== undefined &&
        /^\s*(<\?xml[^>]{0,200}>\s*)?(<!--[^>]{0,2000}-->\s*)?<svg[\s>]/.test(text.slice(0, 4_096))
      );
    case "mp3":
      // Without a tag it begins with a frame: eleven bits set, layer III.
      return hasSignature(bytes, type) || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2);
    default:
      return hasSignature(bytes, type);
  }
}

/** A text that is exactly these bytes in UTF-8; `undefined` when they are none, as with a zero byte. */
export function utf8Of(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes) || bytes.includes(0)) return undefined;
  return new TextDecoder("utf-8").decode(bytes);
}

function hasSignature(bytes: Uint8Array, type: FileType): boolean {
  return SIGNATURES.some(
    ([one, ...parts]) =>
      one === type &&
      parts.every(([offset, hex]) => {
        const expected = hex.match(/../g) ?? [];
        return expected.every((byte, index) => bytes[offset + index] === Number.parseInt(byte, 16));
      }),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
