const names: Readonly<Record<string, string>> = {
  __proto__: null as never,
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};

/** "semicolon"; other characters in quotes. */
export const delimiterName = (delimiter: string): string => names[delimiter] ?? `“${delimiter}”`;
