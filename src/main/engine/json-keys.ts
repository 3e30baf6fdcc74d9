/**
 * Returns the first key that occurs twice in the same object of a JSON text, or null. `JSON.parse` silently keeps the
 * last one, so two readers of a file could see different contents. `text` must have passed `JSON.parse`.
 */
export function findDuplicateKey(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text[position];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(text, position);
      const keys = open.at(-1);
      if (keys && nextCharacter(text, end) === ':') {
        const key: string = JSON.parse(text.slice(position, end));
        if (keys.has(key)) return key;
        keys.add(key);
      }
      position = end;
      continue;
    }
    position += 1;
  }
  return null;
}

function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position + 1;
}

function nextCharacter(text: string, start: number): string | undefined {
  let position = start;
  while (' \t\r\n'.includes(text[position] ?? 'x')) position += 1;
  return text[position];
}
