import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventImages } from '#shared/confounders/invented-images';
import { scanConfounders } from '#shared/confounders/scan';
import { evaluateCases } from '#shared/statistics/evaluate';
import { referenceCases } from '#shared/statistics/reference-cases';
import { buildHosts } from '../process/test-support/build-hosts';
import { type Background, inThreads, placeOf } from '../services/core/background';
import { createEvents } from '../services/core/events';
import { createLog } from '../services/core/logger';
import { findPlaces } from '../services/core/places';
import { createReaders } from '../services/labels/readers';
import { createProjects, type OpenProject, type Projects } from '../services/project/projects';
import { createServices } from '../services/services';
import { createSplits } from '../services/splits/splits';
import { patientNumber } from '../store/identity';
import { addImage } from '../store/images';
import { startImport } from '../store/imports';
import { classNumber, setLabel } from '../store/labels';
import { sourceNumber } from '../store/sources';
import { plainImage } from '../store/test-support/plain-image';
import { mountTinyDisk } from '../store/test-support/tiny-disk';
import { createBrowsing } from '../web/browse';
import { createHandlers } from './handlers';
import { webPlatform } from './handlers/platform';

const root = mkdtempSync(join(tmpdir(), 'fovea-background-'));
const heard: string[] = [];
const events = createEvents();
let projects: Projects;
let project: OpenProject;
let background: Background;
let backgroundWorker: string;

beforeAll(async () => {
  const folder = await buildHosts('background-worker', { 'background-worker': 'services/background-worker.ts' });
  backgroundWorker = join(folder, 'background-worker.js');
  background = inThreads(backgroundWorker, events);
  projects = createProjects({ userDataFolder: join(root, 'user'), events });
  project = await projects.create(join(root, 'project'));
  const { store } = project;
  const importId = startImport(store);
  store.transaction(() => {
    for (let index = 0; index < 60; index++) {
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
  events.on('project.changed', ({ what }) => heard.push(what));
});
afterAll(() => {
  projects.closeAll();
  rmSync(root, { recursive: true, force: true });
});

const partsOf = ({ store }: OpenProject) => store.all('SELECT id, split FROM images ORDER BY id');

describe('a thread for one task', () => {
  it('makes the split that this thread would, stores it, and tells of it here', async () => {
    const request = { validation: 0.2, test: 0.2, seed: 7, group: 'patient' } as const;
    const here = createSplits({ events: createEvents() }).split(project, request);
    const parts = partsOf(project);
    createSplits({ events: createEvents() }).split(project, { ...request, seed: 8 });
    expect(partsOf(project)).not.toEqual(parts);
    heard.length = 0;
    const there = await background('split', { project: placeOf(project), request });
    expect({ ...there, id: 0, createdAt: '' }).toEqual({ ...here, id: 0, createdAt: '' });
    expect(partsOf(project)).toEqual(parts);
    expect(heard).toEqual(['dataset']);
  });

  it('summarises readers, and plans and applies a table', async () => {
    const readers = createReaders({ events: createEvents() });
    for (const [reader, label] of Object.entries({ A: 'benign', B: 'malignant' })) {
      readers.read(project, [1, 2, 3], label, reader);
    }
    const summary = await background('readersSummary', { project: placeOf(project), weights: 'none' });
    expect(summary).toEqual(readers.summary(project, 'none'));
    expect(summary.disagreements).toBe(3);
    const file = join(root, 'labels.csv');
    writeFileSync(file, 'path,label\nIM10.png,normal\nIM11.png,normal\n');
    const preview = { project: placeOf(project), file, mapping: {}, answers: {} };
    expect((await background('previewTable', preview)).changes).toMatchObject({ changedLabels: 2 });
    const applied = await background('applyTable', {
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

  it('evaluates and scans as this thread would, and tells how far it is', async () => {
    const cases = referenceCases(60, 3, false);
    const classes = ['a', 'b', 'c'];
    expect(await background('evaluateCases', { cases, classes, unnamed: new Set() })).toEqual(
      evaluateCases(cases, classes),
    );
    const images = inventImages({ seed: 1, groups: 30, imagesPerGroup: 2 });
    const seen: string[] = [];
    const scan = await background('scanConfounders', images, { onProgress: (phase) => seen.push(phase) });
    expect(scan).toEqual(await scanConfounders(images));
    expect(seen.length).toBeGreaterThan(3);
  });

  it('ends when it is told to, and passes on what the task refuses', async () => {
    const images = inventImages({ seed: 1, groups: 30, imagesPerGroup: 2 });
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('stop'));
    await expect(background('scanConfounders', images, { signal: controller.signal, onProgress })).rejects.toThrow(
      'stop',
    );
    await expect(background('scanConfounders', null as never)).rejects.toThrow();
    const request = { validation: 0.5, test: 0.5, seed: 7, group: 'patient' } as const;
    await expect(background('split', { project: placeOf(project), request })).rejects.toMatchObject({
      name: 'FoveaError',
      code: 'split_shares',
    });
  });

  it('that ends by itself is an error with a way out', async () => {
    const file = join(root, 'ends.mjs');
    writeFileSync(file, 'process.exit(0);');
    await expect(inThreads(file, events)('splitAsGiven', { project: placeOf(project) })).rejects.toMatchObject({
      code: 'work_ended',
    });
  });
});

/** A worker that does nothing but say which task it was given, and that it is another thread. */
const ECHO = `
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
if (!isMainThread) parentPort.postMessage({ kind: 'result', result: { threadDid: workerData.name } });
`;

const disk = mountTinyDisk('8m');
afterAll(() => disk?.unmount());

describe.skipIf(disk === null)('a project on a read-only disk (needs the right to mount a tmpfs)', () => {
  it('can be looked at with all requests that only read, and refuses the others in words', async () => {
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

describe('what the window asks for', () => {
  it('is done in a thread where it is heavy: the main thread has no part in it', async () => {
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
      split: handlers['dataset.split']({
        project: id,
        request: { ...request, keepDuplicatesTogether: true, heldOut: null },
      }),
      previewTable: handlers['dataset.readTable']({
        project: id,
        plan: null,
        table,
        mapping: {},
        answers: {},
        groupPattern: null,
        classNames: 'ask',
      }),
      applyTable: handlers['dataset.applyTable']({
        project: id,
        table,
        mapping: {},
        answers: {},
        conflicts: 'mine',
        classNames: 'ask',
      }),
      readersSummary: handlers['readers.summary']({ project: id, weights: 'none' }),
      readersTable: handlers['readers.table']({ project: id, first: 1, second: 2 }),
      adjudicate: handlers['readers.adjudicate']({ project: id, images: [1], label: 'a' }),
      takeMajority: handlers['readers.takeMajority']({ project: id }),
    };
    for (const [name, answer] of Object.entries(asked)) expect(await answer, name).toEqual({ threadDid: name });
    await services.close();
  });
});
