/** Files that operating systems leave in folders; ignored without being listed, since nobody intends to import them. */
const junkNames = new Set([
  'thumbs.db',
  'icon\r',
  'desktop.ini',
  'ehthumbs.db',
  '__macosx',
  '$recycle.bin',
  'system volume information',
]);

export function isJunkFile(name: string): boolean {
  return name.startsWith('.') || junkNames.has(name.toLowerCase());
}
