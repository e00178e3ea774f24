import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { policyOf } from "./src/policy.ts";

/** Puts what the page may do into the page itself, so that it holds wherever the files lie. */
function contentSecurityPolicy(mode: string): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: policyOf(mode) },
        injectTo: "head-prepend",
      },
    ],
  };
}

export default defineConfig(({ mode }) => ({
  // Relative: the page may lie in any folder.
  base: "./",
  plugins: [react(), contentSecurityPolicy(mode)],
  resolve: {
    // The second is a file of ethers' own.
    alias: ["@adraffy/ens-normalize", /^\.\/ens-resolver\.js$/].map((find) => ({
      find,
      replacement: fileURLToPath(new URL("src/noNames.ts", import.meta.url)),
    })),
  },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
}));
