import { existsSync, writeFileSync } from 'node:fs';
import { serve } from '../serve';

// A host for tests of the pool: its jobs hang, crash, throw or allocate native memory, depending on the path; otherwise
// they return its pid. `once:<file>` creates the file and hangs if the file does not exist, so that the test can kill
// the host.
const held: Buffer[] = [];

serve(async ({ input }) => {
  const { path } = input as { readonly path: string };
  if (path === 'hang') for (;;) Math.sqrt(2);
  if (path === 'crash') process.exit(3);
  const mark = path.startsWith('once:') ? path.slice('once:'.length) : null;
  if (mark !== null && !existsSync(mark)) {
    writeFileSync(mark, String(process.pid));
    for (;;) Math.sqrt(2);
  }
  if (path === 'grow') {
    // Outside V8's heap, and busy throughout, like a decoder. Ends by itself if nothing stops it.
    for (let chunk = 0; chunk < 64; chunk++) {
      held.push(Buffer.alloc(16 * 2 ** 20, 1));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
    }
  }
  if (path === 'throw') throw new TypeError('undefined is not a function');
  return [{ tag: '', keyword: '', vr: '', value: String(process.pid), identifying: false }];
});
