import { ActionIcon, Button, Checkbox, Group, ScrollArea, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { CornerLeftUp, File, Folder } from 'lucide-react';
import { useEffect, useState } from 'react';
import { create } from 'zustand';
import type { RequestOutput } from '#shared/ipc/contract';
import { type Grant, invoke, type PickRequest, type WebPicker } from '../bridge/bridge';
import { queryClient, useRequest } from '../state/requests';
import { Dialog } from './dialog';
import { ErrorAlert } from './error-alert';
import classes from './folder-browser.module.css';

interface BrowserState {
  readonly request: PickRequest | null;
  readonly answer: (grants: readonly Grant[] | null) => void;
}

const useBrowser = create<BrowserState>(() => ({ request: null, answer: () => {} }));

/** Web mode's replacement for the native dialog: folders and files of the machine that runs Fovea. */
export const browseMachine: WebPicker = (request) =>
  new Promise((resolve) => {
    // Files may have changed since the last dialog, and no event reports it.
    queryClient.removeQueries({ queryKey: ['platform.browse'] });
    useBrowser.setState({
      request,
      answer: (grants) => {
        useBrowser.setState({ request: null });
        resolve(grants);
      },
    });
  });

/** Renders the dialog of `browseMachine`. Mounted once, in the shell. */
export function FolderBrowser() {
  const { request, answer } = useBrowser();
  return (
    <Dialog
      opened={request !== null}
      onClose={() => answer(null)}
      title={request?.title ?? ''}
      size="lg"
      styles={{ body: { paddingTop: 4 } }}
    >
      {request !== null && <Browser request={request} answer={answer} />}
    </Dialog>
  );
}

/** The last folder shown, where the next dialog of this window starts. */
let lastPath: string | null = null;

function Browser({ request, answer }: { readonly request: PickRequest; readonly answer: BrowserState['answer'] }) {
  const [path, setPath] = useState<string | null>(lastPath);
  /** The typed path, shown in place of the current folder's; a late answer does not overwrite it. */
  const [typed, setTyped] = useState<{ readonly text: string; readonly gone: boolean } | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const listing = useRequest('platform.browse', { path }, { keepPrevious: true });
  const shown = listing.data;
  const wantsFiles = request.kind === 'files';

  useEffect(() => {
    if (shown !== undefined && !listing.isPlaceholderData) {
      setTyped((before) => (before?.gone === true ? null : before));
      lastPath = shown.path;
    }
  }, [shown, listing.isPlaceholderData]);

  const open = (next: string | null) => {
    setPath(next);
    setTyped((before) => before && { ...before, gone: true });
    setChosen(new Set());
    setError(null);
  };
  const grantAll = async (paths: readonly string[]) => {
    setBusy(true);
    setError(null);
    try {
      const grants: Grant[] = [];
      for (const entry of paths)
        grants.push(await invoke('platform.grant', { path: entry, create: request.kind === 'save' }));
      answer(grants);
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };

  return (
    <Stack gap="xs">
      <PathForm
        text={typed?.text ?? shown?.path ?? ''}
        parent={shown?.parent ?? null}
        onText={(text) => setTyped({ text, gone: false })}
        onOpen={open}
      />
      {(listing.isError || error !== null) && <ErrorAlert error={listing.error ?? error} />}
      <ScrollArea.Autosize mah={340} mih={220} className={classes['list']} type="auto">
        {shown === undefined && listing.isPending && <Waiting />}
        <Entries
          entries={shown?.entries ?? []}
          chosen={wantsFiles ? chosen : null}
          onChosen={setChosen}
          onOpen={open}
        />
        {shown !== undefined && shown.entries.length === 0 && (
          <Text c="dimmed" p="sm">
            This folder is empty.
          </Text>
        )}
      </ScrollArea.Autosize>
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed">
          {wantsFiles ? `${chosen.size} selected` : 'Folders on the computer that runs Fovea'}
        </Text>
        <Group gap="xs" wrap="nowrap">
          <Button variant="default" onClick={() => answer(null)}>
            Cancel
          </Button>
          <Button
            loading={busy}
            disabled={shown === undefined || listing.isPlaceholderData || (wantsFiles && chosen.size === 0)}
            onClick={() => shown && grantAll(wantsFiles ? [...chosen] : [shown.path])}
          >
            {wantsFiles ? 'Choose files' : 'Choose this folder'}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

/** The folder's path, which can be edited. */
function PathForm(props: {
  readonly text: string;
  /** Null at the root, or before the listing has arrived. */
  readonly parent: string | null;
  readonly onText: (text: string) => void;
  /** Null opens the starting folder. */
  readonly onOpen: (path: string | null) => void;
}) {
  const { text, parent, onText, onOpen } = props;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onOpen(text.trim() === '' ? null : text.trim());
      }}
    >
      <Group gap={6} wrap="nowrap">
        <ActionIcon
          aria-label="Parent folder"
          disabled={parent === null}
          onClick={() => onOpen(parent)}
          size="md"
          variant="default"
        >
          <CornerLeftUp size={15} />
        </ActionIcon>
        <TextInput
          aria-label="Folder path"
          flex={1}
          value={text}
          onChange={(event) => onText(event.currentTarget.value)}
          spellCheck={false}
          data-autofocus
        />
        <Button type="submit" variant="default">
          Go
        </Button>
      </Group>
    </form>
  );
}

function Waiting() {
  return (
    <Stack gap={6} p="xs">
      {[1, 2, 3, 4].map((line) => (
        <Skeleton key={line} h={22} />
      ))}
    </Stack>
  );
}

type Entry = RequestOutput<'platform.browse'>['entries'][number];

function Entries(props: {
  readonly entries: readonly Entry[];
  /** Null when picking a folder: files are listed but cannot be chosen. */
  readonly chosen: ReadonlySet<string> | null;
  readonly onChosen: (chosen: ReadonlySet<string>) => void;
  readonly onOpen: (path: string) => void;
}) {
  const { entries, chosen, onChosen, onOpen } = props;
  const choose = (path: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(path);
    else next.delete(path);
    onChosen(next);
  };
  return (
    <ul className={classes['entries']} aria-label="Folders and files">
      {entries
        .filter(({ folder }) => folder)
        .map((entry) => (
          <li key={entry.path}>
            <button type="button" className={classes['entry']} onClick={() => onOpen(entry.path)}>
              <Folder size={15} strokeWidth={1.75} aria-hidden />
              <span>{entry.name}</span>
            </button>
          </li>
        ))}
      {entries
        .filter(({ folder }) => !folder)
        .map((entry) => (
          <li key={entry.path}>
            {chosen !== null ? (
              <div className={classes['entry']}>
                <Checkbox
                  label={entry.name}
                  checked={chosen.has(entry.path)}
                  onChange={(event) => choose(entry.path, event.currentTarget.checked)}
                />
              </div>
            ) : (
              <div className={classes['entry']} data-muted>
                <File size={15} strokeWidth={1.75} aria-hidden />
                <span>{entry.name}</span>
              </div>
            )}
          </li>
        ))}
    </ul>
  );
}
