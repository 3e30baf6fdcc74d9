import { FoveaError } from '#shared/ipc/errors';
import type { DomainHandlers, Handler } from '../handle';

/** What desktop and web mode do differently about files that a person chooses. */
export type PlatformHandlers = DomainHandlers<'platform'>;

const notHere = (what: string) => () => {
  throw new FoveaError('not_here', `${what} in this mode of Fovea.`);
};

/** The desktop: native dialogs, and no way to name a path from the page. */
export const desktopPlatform = (pick: Handler<'platform.pick'>): PlatformHandlers => ({
  'platform.pick': pick,
  'platform.browse': notHere('Folders are not listed'),
  'platform.grant': notHere('Paths are not taken'),
});

/** A browser tab: the window's own picker over the folders of the machine that Fovea runs on. */
export const webPlatform = (browsing: Omit<PlatformHandlers, 'platform.pick'>): PlatformHandlers => ({
  'platform.pick': notHere('There are no native dialogs'),
  ...browsing,
});
