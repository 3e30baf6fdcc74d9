import type { Balance, BalanceFactor } from '../models/balance';

export const factorNames: Readonly<Record<BalanceFactor, string>> = {
  sex: 'Sex',
  age: 'Age',
  scanner: 'Scanner',
  site: 'Site',
  modality: 'Modality',
};

/** From youngest to oldest; `age` in years. */
export const ageBands = ['under 40', '40–49', '50–59', '60–69', '70 and over'] as const;

export const ageBand = (age: number): string =>
  ageBands[age < 40 ? 0 : Math.min(ageBands.length - 1, Math.floor(age / 10) - 3)] ?? '';

/** Reads the values of (0010,0040), which are M, F or O, and the words common in tables. */
export function sexName(given: string): string {
  const text = given.trim();
  if (/^(f|female|woman)$/i.test(text)) return 'Female';
  if (/^(m|male|man)$/i.test(text)) return 'Male';
  return /^(o|other)$/i.test(text) ? 'Other' : text;
}

/** Sentences on strong imbalances. */
export function strongImbalances({ factors }: Balance): string[] {
  return factors.flatMap(({ factor, bySplit, byClass }) => {
    const name = factorNames[factor];
    return [
      ...(bySplit?.strength === 'strong'
        ? [`${name} differs strongly between the splits (Cramér’s V ${bySplit.v.toFixed(2)}, n = ${bySplit.n}).`]
        : []),
      ...(byClass?.strength === 'strong'
        ? [
            `${name} is strongly associated with the class (Cramér’s V ${byClass.v.toFixed(2)}, n = ${byClass.n}): a model may learn it instead of the finding.`,
          ]
        : []),
    ];
  });
}
