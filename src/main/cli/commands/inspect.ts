import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatQuantity } from '#shared/text/number';
import { pathFromUser } from '../../ingest/native-path';
import type { InspectedFile } from '../../ingest/types';
import type { RunCommand } from '../command';
import { oneLine, table } from '../table';

export function addInspect(program: Command, run: RunCommand): void {
  program
    .command('inspect')
    .description('show how Fovea reads DICOM, PNG and JPEG files')
    .argument('<file...>')
    .option('--identifying', 'include values that can identify a patient')
    .action((paths: string[], options: { identifying?: boolean }) =>
      run(async ({ services }) => {
        const identifying = options.identifying === true;
        const inspected = await Promise.all(
          paths.map(async (path) => services.pool.inspect({ path: await pathFromUser(resolve(path)), identifying })),
        );
        // Report paths as they were typed.
        const files = inspected.map((file, index) => ({ ...file, path: paths[index] ?? file.path }));
        return { result: { files }, text: files.map(toText).join('\n\n') };
      }),
    );
}

function toText(file: InspectedFile): string {
  const notes = file.warnings.map((warning) => `  Note: ${warning}`);
  if (!file.ok) {
    const { message = 'unreadable', hint = null } = file.error ?? {};
    return [oneLine(file.path), `  ${message}${hint === null ? '' : ` ${hint}`}`, ...notes].join('\n');
  }
  const lines = [
    oneLine(file.path),
    `  ${file.kind}, ${file.columns} × ${file.rows}, ${formatQuantity(file.frames ?? 1, 'frame')}${
      file.photometricInterpretation === null ? '' : `, ${file.photometricInterpretation}`
    }${file.transferSyntax === null ? '' : `, ${file.transferSyntax}`}`,
  ];
  if (file.frame0 !== null) {
    const { dtype, min, max, mean } = file.frame0;
    lines.push(`  stored values: ${dtype}, ${min} to ${max}, mean ${mean.toFixed(2)}`);
  }
  if (file.pixelAspect !== null && file.pixelAspect !== 1) {
    lines.push(`  pixels: ${Number(file.pixelAspect.toPrecision(4))} times as tall as wide`);
  }
  lines.push(...notes);
  if (file.tags.length > 0) {
    const tags = file.tags.map(({ tag, keyword, vr, value }) => [`  ${tag}`, vr, keyword, value]);
    lines.push(table(['  tag', 'vr', 'keyword', 'value'], tags));
  }
  return lines.join('\n');
}
