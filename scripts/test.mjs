// `npm test`: types, lint, unit and integration tests, then the journeys in a real browser. The last line is the total.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const reports = resolve(root, '.cache/test');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options, env: { ...process.env, ...options.env } })
    .status ?? 1;
const bin = (name) => resolve(root, 'node_modules/.bin', name);

/** Runs a step that passes or fails as a whole. */
function step(name, command, args) {
  console.log(`\n── ${name}`);
  const ok = run(command, args) === 0;
  total[ok ? 'passed' : 'failed']++;
  if (!ok) console.log(`${name} failed`);
  return ok;
}

/**
 * Adds the counts of a runner's JSON report; a runner that ends without a report, or fails without reporting a failure,
 * counts as a failure.
 */
function suite(name, status, reportFile, count) {
  if (!existsSync(reportFile)) {
    total.failed++;
    console.log(`${name} ended without a report`);
    return;
  }
  const counts = count(JSON.parse(readFileSync(reportFile, 'utf8')));
  for (const key of Object.keys(total)) total[key] += counts[key];
  if (status !== 0 && counts.failed === 0) {
    total.failed++;
    console.log(`${name} ended with status ${status}`);
  }
}

/**
 * Returns the path of Chromium, which is installed if missing and apt and permissions allow it; null if unavailable.
 */
function findChromium() {
  const candidates = [
    process.env.FOVEA_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const find = () => candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
  if (find() === null) install('chromium', 'fonts-dejavu-core');
  return find();
}

/** Installs packages with apt if it and root permissions are available; otherwise, steps that need them are skipped. */
function install(...packages) {
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  console.log(`Installing ${packages.join(' ')} with apt-get.`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const chromium = findChromium();
// strace records the network calls in the test that nothing leaves the machine.
if (process.platform === 'linux' && !existsSync('/usr/bin/strace')) install('strace');
step('types', bin('tsc'), ['-b']);
step('lint', bin('biome'), ['ci', '--diagnostic-level=error']);
if (step('build', bin('electron-vite'), ['build', '--logLevel', 'warn'])) {
  console.log('\n── unit and integration tests');
  const vitestReport = resolve(reports, 'vitest.json');
  const vitest = run(bin('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${vitestReport}`,
  ]);
  suite('vitest', vitest, vitestReport, (report) => ({
    passed: report.numPassedTests,
    failed:
      report.numFailedTests +
      report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length,
    skipped: report.numPendingTests + report.numTodoTests,
  }));

  console.log('\n── journeys in the browser');
  if (chromium === null) {
    console.log('skipped: no Chromium here, and no right to install it (set FOVEA_CHROMIUM to its path)');
    total.skipped++;
  } else {
    const playwrightReport = resolve(reports, 'playwright.json');
    const playwright = run(bin('playwright'), ['test', '--reporter=list,json'], {
      env: { FOVEA_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport },
    });
    suite('playwright', playwright, playwrightReport, ({ stats }) => ({
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected,
      skipped: stats.skipped,
    }));
  }
}

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
