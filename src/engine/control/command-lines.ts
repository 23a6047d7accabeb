import { quoted } from '../process/quoted';

/** What a command line acts on: a run in one of the states that menus tell apart, or a file. */
export type CommandSubject =
  | {
      readonly kind: 'run';
      readonly dir: string;
      readonly standing: RunStanding;
      readonly experiment: string;
    }
  | { readonly kind: 'experiment'; readonly file: string }
  | { readonly kind: 'sweep'; readonly file: string };
export type RunStanding = 'live' | 'ended' | 'archived';

/** Words of a command line after `pitwall`; words in capitals are for the person to fill in. */
type Line = readonly string[];

const LIVE: readonly Line[] = [
  ['watch', '{}'],
  ['stop', '{}'],
  ['stop', '{}', '--after-epoch'],
  ['pause', '{}'],
  ['set', '{}', 'lr=VALUE'],
];
const ENDED: readonly Line[] = [
  ['continue', '{}'],
  ['rewind', '{}'],
  ['archive', '{}'],
  ['rm', '{}'],
];
const ARCHIVED: readonly Line[] = [
  ['archive', '{}', '--undo'],
  ['rm', '{}'],
];
const OF_STANDING: Readonly<Record<RunStanding, readonly Line[]>> = {
  live: LIVE,
  ended: ENDED,
  archived: ARCHIVED,
};
const OF_ANY_RUN: readonly Line[] = [
  ['show', '{}'],
  ['compare', '{}', 'OTHER_RUN'],
  ['check', '{}', '--against', 'OTHER_RUN'],
  ['validate', '--run', '{}'],
  ['report', '{}'],
  ['export', '{}', '--csv'],
  ['export', '{}', '--tensorboard'],
  ['note', '{}', 'TEXT'],
  ['tag', '{}', 'TAG'],
  ['rename', '{}', 'TITLE'],
];
const OF_AN_EXPERIMENT: readonly Line[] = [
  ['train', '{}'],
  ['schedule', '{}'],
  ['lr-find', '{}'],
  ['repeat', '{}', '--seeds', '5'],
  ['repeat', '{}', '--dry-run'],
  ['warmup', '{}'],
  ['queue', 'add', '{}'],
];

/** Every action on it that the terminal knows too, each to be pasted into a shell of that platform. */
export function commandLines(subject: CommandSubject, platform: NodeJS.Platform): string[] {
  const write = (lines: readonly Line[], place: string): string[] =>
    lines.map((line) =>
      ['pitwall', ...line]
        .map((word) =>
          quoted(
            word.replace('{}', () => place),
            platform,
          ),
        )
        .join(' '),
    );
  if (subject.kind === 'sweep') return write([['sweep', '{}']], subject.file);
  if (subject.kind === 'experiment') return write(OF_AN_EXPERIMENT, subject.file);
  const ofRun = write([...OF_STANDING[subject.standing], ...OF_ANY_RUN], subject.dir);
  return [...ofRun, ...write([['train', '{}']], subject.experiment)];
}

/** The platform whose quotes a shell takes: Git Bash on Windows takes those of Linux, PowerShell takes its own everywhere. */
export function platformOfShell(shell: string, own: NodeJS.Platform): NodeJS.Platform {
  const name = shell
    .replace(/^.*[\\/]/, '')
    .replace(/\.exe$/i, '')
    .toLowerCase();
  if (/^(pwsh|powershell|cmd)/.test(name)) return 'win32';
  return /^(ba|z|fi|da|k|a)?sh$/.test(name) ? 'linux' : own;
}
