/** The SDK, and those that others have for the same purpose. */
import { join } from "node:path";
import type { Library } from "./size.ts";

const root = join(import.meta.dirname, "../../..");
/** Where `npm run bench` installs what it measures us beside. */
export const peers = join(import.meta.dirname, "../peers");

/** Ours; the first page is the least that pays for work. */
export const ourSdk: Library = {
  name: "MicroEscrow",
  package: "@micro-escrow/sdk",
  folder: root,
  pages: {
    "the least: fund, submit and approve of an agreement, with the contract checked and errors decoded": `
      export { approveCall, checkCode, checkDomain, decodeError, fundCall, submitCall } from "@micro-escrow/sdk";`,
    "the client: every verb and read": `export { MicroEscrow } from "@micro-escrow/sdk";`,
    "everything of the main entry": `export * from "@micro-escrow/sdk";`,
    "deployment, an entry of its own": `export * from "@micro-escrow/sdk/deploy";`,
    "funding by signature, an entry of its own": `export * from "@micro-escrow/sdk/gasless";`,
    "histories and statements, an entry of its own": `export * from "@micro-escrow/sdk/history";`,
    "storages, an entry of its own": `export * from "@micro-escrow/sdk/storage";`,
    "any wallet, an entry of its own": `export * from "@micro-escrow/sdk/wallets";`,
  },
};

/** Those of others. The first page of each is the least for the same purpose that it can be used for. */
export const peerSdks: readonly Library[] = [
  {
    name: "Request Network",
    package: "@requestnetwork/payment-processor",
    folder: peers,
    pages: {
      "the least: approve the token, pay into escrow, pay out of it": `
        export { approveErc20ForEscrow, payEscrow, payRequestFromEscrow }
          from "@requestnetwork/payment-processor/dist/payment/erc20-escrow-payment.js";`,
      everything: `export * from "@requestnetwork/payment-processor";`,
    },
  },
  {
    name: "Boson Protocol",
    package: "@bosonprotocol/core-sdk",
    folder: peers,
    pages: {
      "the least: commit, redeem, complete": `
        export { commitToOffer, completeExchange, redeemVoucher }
          from "@bosonprotocol/core-sdk/dist/esm/exchanges/handler.js";`,
      everything: `export * from "@bosonprotocol/core-sdk";`,
    },
  },
  {
    name: "Trustless Work (Stellar, through an API)",
    package: "@trustless-work/escrow",
    folder: peers,
    pages: {
      "the least: fund, approve, release": `
        export { useApproveMilestone, useFundEscrow, useReleaseFunds } from "@trustless-work/escrow/hooks";`,
      everything: `export * from "@trustless-work/escrow";`,
    },
  },
];
