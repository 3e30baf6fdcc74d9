import type { ElementType } from './element-type';

/** Sizes known when the graph is built; [] is a scalar. */
export type Shape = readonly number[];

/** A tensor that a graph will hold when it runs. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
  readonly elementType: ElementType;
}
