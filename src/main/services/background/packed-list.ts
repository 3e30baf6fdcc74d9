import { Slice } from '../../ingest/slice';

/**
 * A long list as bytes: a thread hands it over without cloning an object an item (which holds up the one who takes it),
 * and an item is made when it is asked for. The memory is shared, so that neither side loses it.
 */
export interface PackedList<Item> {
  /** One JSON text after another, UTF-8. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Where each text ends. */
  readonly ends: Uint32Array<SharedArrayBuffer>;
  /** Never there: what the items are. */
  readonly items?: Item;
}

export function packList<Item>(items: readonly Item[]): PackedList<Item> {
  const packer = new Packer(items.length);
  for (const item of items) packer.add(item);
  return packer.finish();
}

/** For the main thread. */
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

/** Undefined outside the list. */
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
    // At most three bytes for each unit of UTF-16.
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
