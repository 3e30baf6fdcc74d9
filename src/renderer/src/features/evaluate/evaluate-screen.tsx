import type { ProjectSummary } from '#shared/models/project';
import { Page, PageHeader } from '../../components/page';

export function EvaluateScreen({ project }: { readonly project: ProjectSummary }) {
  return (
    <Page>
      <PageHeader title="Evaluate" description={project.name} />
    </Page>
  );
}
