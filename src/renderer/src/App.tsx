import { MantineProvider } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { QueryClientProvider } from '@tanstack/react-query';
import { ConfirmDialog } from './components/confirm';
import { FolderBrowser } from './components/folder-browser';
import { ConnectionNotice } from './components/shell/connection-notice';
import { Navigation } from './components/shell/navigation';
import { ShortcutSheet } from './components/shell/shortcut-sheet';
import { ToastStack } from './components/shell/toast-stack';
import { WindowDrop } from './components/shell/window-drop';
import { Screens } from './Screens';
import { queryClient } from './state/requests';
import { useSession } from './state/session';
import { useGlobalShortcuts } from './state/shortcuts';
import { cssVariables, theme } from './theme/theme';

export function App() {
  const chosen = useSession((state) => state.theme);
  const setTheme = useSession((state) => state.setTheme);
  const systemLight = useMediaQuery('(prefers-color-scheme: light)', false, { getInitialValueInEffect: false });
  const scheme = chosen === 'system' ? (systemLight ? 'light' : 'dark') : chosen;
  useGlobalShortcuts();
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} forceColorScheme={scheme}>
      <QueryClientProvider client={queryClient}>
        <div style={{ display: 'flex', height: '100%' }}>
          <Navigation scheme={scheme} onTheme={setTheme} />
          <main style={{ flex: 1, minWidth: 0, height: '100%', display: 'flex', flexDirection: 'column' }}>
            <ConnectionNotice />
            <div style={{ flex: 1, minHeight: 0 }}>
              <Screens />
            </div>
          </main>
        </div>
        <ShortcutSheet />
        <ConfirmDialog />
        <FolderBrowser />
        <ToastStack />
        <WindowDrop />
      </QueryClientProvider>
    </MantineProvider>
  );
}
