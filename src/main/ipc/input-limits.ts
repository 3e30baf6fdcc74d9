/** Requests are flat: a filter in a request, a range in a filter. */
const DEEPEST = 32;
const MOST_KEYS = 1000;

/**
 * What no request of Fovea holds, whatever it asks for: nesting deeper than `DEEPEST`, or an object with more than
 * `MOST_KEYS` keys. Null where it is within bounds. Looked at before the schemas are, which go over all of it and gather
 * what is wrong at every place.
 */
export function outOfBounds(input: unknown): string | null {
  let level: object[] = isObject(input) ? [input] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > DEEPEST) return `It is nested deeper than ${DEEPEST} levels.`;
    const next: object[] = [];
    for (const one of level) {
      const values = Array.isArray(one) ? one : Object.values(one);
      if (values !== one && values.length > MOST_KEYS) return `It holds an object with more than ${MOST_KEYS} keys.`;
      for (const value of values) if (isObject(value)) next.push(value);
    }
    level = next;
  }
  return null;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
