/** Everybody who acts: people, each with an account that the node holds, and services, each with a key of its own. */
import type { Person } from "../demo/gigs.ts";

export const people = {
  ines: { name: "Inês", about: "owns a flour mill in Porto" },
  amara: { name: "Amara", about: "food writer in Lagos" },
  hanna: { name: "Hanna", about: "has a ceramics studio in Helsinki" },
  diego: { name: "Diego", about: "does marketing from Lima" },
  mateo: { name: "Mateo", about: "runs a bicycle courier co-operative in Montevideo" },
  yuki: { name: "Yuki", about: "developer in Osaka" },
  lina: { name: "Lina", about: "photographer in Tbilisi" },
  tomasz: { name: "Tomasz", about: "retired editor in Kraków" },
  noor: { name: "Noor", about: "engineer and mediator in Rotterdam" },
  mei: { name: "Mei", about: "sells tableware in Taipei" },
  court: { name: "Court", about: "jurors, by ERC-792" },
  workbench: { name: "Workbench", about: "the platform where they met" },
  circle: { name: "Circle", about: "issuer of USDC" },
  passerby: { name: "Passer-by", about: "anybody at all" },
} as const satisfies Record<string, Person>;
export type PersonKey = keyof typeof people;

export const services = {
  verifier: { name: "Verifier", about: "runs the checks of the scope" },
  arbiter: { name: "Model", about: "proposes rulings" },
  keeper: { name: "Keeper", about: "calls what anybody may call" },
} as const satisfies Record<string, Person>;
export type ServiceKey = keyof typeof services;
