/** ||a|| */
export const norm = (values: Iterable<number>): number => Math.hypot(...values);

/** ||a - b||; NaN where sizes differ. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length ? norm(Array.from(a, (x, i) => x - (b[i] as number))) : Number.NaN;
