import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, render } from '@testing-library/react';
import { type UserEvent, userEvent } from '@testing-library/user-event';
import type { ReactElement, ReactNode } from 'react';
import { afterEach } from 'vitest';
import { useActivity } from '../state/activity';
import { queryClient } from '../state/requests';
import { useSession } from '../state/session';
import { useToasts } from '../state/toasts';
import { theme } from '../theme/theme';
import { main } from './fake-bridge';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
// Text areas that grow listen for fonts, which happy-dom does not have.
Object.assign(document, { fonts: new EventTarget() });
// The timeout is for states that never come, not a speed that a busy machine must reach. Queries find hidden elements
// too, because computed styles, by which they would know them, are very slow in happy-dom.
configure({ asyncUtilTimeout: 10_000, defaultHidden: true });

function Providers({ children }: { readonly children: ReactNode }) {
  return (
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </MantineProvider>
  );
}

export interface RenderedComponent {
  /** The person at mouse and keyboard. */
  readonly user: UserEvent;
  readonly rerender: (element: ReactElement) => void;
  readonly unmount: () => void;
}

/**
 * Renders a component as the window does, with main replaced by `fake-bridge`, which the test must mock. The test must
 * run in `happy-dom`. The component and what it left in the window's state are removed after each test.
 */
export function renderComponent(element: ReactElement): RenderedComponent {
  const { rerender, unmount } = render(element, { wrapper: Providers });
  return { user: userEvent.setup({ delay: null, pointerEventsCheck: 0 }), rerender, unmount };
}

afterEach(() => {
  cleanup();
  queryClient.clear();
  main.reset();
  useActivity.setState(useActivity.getInitialState(), true);
  useToasts.setState(useToasts.getInitialState(), true);
  useSession.setState(useSession.getInitialState(), true);
});
