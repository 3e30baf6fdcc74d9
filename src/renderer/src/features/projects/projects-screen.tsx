import { Page, PageHeader } from '../../components/page';

export function ProjectsScreen() {
  return (
    <Page>
      <PageHeader title="Projects" />
    </Page>
  );
}
