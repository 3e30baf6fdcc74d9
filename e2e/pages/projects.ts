import { Shell } from './shell';

export class ProjectsPage extends Shell {
  async create(name: string, parent: string): Promise<void> {
    await this.open('Projects');
    await this.main.getByRole('button', { name: 'New project' }).first().click();
    const dialog = this.page.getByRole('dialog', { name: 'New project' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: 'Choose location' }).click();
    await this.chooseFolder(parent, 'Project location');
    await dialog.getByRole('button', { name: 'Create project' }).click();
  }

  async openFolder(folder: string): Promise<void> {
    await this.open('Projects');
    await this.main.getByRole('button', { name: 'Open project' }).click();
    await this.chooseFolder(folder, 'Open a project folder');
  }

  async trySample(): Promise<void> {
    await this.open('Projects');
    await this.main.getByRole('button', { name: /Try the sample project/ }).click();
  }
}
