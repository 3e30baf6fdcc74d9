/** What systems leave in folders; nobody means to import them, so they are not even listed as left out. */
const litter = new Set([
  'thumbs.db',
  'icon\r',
  'desktop.ini',
  'ehthumbs.db',
  '__macosx',
  '$recycle.bin',
  'system volume information',
]);

export function isLitter(name: string): boolean {
  return name.startsWith('.') || litter.has(name.toLowerCase());
}
