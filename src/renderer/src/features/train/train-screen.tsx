import type { ProjectSummary } from '#shared/models/project';
import { Page, PageHeader } from '../../components/page';

export function TrainScreen({ project }: { readonly project: ProjectSummary }) {
  return (
    <Page>
      <PageHeader title="Train" description={project.name} />
    </Page>
  );
}
