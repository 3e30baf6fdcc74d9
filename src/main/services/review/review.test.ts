import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeMeasures } from '#shared/imaging/measures-bytes';
import { BORDER_CELLS, MEASURE_GRID } from '#shared/imaging/picture-measures';
import type { Experiment, FoldEvaluation, OutOfFoldCase } from '#shared/models/experiment';
import type { ReviewDecision, ReviewReason } from '#shared/models/review';
import type { CasePrediction, Evaluation, RunSummary } from '#shared/models/run';
import { evaluateCases } from '#shared/statistics/evaluate';
import { addPicture, setVerdict, storeComparisons } from '../../store/duplicates';
import { imagesById } from '../../store/images';
import { createLabels, type Labels } from '../labels/labels';
import { auditTrail } from '../project/audit';
import { runFolder } from '../project/project-paths';
import type { OpenProject, Projects } from '../project/projects';
import { type EvaluatedSplit, writeEvaluation } from '../run-records/run-files';
import { inThisThread } from '../test-support/in-this-thread';
import { addImages, openTestProject, type TestProject } from '../test-support/project';
import { createReview, type Review } from './review';

let opened: TestProject;
let root: string;
let projects: Projects;
let project: OpenProject;
let labels: Labels;
let review: Review;
/** What the fake services return for the project. */
let experiments: Experiment[];
let outOfFold: OutOfFoldCase[];
let runs: RunSummary[];
let failures: string[];
let reads: number;

const classes = ['benign', 'malignant'];

beforeEach(async () => {
  opened = await openTestProject();
  ({ root, projects, project } = opened);
  const { events } = opened;
  labels = createLabels();
  experiments = [];
  outOfFold = [];
  runs = [];
  failures = [];
  reads = 0;
  review = createReview({
    events,
    duplicates: { search: async () => {}, searchFeaturesLater: () => {} },
    background: inThisThread(() => project),
    experiments: {
      list: async () => experiments,
      pooled: async () =>
        outOfFold.length === 0
          ? null
          : ({ classes, evaluatedAt: '2026-01-01T00:00:00.000Z' } as unknown as FoldEvaluation),
      cases: async () => {
        reads += 1;
        return outOfFold;
      },
    },
    runs: { list: async () => runs },
    onFailure: (what) => failures.push(what),
  });
});
afterEach(() => {
  opened.close();
});

/** Adds images with these labels, in order. Returns their ids. */
function add(given: readonly (string | null)[]): number[] {
  const ids = addImages(project, given.length);
  for (const label of new Set(given)) {
    labels.label(
      project,
      ids.filter((_, i) => given[i] === label),
      label,
    );
  }
  return ids;
}

function twins(...pairs: readonly (readonly [number, number, number])[]): void {
  storeComparisons(
    project.store,
    pairs.map(([a, b, similarity]) => ({ a, b, similarity, exact: similarity === 1 })),
    [],
  );
}

const prediction = (image: number, truth: number, malignant: number): CasePrediction => ({
  image,
  patient: null,
  truth,
  predicted: malignant > 0.5 ? 1 : 0,
  confidence: Math.max(malignant, 1 - malignant),
  probabilities: [1 - malignant, malignant],
  loss: -Math.log(truth === 1 ? malignant : 1 - malignant),
});

function crossValidated(cases: readonly CasePrediction[]): void {
  experiments = [
    {
      id: 'cv',
      name: 'Three folds',
      createdAt: '2026-01-01T00:00:00.000Z',
      kind: 'folds',
      folds: 3,
      members: [],
    },
  ];
  outOfFold = cases.map((entry, index) => ({ ...entry, fold: (index % 3) + 1 }));
}

async function evaluated(run: string, split: EvaluatedSplit, cases: readonly CasePrediction[]): Promise<void> {
  const evaluation: Evaluation = {
    run,
    split,
    leak: null,
    leaks: [],
    testTimeViews: 0,
    ...evaluateCases(cases, classes),
    seconds: 1,
    imagesPerSecond: 1,
    evaluatedAt: '2026-01-01T00:00:00.000Z',
  };
  await mkdir(runFolder(project.folder, run), { recursive: true });
  await writeEvaluation(runFolder(project.folder, run), evaluation, cases);
}

const shown = async (query: Parameters<Review['list']>[1] = {}) =>
  (await review.list(project, query)).findings.map(({ image, reason, suggestion, state }) => ({
    image,
    reason,
    suggestion,
    state,
  }));
const judge = (image: number, reason: ReviewReason, decision: ReviewDecision) =>
  review.judge(project, [{ image, reason }], decision);
const labelOf = (image: number) => imagesById(project.store, [image])[0]?.label;

describe('duplicates with different labels', () => {
  it('are all listed without a majority, else only the minority', async () => {
    const [a, b, c, d, e, f] = add(['benign', 'malignant', 'benign', 'benign', 'malignant', null]) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    twins([a, b, 1], [c, d, 0.97], [d, e, 0.961], [e, f, 0.98]);
    const { findings } = await review.list(project);
    expect(findings.map(({ image, suggestion, beside }) => ({ image, suggestion, beside }))).toEqual([
      { image: a, suggestion: null, beside: [b] },
      { image: b, suggestion: null, beside: [a] },
      { image: e, suggestion: 'benign', beside: [c, d] },
    ]);
    expect(findings.map(({ why }) => why)).toEqual([
      'Labelled “benign”. The same image in “IM1.png” is labelled “malignant”.',
      'Labelled “malignant”. The same image in “IM0.png” is labelled “benign”.',
      'Labelled “malignant”. Of 2 other images that look the same (similarity 0.961 or more), with different labels: 2 “benign”, such as “IM2.png”.',
    ]);
    expect((await review.counts(project))['label-conflict']).toEqual({ open: 3, deferred: 0, settled: 0 });
  });

  it('are not listed if a person kept them', async () => {
    const [a, b] = add(['benign', 'malignant']) as [number, number];
    twins([a, b, 1]);
    setVerdict(project.store, [a, b], 'keep');
    expect(await shown()).toEqual([]);
  });
});

describe('a verdict', () => {
  it('resolves, defers, and is undone, after a restart too', async () => {
    const [a, b] = add(['benign', 'malignant']) as [number, number];
    twins([a, b, 1]);
    expect(await judge(a, 'label-conflict', { kind: 'accept' })).toEqual({ changed: 1 });
    expect(await shown()).toEqual([{ image: b, reason: 'label-conflict', suggestion: null, state: 'open' }]);
    expect((await shown({ includeSettled: true })).map(({ image, state }) => [image, state])).toEqual([
      [b, 'open'],
      [a, 'accepted'],
    ]);
    await judge(b, 'label-conflict', { kind: 'defer' });
    expect((await review.counts(project))['label-conflict']).toEqual({ open: 0, deferred: 1, settled: 1 });
    await judge(a, 'label-conflict', { kind: 'reopen' });
    expect((await shown()).map(({ image, state }) => [image, state])).toEqual([
      [a, 'open'],
      [b, 'deferred'],
    ]);
    expect(auditTrail(project).slice(0, 3)).toEqual(
      ['reopen', 'defer', 'accept'].map((decision) => ({
        at: expect.any(String) as string,
        action: 'review.judge',
        detail: { reason: 'label-conflict', decision, images: 1 },
      })),
    );

    projects.closeAll();
    project = await projects.open(join(root, 'project'));
    expect(labels.undo(project).description).toBe('return of 1 image to review');
    expect(labels.undo(project).description).toBe('deferral of 1 image');
    expect((await shown()).map(({ image, state }) => [image, state])).toEqual([[b, 'open']]);
    expect(labels.undo(project)).toEqual({ changed: 1, description: 'acceptance of 1 image' });
    expect(await shown()).toHaveLength(2);
  });

  it('holds until the evidence changes', async () => {
    const [a, b, c] = add(['benign', 'malignant', 'malignant']) as [number, number, number];
    twins([a, b, 1]);
    await judge(a, 'label-conflict', { kind: 'accept' });
    twins([a, c, 1]);
    expect(await shown()).toEqual([{ image: a, reason: 'label-conflict', suggestion: 'malignant', state: 'open' }]);
    expect((await review.counts(project))['label-conflict']).toEqual({ open: 1, deferred: 0, settled: 0 });
  });

  it('that changes the label or removes the image can be undone in one step', async () => {
    const [a, b] = add(['benign', 'malignant']) as [number, number];
    twins([a, b, 1]);
    await judge(a, 'label-conflict', { kind: 'relabel', label: ' malignant ' });
    expect(labelOf(a)).toBe('malignant');
    expect(await shown({ includeSettled: true })).toEqual([]);
    expect((await review.counts(project))['label-conflict']).toEqual({ open: 0, deferred: 0, settled: 1 });
    expect(labels.undo(project)).toEqual({ changed: 1, description: 'label “malignant” on 1 image' });
    expect(labelOf(a)).toBe('benign');
    expect((await review.counts(project))['label-conflict']).toEqual({ open: 2, deferred: 0, settled: 0 });

    await judge(b, 'label-conflict', { kind: 'exclude' });
    expect(await shown()).toEqual([]);
    expect((await review.counts(project))['label-conflict'].settled).toBe(1);
    labels.undo(project);
    expect(await shown()).toHaveLength(2);
    const actions = auditTrail(project).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['label', 'remove', 'review.judge', 'undo']));
  });

  it('on an image without a finding changes nothing, and relabelling needs a name', async () => {
    const [a, b, c] = add(['benign', 'malignant', 'benign']) as [number, number, number];
    twins([a, b, 1]);
    expect(await judge(c, 'label-conflict', { kind: 'accept' })).toEqual({ changed: 0 });
    expect(await judge(a, 'odd-picture', { kind: 'exclude' })).toEqual({ changed: 0 });
    expect(await judge(a, 'label-conflict', { kind: 'reopen' })).toEqual({ changed: 0 });
    await expect(judge(a, 'label-conflict', { kind: 'relabel', label: ' ' })).rejects.toThrow(/needs a name/);
    expect(labelOf(a)).toBe('benign');
  });
});

describe('measured images', () => {
  const measured = (image: number, deviation: number) =>
    addPicture(project.store, image, {
      content: `${image}`,
      descriptor: new Uint8Array(1),
      measures: encodeMeasures({
        mean: 90,
        deviation,
        dark: 0,
        bright: 0,
        entropy: deviation === 0 ? 0 : 6,
        sharpness: deviation === 0 ? 0 : 5,
        colour: 0,
        border: new Uint8Array(BORDER_CELLS),
        text: new Uint8Array(MEASURE_GRID * MEASURE_GRID),
      }),
    });

  it('are listed if odd, whatever their label, until they are removed', async () => {
    const [a, b] = add(['benign', 'benign']) as [number, number];
    measured(a, 0);
    expect(await shown()).toEqual([{ image: a, reason: 'odd-picture', suggestion: null, state: 'open' }]);
    labels.label(project, [a], 'malignant');
    expect((await shown()).map(({ image }) => image)).toEqual([a]);
    measured(b, 0);
    expect((await shown()).map(({ image }) => image)).toEqual([a, b]);
    await judge(a, 'odd-picture', { kind: 'relabel', label: 'benign' });
    await judge(b, 'odd-picture', { kind: 'exclude' });
    expect(await shown()).toEqual([]);
    expect((await review.counts(project))['odd-picture']).toEqual({ open: 0, deferred: 0, settled: 2 });
    labels.undo(project);
    expect((await shown()).map(({ image }) => image)).toEqual([b]);
  });
});

describe('suspected mislabels', () => {
  /** Three benign, three malignant; the third and the last are answered otherwise. */
  const answers = (ids: readonly number[]) =>
    [0.1, 0.2, 0.95, 0.9, 0.8, 0.05].map((malignant, i) => prediction(ids[i] ?? 0, i < 3 ? 0 : 1, malignant));
  const six = ['benign', 'benign', 'benign', 'malignant', 'malignant', 'malignant'];

  it('come from the newest cross-validation, name each prediction, and follow the label', async () => {
    const ids = add(six);
    crossValidated(answers(ids));
    const { findings, mislabelSource } = await review.list(project);
    expect(mislabelSource).toEqual({
      kind: 'cross-validation',
      id: 'cv',
      name: 'Three folds',
      images: 6,
      accuracy: 4 / 6,
    });
    // Both margins are 0.9.
    expect(findings.map(({ image, suggestion, weight, why }) => [image, suggestion, weight.toFixed(3), why])).toEqual([
      [
        ids[2],
        'malignant',
        '0.950',
        'Labelled “benign”. The model of fold 3 of “Three folds”, which was not trained on it, predicts “malignant” 0.95 and “benign” 0.05.',
      ],
      [
        ids[5],
        'benign',
        '0.950',
        'Labelled “malignant”. The model of fold 3 of “Three folds”, which was not trained on it, predicts “benign” 0.95 and “malignant” 0.05.',
      ],
    ]);
    await judge(ids[2] ?? 0, 'suspected-mislabel', { kind: 'relabel', label: 'malignant' });
    // Neither its change nor another image's brings others up.
    labels.label(project, [ids[0] ?? 0], 'malignant');
    expect((await shown()).map(({ image }) => image)).toEqual([ids[5]]);
    labels.remove(project, [ids[5] ?? 0]);
    expect(await shown()).toEqual([]);
    // The answers are read once.
    expect(reads).toBe(1);
  });

  it('otherwise come from the newest evaluated run, validation and test', async () => {
    const ids = add(six);
    const all = answers(ids);
    runs = ['a', 'b', 'c'].map(
      (id, i) => ({ id, name: `Run ${id}`, createdAt: `2026-01-0${i + 1}T00:00:00.000Z` }) as RunSummary,
    );
    expect(await shown()).toEqual([]);
    expect((await review.list(project)).mislabelSource).toBeNull();
    await evaluated('a', 'validation', all.slice(0, 2));
    await evaluated('b', 'validation', all.slice(0, 4));
    await evaluated('b', 'test', all.slice(4));
    labels.label(project, [ids[1] ?? 0], 'malignant');
    const { findings, mislabelSource } = await review.list(project);
    expect(mislabelSource).toMatchObject({ kind: 'run', id: 'b', images: 6 });
    expect(findings.map(({ image }) => image)).toEqual([ids[2], ids[5]]);
    expect(findings[0]?.why).not.toContain('test image');
    expect(findings[1]?.why).toBe(
      'Labelled “malignant”. The run “Run b”, which was not trained on it, predicts “benign” 0.95 and “malignant” 0.05. This is a test image: base any label change on the image alone.',
    );
  });

  it('are left out if their file is damaged, which is reported beside the other findings', async () => {
    const [a, b] = add(['benign', 'malignant']) as [number, number];
    twins([a, b, 1]);
    experiments = [];
    runs = [{ id: 'a', name: 'Run a', createdAt: '2026-01-01T00:00:00.000Z' } as RunSummary];
    await evaluated('a', 'validation', [prediction(a, 0, 0.2), prediction(b, 1, 0.8)]);
    await writeFile(join(runFolder(project.folder, 'a'), 'predictions-validation.ndjson'), '{"image":');
    const { findings, problems } = await review.list(project);
    expect(findings).toHaveLength(2);
    expect(problems).toEqual([expect.stringMatching(/^The search for suspected mislabels failed: /)]);
    expect(failures).toEqual(['review: suspected-mislabel']);
  });
});
