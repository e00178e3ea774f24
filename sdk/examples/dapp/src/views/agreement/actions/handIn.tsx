/** Handing something in: a text and files are kept in this browser, their hash goes to the chain, and the others get a link. */
import { type Call, type Hash, hashText, type Verb } from "@micro-escrow/sdk";
import { useEscrow } from "@micro-escrow/sdk/react";
import { putContent, putDeliverable } from "@micro-escrow/sdk/storage";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { FileTrigger } from "react-aria-components";
import { whole } from "../../../clauses.ts";
import { useLanguage } from "../../../language/index.tsx";
import { files, keep, LIBRARY } from "../../../library.ts";
import { Notice, PlainButton } from "../../../parts/basics.tsx";
import { Field } from "../../../parts/field.tsx";
import { contentsOf, fileOf } from "../../../parts/material.tsx";
import { Sending, type SendingMutation } from "../../../parts/sending.tsx";
import { Sharing } from "../../../parts/sharing.tsx";
import { useAddress } from "../../../session.tsx";
import type { Facts } from "../facts.ts";

/** A text, and files. */
interface Handed {
  readonly text: string;
  readonly chosen: readonly File[];
}

const NOTHING: Handed = { text: "", chosen: [] };
/** What was written and not sent: who closes the window, to look something up, finds it there again. */
const unsent = new Map<string, Handed>();
const isEmpty = ({ text, chosen }: Handed) => text.trim() === "" && chosen.length === 0;
/** Bytes that others can open here together: what is more could be put on the chain, and seen by nobody. */
const MOST_HANDED_IN = 64 * 1_024 * 1_024;
const isTooLarge = ({ text, chosen }: Handed) =>
  chosen.reduce((size, file) => size + file.size, 3 * text.length) > MOST_HANDED_IN;

/** Stands in for a hash that is not made yet: the cost is the same. */
const ANY_HASH = hashText("");

/** Keeps what is handed in in this browser, and gives its hash: of a text alone the text's, else of a list of the files. */
async function keepHanded({ text, chosen }: Handed): Promise<Hash> {
  const note = text.trim();
  if (chosen.length === 0) return putContent(files, note);
  const given = await Promise.all(chosen.map(fileOf));
  const named = note === "" ? given : [...given, { path: noteName(given), bytes: new TextEncoder().encode(note) }];
  return putDeliverable(files, named);
}

/** The text's name among the files: message.txt, or the first after it that none of them has. */
function noteName(given: readonly { readonly path: string }[]): string {
  const taken = new Set(given.map(({ path }) => path.toLowerCase()));
  for (let number = 1; ; number++) {
    const name = number === 1 ? "message.txt" : `message ${number}.txt`;
    if (!taken.has(name)) return name;
  }
}

/** A form that hands something in. */
export function HandingIn({
  facts: { agreement },
  action,
  index,
  mutation,
  send,
  call,
  words: { label, sentence, done, message },
  isReady = true,
  withFiles = true,
  children,
}: {
  readonly facts: Facts;
  readonly action: Verb;
  readonly index: number;
  readonly mutation: SendingMutation;
  /** Sends, with the hash of what is handed in. */
  readonly send: (hash: Hash) => Promise<unknown>;
  /** What will be sent; nothing while the rest of the form is not filled in. */
  readonly call: (hash: Hash) => Call | undefined;
  /** What the form says; `message` is the text's label. */
  readonly words: Readonly<Record<"label" | "sentence" | "done" | "message", string>>;
  /** Whether the rest of the form is filled in. */
  readonly isReady?: boolean;
  readonly withFiles?: boolean;
  /** The rest of the form. */
  readonly children?: ReactNode;
}): ReactNode {
  const { chainId } = useEscrow();
  const client = useQueryClient();
  const { words } = useLanguage();
  const place = [chainId, agreement.id, index, action, useAddress()].join();
  const [handed, setHanded] = useState(unsent.get(place) ?? NOTHING);
  const change = (changes: Partial<Handed>) => {
    const changed = { ...handed, ...changes };
    setHanded(changed);
    unsent.set(place, changed);
  };
  const [contents, setContents] = useState<readonly Uint8Array[]>();
  /** It is kept before it is sent: what the chain has the hash of and nobody has, nobody can judge. */
  const start = async () => {
    const hash = await keepHanded(handed);
    await keep({ agreement, chainId, signatures: {} }, chainId);
    await client.invalidateQueries({ queryKey: [LIBRARY] });
    setContents(await contentsOf(hash));
    await send(hash);
    unsent.delete(place);
  };
  return (
    <Sending
      mutation={mutation}
      start={start}
      call={call(ANY_HASH)}
      isReady={isReady && !isEmpty(handed) && !isTooLarge(handed)}
      label={label}
      sentence={sentence}
      done={done}
      next={
        contents !== undefined && (
          <>
            <p>{words.material.handOver}</p>
            <Sharing
              share={{ chainId, agreement, signatures: {}, contents }}
              name={agreement.scope?.title ?? agreement.id}
            />
          </>
        )
      }
    >
      {children}
      <Field label={message} value={handed.text} onChange={(text) => change({ text })} isLong />
      {withFiles && (
        <div className="files">
          <FileTrigger allowsMultiple onSelect={(list) => change({ chosen: [...(list ?? [])] })}>
            <PlainButton>{words.material.choose}</PlainButton>
          </FileTrigger>
          <ul aria-label={words.material.chosen}>
            {handed.chosen.map((file) => (
              <li key={file.name}>{whole(file.name)}</li>
            ))}
          </ul>
          {isTooLarge(handed) && <Notice tone="problem">{words.material.tooLarge}</Notice>}
        </div>
      )}
      <p className="quiet">{words.material.hashed}</p>
    </Sending>
  );
}
