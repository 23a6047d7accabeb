import path from 'node:path';
import { type Topic, topicOfAlarm } from '../../domain/display/statistics-page';
import type { AlarmAction } from '../../domain/run/alarm';
import { quoted } from '../../engine/process/quoted';
import { isOffered } from '../../protocol/alert-text';
import type { RunFile } from '../../run/files';

type CommandPlace = {
  readonly dir: string;
  readonly run: RunFile | undefined;
  readonly isLive: boolean;
};

export type AlarmPlace = CommandPlace & {
  /** Beside it is the page that explains alarms. */
  readonly installDir: string;
};

/** What an alarm is explained by. */
export function alarmTopics(alerts: readonly { readonly rule: string }[]): Topic[] {
  const topics = alerts.map(({ rule }) => topicOfAlarm(rule));
  return [...new Set(topics)].filter((topic) => topic !== undefined);
}

/** The line below an alarm: the command that does what it advises, or the file that it is about. */
export function alarmCommand(action: AlarmAction | undefined, place: CommandPlace): string[] {
  if (action === undefined || !isOffered(action, place.run, place.isLive)) return [];
  return [commandOf(action, place)];
}

function commandOf(action: AlarmAction, { dir, run }: CommandPlace): string {
  const name = quoted(dir);
  const file = run ? path.resolve(run.cwd, run.experiment.file) : dir;
  const commands: Readonly<Record<AlarmAction, string>> = {
    rewind: `  next: pitwall rewind ${name}`,
    stop: `  next: pitwall stop ${name}`,
    stop_after_epoch: `  next: pitwall stop ${name} --after-epoch`,
    pause: `  next: pitwall pause ${name}`,
    set_lr: `  next: pitwall set ${name} lr=VALUE`,
    find_lr: `  next: pitwall lr-find ${quoted(file)}`,
    check_environment: '  next: pitwall doctor',
    open_experiment: `  see: ${file}`,
    open_folder: `  see: ${dir}`,
    open_log: `  see: ${path.join(dir, 'stdout.log')}`,
  };
  return commands[action];
}
