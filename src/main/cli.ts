import { runCommandLine } from './cli/program';
import { readVersion } from './services/core/places';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time a person means it.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  });
}
// A reader such as `head` that has seen enough is no error.
process.stdout.on('error', () => undefined);

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  mainFolder: import.meta.dirname,
  version: readVersion(import.meta.dirname),
  stdout: process.stdout,
  stderr: process.stderr,
  interrupt: interrupt.signal,
});
// Everything is closed; a host that does not end keeps nobody waiting.
setTimeout(() => process.exit(), 3000).unref();
