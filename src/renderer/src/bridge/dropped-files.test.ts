// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { collectDropped } from './dropped-files';

/** `path`: below the folder chosen in a file input. */
const file = (name: string, path = '') => Object.assign(new File([name], name), { webkitRelativePath: path });

/** Entries as in a browser; a folder returns `batch` of them at a time. */
function fileEntry(path: string) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { isFile: true, isDirectory: false, fullPath: path, file: (give: (found: File) => void) => give(file(name)) };
}
function folderEntry(path: string, children: readonly object[], batch = 100) {
  const createReader = () => {
    const left = [...children];
    return { readEntries: (give: (entries: object[]) => void) => give(left.splice(0, batch)) };
  };
  return { isFile: false, isDirectory: true, fullPath: path, createReader };
}

function drop(items: readonly { readonly kind?: string; readonly entry: object | null; readonly file?: File }[]) {
  const transfer = new DataTransfer();
  let readable = true;
  const list = items.map((item) => ({
    kind: item.kind ?? 'file',
    webkitGetAsEntry: () => (readable ? item.entry : null),
    getAsFile: () => (readable ? (item.file ?? null) : null),
  }));
  Object.defineProperty(transfer, 'items', { get: () => (readable ? list : []) });
  const collected = collectDropped(transfer);
  // The browser empties it when the handler has returned.
  readable = false;
  return collected;
}
const paths = async (collected: ReturnType<typeof collectDropped>) => (await collected).map(({ path }) => path);

it('reads folders in all their batches, and sorts by path', async () => {
  const many = Array.from({ length: 7 }, (_, index) => fileEntry(`/scans/p1/${index}.dcm`));
  const scans = folderEntry('/scans', [folderEntry('/scans/p1', many, 3), fileEntry('/scans/a.dcm')]);
  expect(await paths(drop([{ entry: scans }, { entry: fileEntry('/Readme.txt') }]))).toEqual([
    'Readme.txt',
    'scans/a.dcm',
    ...many.map(({ fullPath }) => fullPath.slice(1)),
  ]);
});

it('names a file without an entry by its name, and leaves out anything but files', async () => {
  const text = { kind: 'string', entry: null };
  expect(await paths(drop([text, { entry: null, file: file('shot.png') }, { entry: null }]))).toEqual(['shot.png']);
});

it('returns the paths below a folder chosen in a file input', async () => {
  expect(await paths(collectDropped([file('b.dcm', 'scans/b.dcm'), file('a.dcm')]))).toEqual(['scans/b.dcm', 'a.dcm']);
});

it('rejects if a folder cannot be read, rather than returning a part of it', async () => {
  const refused = new DOMException('not allowed', 'NotReadableError');
  const reader = { readEntries: (_: unknown, fail: (error: unknown) => void) => fail(refused) };
  const locked = { isFile: false, isDirectory: true, fullPath: '/locked', createReader: () => reader };
  await expect(drop([{ entry: locked }])).rejects.toBe(refused);
});
