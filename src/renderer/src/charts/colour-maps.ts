import { interpolateStops } from './palette';

export const colourMapNames = ['inferno', 'viridis'] as const;
export type ColourMapName = (typeof colourMapNames)[number];

/** Eleven evenly spaced colours of each of matplotlib's maps (van der Walt and Smith, 2015, CC0). */
const anchors: Record<ColourMapName, readonly string[]> = {
  inferno: [
    '000004',
    '160b39',
    '420a68',
    '6a176e',
    '932667',
    'bc3754',
    'dd513a',
    'f37819',
    'fca50a',
    'f6d746',
    'fcffa4',
  ],
  viridis: [
    '440154',
    '482475',
    '414487',
    '355f8d',
    '2a788e',
    '21918c',
    '22a884',
    '44bf70',
    '7ad151',
    'bddf26',
    'fde725',
  ],
};

const tables = new Map<ColourMapName, Uint8Array>();

/** 256 RGB triples, [256 × 3] bytes, from low to high. */
export function colourTable(name: ColourMapName): Uint8Array {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const stops = anchors[name].map(
    (hex) =>
      [0, 2, 4].map((offset) => Number.parseInt(hex.slice(offset, offset + 2), 16)) as unknown as readonly [
        number,
        number,
        number,
      ],
  );
  const table = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) table.set(interpolateStops(stops, level / 255), level * 3);
  tables.set(name, table);
  return table;
}

/** A CSS gradient from low to high, for legends. */
export function colourMapGradient(name: ColourMapName): string {
  return `linear-gradient(to right, ${anchors[name].map((hex) => `#${hex}`).join(', ')})`;
}
