import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract';
import type { ImportResult } from '#shared/models/dataset';
import { type MemoryPeaks, watchMemory } from '../decode-host/watch-memory';
import { type SmallKind, smallFiles } from '../ingest/sample/small-files';
import { createDispatch } from '../ipc/handle';
import { createHandlers } from '../ipc/handlers';
import { webPlatform } from '../ipc/handlers/platform';
import { launchNodeHost } from '../process/node-launcher';
import { createServices } from '../services/services';
import { createBrowsing } from '../web/browse';
import type { Session } from './session';

/** Duration of a request, and how long it blocked the process. */
export interface RequestTime {
  readonly what: string;
  readonly milliseconds: number;
  /** Longest time in which the event loop was blocked, milliseconds. */
  readonly blocked: number;
}

export interface ImportMeasurement {
  readonly images: number;
  readonly skipped: number;
  readonly scanSeconds: number;
  /** From the first file to the last stored row. */
  readonly seconds: number;
  /** The search for duplicates after the import. */
  readonly duplicatesSeconds: number;
  readonly imagesPerSecond: number;
  /** Bytes of source files per second. */
  readonly megabytesPerSecond: number;
  readonly peakMemoryMB: MemoryPeaks;
  /** Longest time in which the event loop was blocked, milliseconds. */
  readonly blocked: { readonly scan: number; readonly import: number; readonly duplicates: number };
  /** The window's requests to the imported project. */
  readonly requests: readonly RequestTime[];
}

/** Writes the files to import; returns their total bytes. */
export async function writeSmallFiles(folder: string, count: number, kind: SmallKind, seed: number): Promise<number> {
  let bytes = 0;
  const made = new Set<string>();
  for (const file of smallFiles(count, kind, seed)) {
    const path = join(folder, ...file.path.split('/'));
    const parent = dirname(path);
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    await writeFile(path, file.bytes);
    bytes += file.bytes.length;
  }
  return bytes;
}

/**
 * Imports a folder into a new project through the same requests as the window, in separate processes, and times the
 * window's subsequent requests to the project.
 */
export async function measureImport(
  session: Session,
  options: { readonly source: string; readonly project: string; readonly userDataFolder: string },
): Promise<ImportMeasurement> {
  const { places, log } = session;
  const memory = watchMemory(launchNodeHost);
  const services = createServices({
    places: { ...places, userDataFolder: options.userDataFolder },
    version: 'measured',
    log,
    launcher: memory.launcher,
  });
  const dispatch = createDispatch(createHandlers(services, 'web', webPlatform(createBrowsing(services.grants))), {
    log,
    events: services.events,
  });
  const request = async <K extends RequestName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>> => {
    const response = await dispatch(name, input);
    if (!response.ok) throw new Error(`${name}: ${response.error.message}`);
    return response.value as RequestOutput<K>;
  };
  const cancel = () => void services.jobs.cancelAll();
  session.interrupt.addEventListener('abort', cancel, { once: true });
  try {
    const { id: project } = await services.projects.create(options.project);
    // Start the decoders before the clock: the work is measured, not the start of processes.
    const dot = { width: 1, height: 1, channels: 1, data: Uint8Array.of(0) } as const;
    await Promise.all(Array.from({ length: 16 }, () => services.pool.encodePng(dot)));
    const blocking = watchBlocking();
    const began = performance.now();
    const { grant } = services.grants.add(options.source);
    const plan = await request('dataset.scan', { project, grants: [grant] });
    const scanned = performance.now();
    const blocked = { scan: blocking.longest(), import: 0, duplicates: 0 };
    services.events.on('job', ({ progress }) => {
      const stage = progress.kind === 'working' && progress.phase === 'importing' ? 'import' : 'duplicates';
      blocked[stage] = Math.max(blocked[stage], blocking.longest());
    });
    const { job } = await request('dataset.import', { project, plan: plan.id, labels: null, options: {} });
    const result = (await services.jobs.result(job)) as ImportResult;
    const ended = performance.now();
    blocked.duplicates = Math.max(blocked.duplicates, blocking.longest());
    blocking.stop();
    const requests = session.interrupt.aborted ? [] : await timeRequests(project, request);
    return {
      images: result.added,
      skipped: result.skipped.length,
      scanSeconds: (scanned - began) / 1000,
      seconds: result.seconds,
      duplicatesSeconds: (ended - scanned) / 1000 - result.seconds,
      imagesPerSecond: result.imagesPerSecond,
      megabytesPerSecond: plan.bytes / 1e6 / result.seconds,
      peakMemoryMB: memory.peaks(),
      blocked,
      requests,
    };
  } finally {
    session.interrupt.removeEventListener('abort', cancel);
    memory.stop();
    await services.close();
  }
}

/** Interval of the measuring timer; shorter blocks go unnoticed. */
const TICK_MS = 4;
const SETTLE_MS = 5 * TICK_MS;

/** `longest`: longest block of the event loop since the last call, milliseconds. */
function watchBlocking(): { longest(): number; stop(): void } {
  let last = performance.now();
  let longest = 0;
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TICK_MS);
    last = now;
  };
  const timer = setInterval(tick, TICK_MS);
  return {
    longest() {
      tick();
      const result = longest;
      longest = 0;
      return result;
    },
    stop: () => clearInterval(timer),
  };
}

type SendRequest = <K extends RequestName>(name: K, input: RequestInput<K>) => Promise<RequestOutput<K>>;

/** Repetitions of each request; the slowest counts, because a person notices it. */
const REPEATS = 5;

async function timeRequests(project: string, request: SendRequest): Promise<RequestTime[]> {
  const times: RequestTime[] = [];
  const time = async (what: string, work: () => Promise<unknown>, repeats = REPEATS): Promise<void> => {
    let slowest = 0;
    const blocking = watchBlocking();
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now();
      await work();
      slowest = Math.max(slowest, performance.now() - start);
      await setTimeout(SETTLE_MS);
    }
    times.push({ what, milliseconds: slowest, blocked: blocking.longest() });
    blocking.stop();
  };
  const ids = await request('dataset.ids', { project, filter: {} });
  const { classes } = await request('dataset.summary', { project });
  const label = classes[0]?.label ?? null;
  const filters: readonly (readonly [string, RequestInput<'dataset.ids'>['filter']])[] = [
    ['all', {}],
    [`class ${label ?? 'none'}`, { label }],
    ['unlabelled', { unlabelled: true }],
    ['modality US', { modality: 'US' }],
    ['text “IM0001”', { text: 'IM0001' }],
    ['one patient', { patient: 1 }],
  ];
  await time('dataset.summary', () => request('dataset.summary', { project }));
  for (const [name, filter] of filters) {
    await time(`dataset.ids, ${name}`, () => request('dataset.ids', { project, filter }));
  }
  for (const sort of ['label', 'split', 'patient', 'added'] as const) {
    await time(`dataset.ids by ${sort}`, () => request('dataset.ids', { project, filter: {}, sort }));
  }
  const middle = Math.floor(ids.ids.length / 2);
  await time('dataset.images, 200 rows', () =>
    request('dataset.images', { project, ids: ids.ids.slice(middle, middle + 200) }),
  );
  await time('dataset.duplicates', () => request('dataset.duplicates', { project }));
  await time('dataset.split by patient', () => request('dataset.split', { project, request: { group: 'patient' } }), 1);
  await time('dataset.summary with a split', () => request('dataset.summary', { project }));
  await time('dataset.ids, validation', () => request('dataset.ids', { project, filter: { split: 'validation' } }));
  await time(
    'dataset.label, 500 images',
    () => request('dataset.label', { project, images: ids.ids.slice(0, 500), label: 'other' }),
    1,
  );
  await time(
    'dataset.remove, 500 images',
    () => request('dataset.remove', { project, images: ids.ids.slice(0, 500) }),
    1,
  );
  await time('dataset.undo', () => request('dataset.undo', { project }), 1);
  return times;
}
