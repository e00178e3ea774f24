/** A page for React in Node: what a test renders, and a time that passes when the test says so. */
import { setTimeout as pause } from "node:timers/promises";
import { Window } from "happy-dom";
import { createElement, type ReactNode, StrictMode } from "react";
import type { Root } from "react-dom/client";

/** In a `describe`: there is a page while its tests run; what they render is gone after each. */
export function usePage() {
  const mounted = new Set<Root>();
  const names = ["window", "document"];
  before(() => {
    const window = new Window();
    const values = [window, window.document];
    for (const [position, name] of names.entries()) {
      Object.defineProperty(globalThis, name, { value: values[position], configurable: true, writable: true });
    }
  });
  const unmount = async (root: Root): Promise<void> => {
    if (mounted.delete(root)) root.unmount();
    await turn();
  };
  afterEach(async () => {
    for (const root of mounted) await unmount(root);
  });
  after(() => {
    for (const name of names) Reflect.deleteProperty(globalThis, name);
  });

  /** Renders what calls a hook; `current` is what it returned last, `all` is each time. */
  return async function renderHook<Result>(
    hook: () => Result,
    { wrap = (child: ReactNode): ReactNode => child, strict = false } = {},
  ) {
    // Only now: it looks for the page as it is loaded.
    const { createRoot } = await import("react-dom/client");
    const all: Result[] = [];
    const failures: unknown[] = [];
    let use = hook;
    function Probe() {
      all.push(use());
      return null;
    }
    const root = createRoot(document.createElement("div"), { onUncaughtError: (error) => failures.push(error) });
    mounted.add(root);
    const show = async (): Promise<void> => {
      const before = all.length;
      const page = wrap(createElement(Probe));
      root.render(strict ? createElement(StrictMode, undefined, page) : page);
      await until(() => all.length > before || failures.length > 0);
      await turn();
    };
    await show();
    return {
      all,
      failures,
      get current(): Result {
        return all.at(-1) as Result;
      },
      rerender: (another: () => Result) => {
        use = another;
        return show();
      },
      unmount: () => unmount(root),
    };
  };
}

/** Lets everything that is due happen, React's work too. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 5; ++turns) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets React and the chain go on until it is so; where it never is, it fails in the end. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); ++turns) {
    if (turns === 200_000) throw new Error(`It never was so: ${condition}`);
    // Not only the next turn: the chain and the SDK's own pauses need the processor and time.
    await pause(1);
  }
  await turn();
}

/** Whether what is running is undici, which talks to the node where that is Anvil: its timers are none of the page's. */
function isOfTheConnection(): boolean {
  return /node_modules.undici/.test(new Error().stack ?? "");
}

/** Takes over the timers that are longer than a page waits for itself, and the clock that nobody can set. */
export function takeTime() {
  const { setTimeout, clearTimeout } = globalThis;
  const { now } = performance;
  const started = now.call(performance);
  let passed = 0;
  const timers = new Map<object, { readonly at: number; readonly run: () => void }>();
  const held = (run: () => void, milliseconds = 0, ...rest: unknown[]) => {
    if (milliseconds < 100 || isOfTheConnection())
      return Reflect.apply(setTimeout, globalThis, [run, milliseconds, ...rest]);
    const timer = {};
    timers.set(timer, { at: passed + milliseconds, run });
    return timer;
  };
  const cleared = (timer: object) => void (timers.delete(timer) || clearTimeout(timer as never));
  Object.assign(globalThis, { setTimeout: held, clearTimeout: cleared });
  performance.now = () => started + passed;
  return {
    /** When timers run next, in milliseconds from now. */
    get waiting(): readonly number[] {
      return [...timers.values()].map(({ at }) => at - passed).sort((a, b) => a - b);
    },
    /** Lets time pass, timer by timer. */
    pass: async (milliseconds: number): Promise<void> => {
      const end = passed + milliseconds;
      for (;;) {
        const [first] = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
        if (first === undefined) break;
        timers.delete(first[0]);
        passed = first[1].at;
        first[1].run();
      }
      passed = end;
      await turn();
    },
    giveBack: () => {
      Object.assign(globalThis, { setTimeout, clearTimeout });
      performance.now = now;
    },
  };
}
