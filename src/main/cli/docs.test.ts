import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultScan } from '#shared/confounders/scan';
import { MAX_COMPARISONS, MAX_MATCHES } from '#shared/duplicates/duplicate-search';
import { SAME_PICTURE } from '#shared/duplicates/picture-alignment';
import { DESCRIPTOR_BYTES, THUMBNAIL_SIDE } from '#shared/duplicates/picture-descriptor';
import { NEAR_DUPLICATE, NEAR_DUPLICATE_DETAIL } from '#shared/duplicates/picture-similarity';
import { MAX_EXPORTED_AGE } from '#shared/models/deidentified-export';
import { CANONICAL_SHORT_SIDE } from '#shared/models/pipeline';
import { REQUIRED_SHARE } from '#shared/models/precision';
import { MAX_FOLDS, MIN_FOLDS } from '#shared/splitting/folds';
import { defaultBootstrap } from '#shared/statistics/bootstrap';
import { formatCount } from '#shared/text/number';
import { decodeLimits } from '../decode-host/client';
import {
  DIVERGENCE_FACTOR,
  DIVERGENCE_STEPS,
  EXPLODED_STEPS,
  EXPLOSION_FACTOR,
  MAX_SKIPPED_STEPS,
  MIN_EXPLODED_NORM,
} from '../engine/train/health';
import { SAVE_AFTER_MILLISECONDS, SAVE_SHARE } from '../engine/train/loop';
import { loaderThreads } from '../engine-host/batches/loader';
import { IDLE_MILLISECONDS } from '../engine-host/client/client';
import { MAX_SHARDS } from '../engine-host/models/backbone-folder';
import { MAX_JSON_BYTES } from '../engine-host/models/read-json';
import { POLL_MILLISECONDS } from '../engine-host/training/wait-for-disk';
import { archiveLimits } from '../ingest/archive/open-archive';
import { MAX_FILE_BYTES, MAX_INFLATED_BYTES, MAX_PIXELS } from '../ingest/limits';
import { SLICE_MS } from '../ingest/slice';
import { INITIAL_BACK_OFF, MAX_BACK_OFF, START_MILLISECONDS } from '../process/supervised-host';
import { tableLimits } from '../services/label-tables/label-table-text';
import { MAX_READERS } from '../services/label-tables/table-problems';
import { LOCK_EXPIRY_MS, LOCK_RENEWAL_MS } from '../services/project/project-lock';
import { HEARTBEAT_MILLISECONDS } from '../web/event-stream';

const root = resolve(import.meta.dirname, '../../..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (page: string) => readFileSync(join(root, page), 'utf8');

describe('a number in the docs matches the code', () => {
  const MiB = 2 ** 20;
  const GiB = 2 ** 30;
  const { deadlineMs, memoryMB, residentMB } = decodeLimits;
  const { bytes, columns, longestRow, rows } = tableLimits;
  expect(rows).toBe(1_000_000);
  expect([1, 4, 8, 16, 64].map(loaderThreads)).toEqual([1, 1, 2, 4, 4]);
  expect([START_MILLISECONDS, IDLE_MILLISECONDS, SAVE_AFTER_MILLISECONDS]).toEqual([60_000, 60_000, 120_000]);
  const words = new Map([
    [4, 'four'],
    [5, 'five'],
    [20, 'twentieth'],
  ]);

  it.each([
    ['ipc', `a comment every ${HEARTBEAT_MILLISECONDS / 1000} s`],
    ['store', `given up after ${LOCK_EXPIRY_MS === 600_000 ? 'ten' : '?'} minutes without a heartbeat`],
    ['store', `sends a heartbeat every ${LOCK_RENEWAL_MS / 1000} s`],
    ['store', `yields every ${SLICE_MS} ms`],
    ['process-model', `pauses every ${SLICE_MS} ms for other events`],
    ['process-model', 'waits up to a minute until it is ready'],
    ['process-model', 'An idle process ends after a minute'],
    [
      'process-model',
      `after ${INITIAL_BACK_OFF} ms, doubled for every further crash in a row up to ${MAX_BACK_OFF / 1000} s`,
    ],
    ['process-model', `checks ${words.get(1000 / POLL_MILLISECONDS)} times a second`],
    ['process-model', 'within epochs that take longer than two minutes'],
    ['process-model', `saving costs less than a ${words.get(SAVE_SHARE)} of the time`],
    [
      'process-model',
      `loss of ${DIVERGENCE_STEPS} steps exceeds ${words.get(DIVERGENCE_FACTOR)} times that of guessing`,
    ],
    ['process-model', `if ${MAX_SKIPPED_STEPS} steps in a row overflow in half precision`],
    [
      'process-model',
      `for ${words.get(EXPLODED_STEPS)} steps in a row the gradient norm exceeds ${EXPLOSION_FACTOR} times its median and ${MIN_EXPLODED_NORM}`,
    ],
    ['process-model', 'one per four cores, four at most'],
    ['ingestion', `past its deadline (${deadlineMs / 1000} s)`],
    ['ingestion', `V8's heap is limited to ${memoryMB / 1024} GiB`],
    ['ingestion', `above ${residentMB / 1024} GiB the host is killed`],
    ['ingestion', `files up to ${MAX_FILE_BYTES / GiB} GiB, pictures up to ${MAX_PIXELS / 1e6} million pixels`],
    ['ingestion', `deflated data sets up to ${MAX_INFLATED_BYTES / MiB} MiB`],
    ['ingestion', `at most ${formatCount(archiveLimits.entries)} files, ${archiveLimits.bytes / GiB} GiB together`],
    [
      'ingestion',
      `${bytes / MiB} MB, lines of ${formatCount(longestRow)} characters, ${columns} columns, a million rows`,
    ],
    ['labels', `up to ${bytes / MiB} MB, a million rows and ${columns} columns`],
    ['labels', `A reader column with more than ${MAX_READERS} names is refused`],
    ['checkpoints', `JSON up to ${MAX_JSON_BYTES / MiB} MiB`],
    ['checkpoints', `${MAX_SHARDS} shards`],
    ['pipeline', `short side at most ${CANONICAL_SHORT_SIDE}`],
    ['duplicates', `a descriptor of ${DESCRIPTOR_BYTES} bytes`],
    ['duplicates', `${THUMBNAIL_SIDE} x ${THUMBNAIL_SIDE} grey thumbnail`],
    [
      'duplicates',
      `is at least ${NEAR_DUPLICATE}, and that of their detail (without layout and lighting) at least ${NEAR_DUPLICATE_DETAIL}`,
    ],
    ['duplicates', `at most ${formatCount(MAX_COMPARISONS)} of them, and the ${MAX_MATCHES} best are kept`],
    ['duplicates', `From ${SAME_PICTURE} on, two rasters show one picture`],
    ['confounders', `A permutation test with up to ${defaultScan.permutations} orders`],
    ['confounders', `percentile bootstrap over groups, ${formatCount(defaultBootstrap.resamples)} resamples`],
    ['statistics', `${formatCount(defaultBootstrap.resamples)} resamples; percentiles 2.5 and 97.5`],
    ['statistics', `with ${MIN_FOLDS} to ${MAX_FOLDS} folds`],
    ['deidentification', `age above ${MAX_EXPORTED_AGE}`],
    ['engine', `Less than ${REQUIRED_SHARE * 100} %`],
  ])('%s: %s', (page, words) => {
    expect(read(`docs/${page}.md`).replaceAll(/\s+/g, ' ')).toContain(words);
  });
});

describe('a path in the docs exists', () => {
  const kept = ['src', 'e2e', 'bench', 'scripts', 'docs', 'resources', 'build'];
  const files = kept.flatMap((folder) => [
    folder,
    ...readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path.replaceAll('\\', '/')}`,
    ),
  ]);
  /** Parts of names in a checkpoint. */
  const OTHERS = ['ema/'];
  const known = `\n${[...files, ...readdirSync(root)].join('\n')}\n`;
  /** Whether a file or folder path ends with whole components of `path`; `*` matches any part of a name. */
  const isThere = (path: string) => {
    const pattern = path.replace(/\/$/, '').replaceAll('.', '\\.').replaceAll('*', '[^/\n]*');
    return new RegExp(`[\\n/]${pattern}\\n`).test(known);
  };
  /** A name with a source file extension, a path below a folder of the repository, or a folder. */
  const isOurs = (word: string) =>
    /^[\w./@*-]+$/.test(word) &&
    !OTHERS.includes(word) &&
    (/\w\/$/.test(word) ||
      /[\w*]\.(?:tsx?|mjs|proto|sql|md)$/.test(word) ||
      kept.some((folder) => word.startsWith(`${folder}/`)));

  it.each(pages)('%s', (page) => {
    const text = read(page);
    const quoted = Array.from(text.matchAll(/`([^`\n]+)`/g), ([, word]) => word as string);
    const bare = Array.from(
      text.matchAll(/(?<![\w./~-])(?:src|e2e|bench|scripts)\/[\w/-]*(?:\.\w+)*/g),
      ([word]) => word,
    );
    expect([...quoted, ...bare].filter((word) => isOurs(word) && !isThere(word))).toEqual([]);
  });

  it('in the journeys, which name source files without their extension', () => {
    const [, journeys = ''] = /^## Four journeys$(.*?)^## Libraries$/ms.exec(read('docs/architecture.md')) ?? [];
    const named = Array.from(journeys.matchAll(/`([a-z\d]+(?:[-/][a-z\d]+)+)`/g), ([, name]) => name as string);
    expect(named.length).toBeGreaterThan(80);
    expect(named.filter((name) => ![`${name}.ts`, `${name}.tsx`, name].some(isThere))).toEqual([]);
  });

  it.each(pages)('%s links to existing pages and headings', (page) => {
    const anchor = (heading: string) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-');
    const isBroken = (link: string) => {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return true;
      const headings = Array.from(read(target).matchAll(/^#+ (.+)$/gm), ([, text]) => anchor(text as string));
      return heading !== undefined && !headings.includes(heading);
    };
    const links = Array.from(read(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link as string);
    expect(links.filter((link) => !/^[a-z]+:/.test(link) && isBroken(link))).toEqual([]);
  });
});
