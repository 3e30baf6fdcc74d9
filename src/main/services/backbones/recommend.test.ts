import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BackboneSummary } from '#shared/models/backbone';
import { forwardFlops } from '../../engine/bench/bench';
import { type CatalogueEntry, catalogueConfig, catalogueSummary, linesOf, readCatalogue } from './backbone-catalogue';
import { BETTER_SECONDS, featureFlops, MEDICAL_SECONDS, recommend, secondsPerThousand } from './recommend';

let catalogue: readonly CatalogueEntry[];
let backbones: BackboneSummary[];
beforeAll(async () => {
  catalogue = await readCatalogue(resolve(import.meta.dirname, '../../../../resources'));
  backbones = catalogue.map(catalogueSummary);
});

describe('featureFlops', () => {
  it('is what the engine counts in its graph, which computes the last block for the CLS token only', () => {
    for (const entry of catalogue.filter(({ name }) =>
      /tiny|dinov2-small|dinov2-base$|rad-dino|siglip2-base-patch16-224/.test(name),
    )) {
      const config = { ...catalogueConfig(entry), imageSize: entry.inputSize, classes: ['a', 'b'] };
      const ratio = featureFlops(catalogueSummary(entry)) / forwardFlops(config);
      expect(ratio, entry.name).toBeGreaterThan(0.999);
      expect(ratio, entry.name).toBeLessThan(config.layers / (config.layers - 1));
    }
  });

  it('is 2 × 4.6 GMACs for ViT-S/16 and 17.6 for ViT-B/16 at 224 px (Touvron et al. 2021, table 5, and timm)', () => {
    const of = (name: string) => featureFlops(backbones.find((one) => one.name === name) as BackboneSummary) / 2e9;
    expect(of('WinKawaks/vit-small-patch16-224')).toBeCloseTo(4.6, 1);
    expect(of('google/vit-base-patch16-224')).toBeCloseTo(17.6, 0);
  });
});

describe('recommendations', () => {
  const names = (gflops: number | null, memoryGB = 16, among = backbones) =>
    recommend(among, linesOf(catalogue), { gflops, memoryMB: memoryGB * 1024 }).map(
      ({ role, backbone }) => `${role} ${backbone.name}`,
    );

  it('grow with the machine', () => {
    // Two cores, a workstation, and a graphics card.
    expect(names(50)).toEqual([
      'fast facebook/dinov2-small',
      'better facebook/dinov2-base',
      'medical microsoft/rad-dino',
    ]);
    expect(names(10_000)).toEqual([
      'fast facebook/dinov2-small',
      'better facebook/dinov2-large',
      'medical google/medsiglip-448',
    ]);
    expect(names(10)[0]).toBe('fast WinKawaks/vit-tiny-patch16-224');
  });

  it('keep their budgets where there is a choice', () => {
    for (const gflops of [60, 200, 1000, 10_000]) {
      const of = recommend(backbones, linesOf(catalogue), { gflops, memoryMB: 65_536 });
      const seconds = (role: string) => of.find((one) => one.role === role)?.secondsPerThousand ?? 0;
      expect(seconds('better')).toBeLessThanOrEqual(BETTER_SECONDS);
      if (gflops >= 200) expect(seconds('medical')).toBeLessThanOrEqual(MEDICAL_SECONDS);
    }
  });

  it('leave out what does not fit into memory', () => {
    expect(names(10_000, 2).join()).not.toContain('large');
    expect(names(10_000, 0.2)).toEqual(['fast WinKawaks/vit-tiny-patch16-224']);
  });

  it('are one step of each line where the speed is unknown', () => {
    expect(names(null)).toEqual([
      'fast facebook/dinov2-small',
      'better facebook/dinov2-base',
      'medical microsoft/rad-dino',
    ]);
    expect(secondsPerThousand(backbones[0] as BackboneSummary, null)).toBeNull();
  });

  it('show a copy under another name in place of its entry', () => {
    const here = { ...(backbones.find(({ name }) => name === 'facebook/dinov2-small') as BackboneSummary) };
    const copy = { ...here, name: 'my copy', knownAs: here.name, source: 'imported' as const, installed: true };
    const among = [...backbones.filter(({ name }) => name !== here.name), copy];
    expect(names(50, 16, among)[0]).toBe('fast my copy');
  });
});
