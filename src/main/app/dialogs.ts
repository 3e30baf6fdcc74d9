import { BrowserWindow, dialog } from 'electron';
import type { Handler } from '../ipc/handle';
import type { Grants } from '../services/core/grants';

/** Handles `platform.pick` with native dialogs. The choice leaves this process as a grant, not as a path. */
export function createPick(grants: Grants): Handler<'platform.pick'> {
  return async ({ kind, title, suggestedName }) => {
    const paths = await choose(kind, title, suggestedName);
    return paths === null ? null : { grants: paths.map((path) => grants.add(path)) };
  };
}

async function choose(
  kind: 'files' | 'folder' | 'save',
  title: string,
  suggestedName: string | undefined,
): Promise<readonly string[] | null> {
  const parent = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  if (kind === 'save') {
    const options = { title, ...(suggestedName === undefined ? {} : { defaultPath: suggestedName }) };
    const { canceled, filePath } = await (parent === undefined
      ? dialog.showSaveDialog(options)
      : dialog.showSaveDialog(parent, options));
    return canceled || filePath === '' ? null : [filePath];
  }
  const properties: ('createDirectory' | 'multiSelections' | 'openDirectory' | 'openFile')[] =
    kind === 'folder' ? ['openDirectory', 'createDirectory'] : ['openFile', 'multiSelections'];
  const options = { title, properties };
  const { canceled, filePaths } = await (parent === undefined
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(parent, options));
  return canceled || filePaths.length === 0 ? null : filePaths;
}
