export type SearchPhase = 'describing' | 'searching-duplicates' | 'comparing-pictures' | 'comparing-features';

export interface SearchOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: SearchPhase, done: number, total: number) => void;
}
