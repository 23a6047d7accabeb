import type { Translate } from '../base/translate';
import type { AlarmAction } from '../domain/run/alarm';
import type { ActionView } from './dashboard/types';

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

const OF_LIVE_RUNS: ReadonlySet<AlarmAction> = new Set(['stop', 'stop_after_epoch', 'pause', 'set_lr']);

/** A run that has ended cannot be paused or stopped. */
export const isOffered = (action: AlarmAction, isLive: boolean): boolean =>
  isLive || !OF_LIVE_RUNS.has(action);
