import type { Translate } from '../base/translate';
import { inEnglish, say, type Words, words } from '../base/words';
import type { AlarmAction } from '../domain/run/alarm';
import type { AlertText, RunFile, StatusFile } from '../run/files';
import type { ActionView } from './dashboard/types';

const OF_LIVE_RUNS: ReadonlySet<AlarmAction> = new Set(['stop', 'stop_after_epoch', 'pause', 'set_lr']);

/** What does not ask anything of the trainer. */
const OF_ANY_RUN: ReadonlySet<AlarmAction> = new Set(['check_environment', 'open_folder', 'open_log']);

/** What the trainer has to be ours, or a runner of ours, for. */
const OF_OUR_TRAINERS: ReadonlySet<AlarmAction> = new Set(['rewind', 'pause', 'find_lr']);

/** A run that has ended cannot be paused or stopped; one that another program trains, and is only read, takes no request. */
export function isOffered(action: AlarmAction, run: RunFile | undefined, isLive: boolean): boolean {
  if (run?.follows) return OF_ANY_RUN.has(action);
  if (run?.experiment.resolved.command && OF_OUR_TRAINERS.has(action)) return false;
  return isLive || !OF_LIVE_RUNS.has(action);
}

/**
 * A sentence of a run's file in the reader's language; the message itself if it was written by a version or a program
 * that had no words for it, or if its words say something else: a list and a page say the same of a run.
 */
export function saidText(
  { message, said }: { readonly message: string; readonly said?: Words | undefined },
  t: Translate,
): string {
  return said !== undefined && inEnglish(said) === message ? say(said, t) : message;
}

/** What is wrong with the validator of a run, in the language of `t`; undefined if nothing is. */
export function validatorText(status: StatusFile, t: Translate): string | undefined {
  const { validatorProblem: message, validatorSaid: said } = status;
  return message === undefined ? undefined : saidText({ message, said }, t);
}

/** An alert in the reader's language, with what to do about it. */
export function alertText({ message, said, next }: AlertText, t: Translate): string {
  return saidText({ message, said: said && next ? words('{0}; {1}', said, next) : said }, t);
}

/** The button of an alarm: `id` is one that pages and notifications turn into a command. */
export function alarmButton(action: AlarmAction, t: Translate): ActionView {
  const buttons: Readonly<Record<AlarmAction, ActionView>> = {
    rewind: { id: 'rewind', label: t('Rewind…') },
    stop: { id: 'stop', label: t('Stop') },
    stop_after_epoch: { id: 'stopAfterEpoch', label: t('Stop After This Epoch') },
    pause: { id: 'pause', label: t('Pause') },
    set_lr: { id: 'setLr', label: t('Set LR…') },
    find_lr: { id: 'findLr', label: t('Find Learning Rate') },
    check_environment: { id: 'checkEnvironment', label: t('Check Environment') },
    open_experiment: { id: 'openExperiment', label: t('Open Experiment') },
    open_folder: { id: 'revealFolder', label: t('Show Run Folder') },
    open_log: { id: 'showLog', label: t('Show Trainer Output') },
  };
  return buttons[action];
}
