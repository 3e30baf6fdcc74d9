import type { BackboneInspection } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { openBackboneFolder, parameterSpecs } from './backbone-folder';

/**
 * Checks a checkpoint folder from anywhere, down to its numbers. It is done here and not in the main process, because a
 * hostile header or a share that does not answer may hold up whoever reads it.
 *
 * @throws FoveaError what `openBackboneFolder` and its `read` throw, `cancelled`
 */
export async function inspectBackbone(
  { folder }: { readonly folder: string },
  context: RequestContext,
): Promise<BackboneInspection> {
  const opened = await openBackboneFolder(folder);
  try {
    const { config, files, notes, hasHead } = opened;
    const names = parameterSpecs(config).map(({ name }) => name);
    const checked = names.filter((name) => hasHead || !name.startsWith('classifier.'));
    for (const [index, name] of checked.entries()) {
      // One at a time: the model need not fit into memory twice.
      await opened.read([name]);
      context.progress('checking', index + 1, checked.length);
      await checkCancelled(context);
    }
    return { config: hasHead ? config : { ...config, classes: [] }, files, notes };
  } finally {
    await opened.close();
  }
}
