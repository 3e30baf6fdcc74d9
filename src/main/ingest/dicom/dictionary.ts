export interface DictionaryEntry {
  readonly name: string;
  readonly vr: string;
  /** Value Multiplicity: "1", "1-3", "2-2n". */
  readonly vm: string;
}

export type Dictionary = Readonly<Record<string, DictionaryEntry | undefined>>;

/** "x00100020" to "(0010,0020)", as the dictionary and people write it. */
export function formatTag(tag: string): string {
  return `(${tag.slice(1, 5)},${tag.slice(5, 9)})`.toUpperCase();
}

/** 1.3 MB of JavaScript, loaded when it is first needed: importing images does not need it. */
export async function loadDictionary(): Promise<Dictionary> {
  return (await import('dcmjs/dictionary')).default;
}
