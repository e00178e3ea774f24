/** Where the story is told: lets time pass, and prints or collects what people say and what it did. */
import type { Chain } from "./chain.ts";
import type { Person } from "./gigs.ts";
import { day, hanging, paint } from "./terminal.ts";
import type { Sent } from "./usdc.ts";

/** One thing that somebody said or did. */
export interface Line {
  readonly gig: string;
  /** Chain time, ISO 8601. */
  readonly at: string;
  readonly who: string;
  readonly text: string;
  /** The transaction that it was, if it was one. */
  readonly transaction?: string;
}

/** Beside a name: this was a transaction. */
export const mark = "●";

export class Stage<Who extends string> {
  readonly lines: Line[] = [];
  readonly #chain: Chain;
  readonly #people: Readonly<Record<Who, Person>>;
  readonly #quiet: boolean;
  #gig = "";
  #now = 0;
  #shownDay = "";

  /** @param quiet Collect, print nothing. */
  constructor(chain: Chain, people: Readonly<Record<Who, Person>>, quiet: boolean) {
    this.#chain = chain;
    this.#people = people;
    this.#quiet = quiet;
  }

  /** Prints text that is not part of a story. */
  print(text = ""): void {
    if (!this.#quiet) process.stdout.write(`${text}\n`);
  }

  /** Everything said from now on belongs to this gig. */
  begin(gig: string): void {
    this.#gig = gig;
    this.#shownDay = "";
  }

  /**
   * Time passes until a moment.
   *
   * @param moment A day ("2027-01-14": ten in the morning, UTC) or Unix seconds.
   */
  async until(moment: string | number): Promise<void> {
    const time = typeof moment === "number" ? moment : Date.parse(`${moment}T10:00:00Z`) / 1000;
    await this.#chain.passTimeUntil(time);
    this.#now = time;
  }

  /** Somebody says something, or says what they just did. */
  tell(who: Who, text: string, sent?: Sent): void {
    const { name } = this.#people[who];
    const at = new Date(this.#now * 1000).toISOString();
    this.lines.push({ gig: this.#gig, at, who: name, text, ...(sent && { transaction: sent.transaction.hash }) });

    const date = day(this.#now);
    const shown = date === this.#shownDay ? "" : date;
    this.#shownDay = date;
    const sign = sent ? `${paint("cyan", mark)} ` : "  ";
    const prefix = `  ${paint("dim", shown.padEnd(16))}${sign}${paint("bold", name.padEnd(11))}`;
    this.print(hanging(prefix, 31, text));
  }
}
