/** A word as any POSIX shell reads it back (2.2.2 Single-Quotes); it cannot hold NUL. */
export const shellQuoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
