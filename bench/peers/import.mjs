// `npm run bench:peers -- import FOLDER...`: imports a folder in Fovea and in pydicom + Pillow, in turn, and prints the
// ratio. PYTHON names an interpreter that has bench/peers/requirements-import.txt (default: python3).
import { availableParallelism } from 'node:os';

const ROUNDS = 3;

/** `fovea` and `python` run one side and return its JSON output. */
export function comparePeerImports(folders, { fovea, python }) {
  if (folders.length === 0) {
    console.error('Name folders of images: npm run bench:peers -- import FOLDER...');
    process.exit(2);
  }
  const processes = Math.min(4, availableParallelism());
  console.log(`${processes} processes on both sides, ${ROUNDS} rounds in turn`);
  for (const folder of folders) {
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ours: fovea('import', '--from', folder),
      theirs: python('import_images.py', folder, '--processes', String(processes)),
    }));
    const [{ ours, theirs }] = rounds;
    console.log(`\n${folder}: ${ours.images} images here, ${theirs.images} files there`);
    for (const [name, results] of [
      ['Fovea', rounds.map((one) => one.ours)],
      [`pydicom ${theirs.pydicom} + Pillow ${theirs.pillow}`, rounds.map((one) => one.theirs)],
    ]) {
      const rates = results.map((one) => one.imagesPerSecond.toFixed(1)).join(', ');
      const megabytes = results.map((one) => one.megabytesPerSecond.toFixed(1)).join(', ');
      console.log(`  ${name.padEnd(32)} images/s ${rates}   MB/s ${megabytes}`);
    }
    const ratios = rounds.map((one) => one.ours.imagesPerSecond / one.theirs.imagesPerSecond);
    console.log(`  ratio (each round)               ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`);
  }
}
