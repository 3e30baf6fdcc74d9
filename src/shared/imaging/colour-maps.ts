import { interpolateInferno, interpolateViridis } from 'd3-scale-chromatic';

export const colourMapNames = ['inferno', 'viridis'] as const;
export type ColourMapName = (typeof colourMapNames)[number];

/** matplotlib's maps (van der Walt and Smith, 2015, CC0): perceptually uniform, readable without colour vision. */
const colourOf: Record<ColourMapName, (share: number) => string> = {
  inferno: interpolateInferno,
  viridis: interpolateViridis,
};

const tables = new Map<ColourMapName, Uint8Array>();

/** 256 RGB triples, [256 × 3] bytes, from low to high. */
export function colourTable(name: ColourMapName): Uint8Array {
  const cached = tables.get(name);
  if (cached !== undefined) return cached;
  const table = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) {
    const colour = Number.parseInt(colourOf[name](level / 255).slice(1), 16);
    table.set([colour >> 16, (colour >> 8) & 255, colour & 255], level * 3);
  }
  tables.set(name, table);
  return table;
}

/** A CSS gradient from low to high, for legends. */
export function colourMapGradient(name: ColourMapName): string {
  const stops = Array.from({ length: 11 }, (_, index) => colourOf[name](index / 10));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
