import { shellQuoted } from '../../base/shell-quoted';

/**
 * A path as an argument that can be pasted into a shell. Windows' shells take backslashes as they are; others do not, in
 * double quotes. PowerShell runs what stands after $ or ` in double quotes and takes typographic ones for such, and cmd knows no other
 * quotes: these characters become ?, so that the line fails and runs nothing of a stranger's. So do control characters, with
 * which a name could end the paste and press Enter.
 */
export function quoted(name: string, platform: NodeJS.Platform = process.platform): string {
  const text = name.replaceAll(/\p{Cc}/gu, '?');
  if (/^[\w@%+=:,./\\~-]+$/.test(text) && !(platform !== 'win32' && text.includes('\\'))) return text;
  return platform === 'win32' ? `"${text.replaceAll(/[$`"“”„]/g, '?')}"` : shellQuoted(text);
}
