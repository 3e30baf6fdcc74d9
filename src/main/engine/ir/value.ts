import type { ElementType } from './element-type';

/** Sizes, all known when the graph is built; [] is a scalar. */
export type Shape = readonly number[];

/** Stands for a tensor that exists while the graph runs. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
  readonly elementType: ElementType;
}
