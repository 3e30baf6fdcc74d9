import type { BackboneSummary } from '#shared/models/backbone';
import { type CatalogueEntry, readCatalogue } from './backbone-catalogue';
import { readStore, type StoredBackbone } from './backbone-store';
import { includedFolder, readIncluded } from './included-backbones';

/** What is on this computer: the catalogue, and the pretrained weights that came with Fovea or were imported. */
export interface LocalBackbones {
  catalogue(): Promise<readonly CatalogueEntry[]>;
  /** Included ones first. One that is included hides an imported one of its name. */
  all(): Promise<StoredBackbone[]>;
  find(name: string): Promise<StoredBackbone | undefined>;
}

export function createLocalBackbones(options: {
  readonly store: string;
  readonly resourcesFolder: string;
  readonly onFailure: (what: string, error: unknown) => void;
}): LocalBackbones {
  const { store, resourcesFolder, onFailure } = options;
  const catalogue = () => readCatalogue(resourcesFolder);
  const all = async () => {
    const known = await catalogue();
    const included = await readIncluded(includedFolder(resourcesFolder), known, onFailure);
    const taken = new Set(included.map(({ summary }) => summary.name));
    const stored = (await readStore(store)).filter(({ summary }) => !taken.has(summary.name));
    return [...included, ...stored.map((one) => ({ ...one, summary: withKnownFacts(one.summary, known) }))];
  };
  return { catalogue, all, find: async (name) => (await all()).find(({ summary }) => summary.name === name) };
}

/** Adds what the catalogue knows by now of a backbone that an earlier version imported. */
function withKnownFacts(summary: BackboneSummary, catalogue: readonly CatalogueEntry[]): BackboneSummary {
  const entry = catalogue.find(({ name }) => name === (summary.knownAs ?? summary.name));
  if (entry === undefined) return summary;
  const { licence, terms, training } = entry;
  return { ...summary, licence: summary.licence ?? licence, terms, training };
}
