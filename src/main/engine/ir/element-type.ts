/** Element type of a value. `float16` is IEEE 754 binary16. */
export type ElementType = 'float32' | 'float16';

export const bytesPerElement: Readonly<Record<ElementType, number>> = { float32: 4, float16: 2 };
