import type { Association, Strength } from '../models/balance';

/**
 * Association of two classifications of the same patients, from a table of counts: Cramér's V with the correction of W.
 * Bergsma (J Korean Stat Soc 2013;42:323-328), which is 0 on average if they are independent. Without it V exceeds 0 by
 * chance, the more so with fewer patients and more levels. Empty rows and columns are left out; null if fewer than two
 * of either remain, or if there are fewer than two patients. An association that chance explains has strength `none`.
 */
export function cramersV(table: readonly (readonly number[])[]): Association | null {
  const rows = table.filter((row) => sum(row) > 0);
  const columns = (rows[0] ?? []).map((_, column) => sum(rows.map((row) => row[column] ?? 0)));
  const n = sum(columns);
  const r = rows.length;
  const c = columns.filter((total) => total > 0).length;
  if (r < 2 || c < 2 || n < 2) return null;
  let chiSquare = 0;
  for (const row of rows) {
    const total = sum(row);
    for (const [column, observed] of row.entries()) {
      const expected = (total * (columns[column] ?? 0)) / n;
      if (expected > 0) chiSquare += (observed - expected) ** 2 / expected;
    }
  }
  const phiSquare = Math.max(0, chiSquare / n - ((r - 1) * (c - 1)) / (n - 1));
  const smaller = Math.min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1;
  const v = smaller > 0 ? Math.min(1, Math.sqrt(phiSquare / smaller)) : 0;
  const strength = isChance(chiSquare, (r - 1) * (c - 1)) ? 'none' : strengthOf(v, Math.min(r, c) - 1);
  return { v, n, strength };
}

/**
 * Whether χ² is below the 95 % point of its distribution, by the cube root, which is nearly normal (E. B. Wilson & M.
 * M. Hilferty, Proc Natl Acad Sci 1931;17:684-688). The point is off by less than 3 %.
 */
function isChance(chiSquare: number, freedom: number): boolean {
  const variance = 2 / (9 * freedom);
  return (Math.cbrt(chiSquare / freedom) - (1 - variance)) / Math.sqrt(variance) < 1.6448536269514722;
}

/**
 * Cohen's terms for effects of w = V × √(smaller number of levels - 1): 0.1 small, 0.3 medium, 0.5 large (Statistical
 * Power Analysis, 1988, ch. 7).
 */
function strengthOf(v: number, freedom: number): Strength {
  const w = v * Math.sqrt(freedom);
  return w >= 0.5 ? 'strong' : w >= 0.3 ? 'moderate' : w >= 0.1 ? 'weak' : 'none';
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
