import type { ProjectSummary } from '#shared/models/project';
import { Page, PageHeader } from '../../components/page';

export function PredictScreen({ project }: { readonly project: ProjectSummary }) {
  return (
    <Page>
      <PageHeader title="Predict" description={project.name} />
    </Page>
  );
}
