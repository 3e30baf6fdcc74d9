import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract';
import type { Envelope } from '#shared/ipc/errors';
import type { ImportResult } from '#shared/models/dataset';
import { listFileTags } from '../ingest/list-file-tags';
import { sharedData } from '../ingest/test-support/shared-data';
import { launchNodeHost } from '../process/node-launcher';
import { buildHosts, engineEntries } from '../process/test-support/build-hosts';
import { createLog, type FoveaLog } from '../services/core/logger';
import { createServices, type Services } from '../services/services';
import { createBrowsing } from '../web/browse';
import { createDispatch, type Dispatch } from './handle';
import { createHandlers } from './handlers';
import { webPlatform } from './handlers/platform';

const { path: busi, missing, why } = sharedData('busi-dicom');

/** Tags whose values identify a person or an institution. */
const KEYWORDS = new Set(['PatientID', 'AccessionNumber', 'InstitutionName', 'InstitutionAddress', 'StationName']);
/** Shorter values occur by chance. */
const MIN_LENGTH = 6;

let root: string;
let services: Services;
let log: FoveaLog;
let dispatch: Dispatch;
/** Values that must not be found. */
const secrets = new Set<string>();

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'fovea-privacy-'));
  if (missing) return;
  for (const file of files(busi)) {
    for (const { keyword, vr, value } of await listFileTags(file, true)) {
      if (vr === 'PN' || vr === 'DA' || vr === 'DT' || KEYWORDS.has(keyword)) secrets.add(value);
      // Components of a name: family name, given name, and so on.
      if (vr === 'PN') for (const part of value.split(/[\^=\s]+/)) secrets.add(part);
    }
  }
  const hosts = await buildHosts('privacy', {
    ...engineEntries,
    'decode-host': 'decode-host/entry.ts',
    'background-worker': 'services/background-worker.ts',
  });
  log = createLog(join(root, 'user'));
  services = createServices({
    places: {
      userDataFolder: join(root, 'user'),
      projectsFolder: join(root, 'projects'),
      resourcesFolder: join(import.meta.dirname, '../../../resources'),
      entries: {
        decodeHost: join(hosts, 'decode-host.js'),
        engineHost: join(hosts, 'engine-host.js'),
        backgroundWorker: join(hosts, 'background-worker.js'),
      },
    },
    version: 'test',
    log,
    launcher: launchNodeHost,
  });
  dispatch = createDispatch(createHandlers(services, 'web', webPlatform(createBrowsing(services.grants))), {
    log,
    events: services.events,
  });
});
afterAll(async () => {
  await services?.close();
  rmSync(root, { recursive: true, force: true });
});

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function ask<K extends RequestName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>> {
  const answer = (await dispatch(name, input)) as Envelope<RequestOutput<K>>;
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
  return answer.value;
}

/** The secrets in every encoding in which a program may write them, keyed by their first four bytes. */
function needles(): Map<number, { readonly bytes: Buffer; readonly text: string; readonly as: string }[]> {
  const table = new Map<number, { readonly bytes: Buffer; readonly text: string; readonly as: string }[]>();
  for (const text of secrets) {
    if (text.length < MIN_LENGTH) continue;
    const utf8 = Buffer.from(text, 'utf8');
    const utf16 = Buffer.from(text, 'utf16le');
    const forms: readonly (readonly [string, Buffer])[] = [
      ['UTF-8', utf8],
      ['UTF-16, little endian', utf16],
      ['UTF-16, big endian', Buffer.from(utf16).swap16()],
      ['Latin-1', Buffer.from(text, 'latin1')],
      ['hex', Buffer.from(utf8.toString('hex'))],
      ['upper-case hex', Buffer.from(utf8.toString('hex').toUpperCase())],
      ['Base64', Buffer.from(utf8.toString('base64').replace(/=+$/, '').slice(0, -1))],
      ['JSON', Buffer.from(JSON.stringify(text).slice(1, -1))],
    ];
    for (const [as, bytes] of forms) {
      const key = bytes.readUInt32LE(0);
      const list = table.get(key) ?? [];
      table.set(key, list);
      list.push({ bytes, text, as });
    }
  }
  return table;
}

/** Finds secrets in the contents and names of files. Each result reads "<file>: <text> as <form>". */
function findSecrets(all: readonly string[]): string[] {
  const table = needles();
  const found = new Set<string>();
  for (const file of all) {
    for (const bytes of [readFileSync(file), Buffer.from(file)]) {
      for (let at = 0; at + 4 <= bytes.length; at++) {
        const list = table.get(bytes.readUInt32LE(at));
        if (list === undefined) continue;
        for (const needle of list) {
          if (bytes.compare(needle.bytes, 0, needle.bytes.length, at, at + needle.bytes.length) === 0)
            found.add(`${basename(file)}: ${needle.text} as ${needle.as}`);
        }
      }
    }
  }
  return [...found];
}

describe.skipIf(missing)(`project and log contain nothing about the people in its images${why}`, () => {
  it('searched by name, id, dates, institution and accession number', () => {
    const long = [...secrets].filter((text) => text.length >= MIN_LENGTH);
    expect(long.length).toBeGreaterThan(150);
    // Positive control: the search finds secrets in a source, and a name in hex.
    const control = join(root, 'control');
    writeFileSync(control, Buffer.from(`x${Buffer.from(long[0] ?? '').toString('hex')}`));
    expect(findSecrets([control]).length).toBeGreaterThan(0);
    expect(findSecrets(files(busi).slice(0, 1)).length).toBeGreaterThan(3);
  });

  it.each([false, true])('nothing after import (copied: %s), labels, split, review, and errors', async (copy) => {
    const folder = join(root, copy ? 'copied' : 'linked');
    const { id: project } = await services.projects.create(folder);
    // Unreadable files that contain names and ids: cut in the header, cut in the pixels, pixel data of the wrong
    // length.
    const broken = join(root, `broken-${copy}`);
    mkdirSync(broken, { recursive: true });
    for (const [index, file] of files(busi).slice(0, 9).entries()) {
      const bytes = readFileSync(file);
      const target = join(broken, `${index}.dcm`);
      if (index % 3 === 0) writeFileSync(target, bytes.subarray(0, 900));
      else if (index % 3 === 1) writeFileSync(target, bytes.subarray(0, bytes.length - 2000));
      else
        writeFileSync(target, Buffer.from(bytes.toString('latin1').replaceAll('MONOCHROME2', 'MONOCHROMEx'), 'latin1'));
    }
    const table = join(root, 'table.csv');
    const [name = ''] = [...secrets].filter((text) => text.includes('^'));
    writeFileSync(table, `path,patient\nIM0001.dcm,${name}\n`);
    const grants = [busi, broken].map((path) => services.grants.add(path).grant);
    const plan = await ask('dataset.scan', { project, grants });
    const labels = services.grants.add(table).grant;
    const { job } = await ask('dataset.import', { project, plan: plan.id, labels, options: { copy } });
    const result = (await services.jobs.result(job)) as ImportResult;
    expect(result.added).toBeGreaterThanOrEqual(75);
    expect(result.skipped.length).toBeGreaterThan(3);

    await ask('dataset.split', { project, request: {} });
    await ask('dataset.duplicates', { project });
    const { ids } = await ask('dataset.ids', { project, filter: {} });
    await ask('dataset.label', { project, images: ids.slice(0, 3), label: 'other' });
    await ask('dataset.remove', { project, images: ids.slice(3, 5) });
    await ask('dataset.undo', { project });
    const open = services.projects.get(project);
    for (const image of ids.slice(0, 10)) {
      await ask('dataset.image', { project, image });
      await services.resources.thumbnail(project, image);
    }
    // Shown to a person, and nowhere else.
    const shown = await ask('dataset.identifyingTags', { project, image: ids[0] ?? 0 });
    expect(shown.tags.map(({ value }) => value).some((value) => secrets.has(value))).toBe(true);
    // Invalid requests that contain a name, an error of our own, and a file that is not a valid table.
    expect(await dispatch('dataset.label', { project, images: [name], label: name })).toMatchObject({ ok: false });
    log.failure('a bug', new Error(`cannot read '${name}' of /data/${name}/1.dcm`, { cause: new Error(`"${name}"`) }));
    writeFileSync(table, `name\n${name}\n`);
    const again = await ask('dataset.scan', { project, grants });
    expect(await dispatch('dataset.import', { project, plan: again.id, labels, options: {} })).toMatchObject({
      ok: false,
      error: { code: 'labels_invalid' },
    });
    await ask('review.list', { project });
    await ask('dataset.report', { project });

    // Searches the database's write-ahead log too, before and after a checkpoint moves it into the database.
    const everything = () =>
      [...files(folder), ...files(join(root, 'user'))].filter(
        // Copied images keep their own tags.
        (file) => !file.startsWith(join(folder, 'images')),
      );
    expect(everything().some((file) => file.endsWith('-wal'))).toBe(true);
    expect(everything().some((file) => file.endsWith('fovea.log'))).toBe(true);
    expect(findSecrets(everything())).toEqual([]);
    open.store.run('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(findSecrets(everything())).toEqual([]);
    expect(copy).toBe(files(folder).some((file) => file.startsWith(join(folder, 'images'))));
  });
});
