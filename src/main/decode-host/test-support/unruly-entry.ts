import { serve } from '../serve';

// A host for tests of the pool: its jobs hang, crash or throw, as the path says; else they answer with its pid.
serve(async ({ input }) => {
  const { path } = input as { readonly path: string };
  if (path === 'hang') for (;;) Math.sqrt(2);
  if (path === 'crash') process.exit(3);
  if (path === 'throw') throw new TypeError('undefined is not a function');
  return [{ tag: '', keyword: '', vr: '', value: String(process.pid), identifying: false }];
});
