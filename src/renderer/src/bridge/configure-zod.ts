import { z } from 'zod';

// The content security policy forbids `eval`; zod compiles its object parsers with it unless told otherwise, and asks
// when a schema is made. So this module is imported before any schema: first in `bridge.ts` and in `main.tsx`.
z.config({ jitless: true });
