/**
 * Rounds a table of shares to whole numbers so that every cell moves by less than 1, every row keeps its sum (a whole
 * number), and every column sums to its own rounded total: the controlled rounding problem of Cox (JASA 82, 1987),
 * which always has a solution; found here as a maximum flow. Cells that would round to 0 are rounded up first, then
 * those with the largest fraction.
 *
 * `shares[row][column]` are at least 0; the result has the same shape.
 */
export function roundTable(shares: readonly (readonly number[])[]): number[][] {
  const columns = shares[0]?.length ?? 0;
  const rounded = shares.map((row) => row.map(floor));
  const rowNeed = shares.map((row, r) => Math.round(sum(row)) - sum(rounded[r] ?? []));
  const columnNeed = columnTotals(shares, columns).map((total, c) => total - sum(rounded.map((row) => row[c] ?? 0)));

  const cells = shares
    .flatMap((row, r) => row.map((share, c) => ({ r, c, share, fraction: share - floor(share) })))
    .filter((cell) => cell.fraction > EPSILON)
    .sort((a, b) => Number(b.share < 1) - Number(a.share < 1) || b.fraction - a.fraction || a.r - b.r || a.c - b.c);
  const raisable = shares.map(() => new Set<number>());
  const raised = shares.map(() => new Set<number>());
  for (const { r, c } of cells) raisable[r]?.add(c);

  for (const { r, c } of cells) {
    if ((rowNeed[r] ?? 0) > 0 && (columnNeed[c] ?? 0) > 0) raise(r, c);
  }
  // Moves what the greedy pass left over along augmenting paths: row → column → row that gives up its place → …
  for (let r = 0; r < shares.length; r++) {
    while ((rowNeed[r] ?? 0) > 0 && augment(r, new Set())) rowNeed[r] = (rowNeed[r] ?? 0) - 1;
  }
  for (const [r, set] of raised.entries()) {
    for (const c of set) {
      const row = rounded[r];
      if (row !== undefined) row[c] = (row[c] ?? 0) + 1;
    }
  }
  return rounded;

  function raise(r: number, c: number): void {
    if (raised[r]?.has(c)) return;
    raised[r]?.add(c);
    rowNeed[r] = (rowNeed[r] ?? 0) - 1;
    columnNeed[c] = (columnNeed[c] ?? 0) - 1;
  }

  function augment(r: number, seen: Set<number>): boolean {
    for (const c of raisable[r] ?? []) {
      if (seen.has(c) || raised[r]?.has(c)) continue;
      seen.add(c);
      if ((columnNeed[c] ?? 0) > 0) {
        columnNeed[c] = (columnNeed[c] ?? 0) - 1;
        raised[r]?.add(c);
        return true;
      }
      for (let other = 0; other < shares.length; other++) {
        if (other === r || !raised[other]?.has(c)) continue;
        if (augment(other, seen)) {
          raised[other]?.delete(c);
          raised[r]?.add(c);
          return true;
        }
      }
    }
    return false;
  }
}

const EPSILON = 1e-9;
/** 0.2 × 5 is 1, whatever its last bit. */
const floor = (value: number): number => Math.floor(value + EPSILON);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Column sums, rounded by largest remainder so that they add up to the table's sum. */
function columnTotals(shares: readonly (readonly number[])[], columns: number): number[] {
  const exact = Array.from({ length: columns }, (_, c) => sum(shares.map((row) => row[c] ?? 0)));
  const totals = exact.map(floor);
  const order = exact
    .map((value, c) => ({ c, fraction: value - floor(value) }))
    .sort((a, b) => b.fraction - a.fraction || a.c - b.c);
  let left = Math.round(sum(exact)) - sum(totals);
  for (const { c } of order) {
    if (left <= 0) break;
    totals[c] = (totals[c] ?? 0) + 1;
    left -= 1;
  }
  return totals;
}
