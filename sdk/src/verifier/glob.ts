/**
 * Patterns of paths, which strangers write: no regular expressions, so that no pattern takes more time than its length times
 * that of the path.
 */

/** What is wrong with a pattern; `undefined` when nothing is. */
export function checkGlob(pattern: string): string | undefined {
  if (pattern.startsWith("/") || pattern.split("/").some((part) => part === ".." || part === "." || part === "")) {
    return 'a pattern that is no path in the deliverable, like "articles/*.md"';
  }
  if (/[\\[\]{}!]/.test(pattern)) return "a pattern with other signs than *, ** and ?";
  if (pattern.split("/").some((part) => part !== "**" && part.includes("**"))) {
    return "a pattern in which ** is only a part of a folder's name";
  }
  return undefined;
}

/**
 * Whether a path fits a pattern: `*` is any characters within a name, `?` is one, and `**` is any folders, or none. Case
 * counts.
 */
export function fits(path: string, pattern: string): boolean {
  return matches(path.split("/"), pattern.split("/"), (name, part) => part === "**" || fitsName(name, part), "**");
}

function fitsName(name: string, pattern: string): boolean {
  return matches([...name], [...pattern], (one, sign) => sign === "*" || sign === "?" || sign === one, "*");
}

/** Whether items fit signs, of which one repeats: `reachable[i]` is whether the first `i` items fit the signs so far. */
function matches<T>(
  items: readonly T[],
  signs: readonly string[],
  fitsOne: (item: T, sign: string) => boolean,
  repeats: string,
): boolean {
  let reachable = Array.from({ length: items.length + 1 }, (_, count) => count === 0);
  for (const sign of signs) {
    const next: boolean[] = [sign === repeats && reachable[0] === true];
    for (const [index, item] of items.entries()) {
      const fitsHere = fitsOne(item, sign);
      next.push(
        sign === repeats
          ? reachable[index + 1] === true || next[index] === true
          : reachable[index] === true && fitsHere,
      );
    }
    reachable = next;
  }
  return reachable[items.length] === true;
}
