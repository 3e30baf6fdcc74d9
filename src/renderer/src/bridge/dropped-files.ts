/** A dropped file with its `/`-separated path relative to the drop: `scans/patient 1/a.dcm`, or just `a.dcm`. */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
}

/**
 * Returns all files of a drop, including those in folders. Must be called synchronously in the drop handler; the walk
 * itself is asynchronous.
 */
export function collectDropped(dropped: DataTransfer | readonly File[]): Promise<readonly DroppedFile[]> {
  if (!(dropped instanceof DataTransfer)) return Promise.resolve(dropped.map(fromInput));
  const entries = Array.from(dropped.items)
    .filter((item) => item.kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  return walkAll(entries);
}

/** A file input with `webkitdirectory` provides paths below the chosen folder. */
function fromInput(file: File): DroppedFile {
  return { path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file };
}

async function walkAll(
  roots: readonly { readonly entry: FileSystemEntry | null; readonly file: File | null }[],
): Promise<readonly DroppedFile[]> {
  const found: DroppedFile[] = [];
  const pending: FileSystemEntry[] = [];
  for (const { entry, file } of roots) {
    if (entry !== null) pending.push(entry);
    else if (file !== null) found.push({ path: file.name, file });
  }
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    if (isFile(entry)) found.push({ path: entry.fullPath.replace(/^\/+/, ''), file: await readFile(entry) });
    else if (isFolder(entry)) pending.push(...(await readFolder(entry)));
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

function readFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A directory reader returns its entries in batches (100 in Chromium); an empty batch ends the list. */
async function readFolder(entry: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = entry.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return entries;
    entries.push(...batch);
  }
}
