import { totalmem } from 'node:os';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import type { BackboneSummary } from '#shared/models/backbone';
import type { RunCard } from '#shared/models/run-card';
import type { RunConfig } from '#shared/models/run-config';
import type { EngineClient } from '../../engine-host/client/client';
import type { Estimate, EstimateSpec } from '../../engine-host/core/protocol';
import { createDataset } from '../dataset/dataset';
import { createSplits } from '../splits/splits';
import { addImages, openTestProject } from '../test-support/project';
import { createRunCards } from './run-cards';

const opened = await openTestProject();
const { project, projects, root } = opened;
addImages(project, 100, (index) => ({ label: index % 2 === 0 ? 'benign' : 'malignant', patient: `P${index >> 1}` }));
const splits = createSplits();
const dataset = createDataset({
  splits,
  pool: { describe: async () => ({}) as never, decode: async () => ({}) as never } as never,
});
afterAll(() => opened.close());

const MINUTE = 60;
/** Seconds of a *quick* run, by backbone; other presets take ten times as long for 10 epochs. */
let seconds: Record<string, number>;
let device: 'cpu' | 'webgpu';
let memoryMB: number;
let last: string | null;
const asked: RunConfig[] = [];
beforeEach(() => {
  seconds = { small: 2 * MINUTE, base: 8 * MINUTE, huge: 3 * 24 * 60 * MINUTE };
  device = 'cpu';
  memoryMB = 900;
  last = null;
  asked.length = 0;
});

const estimateOf = ({ config, trainImages }: EstimateSpec): Estimate => {
  asked.push(config);
  const quick = (seconds[config.backbone] ?? 1) * (trainImages / 60);
  return {
    parameters: 1,
    trainableParameters: 1,
    stageParameters: [1, 1],
    memoryMB,
    seconds:
      config.preset === 'quick' ? quick : config.preset === 'auto' ? MINUTE * config.minutes : quick * config.epochs,
    diskBytes: 0,
    preparation: defaultPipeline(224),
    preparationFile: null,
    pretrained: config.backbone in seconds,
    head: 'new',
    notes: [],
    hash: '',
  };
};
const request = (name: string, spec: EstimateSpec) => ({
  result: Promise.resolve(name === 'fastestDevice' ? { device, why: '' } : estimateOf(spec)),
});
const engine = () => ({ request }) as unknown as Pick<EngineClient, 'request'>;

const backbone = (name: string, parameters: number): BackboneSummary =>
  ({ name, parameters, pretrained: true, installed: true, source: 'imported' }) as BackboneSummary;
const propose = (installed: readonly BackboneSummary[], of = project) =>
  createRunCards({
    dataset,
    backbones: { list: async () => installed, resolve: (name) => ({ kind: 'folder', folder: name }) },
    engine: engine(),
    lastBackbone: async () => last,
  }).propose(of);
const all = [backbone('small', 22e6), backbone('base', 86e6), backbone('huge', 304e6)];
const [fast, better, best] = ['fast', 'better', 'best'] as const;
const card = ({ cards }: { readonly cards: readonly RunCard[] }, kind: RunCard['kind']) =>
  cards.find((one) => one.kind === kind);

it('offers the largest pretrained backbone whose features are computed within minutes', async () => {
  const cards = await propose(all);
  expect(card(cards, fast)?.offer).toMatchObject({
    config: { backbone: 'base', preset: 'quick', headSolver: 'logistic', learningRate: null },
    seconds: 8 * MINUTE,
    imageSize: 224,
    device: 'cpu',
  });
  expect(cards.problems).toEqual([]);
});

it('prefers the backbone that was chosen last, and falls back if it is too slow', async () => {
  last = 'small';
  expect(card(await propose(all), fast)?.offer?.config.backbone).toBe('small');
  last = 'huge';
  expect(card(await propose(all), fast)?.offer?.config.backbone).toBe('base');
});

it('never offers a run of hours, and says how long it would take', async () => {
  const cards = await propose([backbone('huge', 304e6)]);
  expect(card(cards, fast)).toMatchObject({ offer: null, needsWeights: false });
  expect(card(cards, fast)?.reason).toMatch(/“Quick look” with huge would take about 3 days.*under Advanced/);
  expect(card(cards, better)?.offer).toBeNull();
  expect(card(cards, better)?.reason).toMatch(/would take about 30 days/);
});

it('fine-tunes the last blocks on a processor, with fewer epochs if time is short, and all layers on a graphics card', async () => {
  last = 'small';
  expect(card(await propose(all), better)?.offer?.config).toMatchObject({ preset: 'last-blocks', epochs: 20 });
  seconds['small'] = 5 * MINUTE;
  expect(card(await propose(all), better)?.offer?.config).toMatchObject({ preset: 'last-blocks', epochs: 10 });
  device = 'webgpu';
  seconds['small'] = MINUTE;
  expect(card(await propose(all), better)?.offer?.config).toMatchObject({ preset: 'careful', epochs: 30 });
});

it('searches for the best model in a quarter of an hour, from the backbone of the fast card', async () => {
  expect(card(await propose(all), best)?.offer).toMatchObject({
    config: { backbone: 'base', preset: 'auto', minutes: 15 },
    seconds: 15 * MINUTE,
  });
  expect(card(await propose([backbone('huge', 304e6)]), best)?.reason).toMatch(/about 3 days/);
  expect(card(await propose([]), best)).toMatchObject({ offer: null, needsWeights: true });
});

it('does not offer what does not fit into memory', async () => {
  memoryMB = totalmem() / 2 ** 20;
  const cards = await propose(all);
  expect(card(cards, fast)?.reason).toMatch(/more memory/);
});

it('without weights, says so and offers training from scratch', async () => {
  const cards = await propose([]);
  expect(card(cards, fast)).toMatchObject({ offer: null, needsWeights: true });
  expect(card(cards, better)?.offer?.config).toMatchObject({ backbone: 'vit-micro', preset: 'full' });
});

it('counts the images of the split that a start will make, and stores nothing', async () => {
  const { plannedSplit } = await propose(all);
  expect(plannedSplit).toEqual({ train: 60, validation: 20, test: 20 });
  expect(splits.current(project)).toBeNull();
  splits.split(project, { validation: 0.1, test: 0.1 });
  asked.length = 0;
  expect((await propose(all)).plannedSplit).toBeNull();
});

it('says what is missing in a project without images', async () => {
  const empty = await projects.create(`${root}/empty`);
  const { problems, plannedSplit } = await propose(all, empty);
  expect(problems.join(' ')).toMatch(/no labelled images/);
  expect(plannedSplit).toBeNull();
});
