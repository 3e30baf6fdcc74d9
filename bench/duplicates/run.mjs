// `npm run bench:duplicates -- IMAGES SHEET BACKBONE [WORK]`: measures how well copies are found, by thumbnails alone
// and with the features of a backbone. IMAGES: class folders with PNG files; SHEET: CSV of `path,label,group`, where
// images of one group look alike; BACKBONE: a Hugging Face folder; WORK: an empty folder to keep, instead of a
// temporary one.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { plant } from './plant.mjs';

/** Interval of images that get a modified copy. */
const PLANTED_EVERY = 8;

const [images, sheet, backbone, given] = process.argv.slice(2);
if (images === undefined || sheet === undefined || backbone === undefined) {
  console.error('npm run bench:duplicates -- IMAGES SHEET BACKBONE [WORK]');
  process.exit(2);
}
const work = given ?? mkdtempSync(join(tmpdir(), 'fovea-bench-duplicates-'));
mkdirSync(work, { recursive: true });
const project = join(work, 'project');

/** Runs a command of Fovea and returns its JSON output. */
function fovea(...args) {
  const output = execFileSync(
    process.execPath,
    [resolve(import.meta.dirname, '../../scripts/fovea.mjs'), ...args, '--json', '--progress', 'none'],
    { env: { ...process.env, FOVEA_HOME: join(work, 'home') }, encoding: 'utf8', maxBuffer: 2 ** 30 },
  );
  return JSON.parse(output);
}

const key = (one, other) => [one, other].sort().join('\n');
const pairsOf = (paths) => paths.flatMap((one, index) => paths.slice(index + 1).map((other) => key(one, other)));
const share = (part, whole) => `${part} of ${whole} (${whole === 0 ? '-' : (part / whole).toFixed(3)})`;

const planted = await plant(images, join(work, 'images'), PLANTED_EVERY);
const groupOf = new Map(
  readFileSync(sheet, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(','))
    .map(([path, , group]) => [path, group]),
);
const original = new Map(planted.map(([path, copy]) => [copy, path]));
/** Content key of an image: a copy shares it with its original, and so do images of the same group. */
const shown = (path) => {
  const source = original.get(path) ?? path;
  return groupOf.get(source) ?? source;
};

function report(title) {
  const { groups } = fovea('review', project);
  const sure = groups.filter((group) => !group.suspected && !group.common);
  const joined = new Set(sure.flatMap((group) => pairsOf(group.images)));
  const suspected = groups.filter((group) => group.suspected);
  const suspectedPairs = new Set(suspected.map((group) => key(...group.images)));
  const isCopy = (path) => original.has(path);
  const members = new Map();
  for (const [path, group] of groupOf) members.set(group, [...(members.get(group) ?? []), path]);
  const expected = [...members.values()].flatMap(pairsOf);
  const old = [...joined].filter((pair) => !pair.split('\n').some(isCopy));
  const right = (pairs) => pairs.filter((pair) => new Set(pair.split('\n').map(shown)).size === 1);
  console.log(`\n${title}`);
  console.log(
    `  groups ${sure.length}, the largest of ${Math.max(0, ...sure.map((group) => group.images.length))} images`,
  );
  console.log(
    `  of the sheet: recall ${share(right(old).length, expected.length)}, precision ${share(right(old).length, old.length)}`,
  );
  const wrong = [...suspectedPairs].filter((pair) => new Set(pair.split('\n').map(shown)).size > 1);
  console.log(
    `  suspected pairs: ${suspectedPairs.size}; by sheet and planting right: ${share(suspectedPairs.size - wrong.length, suspectedPairs.size)}`,
  );
  // A copy counts as found if it is paired with its original or with an image like it.
  const alike = new Set(
    [...joined, ...suspectedPairs]
      .filter((pair) => new Set(pair.split('\n').map(shown)).size === 1)
      .flatMap((pair) => pair.split('\n')),
  );
  const found = planted.filter(([, copy]) => alike.has(copy));
  console.log(`  planted copies found: ${share(found.length, planted.length)}`);
  for (const kind of new Set(planted.map(([, , of]) => of))) {
    const all = planted.filter(([, , of]) => of === kind);
    console.log(`    ${kind}: ${found.filter(([, , of]) => of === kind).length} of ${all.length}`);
  }
  for (const pair of wrong) console.log(`  look at: ${pair.replace('\n', ' | ')}`);
}

fovea('create', project, '--name', 'Duplicates');
fovea('import', project, join(work, 'images'));
report('Pixels alone');
fovea('split', project, '--validation', '0.2', '--test', '0');
fovea('backbone', 'import', backbone, '--name', 'bench');
fovea('train', project, '--backbone', 'bench', '--preset', 'quick', '--set', 'imageSize=224', '--set', 'epochs=1');
report('With the features of the backbone');
if (given === undefined) rmSync(work, { recursive: true });
