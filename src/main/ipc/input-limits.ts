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
      if (values !== one && values.length > MOST_KEYS) return `It contains an object with more than ${MOST_KEYS} keys.`;
      for (const value of values) if (isObject(value)) next.push(value);
    }
    level = next;
  }
  return null;
}

/**
 * The value of a JSON text, or undefined where it is none or nested deeper than any request. JSON.parse takes seconds for a
 * million levels, so they are counted first.
 */
export function parseRequest(text: string): unknown {
  if (depthOf(text) > DEEPEST) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The deepest nesting of a JSON text, brackets within strings left out; anything for a text that is no JSON. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === BACKSLASH) at += 1;
    else if (character === QUOTE) quoted = !quoted;
    else if (quoted) continue;
    else if (character === OPEN_LIST || character === OPEN_OBJECT) deepest = Math.max(deepest, ++depth);
    else if (character === CLOSE_LIST || character === CLOSE_OBJECT) depth -= 1;
  }
  return deepest;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
