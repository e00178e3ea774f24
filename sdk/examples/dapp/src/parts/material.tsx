/**
 * Texts and files that the chain has the hash of: shown only if they have it, and as what cannot do anything: text as text,
 * pictures as pictures, and everything else to save.
 */
import { type DeliverableFile, type Hash, manifestOf, sha256 } from "@micro-escrow/sdk";
import {
  ContentMismatchError,
  ContentMissingError,
  type Deliverable,
  getDeliverable,
  putContent,
  putDeliverable,
} from "@micro-escrow/sdk/storage";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { DropZone, FileTrigger, isFileDropItem, Text } from "react-aria-components";
import { whole } from "../clauses.ts";
import { useLanguage } from "../language/index.tsx";
import { contentOf, files, LIBRARY } from "../library.ts";
import { fromFile } from "../share.ts";
import { download, Loading, Notice, PlainButton } from "./basics.tsx";
import { Problem } from "./problem.tsx";

const materialKey = (hash: Hash) => [LIBRARY, "material", hash];

/** What a hash stands for, if it is kept here. */
export function Material({ hash, label }: { readonly hash: Hash; readonly label: string }): ReactNode {
  const { words } = useLanguage();
  const { data, error, isPending } = useQuery<Deliverable>({
    queryKey: materialKey(hash),
    queryFn: () => getDeliverable(files, hash),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    // Somebody may have opened it in another tab.
    refetchOnWindowFocus: (query) => (query.state.data === undefined ? "always" : false),
    structuralSharing: false,
  });
  if (isPending) return <Loading />;
  return (
    <figure className="material" aria-label={label}>
      <figcaption>{label}</figcaption>
      {data !== undefined && (
        <>
          {data.files.map((file) => (
            <FileShown key={file.path} file={file} isNamed={data.manifest !== undefined} />
          ))}
          <p className="quiet">{words.material.matches}</p>
        </>
      )}
      {isGone(error) && <Missing hash={hash} />}
      {error !== null && !isGone(error) && <Problem error={error} />}
    </figure>
  );
}

/** What is kept under a hash that it does not have is as good as missing: the right one takes its place. */
const isGone = (error: unknown) => error instanceof ContentMissingError || error instanceof ContentMismatchError;

/** A file as a deliverable has it: in Unicode's composed form, which not every system gives. */
export const fileOf = async (file: File): Promise<DeliverableFile> => ({
  path: file.name.normalize("NFC"),
  bytes: new Uint8Array(await file.arrayBuffer()),
});

/** Where somebody opens what the other party handed over. */
function Missing({ hash }: { readonly hash: Hash }): ReactNode {
  const { words } = useLanguage();
  const client = useQueryClient();
  const [mismatch, setMismatch] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const open = async (chosen: readonly File[]) => {
    setMismatch(false);
    setFailure(undefined);
    if (chosen.length === 0) return;
    try {
      if (await keepIfIt(hash, await Promise.all(chosen.map(fileOf)))) {
        await client.invalidateQueries({ queryKey: [LIBRARY, "material"] });
      } else setMismatch(true);
    } catch (problem) {
      setFailure(problem);
    }
  };
  return (
    <DropZone
      className="drop"
      onDrop={async ({ items }) => open(await Promise.all(items.filter(isFileDropItem).map((item) => item.getFile())))}
    >
      <Text slot="label">{words.material.missing}</Text>
      <FileTrigger allowsMultiple onSelect={(list) => void open([...(list ?? [])])}>
        <PlainButton>{words.material.open}</PlainButton>
      </FileTrigger>
      {mismatch && <Notice tone="problem">{words.material.mismatch}</Notice>}
      {failure !== undefined && <Problem error={failure} />}
    </DropZone>
  );
}

/** Keeps files if they are what a hash stands for, in one of the ways in which it may be made. */
async function keepIfIt(hash: Hash, given: readonly DeliverableFile[]): Promise<boolean> {
  const [first] = given;
  if (first === undefined) return false;
  if (given.length === 1) {
    if (sha256(first.bytes) === hash) {
      await putContent(files, first.bytes);
      return true;
    }
    // What the other party shared as one file has all of it.
    const contents = sharedIn(first.bytes);
    if (contents !== undefined) {
      // Of a file that has nothing to do with it nothing is kept.
      if (!contents.some((bytes) => sha256(bytes) === hash)) return false;
      for (const bytes of contents) await putContent(files, bytes);
      return true;
    }
  }
  // A browser that saves a file beside one of its name adds a number.
  for (const named of [given, given.map((file) => ({ ...file, path: file.path.replace(/ ?\(\d+\)(?=\.|$)/, "") }))]) {
    try {
      const list = named.map(({ path, bytes }) => ({ path, size: bytes.length, hash: sha256(bytes) }));
      if (manifestOf(list).hash !== hash) continue;
    } catch {
      // Names that no deliverable has.
      continue;
    }
    await putDeliverable(files, named);
    return true;
  }
  return false;
}

function sharedIn(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    return fromFile(new TextDecoder("utf-8", { fatal: true }).decode(bytes)).contents;
  } catch {
    return undefined;
  }
}

/** What a browser can draw without running anything of it. */
const PICTURES: readonly (readonly [type: string, beginning: readonly number[]])[] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
];
/** Characters of a text that are shown at once. */
const SHOWN = 20_000;

function FileShown({ file, isNamed }: { readonly file: DeliverableFile; readonly isNamed: boolean }): ReactNode {
  const { words, format } = useLanguage();
  const { path, bytes } = file;
  // Its end says what kind of file it is.
  const name = isNamed ? whole(path) : words.material.text;
  const { picture, text } = useMemo(() => {
    const found = PICTURES.find(([, beginning]) => beginning.every((byte, at) => bytes[at] === byte))?.[0];
    return { picture: found, text: found === undefined ? textOf(bytes) : undefined };
  }, [bytes]);
  const isCut = text !== undefined && text.length > SHOWN;
  return (
    <div className="file">
      {isNamed && (
        <p>
          <strong>{name}</strong> <span className="quiet">{words.material.bytes(format.number(bytes.length))}</span>
        </p>
      )}
      {picture !== undefined && <Picture bytes={bytes} type={picture} name={name} />}
      {text !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it.
        // biome-ignore lint/a11y/useSemanticElements: a section would be a landmark of the page, and there may be dozens.
        <div role="group" className="scroll" tabIndex={0} aria-label={name}>
          <pre dir="auto">
            {text.slice(0, SHOWN)}
            {isCut && "…"}
          </pre>
        </div>
      )}
      {isCut && <p className="quiet">{words.material.cut}</p>}
      {(isNamed || isCut || text === undefined) && (
        <PlainButton
          onPress={() => download(path.split("/").at(-1) ?? path, bytes as BlobPart, "application/octet-stream")}
        >
          {words.material.save(name)}
        </PlainButton>
      )}
    </div>
  );
}

function Picture({ bytes, type, name }: { readonly bytes: Uint8Array; readonly type: string; readonly name: string }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes as BlobPart], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  return url === undefined ? null : <img src={url} alt={name} />;
}

/** What makes text run the other way: in a sentence about money it can turn an amount around. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Bytes as text, with what changes its direction written out; `undefined` when they are none. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // Only binary files have these.
    if (text.includes("\0")) return undefined;
    return text.replace(DIRECTIONS, (mark) => `\\u{${mark.codePointAt(0)?.toString(16)}}`);
  } catch {
    return undefined;
  }
}

/**
 * All that belongs to a hash and is kept here: of a deliverable of several files its manifest, too. Nothing when something of it
 * is missing.
 */
export async function contentsOf(hash: Hash): Promise<readonly Uint8Array[]> {
  try {
    const { files: listed, manifest } = await getDeliverable(files, hash);
    const own = manifest === undefined ? [] : [new TextEncoder().encode(manifest)];
    return [...own, ...listed.map(({ bytes }) => bytes)];
  } catch {
    const alone = await contentOf(hash);
    return alone === undefined ? [] : [alone];
  }
}
