import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '#shared/imaging/random';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract';
import { importOptionsSchema } from '#shared/models/dataset';
import type { CasePrediction } from '#shared/models/run';
import { createDispatch } from '../../src/main/ipc/handle';
import { createHandlers } from '../../src/main/ipc/handlers';
import { webPlatform } from '../../src/main/ipc/handlers/platform';
import { makeTemporary } from '../../src/main/process/scratch';
import { buildHosts } from '../../src/main/process/test-support/build-hosts';
import { createLog } from '../../src/main/services/core/logger';
import { findPlaces } from '../../src/main/services/core/places';
import { recordVersion } from '../../src/main/services/dataset/dataset-versions';
import { type PackedCases, packCases } from '../../src/main/services/results/packed-cases';
import { resultTasks } from '../../src/main/services/results/result-tasks';
import { reviewTasks } from '../../src/main/services/review/review-tasks';
import { createServices, type Services } from '../../src/main/services/services';
import { storeComparisons } from '../../src/main/store/duplicates';
import { classNumber } from '../../src/main/store/labels';
import { setMeta } from '../../src/main/store/meta';
import type { ProjectStore } from '../../src/main/store/open';
import { readerNumber, setReading } from '../../src/main/store/readings';
import { createBrowsing } from '../../src/main/web/browse';
import { fillStore } from '../fill-store';

/** Target for the longest time that the main thread is blocked. */
const AIM_MILLISECONDS = 100;
/** Interval between readings of the clock and of the CPU time. */
const SAMPLE_MILLISECONDS = 5;

/** Generates a model's predictions for `count` cases. */
function inventCases(count: number): CasePrediction[] {
  const random = createRandom(3);
  return Array.from({ length: count }, (_, image) => {
    const truth = image % 3;
    const weights = [0, 1, 2].map((label) => random.next() + (label === truth ? 0.4 : 0));
    const sum = weights.reduce((total, one) => total + one, 0);
    const probabilities = weights.map((one) => one / sum);
    const predicted = probabilities.indexOf(Math.max(...probabilities));
    const loss = -Math.log(probabilities[truth] ?? 1);
    return {
      image,
      patient: image >> 2,
      truth,
      predicted,
      confidence: Math.max(...probabilities),
      probabilities,
      loss,
    };
  });
}

/**
 * CPU time of this thread in milliseconds (the first field of proc_pid_schedstat(5)); NaN if the system does not report
 * it. On a shared machine, the longest delay of the event loop reflects other programs more than Fovea.
 */
function cpuMilliseconds(): number {
  try {
    const [onCpu] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ');
    return Number(onCpu) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Tracks the longest CPU time that this thread took without yielding to a timer. */
function watchCpu(): { longest(): number } {
  let last = cpuMilliseconds();
  let longest = Number.isNaN(last) ? Number.NaN : 0;
  const sample = () => {
    const now = cpuMilliseconds();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(sample, SAMPLE_MILLISECONDS);
  return {
    longest: () => {
      sample();
      clearInterval(timer);
      return longest;
    },
  };
}

/** Share of images in pairs that look alike. */
const ALIKE_SHARE = 0.05;

/** Fills a project with everything that the measured requests process. */
function fillProject(store: ProjectStore, images: number): void {
  fillStore(store, images);
  store.transaction(() => {
    const readers = ['A', 'B', 'C'].map((name) => readerNumber(store, name));
    const classes = CLASSES.map((name) => classNumber(store, name));
    for (let image = 1; image <= images; image++) {
      readers.forEach((reader, index) => {
        const classId = classes[(image + (image % 10 === 0 ? index : 0)) % 3] ?? 1;
        setReading(store, { image, reader, classId }, 'table', '2026-01-01');
      });
    }
    // Already compared, by the current method.
    store.run('UPDATE pictures SET compared = 1');
    setMeta(store, 'duplicates.search', '2');
  });
  const step = Math.round(2 / ALIKE_SHARE);
  const pairs = Array.from({ length: Math.floor(images / step) }, (_, index) => index * step + 1);
  storeComparisons(
    store,
    pairs.map((a, index) => ({ a, b: a + 9, similarity: 0.995, exact: index % 2 === 0 })),
    [],
  );
}

const CLASSES = ['benign', 'malignant', 'normal'];

/** Writes `count` tiny files for a scan to find, with the first bytes of a PNG, in folders of a thousand. */
function writeFiles(folder: string, count: number): void {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55', 'hex');
  for (let index = 0; index < count; index++) {
    const inside = join(folder, CLASSES[index % 3] ?? '', `study ${Math.floor(index / 1000)}`);
    if (index % 1000 < 3) mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, `P${index >> 2}_${index}.png`), png);
  }
}

/** Starts Fovea on a new user folder, without decoding or training. */
async function startServices(folder: string) {
  const hosts = await buildHosts('bench-main-thread', { 'background-worker': 'services/background-worker.ts' });
  const places = findPlaces(join(folder, 'out/main'));
  const log = createLog(folder);
  const services = createServices({
    places: {
      ...places,
      userDataFolder: join(folder, 'home'),
      entries: { ...places.entries, backgroundWorker: join(hosts, 'background-worker.js') },
    },
    version: 'bench',
    log,
    launcher: () => {
      throw new Error('nothing is decoded or trained here');
    },
  });
  const dispatch = createDispatch(createHandlers(services, 'web', webPlatform(createBrowsing(services.grants))), {
    log,
    events: services.events,
  });
  return { services, dispatch };
}

/** Resolves when the first file of an import has been processed, or the import is over. */
function firstFileDone({ events }: Services, job: string): Promise<void> {
  return new Promise<void>((resolve) => {
    const unsubscribe = events.on('job', (changed) => {
      const { progress } = changed;
      const imports = progress.kind === 'working' && progress.phase === 'importing';
      if (changed.id !== job || (!imports && changed.state === 'running')) return;
      unsubscribe();
      resolve();
    });
  });
}

const filters: Record<string, RequestInput<'dataset.ids'>['filter']> = {
  all: {},
  'a class': { label: 'benign' },
  'part of a name': { text: 'IM9' },
  unlabelled: { unlabelled: true },
};

/** Returns how long the main thread was blocked, in milliseconds, and prints a line of the table. */
async function measureOne(name: string, work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: SAMPLE_MILLISECONDS });
  delay.enable();
  // It measures from one sample to the next, so there must be one before the work begins.
  await sleep(50);
  delay.reset();
  const started = performance.now();
  const cpu = watchCpu();
  await work();
  const took = performance.now() - started;
  // The delay of work that ended in the last turn is recorded in the next.
  await sleep(30);
  delay.disable();
  const held = delay.max / 1e6;
  const computed = cpu.longest();
  const counted = Number.isNaN(computed) ? held : Math.min(held, computed);
  console.log(
    `${counted > AIM_MILLISECONDS ? '!' : ' '} ${name.padEnd(40)} held ${held.toFixed(0).padStart(5)}   of it CPU ${computed.toFixed(0).padStart(5)}   took ${took.toFixed(0).padStart(6)}`,
  );
  return counted;
}

/** Rows of a label table for the files of `writeFiles`. */
const newRows = (count: number): string[] => [
  'path,label,patient',
  ...Array.from(
    { length: count },
    (_, i) => `${CLASSES[i % 3]}/study ${Math.floor(i / 1000)}/P${i >> 2}_${i}.png,x${i % 2},P${i >> 2}`,
  ),
];

/**
 * Prints a table and returns 0 if nothing blocked the main thread for longer than the target.
 *
 * @param only measures only names that contain this text
 */
export async function measureMainThread(images: number, only = ''): Promise<number> {
  const folder = await makeTemporary('fovea-bench');
  const { services, dispatch } = await startServices(folder);
  const { id, store } = await services.projects.create(join(folder, 'project'));
  const project = { project: id };
  fillProject(store, images);
  const grantTable = (name: string, rows: readonly string[]): string => {
    const file = join(folder, name);
    writeFileSync(file, `${rows.join('\n')}\n`);
    return services.grants.add(file).grant;
  };
  const paths = store.column<string>('SELECT path FROM images ORDER BY id');
  const table = grantTable('labels.csv', [
    'path,label',
    ...paths.map((path, index) => `${path},${index % 2 ? 'cyst' : 'mass'}`),
  ]);
  let cases: PackedCases = packCases([]);
  let newFiles = '';
  let newTable = '';
  let plan = '';

  const ask = async <K extends RequestName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>> => {
    const answer = await dispatch(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
    return answer.value as RequestOutput<K>;
  };
  /** Runs until the first file has been processed: the rest does not depend on the number of files. */
  const importUntilFirstFile = async () => {
    const { job } = await ask('dataset.import', {
      ...project,
      plan,
      labels: newTable,
      options: { ...importOptionsSchema.parse({}), groupPattern: null },
    });
    await firstFileDone(services, job);
    await ask('jobs.cancel', { job });
  };
  /** Runs only the main thread's share of the work. */
  const confounders = async () => {
    const { job } = await ask('confounders.scan', project);
    await sleep(5000);
    await ask('jobs.cancel', { job });
  };
  const split = { validation: 0.2, test: 0.2, seed: 42, group: 'patient' } as const;
  const readTable = { ...project, mapping: {}, answers: {}, groupPattern: null } as const;
  const measured: Record<string, () => Promise<unknown>> = {
    'nothing, for comparison': () => sleep(3000),
    'dataset.summary, the first time': () => ask('dataset.summary', project),
    'dataset.summary': () => ask('dataset.summary', project),
    'review.list, the first 2,000': () => ask('review.list', { ...project, limit: 2000 }),
    'dataset.split by patient': () => ask('dataset.split', { ...project, request: split }),
    'dataset.summary with a split': () => ask('dataset.summary', project),
    'dataset.moveToSplit of 500 images': () =>
      ask('dataset.moveToSplit', { ...project, images: Array.from({ length: 500 }, (_, i) => i + 1), split: 'test' }),
    ...Object.fromEntries(
      Object.entries(filters).map(([name, filter]) => [
        `dataset.ids, ${name}`,
        () => ask('dataset.ids', { ...project, filter, sort: 'label' }),
      ]),
    ),
    'dataset.facets': () => ask('dataset.facets', project),
    'dataset.duplicates': () => ask('dataset.duplicates', project),
    'dataset.report': () => ask('dataset.report', project),
    'dataset.label of 500 images': () =>
      ask('dataset.label', { ...project, images: Array.from({ length: 500 }, (_, i) => i + 1), label: 'mass' }),
    'dataset.label of all images': () =>
      ask('dataset.label', { ...project, images: Array.from({ length: images }, (_, i) => i + 1), label: 'all' }),
    'dataset.undo': () => ask('dataset.undo', project),
    'readers.summary, three readers': () => ask('readers.summary', project),
    'readers.disagreements': () => ask('readers.disagreements', project),
    'readers.takeMajority': () => ask('readers.takeMajority', project),
    'confounders.scan, five seconds of it': confounders,
    'confounders.get': () => ask('confounders.get', project),
    'confounders.table': () => ask('confounders.table', { ...project, tag: 'modality' }),
    'dataset.readTable, one row per image': () => ask('dataset.readTable', { ...readTable, plan: null, table }),
    'dataset.applyTable, one row per image': () => ask('dataset.applyTable', { ...project, table }),
    'a version of the dataset': () => recordVersion(services.projects.get(id), null),
    'dataset.scan': async () => {
      plan = (await ask('dataset.scan', { ...project, grants: [newFiles] })).id;
    },
    'dataset.readTable of an import': () => ask('dataset.readTable', { ...readTable, plan, table: newTable }),
    'dataset.readPattern of an import': () =>
      ask('dataset.readPattern', { ...project, plan, groupPattern: '(P[0-9]+)_', answers: {} }),
    'dataset.import with a table, its start': importUntilFirstFile,
    'bootstrap of an evaluation': () =>
      services.background(resultTasks.evaluateCases, { cases, classes: CLASSES, unnamed: new Set<number>() }),
    'bootstrap of two runs': () =>
      services.background(resultTasks.pairedDifference, {
        first: cases,
        second: cases,
        classes: CLASSES,
        metric: 'auc',
      }),
    'label issues by a model': () =>
      services.background(reviewTasks.findLabelIssues, { cases, classes: CLASSES.length }),
  };
  const prepare = (name: string): void => {
    if (/bootstrap|issues/.test(name) && cases.image.length === 0) cases = packCases(inventCases(images));
    if (!name.includes('import') && name !== 'dataset.scan') return;
    if (newFiles !== '') return;
    writeFiles(join(folder, 'new'), images);
    newFiles = services.grants.add(join(folder, 'new')).grant;
    newTable = grantTable('new.csv', newRows(images));
  };
  console.log(`${images} images; milliseconds; load ${loadavg()[0]?.toFixed(1)}`);
  let worst = 0;
  for (const [name, work] of Object.entries(measured)) {
    // The import measurements need a plan.
    const isNeeded =
      name === 'dataset.scan' && Object.keys(measured).some((one) => /import/.test(one) && one.includes(only));
    if (!name.includes(only) && !isNeeded) continue;
    prepare(name);
    worst = Math.max(worst, await measureOne(name, work));
  }
  await services.close();
  rmSync(folder, { recursive: true, force: true });
  return worst > AIM_MILLISECONDS ? 1 : 0;
}
