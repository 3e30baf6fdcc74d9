import { existsSync, writeFileSync } from 'node:fs';
import { serve } from '../serve';

// A host for tests of the pool: its jobs hang, crash, throw or take native memory, as the path says; else they answer
// with its pid. `once:<file>` hangs where the file is not there, after making it, so that the test can kill the host.
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
    // Outside V8's heap, and busy throughout, as a decoder is. It ends by itself, should nobody stop it.
    for (let chunk = 0; chunk < 64; chunk++) {
      held.push(Buffer.alloc(16 * 2 ** 20, 1));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
    }
  }
  if (path === 'throw') throw new TypeError('undefined is not a function');
  return [{ tag: '', keyword: '', vr: '', value: String(process.pid), identifying: false }];
});
