import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { type Words, words } from '../../base/words';

/** What is wrong with a tree, and the node that it is about. */
export type TreeFault = { readonly said: Words; readonly node: unknown };

/** More than any file that was written by hand, and read in an instant. */
const MOST_NODES = 1_000_000;

/**
 * Puts what an alias names in its place, and what is merged (`<<`) into its mapping, as PyYAML does, which Ultralytics reads by:
 * readers of the tree need to know of neither. A node that is named twice is in it twice, so that a tree may be far larger than its
 * text: one of more than a million nodes is refused. An alias of what it is within stays.
 */
export function plainTree(document: Document.Parsed): readonly TreeFault[] {
  const { contents } = document;
  if (contents === null) return [];
  const tree = new PlainTree();
  document.contents = tree.plain(contents) as Document.Parsed['contents'];
  if (tree.sizeOf(document.contents) > MOST_NODES)
    return [{ said: words('has aliases that make more than {0} values of it', MOST_NODES), node: contents }];
  return tree.faults;
}

class PlainTree {
  readonly faults: TreeFault[] = [];
  /** The node that each name means at this place of the text: a name may be given anew. */
  readonly #named = new Map<string, Node>();
  readonly #sizes = new Map<unknown, number>();

  sizeOf(node: unknown): number {
    return this.#sizes.get(node) ?? 1;
  }

  plain(node: unknown): unknown {
    if (isAlias(node)) return this.#known(node.source) ?? node;
    if (!isCollection(node) && !isScalar(node)) return node;
    if (node.anchor !== undefined) this.#named.set(node.anchor, node);
    if (isSeq(node)) node.items = node.items.map((item) => this.plain(item));
    if (isMap(node)) this.#fill(node);
    if (isCollection(node)) this.#sizes.set(node, this.#sizeWithin(node.items));
    return node;
  }

  /** What is still open is what the alias is within. */
  #known(name: string): unknown {
    const node = this.#named.get(name);
    return isScalar(node) || this.#sizes.has(node) ? node : undefined;
  }

  #sizeWithin(items: readonly unknown[]): number {
    const sizes = items.map((item) => {
      const { value } = (item ?? {}) as Partial<Pair>;
      return isScalar(item) ? 1 : this.sizeOf(this.#sizes.has(item) ? item : value);
    });
    return sizes.reduce((sum, size) => sum + size, 1);
  }

  #fill(map: YAMLMap): void {
    const items = map.items as Pair[];
    for (const pair of items) {
      pair.key = this.plain(pair.key);
      pair.value = this.plain(pair.value);
    }
    const written = items.filter((pair) => !isMerge(pair));
    if (written.length === items.length) return;
    const known = new Set(written.map(keyOf));
    const merged = items.filter(isMerge).flatMap((pair) => this.#merged(pair, known));
    map.items = [...merged, ...written] as typeof map.items;
  }

  /** Of several the first one counts, and what is written beside them before all. */
  #merged(pair: Pair, known: Set<unknown>): Pair[] {
    const all = isSeq(pair.value) ? pair.value.items : [pair.value];
    return all.flatMap((one) => {
      if (isMap(one)) return (one.items as Pair[]).filter((item) => isNew(keyOf(item), known));
      this.faults.push({
        said: words('expected a mapping to merge, or a list of mappings'),
        node: pair.value,
      });
      return [];
    });
  }
}

const keyOf = ({ key }: Pair): unknown => (isScalar(key) ? key.value : key);

function isNew(key: unknown, known: Set<unknown>): boolean {
  if (known.has(key)) return false;
  known.add(key);
  return true;
}

/** In quotes it is a key as any other. */
const isMerge = ({ key }: Pair): boolean => isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
