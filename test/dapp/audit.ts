/** What can be measured about how a view looks and works for everybody: axe's rules, and how wide it is; in each look that it has. */
import axe from "axe-core";
import type { Visitor } from "./browser.ts";

/** The rules: WCAG 2.2 up to AA, and what is good practice besides. */
const ALL: axe.RunOptions["runOnly"] = {
  type: "tag",
  values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
};
/** Those that look at colors, which are all that is different in the dark. */
const COLORS: axe.RunOptions["runOnly"] = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** How a view can look: on a desk in light and in dark, and as wide as a phone. */
const LOOKS = [
  { name: "light", colorScheme: "light", size: { width: 1_100, height: 900 }, runOnly: ALL },
  { name: "dark", colorScheme: "dark", size: { width: 1_100, height: 900 }, runOnly: COLORS },
  { name: "phone", colorScheme: "light", size: { width: 390, height: 844 }, runOnly: ALL },
] as const;

/** Puts axe into a visitor's page. The page's policy allows no script but its own, and this is none of the page's. */
export async function bringAxe({ page }: Visitor): Promise<void> {
  await page.addInitScript({ content: axe.source });
  await page.reload();
}

/**
 * Looks at what a visitor sees, in each of its looks, and keeps a picture of each.
 *
 * @param name Of the view: the pictures have it.
 * @returns What is wrong, in words; nothing when all is well.
 */
export async function audit(visitor: Visitor, name: string): Promise<readonly string[]> {
  const { page } = visitor;
  const found: string[] = [];
  // A window is in front of the page, which has a picture of its own.
  const isWhole = (await page.getByRole("dialog").count()) === 0;
  for (const look of LOOKS) {
    await page.emulateMedia({ colorScheme: look.colorScheme });
    await page.setViewportSize(look.size);
    const { violations } = await page.evaluate(
      (runOnly) =>
        (window as unknown as { readonly axe: typeof axe }).axe.run({ runOnly, resultTypes: ["violations"] }),
      look.runOnly,
    );
    for (const { id, nodes } of violations) {
      for (const { target, failureSummary } of nodes) found.push(`${look.name}: ${id} at ${target}: ${failureSummary}`);
    }
    const over = await sideways(visitor);
    if (over > 0) found.push(`${look.name}: it is ${over} pixels too wide`);
    await visitor.picture(`${name}-${look.name}`, isWhole);
  }
  const [{ colorScheme, size }] = LOOKS;
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(size);
  return found;
}

/** How many CSS pixels a page is wider than its window. */
export function sideways({ page }: Pick<Visitor, "page">): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
