import { decodeJobs } from './jobs';
import { serve } from './serve';

// The decode host: reads untrusted files for its parent, one job at a time, and may be killed at any moment.
serve(({ name, input }) => {
  const run = decodeJobs[name] as (input: unknown) => Promise<unknown>;
  return run(input);
});

// Ctrl-C in a terminal reaches every process of the command: the parent decides what ends, and when.
process.on('SIGINT', () => {});
