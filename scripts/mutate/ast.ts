/** What mutation needs to know of the compiler's syntax trees. */

export interface Node {
  nodeType: string;
  /** "start:length:file" */
  src: string;
  [property: string]: unknown;
}

/** A replacement of a range of the source, and what it is an example of. */
export interface Edit {
  kind: string;
  start: number;
  end: number;
  text: string;
}

/** A node with the way down to it and its text. */
export class Place {
  readonly node: Node;
  readonly source: string;
  readonly above: readonly Node[];

  constructor(node: Node, source: string, above: readonly Node[] = []) {
    this.node = node;
    this.source = source;
    this.above = above;
  }

  get type(): string {
    return this.node.nodeType;
  }

  get start(): number {
    return Number(this.node.src.split(":")[0]);
  }

  get end(): number {
    return this.start + Number(this.node.src.split(":")[1]);
  }

  get text(): string {
    return this.source.slice(this.start, this.end);
  }

  get parent(): Node | undefined {
    return this.above.at(-1);
  }

  /** The node's Solidity type; "" where it has none. */
  get typeString(): string {
    const { typeDescriptions } = this.node;
    return ((typeDescriptions as { typeString?: string } | undefined)?.typeString ?? "").replace(
      /^contract |^struct /,
      "",
    );
  }

  property(name: string): unknown {
    return this.node[name];
  }

  /** The node that is the property `name`. */
  child(name: string): Place {
    const child = this.node[name];
    if (!isNode(child)) throw new Error(`${this.type} has no ${name}`);
    return this.down(child);
  }

  /** The nodes in the list that is the property `name`. */
  list(name: string): Place[] {
    const list = this.node[name];
    return Array.isArray(list) ? list.filter(isNode).map((node) => this.down(node)) : [];
  }

  children(): Place[] {
    return Object.values(this.node)
      .flat()
      .filter(isNode)
      .map((node) => this.down(node));
  }

  /** Whether one of the nodes above is of this type. */
  within(type: string): boolean {
    return this.above.some(({ nodeType }) => nodeType === type);
  }

  replaceWith(kind: string, text: string): Edit {
    return { kind, start: this.start, end: this.end, text };
  }

  private down(node: Node): Place {
    return new Place(node, this.source, [...this.above, this.node]);
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

/** `root` and everything below it. */
export function* walk(root: Place): Generator<Place> {
  yield root;
  for (const child of root.children()) yield* walk(child);
}

export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
