import type { OpAttributes, OpName } from '../ops/attributes';
import type { Value } from './value';

interface NodeOf<K extends OpName> {
  readonly op: K;
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** One operation. Nodes are immutable and listed in an executable order. */
export type Node<K extends OpName = OpName> = { [Name in K]: NodeOf<Name> }[K];

export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

/** A program with static shapes, to be differentiated, checked, printed and lowered. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly NamedValue[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly NamedValue[];
}
