/** What a page shows takes a moment: expectations that wait for it, since what is read once may be read too early. */
import { expect } from "chai";
import type { Locator } from "playwright-core";

/** Milliseconds that a page has for anything. */
export const PATIENCE = 20_000;

/** Waits until an expectation holds; throws what it last threw when it does not within {@link PATIENCE}. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * Waits until what is read is what is expected.
 *
 * @example
 * await becomes(() => page.getByRole("alert").count(), 0);
 */
export function becomes<Value>(read: () => Promise<Value>, expected: Value, message?: string): Promise<void> {
  return eventually(async () => {
    expect(await read(), message).to.deep.equal(expected);
  });
}

/** What a place says, with one space for all that is between two words: also for a space that breaks no line. */
export const read = async (place: Locator): Promise<string> => (await place.innerText()).replace(/\s+/g, " ").trim();

/** Waits until a place says some texts among others; their spaces are as {@link read} gives them. */
export function tells(place: Locator, ...texts: readonly string[]): Promise<void> {
  return eventually(async () => {
    const said = await read(place);
    for (const text of texts) expect(said).to.include(text);
  });
}
