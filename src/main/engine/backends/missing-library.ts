/** Returns the shared library that an error is about, without the path in its message, or null if it names none. */
export function missingLibrary(error: unknown): string | null {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : '';
  // The last name is the missing library; those before it are the libraries that need it.
  return message.match(/lib[\w.+-]+\.so[\w.]*|[\w.+-]+\.dll/g)?.at(-1) ?? null;
}
