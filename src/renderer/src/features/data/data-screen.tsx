import type { ProjectSummary } from '#shared/models/project';
import { Page, PageHeader } from '../../components/page';

export function DataScreen({ project }: { readonly project: ProjectSummary }) {
  return (
    <Page>
      <PageHeader title="Data" description={project.name} />
    </Page>
  );
}
