import type { OpName } from './attributes';
import { elementwise } from './elementwise';
import { layout } from './layout';
import { linearAlgebra } from './linear-algebra';
import { normalisation } from './normalisation';
import { reductions } from './reductions';
import type { OpRule } from './rule';

/** Shape rule, gradient rule and lowering of every operation. A missing one is a type error here. */
export const opTable: { readonly [K in OpName]: OpRule<K> } = {
  ...elementwise,
  ...linearAlgebra,
  ...normalisation,
  ...reductions,
  ...layout,
};

/** The rule of one operation, typed by its name. */
export function ruleOf<K extends OpName>(op: K): OpRule<K> {
  return opTable[op];
}
