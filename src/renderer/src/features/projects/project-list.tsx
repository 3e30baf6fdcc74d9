import { ActionIcon, Badge, Group, Menu, Text, UnstyledButton } from '@mantine/core';
import { Ellipsis, Folder, FolderX } from 'lucide-react';
import type { ProjectSummary } from '#shared/models/project';
import { formatCount, formatQuantity } from '#shared/text/number';
import { formatAgo, formatDate } from '#shared/text/time';
import { useOpening } from '../../state/open-project';
import { useCommand } from '../../state/requests';
import { useSession } from '../../state/session';
import classes from './projects.module.css';

/** Recently opened projects, newest first. */
export function ProjectList({ projects }: { readonly projects: readonly ProjectSummary[] }) {
  return (
    <ul className={classes['list']} aria-label="Recent projects">
      {projects.map((project) => (
        <ProjectRow key={project.id} project={project} />
      ))}
    </ul>
  );
}

function ProjectRow({ project }: { readonly project: ProjectSummary }) {
  const current = useSession((state) => state.project?.id === project.id);
  const reopen = useOpening('projects.reopen');
  const forget = useCommand('projects.forget', {
    onSuccess: () => {
      if (current) useSession.getState().setProject(null);
    },
  });
  const Icon = project.available ? Folder : FolderX;
  return (
    <li className={classes['row']} data-current={current || undefined}>
      <div className={classes['open']}>
        <Icon size={20} strokeWidth={1.5} aria-hidden className={classes['icon']} />
        <div className={classes['names']}>
          <Group gap="xs" wrap="nowrap">
            <UnstyledButton
              className={classes['name']}
              disabled={!project.available || reopen.isPending}
              onClick={() => reopen.mutate({ project: project.id })}
            >
              {project.name}
            </UnstyledButton>
            {current && <Badge>Open</Badge>}
            {!project.available && (
              <Badge color="orange" variant="outline">
                Folder not found
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed" truncate title={project.folder}>
            {project.folder}
          </Text>
        </div>
        <div className={classes['facts']}>
          <Text size="sm" className="tabular">
            {formatQuantity(project.images, 'image')} · {formatCount(project.classes.length)}{' '}
            {project.classes.length === 1 ? 'class' : 'classes'} · {formatQuantity(project.runs, 'run')}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {project.classes.length === 0 ? 'No labels yet' : project.classes.join(', ')}
          </Text>
        </div>
        <Text size="xs" c="dimmed" className={classes['when']} title={formatDate(project.openedAt)}>
          {formatAgo(project.openedAt)}
        </Text>
      </div>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`More actions for ${project.name}`} className={classes['more']}>
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={!project.available} onClick={() => reopen.mutate({ project: project.id })}>
            Open
          </Menu.Item>
          <Menu.Item onClick={() => forget.mutate({ project: project.id })}>
            Remove from this list
            <Text size="xs" c="dimmed">
              The folder is not deleted
            </Text>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
