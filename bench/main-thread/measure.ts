import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '#shared/imaging/random';
import type { RequestInput, RequestName } from '#shared/ipc/contract';
import type { CasePrediction } from '#shared/models/run';
import { createDispatch } from '../../src/main/ipc/handle';
import { createHandlers } from '../../src/main/ipc/handlers';
import { webPlatform } from '../../src/main/ipc/handlers/platform';
import { makeTemporary } from '../../src/main/process/scratch';
import { buildHosts } from '../../src/main/process/test-support/build-hosts';
import { createLog } from '../../src/main/services/core/logger';
import { findPlaces } from '../../src/main/services/core/places';
import { createServices } from '../../src/main/services/services';
import { classNumber } from '../../src/main/store/labels';
import { readerNumber, setReading } from '../../src/main/store/readings';
import { createBrowsing } from '../../src/main/web/browse';
import { fillStore } from '../fill-store';

/** Longest that the main thread may be held. */
const AIM_MILLISECONDS = 100;
/** Between two looks at the clock, and at the CPU's. */
const LOOK_MILLISECONDS = 5;

/** The answers of a model to so many cases. */
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
 * CPU time of this thread, milliseconds (the first field of proc_pid_schedstat(5)); NaN where the system does not tell. On a
 * machine that others use, the longest delay of the event loop says more of them than of Fovea.
 */
function cpuMilliseconds(): number {
  try {
    const [onCpu] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ');
    return Number(onCpu) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** The most CPU time that this thread took without letting a timer in. */
function watchCpu(): { longest(): number } {
  let last = cpuMilliseconds();
  let longest = Number.isNaN(last) ? Number.NaN : 0;
  const look = () => {
    const now = cpuMilliseconds();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, LOOK_MILLISECONDS);
  return {
    longest: () => {
      look();
      clearInterval(timer);
      return longest;
    },
  };
}

/** `only`: a part of the names of what is measured. Prints a table; answers with 0 where nothing held the main thread for longer than the aim. */
export async function measureMainThread(images: number, only = ''): Promise<number> {
  const folder = await makeTemporary('fovea-bench');
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
  const dispatch = createDispatch(createHandlers(services, 'web', webPlatform(createBrowsing(services.grants))), log);
  const project = await services.projects.create(join(folder, 'project'));
  const { id, store } = project;
  fillStore(store, images);
  store.transaction(() => {
    const readers = ['A', 'B', 'C'].map((name) => readerNumber(store, name));
    const classes = ['benign', 'malignant', 'normal'].map((name) => classNumber(store, name));
    for (let image = 1; image <= images; image++) {
      readers.forEach((reader, index) => {
        const classId = classes[(image + (image % 10 === 0 ? index : 0)) % 3] ?? 1;
        setReading(store, { image, reader, classId }, 'table', '2026-01-01');
      });
    }
    store.run('UPDATE pictures SET compared = 1');
  });
  const paths = store.column<string>('SELECT path FROM images ORDER BY id');
  const table = join(folder, 'labels.csv');
  writeFileSync(
    table,
    `path,label\n${paths.map((path, index) => `${path},${index % 2 ? 'cyst' : 'mass'}\n`).join('')}`,
  );
  const tableGrant = services.grants.add(table).grant;
  const classes = ['benign', 'malignant', 'normal'];
  let cases: CasePrediction[] = [];

  const ask =
    <K extends RequestName>(name: K, input: RequestInput<K>) =>
    async () => {
      const answer = await dispatch(name, input);
      if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
    };
  const request = { validation: 0.2, test: 0.2, seed: 42, group: 'patient' } as const;
  const measured: Record<string, () => Promise<unknown>> = {
    'nothing, for comparison': () => sleep(3000),
    'dataset.split by patient': ask('dataset.split', { project: id, request }),
    'review.list, the first time': ask('review.list', { project: id, limit: 2000 }),
    'readers.summary, three readers': ask('readers.summary', { project: id }),
    'dataset.readTable, a row an image': ask('dataset.readTable', { project: id, plan: null, table: tableGrant }),
    'dataset.applyTable, a row an image': ask('dataset.applyTable', { project: id, table: tableGrant }),
    'bootstrap of an evaluation': () => services.background('evaluateCases', { cases, classes }),
    'bootstrap of two runs': () =>
      services.background('pairedDifference', { first: cases, second: cases, classes, metric: 'auc' }),
    'dataset.summary': ask('dataset.summary', { project: id }),
  };
  console.log(`${images} images; milliseconds`);
  let worst = 0;
  for (const [name, work] of Object.entries(measured)) {
    if (!name.includes(only)) continue;
    if (name.startsWith('bootstrap') && cases.length === 0) cases = inventCases(images);
    const delay = monitorEventLoopDelay({ resolution: LOOK_MILLISECONDS });
    await sleep(50);
    delay.enable();
    const started = performance.now();
    const cpu = watchCpu();
    await work();
    const took = performance.now() - started;
    // The delay of what ended in the last turn is seen in the next.
    await sleep(30);
    delay.disable();
    const held = delay.max / 1e6;
    const computed = cpu.longest();
    worst = Math.max(worst, Number.isNaN(computed) ? held : computed);
    console.log(
      `${name.padEnd(38)} held ${held.toFixed(0).padStart(5)}   of it CPU ${computed.toFixed(0).padStart(5)}   took ${took.toFixed(0).padStart(6)}`,
    );
  }
  await services.close();
  rmSync(folder, { recursive: true, force: true });
  return worst > AIM_MILLISECONDS ? 1 : 0;
}
