import type { SettingValue } from '../models/membership';
import { type RunConfig, runConfigSchema } from '../models/run-config';

/** A configuration as one row per setting, in the order of the schema: groups with dots, lists and the like as JSON. */
export function flatSettings(config: RunConfig): ReadonlyMap<string, SettingValue> {
  const rows = new Map<string, SettingValue>();
  const walk = (prefix: string, group: object) => {
    for (const [key, value] of Object.entries(group)) {
      const name = `${prefix}${key}`;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) walk(`${name}.`, value);
      else rows.set(name, isSettingValue(value) ? value : JSON.stringify(value));
    }
  };
  walk('', config);
  return rows;
}

const isSettingValue = (value: unknown): value is SettingValue =>
  value === null || ['number', 'string', 'boolean'].includes(typeof value);

/** Settings that a sweep can vary: those with a single value. */
export function sweepableSettings(config: RunConfig): string[] {
  return [...flatSettings(config)]
    .filter(([key]) => !Array.isArray(readPath(config, key.split('.'))))
    .map(([key]) => key);
}

/** The configuration with another value of one setting; null if the setting does not exist or the value is invalid. */
export function withSetting(config: RunConfig, key: string, value: SettingValue): RunConfig | null {
  if (!sweepableSettings(config).includes(key)) return null;
  const change = (group: Readonly<Record<string, unknown>>, [first = '', ...rest]: readonly string[]): object => ({
    ...group,
    [first]: rest.length === 0 ? value : change(group[first] as Readonly<Record<string, unknown>>, rest),
  });
  const parsed = runConfigSchema.safeParse(change(config, key.split('.')));
  return parsed.success ? parsed.data : null;
}

function readPath(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Readonly<Record<string, unknown>>)[key] : undefined,
    value,
  );
}

/** Parses JSON (numbers, true, null); anything else is text. */
export function parseSettingValue(text: string): SettingValue {
  const trimmed = text.trim();
  try {
    const value: unknown = JSON.parse(trimmed);
    return isSettingValue(value) ? value : trimmed;
  } catch {
    return trimmed;
  }
}

/** For people: 1e-5 and 0.00002 rather than 0.000010000000000000001; `automatic` for null. */
export function settingText(value: SettingValue): string {
  if (value === null) return 'automatic';
  if (typeof value !== 'number' || value === 0) return String(value);
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e7 ? value.toExponential().replace('e+', 'e') : String(value);
}

/** `learningRate` → "Learning rate", `augmentation.rotationDegrees` → "Augmentation: rotation degrees". */
export function settingLabel(key: string): string {
  const words = key
    .split('.')
    .map((part) => part.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase())
    .join(': ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
