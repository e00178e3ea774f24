import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { networksOf } from "./src/networks.ts";

/**
 * What the page may do, in the page itself, so that it holds wherever the files lie: scripts and styles of its own, files that the
 * user opened, and the configured endpoints. What a <meta> cannot say is up to the server: `frame-ancestors 'none'`.
 */
function contentSecurityPolicy(mode: string): Plugin {
  const endpoints = networksOf(mode)
    .map(({ rpc }) => (URL.canParse(rpc) ? new URL(rpc).origin : undefined))
    .filter((origin) => origin !== undefined);
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    // The one rule that React Aria puts into the page by itself: `touch-action` for what can be pressed.
    "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
    "img-src 'self' blob:",
    `connect-src ${["'self'", ...endpoints].join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" },
    ],
  };
}

export default defineConfig(({ mode }) => ({
  // Relative: the page may lie in any folder.
  base: "./",
  plugins: [react(), contentSecurityPolicy(mode)],
  resolve: { alias: { "@adraffy/ens-normalize": fileURLToPath(new URL("src/noNames.ts", import.meta.url)) } },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
}));
