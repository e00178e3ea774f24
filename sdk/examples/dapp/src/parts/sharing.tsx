/** Handing something to the other party: as a link, which no server sees, or as a file. */

import { sha256 } from "@micro-escrow/sdk";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { useLanguage } from "../language/index.tsx";
import { type Share, toFile, toFragment } from "../share.ts";
import { download, PlainButton, PrimaryButton } from "./basics.tsx";

/** The link of a share. */
export const linkOf = (fragment: string): string => `${location.origin}${location.pathname}#/open/${fragment}`;

/** Buttons for a share. */
export function Sharing({
  share,
  name,
}: {
  readonly share: Share /** Of the file. */;
  readonly name: string;
}): ReactNode {
  const { words } = useLanguage();
  // The link that was copied, and not one that came in its place, with a signature, say.
  const [copied, setCopied] = useState<string>();
  // By its hashes: to write all of it as text takes long where it is much.
  const contents = useMemo(() => share.contents.map(sha256), [share.contents]);
  const { data: link } = useQuery({
    queryKey: [
      "link",
      share.chainId,
      share.agreement.id,
      share.agreement.scope === undefined,
      share.signatures,
      share.settlement,
      contents,
    ],
    queryFn: async () => {
      const fragment = await toFragment(share);
      return fragment === undefined ? null : linkOf(fragment);
    },
    gcTime: 0,
  });
  const copy = async (text: string) => {
    // Where the browser does not let the page, the link is there to be marked and copied.
    try {
      await navigator.clipboard.writeText(text);
      setCopied(text);
    } catch {
      setCopied(undefined);
    }
  };
  return (
    <div className="sharing">
      {typeof link === "string" && (
        <>
          <input
            className="link"
            readOnly
            value={link}
            aria-label={words.share.link}
            onFocus={(event) => event.target.select()}
          />
          <PrimaryButton onPress={() => void copy(link)}>{words.share.copy}</PrimaryButton>
        </>
      )}
      <PlainButton onPress={() => download(`${fileName(name)}.json`, toFile(share), "application/json")}>
        {words.share.file}
      </PlainButton>
      <p role="status" className="quiet">
        {link === null
          ? words.share.tooLong
          : link !== undefined && copied === link
            ? words.share.copied
            : words.share.private}
      </p>
    </div>
  );
}

/** A name that every system takes. */
function fileName(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 60) || "micro-escrow"
  );
}
