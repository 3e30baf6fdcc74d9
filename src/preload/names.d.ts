// The names in the contract, inserted by the build (`electron.vite.config.ts`): a sandboxed preload cannot load the zod
// schemas whose keys they are.
declare const REQUEST_NAMES: readonly string[];
declare const EVENT_NAMES: readonly string[];
