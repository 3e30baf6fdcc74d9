import type { OpName } from './attributes';
import { elementwise } from './elementwise';
import { layout } from './layout';
import { linearAlgebra } from './linear-algebra';
import { normalisation } from './normalisation';
import { reductions } from './reductions';
import type { OpRule } from './rule';

/** Shape rule, gradient rule and lowering of every operation. Omitting one is a type error. */
export const opTable: { readonly [K in OpName]: OpRule<K> } = {
  ...elementwise,
  ...linearAlgebra,
  ...normalisation,
  ...reductions,
  ...layout,
};

/** Looks up the rule of an operation, typed by its name. */
export function ruleOf<K extends OpName>(op: K): OpRule<K> {
  return opTable[op];
}
