export interface DictionaryEntry {
  readonly name: string;
  readonly vr: string;
  /** Value Multiplicity: "1", "1-3", "2-2n". */
  readonly vm: string;
}

export type Dictionary = Readonly<Record<string, DictionaryEntry | undefined>>;

/** Formats "x00100020" as "(0010,0020)", the form used by the dictionary and by people. */
export function formatTag(tag: string): string {
  return `(${tag.slice(1, 5)},${tag.slice(5, 9)})`.toUpperCase();
}

/** Loads 1.3 MB of JavaScript on first use; importing images does not need it. */
export async function loadDictionary(): Promise<Dictionary> {
  return (await import('dcmjs/dictionary')).default;
}
