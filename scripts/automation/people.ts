/** Everybody who acts: people, each with an account that the node holds, and services, each with a key of its own. */
import { people as all, type Person } from "../demo/gigs.ts";

const { ines, amara, hanna, diego, mateo, yuki, tomasz, noor, workbench, circle, passerby } = all;

export const people = {
  ...{ ines, amara, hanna, diego, mateo, yuki, tomasz, noor, workbench, circle, passerby },
  lina: { name: "Lina", about: "photographer in Tbilisi" },
  mei: { name: "Mei", about: "sells tableware in Taipei" },
  court: { name: "Court", about: "jurors, by ERC-792" },
} as const satisfies Record<string, Person>;
export type PersonKey = keyof typeof people;

export const services = {
  verifier: { name: "Verifier", about: "runs the checks of the scope" },
  "first-instance": { name: "Model", about: "proposes rulings" },
  keeper: { name: "Keeper", about: "calls what anybody may call" },
} as const satisfies Record<string, Person>;
export type ServiceKey = keyof typeof services;
