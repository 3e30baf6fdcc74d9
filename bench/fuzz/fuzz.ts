import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createDecodePool } from '../../src/main/decode-host/client';
import { buildHosts } from '../../src/main/decode-host/test-support/build-host';
import { watchMemory } from '../../src/main/decode-host/watch-memory';
import { expectedOutcomes } from '../../src/main/ingest/test-support/expected-outcomes';
import type { GoodFile } from '../../src/main/ingest/test-support/good-files';
import { mutate } from '../../src/main/ingest/test-support/mutate';
import { mutateDicom } from '../../src/main/ingest/test-support/mutate-dicom';
import { mutatePicture } from '../../src/main/ingest/test-support/mutate-picture';
import { launchNodeHost } from '../../src/main/process/node-launcher';
import { fuzzSources } from './sources';

/** Acceptable error codes for a damaged file. A crash of the host or an internal error is not among them. */
const REASONS = new Set([
  ...expectedOutcomes,
  // Some decoders run for minutes on damaged data; stopping them is the purpose of the deadline.
  'deadline',
]);
/** The pool stops a host above 3 GiB during a job; it checks five times a second. */
const MAX_MEMORY_MB = 3.5 * 1024;
const DEADLINE_MS = 20_000;
/** Number of files after which each process reads its good file again: bad input must not corrupt a decoder. */
const CHECK_EVERY = 200;
const KEPT = resolve('.cache/fuzz');

interface Slow {
  readonly name: string;
  readonly milliseconds: number;
}

/** Returns the exit code: 1 if any requirement was violated. */
export async function fuzz(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '600' },
      seed: { type: 'string', default: '1' },
      size: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    },
  });
  const [seconds, firstSeed, size] = [values.seconds, values.seed, values.size].map(Number) as [number, number, number];
  const sources = await fuzzSources();
  const folder = mkdtempSync(join(tmpdir(), 'fovea-fuzz-'));
  const entry = join(await buildHosts('decode-fuzz', { entry: 'entry.ts' }), 'entry.js');
  const memory = watchMemory(launchNodeHost);
  const pool = createDecodePool({ launcher: memory.launcher, entry, size, deadlineMs: DEADLINE_MS });
  const counts = new Map<string, number>();
  const broken: string[] = [];
  const slowest: Slow[] = [];
  let done = 0;

  const read = async (path: string): Promise<string> => {
    const request = { path, intensity: { kind: 'auto' }, shortSide: 512, choice: { kind: 'all' }, from: 0 } as const;
    const into = { file: `${path}.pack`, offset: 0 };
    writeFileSync(into.file, '');
    try {
      const result = await pool.ingestFrames({ ...request, into });
      if ('writeError' in result) return result.writeError;
      const { outcomes } = result;
      return (
        outcomes.map((one) => ('error' in one ? one.error.code : 'read')).find((code) => !REASONS.has(code)) ??
        (outcomes.some((one) => !('error' in one)) ? 'read' : (outcomes[0] as { error: { code: string } }).error.code)
      );
    } catch (error) {
      return (error as { code?: string }).code ?? 'no reason';
    } finally {
      rmSync(into.file, { force: true });
    }
  };

  const keep = (name: string, bytes: Uint8Array, why: string): void => {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(join(KEPT, name), bytes);
    broken.push(`${name}: ${why}`);
    console.log(`  ${name}: ${why}`);
  };

  const end = performance.now() + seconds * 1000;
  let seed = firstSeed;
  const worker = async (lane: number): Promise<void> => {
    while (performance.now() < end) {
      const own = seed++;
      const source = sources[own % sources.length] as GoodFile;
      const bytes = mutated(source, own);
      const name = `${own}-${source.name}`;
      const path = join(folder, `${lane}`);
      writeFileSync(path, bytes);
      const start = performance.now();
      const outcome = await read(path);
      const milliseconds = performance.now() - start;
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      done += 1;
      slowest.push({ name, milliseconds });
      slowest.sort((a, b) => b.milliseconds - a.milliseconds).splice(5);
      if (!REASONS.has(outcome)) keep(name, bytes, outcome);
      // Starting a new process takes a few seconds on a busy machine, and the clock is checked after the deadline.
      if (milliseconds > DEADLINE_MS + 10_000) keep(name, bytes, `took ${Math.round(milliseconds)} ms`);
      if (done % CHECK_EVERY === 0) {
        const good = sources[Math.floor(done / CHECK_EVERY) % sources.length] as GoodFile;
        writeFileSync(path, good.bytes);
        const before = goodOutcomes.get(good.name);
        const now = await read(path);
        if (now !== before)
          keep(`${own}-after-${good.name}`, bytes, `the good file is ${now}, not ${before}, after it`);
      }
    }
  };

  const goodOutcomes = new Map<string, string>();
  for (const source of sources) {
    const path = join(folder, 'good');
    writeFileSync(path, source.bytes);
    goodOutcomes.set(source.name, await read(path));
  }
  console.log(`${sources.length} good files, ${size} processes, seeds from ${firstSeed}, ${seconds} s`);
  await Promise.all(Array.from({ length: size }, (_, lane) => worker(lane)));
  const { hosts } = memory.peaks();
  memory.stop();
  await pool.dispose();
  rmSync(folder, { recursive: true, force: true });

  const largest = Math.max(0, ...hosts);
  console.log(`\n${done} files, seeds ${firstSeed} to ${seed - 1}`);
  for (const [code, count] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(8)}  ${code}`);
  console.log(`slowest: ${slowest.map((one) => `${one.name} ${Math.round(one.milliseconds)} ms`).join(', ')}`);
  console.log(`largest resident memory of a host: ${Math.round(largest)} MiB; ${hosts.length} hosts were started`);
  if (largest > MAX_MEMORY_MB) broken.push(`${Math.round(largest)} MiB`);
  console.log(broken.length === 0 ? 'Every bar held.' : `${broken.length} broken, kept in ${KEPT}.`);
  return broken.length === 0 ? 0 : 1;
}

/** Mutates a file. A third of the DICOM files are damaged without regard to their structure. */
function mutated({ kind, bytes }: GoodFile, seed: number): Buffer {
  if (kind === 'picture') return mutatePicture(bytes, seed);
  return seed % 3 === 0 ? mutate(bytes, seed) : mutateDicom(bytes, seed);
}
