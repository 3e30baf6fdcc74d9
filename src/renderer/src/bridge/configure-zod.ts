import { z } from 'zod';

// The content security policy forbids `eval`, with which zod compiles object parsers by default. Zod reads this setting
// when a schema is created, so this module is imported before any schema: first in `bridge.ts` and in `main.tsx`.
z.config({ jitless: true });
