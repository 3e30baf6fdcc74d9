// The names of the contract, put in by the build (`electron.vite.config.ts`): a sandboxed preload cannot load the zod
// schemas that they are the keys of.
declare const REQUEST_NAMES: readonly string[];
declare const EVENT_NAMES: readonly string[];
