import { ActionIcon, Badge, Group, Menu, Text, Tooltip, UnstyledButton } from '@mantine/core';
import {
  Check,
  ChevronsUpDown,
  Folder,
  Images,
  Keyboard,
  LayoutGrid,
  type LucideIcon,
  Moon,
  Package,
  ScanSearch,
  Settings2,
  Sun,
  TrendingUp,
  Zap,
} from 'lucide-react';
import { useOpening } from '../../state/open-project';
import { useRequest } from '../../state/requests';
import { type Screen, useSession } from '../../state/session';
import { ActivityPanel } from './activity-panel';
import { ChecklistPanel } from './checklist-panel';
import { Logo } from './logo';
import classes from './navigation.module.css';

const entries: readonly { screen: Screen; label: string; icon: LucideIcon }[] = [
  { screen: 'projects', label: 'Projects', icon: LayoutGrid },
  { screen: 'data', label: 'Data', icon: Images },
  { screen: 'train', label: 'Train', icon: Zap },
  { screen: 'evaluate', label: 'Evaluate', icon: TrendingUp },
  { screen: 'predict', label: 'Predict', icon: ScanSearch },
];

export interface NavigationProps {
  /** The colour scheme in use, with `system` resolved. */
  readonly scheme: 'dark' | 'light';
  readonly onTheme: (theme: 'dark' | 'light') => void;
}

/** The left side of the window: project, screens in working order, running work, settings. */
export function Navigation({ scheme, onTheme }: NavigationProps) {
  return (
    <section className={classes['side']} aria-label="Fovea">
      <Group gap={8} className={classes['brand']} wrap="nowrap">
        <Logo />
        <Text fw={650} size="md">
          Fovea
        </Text>
      </Group>
      <ProjectSwitcher />
      <nav aria-label="Screens" className={classes['screens']}>
        {entries.map((entry) => (
          <NavigationEntry key={entry.screen} {...entry} />
        ))}
      </nav>
      <ChecklistPanel />
      <div className={classes['space']} />
      <ActivityPanel />
      <nav aria-label="Application" className={classes['screens']}>
        <NavigationEntry screen="weights" label="Weights" icon={Package} />
        <NavigationEntry screen="settings" label="Settings" icon={Settings2} />
      </nav>
      <div className={classes['foot']}>
        <Tooltip
          multiline
          w={240}
          position="top-start"
          label="Fovea is a research tool. It is not a medical device and must not be used for diagnosis."
        >
          <span className={classes['research']}>Research use only</span>
        </Tooltip>
        <Group gap={0} wrap="nowrap">
          <Tooltip label="Keyboard shortcuts (?)">
            <ActionIcon aria-label="Keyboard shortcuts" onClick={() => useSession.getState().setShortcutsOpen(true)}>
              <Keyboard size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={scheme === 'dark' ? 'Light theme' : 'Dark theme'}>
            <ActionIcon
              aria-label={scheme === 'dark' ? 'Switch to the light theme' : 'Switch to the dark theme'}
              onClick={() => onTheme(scheme === 'dark' ? 'light' : 'dark')}
            >
              {scheme === 'dark' ? <Sun size={16} /> : <Moon size={16} />}
            </ActionIcon>
          </Tooltip>
        </Group>
      </div>
    </section>
  );
}

function NavigationEntry({ screen, label, icon: Icon }: { screen: Screen; label: string; icon: LucideIcon }) {
  const active = useSession((state) => state.screen === screen);
  const go = useSession((state) => state.go);
  return (
    <UnstyledButton
      className={classes['entry']}
      data-active={active || undefined}
      aria-current={active ? 'page' : undefined}
      onClick={() => go(screen)}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      {label}
    </UnstyledButton>
  );
}

function ProjectSwitcher() {
  const project = useSession((state) => state.project);
  const go = useSession((state) => state.go);
  const setProject = useSession((state) => state.setProject);
  const list = useRequest('projects.list', {});
  const reopen = useOpening('projects.reopen', (opened) => {
    setProject(opened);
    if (useSession.getState().screen === 'projects') go('data');
  });
  const recent = (list.data?.recent ?? []).filter(({ available }) => available).slice(0, 8);
  return (
    <Menu position="bottom-start" width={290} styles={{ itemLabel: { minWidth: 0 } }}>
      <Menu.Target>
        <UnstyledButton
          className={classes['project']}
          aria-label={project === null ? 'Project: No project open' : `Project: ${project.name}`}
        >
          <Folder size={15} strokeWidth={1.75} aria-hidden className={classes['projectIcon']} />
          <Text size="sm" fw={500} truncate flex={1} c={project === null ? 'dimmed' : 'var(--mantine-color-text)'}>
            {project?.name ?? 'No project open'}
          </Text>
          {project?.readOnly === true && (
            <Tooltip
              multiline
              w={240}
              label="Fovea cannot write to this project’s folder. To make changes, open a copy."
            >
              <Badge size="xs" variant="light" color="gray" style={{ flexShrink: 0 }}>
                Read-only
              </Badge>
            </Tooltip>
          )}
          <ChevronsUpDown size={14} aria-hidden className={classes['projectIcon']} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {recent.length > 0 && <Menu.Label>Recent projects</Menu.Label>}
        {recent.map((entry) => (
          <Menu.Item
            key={entry.id}
            leftSection={
              entry.id === project?.id ? <Check size={14} /> : <span style={{ display: 'inline-block', width: 14 }} />
            }
            onClick={() => entry.id !== project?.id && reopen.mutate({ project: entry.id })}
          >
            <Text size="sm" truncate>
              {entry.name}
            </Text>
          </Menu.Item>
        ))}
        {recent.length > 0 && <Menu.Divider />}
        <Menu.Item leftSection={<LayoutGrid size={14} />} onClick={() => go('projects')}>
          All projects…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
