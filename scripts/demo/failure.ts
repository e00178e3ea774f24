/** What is wrong in words for the person who runs the script; it ends with them and exit code 1, without a stack trace. */
export class DemoError extends Error {
  override readonly name = "DemoError";
}

/** @throws {DemoError} When something is not as the story expects it. */
export function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new DemoError(otherwise);
}
