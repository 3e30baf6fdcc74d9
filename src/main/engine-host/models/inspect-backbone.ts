import type { BackboneInspection } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { openBackboneFolder, parameterSpecs } from './backbone-folder';
import { inputOf } from './network-input';

/**
 * Checks an untrusted checkpoint folder, including its numbers. Runs in the host, not in the main process, because a
 * hostile header or an unresponsive share may block the reader.
 *
 * @throws FoveaError `cancelled`, and the errors of `openBackboneFolder` and its `read`
 */
export async function inspectBackbone(
  { folder }: { readonly folder: string },
  context: RequestContext,
): Promise<BackboneInspection> {
  const opened = await openBackboneFolder(folder);
  try {
    const { config, files, hasHead } = opened;
    const input = inputOf(opened);
    const names = parameterSpecs(config).map(({ name }) => name);
    const checked = names.filter((name) => hasHead || !name.startsWith('classifier.'));
    for (const [index, name] of checked.entries()) {
      // One tensor at a time: the whole model need not fit into memory.
      await opened.read([name]);
      context.progress('reading-backbone', index + 1, checked.length);
      await checkCancelled(context);
    }
    return {
      config: hasHead ? config : { ...config, classes: [] },
      inputSize: input.preparation.height,
      files,
      notes: [...opened.notes, ...input.notes],
    };
  } finally {
    await opened.close();
  }
}
