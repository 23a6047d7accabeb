import { visible } from './visible';

const LONGEST = 600;
/** Of a dialog, whose detail says what would be executed. */
const LONGEST_LINE = 4000;

/**
 * A text for a notification or the status bar of an editor. VS Code makes links of `[text](command:...)` in notifications,
 * and a click on one runs the command, and icons of `$(name)` in the status bar: neither may come from a file.
 */
export function noticeText(text: string, longest = LONGEST): string {
  const plain = visible(text).replaceAll('](', '] (').replaceAll('$(', '$ (');
  return plain.length > longest ? `${plain.slice(0, longest)}… (+${plain.length - longest})` : plain;
}

/** Several lines for a dialog, each made plain. */
export function noticeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => noticeText(line, LONGEST_LINE))
    .join('\n');
}
