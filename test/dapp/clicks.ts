/** What people do at the page again and again, by clicking. */
import type { Verb } from "@micro-escrow/sdk";
import type { Locator, Page } from "playwright-core";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";

/** A file that is not on the disk. */
export interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/**
 * Fills in the form for a new agreement: the first example, and people of the demo.
 *
 * @param parties What their options are called, or the addresses that they stand for.
 */
export async function writeFromExample(
  page: Page,
  parties: Readonly<Record<"freelancer" | "arbiter", string>>,
): Promise<void> {
  await page.getByRole("button", { name: en.templates[0]?.name ?? "" }).click();
  for (const role of ["freelancer", "arbiter"] as const) {
    await page.getByRole("combobox", { name: en.chooseFor(en.role[role]) }).selectOption(parties[role]);
  }
}

/** Has the browser keep the proposal of a link. Until it does, another link would be opened in vain: the page goes on to this one. */
export async function keepProposal(page: Page): Promise<void> {
  await page.getByRole("button", { name: en.open.keep }).click();
  await page.waitForURL(/#\/agreement\//);
}

/** Signs the proposal that is shown, as its freelancer. */
export async function sign(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: en.proposal.sign, exact: true }).click();
  await page
    .getByRole("list", { name: en.proposal.consents })
    .getByText(en.proposal.consent.signature(`${name} (you)`))
    .waitFor();
}

/** The link that the page offers to hand over. */
export async function linkIn(place: Page | Locator): Promise<string> {
  return place.getByRole("textbox", { name: en.share.link, exact: true }).inputValue();
}

/** The part of an agreement's page that is about one milestone. */
export const milestone = (page: Page, title: string): Locator =>
  page.getByRole("article", { name: new RegExp(`^\\d+ ${title}$`) });

/** Opens the window of an action on a milestone. */
export async function open(page: Page, action: keyof typeof en.actions, title: string): Promise<Locator> {
  await milestone(page, title)
    .getByRole("button", { name: `${en.actions[action].label}: ${title}`, exact: true })
    .click();
  return page.getByRole("dialog");
}

/** Opens the window of an action on an agreement as a whole, which is seldom taken and folded away. */
export async function openOther(page: Page, action: "accept" | "close"): Promise<Locator> {
  await page.getByText(en.proposal.others).click();
  await page.getByRole("button", { name: en.actions[action].label, exact: true }).click();
  return page.getByRole("dialog");
}

/** The button of an action's window that sends it. */
export const buttonOf = (dialog: Locator, action: Verb): Locator =>
  dialog.getByRole("button", { name: en.actions[action].label, exact: true });

/** Sends what a window is for, and waits until it is in a block; then the window says so. */
export async function finish(dialog: Locator, action: Verb): Promise<void> {
  await buttonOf(dialog, action).click();
  await dialog.getByText(en.actions[action].done).waitFor();
  // The keyboard stays there, though the button is gone.
  await dialog.locator(":focus").waitFor();
}

/** Closes the window that is open. */
export async function closeWindow(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** Gives a file to a button that asks for one. */
export async function choose(button: Locator, file: TestFile | string): Promise<void> {
  const [chooser] = await Promise.all([button.page().waitForEvent("filechooser"), button.click()]);
  await chooser.setFiles(file);
}
