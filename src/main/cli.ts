import { runCommandLine } from './cli/program';
import { readVersion } from './services/core/places';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second signal quits at once.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  });
}
// Ignores EPIPE: a reader such as `head` may close the pipe early.
process.stdout.on('error', () => undefined);

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  mainFolder: import.meta.dirname,
  version: readVersion(import.meta.dirname),
  stdout: process.stdout,
  stderr: process.stderr,
  interrupt: interrupt.signal,
});
// Everything is closed; do not wait longer for a host that fails to exit.
setTimeout(() => process.exit(), 3000).unref();
