import { buildHosts as build } from '../../process/test-support/build-hosts';

/** Builds entries of decode-host/ and returns their folder. */
export function buildHosts(name: string, entries: Readonly<Record<string, string>>): Promise<string> {
  return build(
    name,
    Object.fromEntries(Object.entries(entries).map(([output, path]) => [output, `decode-host/${path}`])),
  );
}
