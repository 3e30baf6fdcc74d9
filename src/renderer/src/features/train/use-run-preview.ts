import { useDebouncedValue } from '@mantine/hooks';
import { runConfigSchema } from '#shared/models/run-config';
import { useRequest } from '../../state/requests';
import { type DraftConfig, defaultDraft } from './draft-store';

/** What a config would cost, asked for shortly after the last change. */
export function useRunPreview(project: string, draft: DraftConfig) {
  const [settled] = useDebouncedValue(draft, 300);
  const parsed = runConfigSchema.safeParse(settled);
  const preview = useRequest(
    'runs.preview',
    { project, config: parsed.success ? parsed.data : defaultDraft },
    { enabled: parsed.success, keepPrevious: true },
  );
  const invalid = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { preview, invalid, current: settled === draft && !preview.isPlaceholderData };
}
