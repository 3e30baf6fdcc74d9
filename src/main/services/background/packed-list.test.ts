import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packedLength, packList, packListInSlices, unpackItem, unpackList } from './packed-list';

it('returns what was packed, after the copy made for a thread', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ text: fc.string({ unit: 'binary' }), n: fc.option(fc.integer()) })),
      async (items) => {
        const packed = structuredClone(packList(items));
        expect(packedLength(packed)).toBe(items.length);
        expect(unpackList(packed)).toEqual(items);
        expect(unpackItem(packed, items.length)).toBeUndefined();
        expect(await packListInSlices(items)).toEqual(packed);
      },
    ),
    { numRuns: 30 },
  );
});

it('grows beyond its initial size', () => {
  // 40,000 letters of three bytes each in UTF-8.
  const items = ['a', '€'.repeat(40_000), 'ä'.repeat(40_000), ''];
  expect(unpackList(packList(items))).toEqual(items);
  expect(packList(items).bytes.length).toBe(3 + 120_002 + 80_002 + 2);
});
