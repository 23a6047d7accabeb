/**
 * A path as an argument that can be pasted into a shell. Windows' shells take backslashes as they are; others do not, in
 * double quotes.
 */
export function quoted(text: string, platform: NodeJS.Platform = process.platform): string {
  if (/^[\w@%+=:,./\\~-]+$/.test(text) && !(platform !== 'win32' && text.includes('\\'))) return text;
  return platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
}
