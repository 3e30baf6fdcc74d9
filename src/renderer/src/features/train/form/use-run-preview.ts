import { useDebouncedValue } from '@mantine/hooks';
import { runConfigSchema } from '#shared/models/run-config';
import { useInvalidFields } from '../../../components/invalid-fields';
import { useRequest } from '../../../state/requests';
import { type DraftConfig, defaultDraft } from '../parts/draft-store';

/**
 * Estimates the cost of a config, requested shortly after the last change. `invalid`: errors found before the request;
 * the preview then belongs to other values. `checking`: the preview belongs to the previous config.
 */
export function useRunPreview(project: string, draft: DraftConfig) {
  const [settled] = useDebouncedValue(draft, 300);
  const fields = useInvalidFields();
  const parsed = runConfigSchema.safeParse(settled);
  const preview = useRequest(
    'runs.preview',
    { project, config: parsed.success ? parsed.data : defaultDraft, splitFirst: true },
    { enabled: parsed.success, keepPrevious: true },
  );
  const parseErrors = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const invalid = fields.length > 0 ? fields : parseErrors;
  return { preview, invalid, checking: invalid.length === 0 && (settled !== draft || preview.isFetching) };
}
