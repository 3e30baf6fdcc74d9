/** Requests are flat: a filter in a request, a range in a filter. */
const MAX_DEPTH = 32;
const MAX_KEYS = 1000;

/**
 * Returns why an input cannot be a request: nested deeper than `MAX_DEPTH`, or an object with more than `MAX_KEYS`
 * keys. Null if it is within bounds. Runs before the schemas, which walk the whole input and collect every issue.
 */
export function outOfBounds(input: unknown): string | null {
  let level: object[] = isObject(input) ? [input] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `It is nested deeper than ${MAX_DEPTH} levels.`;
    const next: object[] = [];
    for (const one of level) {
      const values = Array.isArray(one) ? one : Object.values(one);
      if (values !== one && values.length > MAX_KEYS) return `It contains an object with more than ${MAX_KEYS} keys.`;
      for (const value of values) if (isObject(value)) next.push(value);
    }
    level = next;
  }
  return null;
}

/**
 * Parses JSON; undefined if the text is invalid or nested deeper than any request. Counts the levels first, because
 * JSON.parse takes seconds for a million of them.
 */
export function parseRequest(text: string): unknown {
  if (depthOf(text) > MAX_DEPTH) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The deepest nesting of a JSON text, ignoring brackets in strings. Arbitrary if the text is not JSON. */
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
