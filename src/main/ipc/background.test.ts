import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scanConfounders } from '#shared/confounders/scan';
import { sourceNames } from '#shared/confounders/verdict';
import { blendOverlay, overlayDefaults } from '#shared/imaging/attention-overlay';
import type { Raster } from '#shared/imaging/raster';
import { evaluateCases } from '#shared/statistics/evaluate';
import { referenceCases } from '#shared/statistics/reference-cases';
import { buildHosts } from '../process/test-support/build-hosts';
import { type Background, inThreads, placeOf, type Threads } from '../services/background/background';
import { confounderImages, confounderTable } from '../services/confounders/confounder-images';
import { confounderTasks } from '../services/confounders/confounder-tasks';
import { createEvents } from '../services/core/events';
import { createLog } from '../services/core/logger';
import { findPlaces } from '../services/core/places';
import { datasetBalance } from '../services/dataset/balance';
import { summarizeDataset } from '../services/dataset/dataset-summary';
import { datasetTasks } from '../services/dataset/dataset-tasks';
import { shownGroups } from '../services/duplicates/duplicate-groups';
import { duplicateTasks } from '../services/duplicates/duplicate-tasks';
import { tableTasks } from '../services/label-tables/table-tasks';
import { readerTasks } from '../services/labels/reader-tasks';
import { createReaders } from '../services/labels/readers';
import { createProjects, type OpenProject, type Projects } from '../services/project/projects';
import { datasetReport } from '../services/reports/dataset-report';
import { reportTasks } from '../services/reports/report-tasks';
import { packCases } from '../services/results/packed-cases';
import { resultTasks } from '../services/results/result-tasks';
import { createServices } from '../services/services';
import { splitTasks } from '../services/splits/split-tasks';
import { createSplits } from '../services/splits/splits';
import { patientNumber } from '../store/identity';
import { addImage, imageIds } from '../store/images';
import { startImport } from '../store/imports';
import { classNumber, setLabel } from '../store/labels';
import { sourceNumber } from '../store/sources';
import { plainImage } from '../store/test-support/plain-image';
import { mountTinyDisk } from '../store/test-support/tiny-disk';
import { createBrowsing } from '../web/browse';
import { createHandlers } from './handlers';
import { webPlatform } from './handlers/platform';

const root = mkdtempSync(join(tmpdir(), 'fovea-background-'));
const events = createEvents();
let projects: Projects;
let project: OpenProject;
let threads: Threads;
let background: Background;
let backgroundWorker: string;

beforeAll(async () => {
  const folder = await buildHosts('background-worker', { 'background-worker': 'services/background-worker.ts' });
  backgroundWorker = join(folder, 'background-worker.js');
  threads = inThreads(backgroundWorker);
  background = threads.run;
  projects = createProjects({ userDataFolder: join(root, 'user'), events });
  project = await projects.create(join(root, 'project'));
  const { store } = project;
  const importId = startImport(store);
  store.transaction(() => {
    for (let index = 0; index < 80; index++) {
      const { id } = addImage(store, {
        ...plainImage,
        hash: index.toString(16).padStart(64, '0'),
        sourceId: sourceNumber(store, '/nowhere'),
        path: `IM${index}.png`,
        fileBytes: 9,
        width: 4,
        height: 4,
        importId,
        patientId: patientNumber(store, `patient ${index >> 1}`, 'table'),
      });
      setLabel(store, id, classNumber(store, index % 4 < 2 ? 'benign' : 'malignant'), 'folder');
    }
  });
});
afterAll(async () => {
  await threads.release();
  projects.closeAll();
  rmSync(root, { recursive: true, force: true });
});

const partsOf = ({ store }: OpenProject) => store.all('SELECT id, split FROM images ORDER BY id');

describe('a background thread', () => {
  it('creates the same split as this thread, stores it, and reports the change here', async () => {
    const request = { validation: 0.2, test: 0.2, seed: 7, group: 'patient' } as const;
    const here = createSplits().split(project, request);
    const parts = partsOf(project);
    createSplits().split(project, { ...request, seed: 8 });
    expect(partsOf(project)).not.toEqual(parts);
    const there = await background(splitTasks.split, { project: placeOf(project), request });
    expect({ ...there, id: 0, createdAt: '' }).toEqual({ ...here, id: 0, createdAt: '' });
    expect(partsOf(project)).toEqual(parts);
  });

  it('summarises readers, and plans and applies a table', async () => {
    const readers = createReaders();
    for (const [reader, label] of Object.entries({ A: 'benign', B: 'malignant' })) {
      readers.read(project, [1, 2, 3], label, reader);
    }
    const summary = await background(readerTasks.summary, { project: placeOf(project), weights: 'none' });
    expect(summary).toEqual(readers.summary(project, 'none'));
    expect(summary.disagreements).toBe(3);
    const file = join(root, 'labels.csv');
    writeFileSync(file, 'path,label\nIM10.png,normal\nIM11.png,normal\n');
    const preview = { project: placeOf(project), file, mapping: {}, answers: {} };
    expect((await background(tableTasks.preview, preview)).changes).toMatchObject({ changedLabels: 2 });
    const applied = await background(tableTasks.apply, {
      project: placeOf(project),
      file,
      mapping: {},
      answers: {},
      conflicts: 'mine',
    });
    expect(applied.changed).toBe(2);
    expect(
      project.store.column(`SELECT count(*) FROM images JOIN classes ON classes.id = label_id
      WHERE classes.name = 'normal'`),
    ).toEqual([2]);
  });

  it('evaluates and scans as this thread does, and reports progress', async () => {
    const cases = referenceCases(60, 3, false).map((one, image) => ({ ...one, image }));
    const classes = ['a', 'b', 'c'];
    expect(
      await background(resultTasks.evaluateCases, { cases: packCases(cases), classes, unnamed: new Set<number>() }),
    ).toEqual(evaluateCases(cases, classes));
    const raster: Raster = {
      width: 6,
      height: 4,
      channels: 1,
      data: Uint8Array.from({ length: 24 }, (_, at) => 10 * at),
    };
    const overlay = { map: { width: 2, height: 1, values: Float32Array.of(0.2, 0.8) }, ...overlayDefaults };
    expect(await background(reportTasks.blendOverlay, { raster, overlay })).toEqual(blendOverlay(raster, overlay));
    const seen: string[] = [];
    const order = { project: placeOf(project) };
    const scan = await background(confounderTasks.scan, order, { onProgress: (phase) => seen.push(phase) });
    expect(scan).toEqual(await scanConfounders(confounderImages(project)));
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toContain(sourceNames.border);
  });

  it('ends on abort, and passes on errors of the task', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('stop'));
    const order = { project: placeOf(project) };
    await expect(background(confounderTasks.scan, order, { signal: controller.signal, onProgress })).rejects.toThrow(
      'stop',
    );
    await expect(background(confounderTasks.scan, null as never)).rejects.toThrow(TypeError);
    const request = { validation: 0.5, test: 0.5, seed: 7, group: 'patient' } as const;
    await expect(background(splitTasks.split, { project: placeOf(project), request })).rejects.toMatchObject({
      name: 'FoveaError',
      code: 'split_shares',
    });
  });

  it('gives the same results as this thread for images, their duplicates and possible hold-outs', async () => {
    const order = { project: placeOf(project) };
    const splits = createSplits();
    expect(await background(datasetTasks.summary, order)).toEqual(summarizeDataset(project, splits));
    expect(await background(datasetTasks.imageIds, { ...order, filter: { label: 'benign' }, sort: 'label' })).toEqual(
      imageIds(project.store, { label: 'benign' }, 'label'),
    );
    expect(await background(datasetTasks.balance, order)).toEqual(datasetBalance(project));
    const report = { ...datasetReport(project), writtenAt: '' };
    expect({ ...(await background(reportTasks.report, order)), writtenAt: '' }).toEqual(report);
    expect(await background(duplicateTasks.shownGroups, order)).toEqual(shownGroups(project.store));
    expect(await background(splitTasks.origins, order)).toEqual(splits.origins(project));
    expect(await background(confounderTasks.table, { ...order, tag: 'kind' })).toEqual(
      confounderTable(project, 'kind'),
    );
  });

  it('waits for the next task, sees data stored meanwhile, and ends when released', async () => {
    const file = join(root, 'counts.mjs');
    writeFileSync(
      file,
      `import { parentPort, threadId } from 'node:worker_threads';
      parentPort.on('message', () => parentPort.postMessage({ kind: 'result', result: threadId }));`,
    );
    const counting = inThreads(file);
    const order = { project: placeOf(project) };
    const first = await counting.run(datasetTasks.facets, order);
    expect(await counting.run(datasetTasks.facets, order)).toBe(first);
    const [one, other] = await Promise.all([
      counting.run(datasetTasks.facets, order),
      counting.run(datasetTasks.facets, order),
    ]);
    expect(one).toBe(first);
    expect(other).not.toBe(first);
    // A worker that is busy on release is not reused.
    const atWork = counting.run(datasetTasks.facets, order);
    await counting.release();
    const last = await atWork;
    expect(await counting.run(datasetTasks.facets, order)).not.toBe(last);
    await counting.release();

    const before = await background(datasetTasks.imageIds, { ...order, filter: { label: 'rare' }, sort: 'path' });
    expect(before).toEqual([]);
    setLabel(project.store, 5, classNumber(project.store, 'rare'), 'user');
    expect(await background(datasetTasks.imageIds, { ...order, filter: { label: 'rare' }, sort: 'path' })).toEqual([5]);
  });

  it('reports an unexpected end as an error with a hint', async () => {
    const file = join(root, 'ends.mjs');
    writeFileSync(file, 'process.exit(0);');
    await expect(inThreads(file).run(splitTasks.splitAsGiven, { project: placeOf(project) })).rejects.toMatchObject({
      code: 'work_ended',
    });
  });
});

/** A worker that only reports its task's name and that it runs in another thread. */
const ECHO = `
import { isMainThread, parentPort } from 'node:worker_threads';
parentPort.on('message', ({ name }) => {
  if (!isMainThread) parentPort.postMessage({ kind: 'result', result: { threadDid: name } });
});
`;

const disk = mountTinyDisk('8m');
afterAll(() => disk?.unmount());

describe.skipIf(disk === null)('a project on a read-only disk (needs the right to mount a tmpfs)', () => {
  it('can be viewed with all requests that only read, and rejects the others with an error', async () => {
    const folder = join(disk?.folder ?? '', 'archive');
    project.store.run('PRAGMA wal_checkpoint(TRUNCATE)');
    cpSync(project.folder, folder, { recursive: true });
    disk?.setWritable(false);
    const places = findPlaces(join(root, 'out/main'));
    const services = createServices({
      places: { ...places, userDataFolder: join(root, 'looking'), entries: { ...places.entries, backgroundWorker } },
      version: '0.0.0-test',
      log: createLog(join(root, 'looking')),
      launcher: () => {
        throw new Error('no process is started here');
      },
    });
    const handlers = createHandlers(services, 'web', webPlatform(createBrowsing(services.grants)));
    const { id, readOnly } = await handlers['projects.open']({ grant: services.grants.add(folder).grant });
    expect(readOnly).toBe(true);
    const { recent } = await handlers['projects.list']({});
    expect(recent.map((one) => one.readOnly)).toEqual([true]);
    const looks = {
      summary: handlers['dataset.summary']({ project: id }),
      ids: handlers['dataset.ids']({ project: id, filter: {}, sort: 'path' }),
      image: handlers['dataset.images']({ project: id, ids: [1, 2] }),
      duplicates: handlers['dataset.duplicates']({ project: id }),
      versions: handlers['dataset.versions']({ project: id }),
      report: handlers['dataset.report']({ project: id }),
      readers: handlers['readers.summary']({ project: id, weights: 'none' }),
      disagreements: handlers['readers.disagreements']({ project: id }),
      review: handlers['review.list']({ project: id, includeSettled: false, limit: 10 }),
      runs: handlers['runs.list']({ project: id }),
      experiments: handlers['experiments.list']({ project: id }),
      openings: handlers['evaluations.openings']({ project: id }),
      confounders: handlers['confounders.get']({ project: id }),
    };
    for (const [name, answer] of Object.entries(looks)) expect(await answer, name).toBeDefined();
    const request = { validation: 0.2, test: 0.2, seed: 7, group: 'patient' } as const;
    writeFileSync(join(root, 'labels.csv'), 'path,label\nIM10.png,other\n');
    const table = services.grants.add(join(root, 'labels.csv')).grant;
    const changes = {
      label: async () => handlers['dataset.label']({ project: id, images: [1], label: 'x' }),
      remove: async () => handlers['dataset.remove']({ project: id, images: [1] }),
      split: async () =>
        handlers['dataset.split']({
          project: id,
          request: { ...request, keepDuplicatesTogether: true, heldOut: null },
        }),
      table: async () =>
        handlers['dataset.applyTable']({
          project: id,
          table,
          mapping: {},
          conflicts: 'table',
          answers: {},
          classNames: 'ask',
        }),
    };
    for (const [name, change] of Object.entries(changes)) {
      await expect(change(), name).rejects.toMatchObject({ code: 'project_read_only' });
    }
    await services.close();
  });
});

describe('heavy requests of the window', () => {
  it('run in a background thread, without the main thread', async () => {
    const main = join(root, 'out/main');
    const echo = join(root, 'echo.mjs');
    writeFileSync(echo, ECHO);
    const places = findPlaces(main);
    const services = createServices({
      places: { ...places, userDataFolder: join(root, 'home'), entries: { ...places.entries, backgroundWorker: echo } },
      version: '0.0.0-test',
      log: createLog(join(root, 'home')),
      launcher: () => {
        throw new Error('no process is started here');
      },
    });
    const handlers = createHandlers(services, 'web', webPlatform(createBrowsing(services.grants)));
    const { id } = await services.projects.create(join(root, 'asked'));
    const table = services.grants.add(join(root, 'labels.csv')).grant;
    const request = { validation: 0.2, test: 0.2, seed: 7, group: 'patient' } as const;
    const asked = {
      'split.split': handlers['dataset.split']({
        project: id,
        request: { ...request, keepDuplicatesTogether: true, heldOut: null },
      }),
      'table.preview': handlers['dataset.readTable']({
        project: id,
        plan: null,
        table,
        mapping: {},
        answers: {},
        groupPattern: null,
        classNames: 'ask',
      }),
      'table.apply': handlers['dataset.applyTable']({
        project: id,
        table,
        mapping: {},
        answers: {},
        conflicts: 'mine',
        classNames: 'ask',
      }),
      'reader.summary': handlers['readers.summary']({ project: id, weights: 'none' }),
      'reader.table': handlers['readers.table']({ project: id, first: 1, second: 2 }),
      'reader.adjudicate': handlers['readers.adjudicate']({ project: id, images: [1], label: 'a' }),
      'reader.takeMajority': handlers['readers.takeMajority']({ project: id }),
      'dataset.facets': handlers['dataset.facets']({ project: id }),
      'report.report': handlers['dataset.report']({ project: id }),
      'split.move': handlers['dataset.moveToSplit']({ project: id, images: [1], split: 'test' }),
      'split.signOff': handlers['dataset.signOff']({ project: id, name: 'A', reason: 'b' }),
      'split.withdrawSignOff': handlers['dataset.withdrawSignOff']({ project: id }),
      'confounder.table': handlers['confounders.table']({ project: id, tag: 'model' }),
    };
    const parts = {
      'dataset.imageIds': (await handlers['dataset.ids']({ project: id, filter: {}, sort: 'path' })).ids,
      'duplicate.shownGroups': (await handlers['dataset.duplicates']({ project: id })).groups,
      'split.origins': (await handlers['dataset.origins']({ project: id })).origins,
      'dataset.balance': (await handlers['dataset.balance']({ project: id })).balance,
      'report.reportPage': (await handlers['dataset.reportPage']({ project: id })).html,
    };
    for (const [name, answer] of Object.entries(parts)) expect(answer, name).toEqual({ threadDid: name });
    for (const [name, answer] of Object.entries(asked)) expect(await answer, name).toEqual({ threadDid: name });
    await services.close();
  });
});
