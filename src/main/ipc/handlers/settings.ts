import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const settingsHandlers = ({ settings }: Services) =>
  ({
    'settings.get': () => settings.get(),
    'settings.set': (changes) => settings.set(withoutUndefined(changes)),
  }) satisfies DomainHandlers<'settings'>;

/** Drops undefined values, which would overwrite stored ones. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
