import { Slice } from '../../ingest/slice';

/**
 * A long list packed into bytes. A thread passes it on without cloning one object per item, which would block the
 * receiver, and items are parsed on access. The memory is shared, so that both sides keep it.
 */
export interface PackedList<Item> {
  /** Concatenated JSON texts, UTF-8. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** End offset of each text. */
  readonly ends: Uint32Array<SharedArrayBuffer>;
  /** Never set; carries the item type. */
  readonly items?: Item;
}

export function packList<Item>(items: readonly Item[]): PackedList<Item> {
  const packer = new Packer(items.length);
  for (const item of items) packer.add(item);
  return packer.finish();
}

/** `packList` in time slices, for the main thread. */
export async function packListInSlices<Item>(items: readonly Item[]): Promise<PackedList<Item>> {
  const packer = new Packer(items.length);
  const slice = new Slice();
  for (const item of items) {
    packer.add(item);
    if (slice.isOver) await slice.next();
  }
  return packer.finish();
}

export const packedLength = ({ ends }: PackedList<unknown>): number => ends.length;

/** Parses one item; undefined outside the list. */
export function unpackItem<Item>({ bytes, ends }: PackedList<Item>, index: number): Item | undefined {
  const end = ends[index];
  if (end === undefined) return undefined;
  const start = index === 0 ? 0 : (ends[index - 1] ?? 0);
  return JSON.parse(Buffer.from(bytes.buffer, start, end - start).toString('utf8')) as Item;
}

export const unpackList = <Item>(list: PackedList<Item>): Item[] =>
  Array.from({ length: packedLength(list) }, (_, index) => unpackItem(list, index) as Item);

class Packer {
  readonly #ends: Uint32Array<SharedArrayBuffer>;
  #bytes = Buffer.alloc(64 * 1024);
  #length = 0;
  #count = 0;

  constructor(items: number) {
    this.#ends = new Uint32Array(new SharedArrayBuffer(4 * items));
  }

  add(item: unknown): void {
    const text = JSON.stringify(item);
    // UTF-8 takes at most three bytes per UTF-16 code unit.
    const needed = this.#length + 3 * text.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(text, this.#length);
    this.#ends[this.#count++] = this.#length;
  }

  finish<Item>(): PackedList<Item> {
    const bytes = new Uint8Array(new SharedArrayBuffer(this.#length));
    bytes.set(this.#bytes.subarray(0, this.#length));
    return { bytes, ends: this.#ends };
  }
}
