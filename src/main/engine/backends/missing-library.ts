/** The shared library that an error is about, without the path that its message holds; null where it names none. */
export function missingLibrary(error: unknown): string | null {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : '';
  // The last name is the one that was looked for; those before are the libraries that wanted it.
  return message.match(/lib[\w.+-]+\.so[\w.]*|[\w.+-]+\.dll/g)?.at(-1) ?? null;
}
