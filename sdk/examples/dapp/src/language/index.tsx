/**
 * Everything that the page says, in the user's language. A catalog is an object of texts, and of functions where a text has
 * values in it; a language that lacks one does not compile. Only the language in use is loaded.
 */
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { recall, remember } from "../device.ts";
import { type Format, formatOf } from "../format.ts";
import type { en } from "./en.ts";

/** What a language has to say. */
export type Words = typeof en;

/** The languages, by their BCP 47 tags, under their own names. */
export const languages = { en: "English", es: "Español" } as const;
export type LanguageTag = keyof typeof languages;

const load: Readonly<Record<LanguageTag, () => Promise<Words>>> = {
  en: async () => (await import("./en.ts")).en,
  es: async () => (await import("./es.ts")).es,
};

interface Language {
  readonly tag: LanguageTag;
  readonly words: Words;
  readonly format: Format;
  choose(tag: LanguageTag): void;
}

const LanguageContext = createContext<Language | undefined>(undefined);

/** The language around a component. */
export function useLanguage(): Language {
  const language = use(LanguageContext);
  if (language === undefined) throw new Error("There is no LanguageProvider around this component.");
  return language;
}

const LANGUAGE = "micro-escrow-language";

function isLanguage(tag: string | undefined): tag is LanguageTag {
  return tag !== undefined && Object.hasOwn(languages, tag);
}

/** The chosen one, or the first of the browser's that there is. */
function preferred(): LanguageTag {
  const chosen = recall(LANGUAGE);
  const wanted = [chosen, ...navigator.languages.map((tag) => tag.split("-")[0])];
  return wanted.find(isLanguage) ?? "en";
}

/** The browser's own variant of a language, so that dates and numbers are written as its user does. */
function localeOf(tag: LanguageTag): string {
  return navigator.languages.find((locale) => locale.split("-")[0] === tag) ?? tag;
}

/** Gives the language to the views; nothing is shown before it is loaded. */
export function LanguageProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [tag, setTag] = useState(preferred);
  const [loaded, setLoaded] = useState<{ readonly tag: LanguageTag; readonly words: Words }>();
  useEffect(() => {
    let isCurrent = true;
    const show = (shown: LanguageTag) => async () => {
      const words = await load[shown]();
      if (isCurrent) setLoaded({ tag: shown, words });
    };
    // A file that does not come, as after an update: English may be here already.
    show(tag)().catch(show("en"));
    return () => {
      isCurrent = false;
    };
  }, [tag]);
  useEffect(() => {
    if (loaded !== undefined) document.documentElement.lang = loaded.tag;
  }, [loaded]);

  const locale = localeOf(loaded?.tag ?? "en");
  const language = useMemo(
    (): Language | undefined =>
      loaded && {
        ...loaded,
        format: formatOf(locale),
        choose(chosen) {
          remember(LANGUAGE, chosen);
          setTag(chosen);
        },
      },
    [loaded, locale],
  );
  if (language === undefined) return null;
  return (
    <LanguageContext value={language}>
      <I18nProvider locale={locale}>{children}</I18nProvider>
    </LanguageContext>
  );
}
