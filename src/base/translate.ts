/** Turns an English message with {0}, {1} ... into the reader's language. The shape of `vscode.l10n.t`. */
export type Translate = (message: string, ...args: readonly (string | number)[]) => string;

export const PLACEHOLDER = /\{(\d+)\}/g;

/** The translation that a table of English messages gives; without a table, English. */
export function createTranslate(table: Readonly<Record<string, string>> = {}): Translate {
  return (message, ...args) =>
    (table[message] ?? message).replace(PLACEHOLDER, (whole, index) => String(args[Number(index)] ?? whole));
}
