import type { ActionCount, DeidentifyAction } from './options';

/** Counts de-identification actions by attribute. */
export class ActionCounts {
  readonly #counts = new Map<string, { tag: string; keyword: string; action: DeidentifyAction; count: number }>();

  add(tag: string, keyword: string, action: DeidentifyAction, count = 1): void {
    const key = `${tag} ${action}`;
    const present = this.#counts.get(key);
    if (present === undefined) this.#counts.set(key, { tag, keyword, action, count });
    else present.count += count;
  }

  /** In tag order. */
  list(): ActionCount[] {
    return [...this.#counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }
}
