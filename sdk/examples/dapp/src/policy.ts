/** What a browser lets the page do: its Content-Security-Policy. */
import { networksOf } from "./networks.ts";

/**
 * The policy of a build: scripts and styles of its own, files that the user opened, and the configured endpoints; nothing else. What
 * a `<meta>` cannot say is up to the server: `frame-ancestors 'none'`.
 *
 * @param mode Vite's, as `networksOf` takes it.
 */
export function policyOf(mode: string): string {
  // A path beside the page, as the demo's, is the page's own server; no other build asks that for anything but files.
  const endpoints = networksOf(mode).map(({ rpc }) => (URL.canParse(rpc) ? new URL(rpc).origin : "'self'"));
  return [
    "default-src 'none'",
    "script-src 'self'",
    // The one rule that React Aria puts into the page by itself: `touch-action` for what can be pressed.
    "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
    "img-src 'self' blob:",
    `connect-src ${[...new Set(endpoints)].join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}
