import type { Translate } from '../../base/translate';
import type { KeeperEntry } from '../../run/files';
import type { ViewInput } from './input';
import type { LogRow } from './types';

const LOG_ROWS = 200;

/** Trainer's messages and the keeper's decisions in the order they came, newest last. */
export function logOf({ state, t }: ViewInput): LogRow[] {
  const rows: LogRow[] = [
    ...state.logs
      .slice(-LOG_ROWS)
      .map((l): LogRow => ({ t: l.t, level: l.level, source: t('trainer'), message: l.message })),
    ...state.controls.map(
      (c): LogRow => ({ t: c.t, level: c.ok ? 'info' : 'warning', source: t('trainer'), message: c.message }),
    ),
    ...state.keeper.slice(-LOG_ROWS).map((entry) => keeperRow(entry, t)),
    ...state.problems.map((message): LogRow => ({ t: 0, level: 'warning', source: t('files'), message })),
  ];
  return rows.sort((a, b) => a.t - b.t).slice(-LOG_ROWS);
}

function keeperRow(entry: KeeperEntry, t: Translate): LogRow {
  const level =
    entry.type === 'alert' ? entry.severity : entry.type === 'answer' && !entry.ok ? 'warning' : 'info';
  return { t: entry.t, level, source: t('keeper'), message: keeperMessage(entry, t) };
}

function keeperMessage(entry: KeeperEntry, t: Translate): string {
  switch (entry.type) {
    case 'best':
      return t('Best so far: epoch {0}, mAP50-95 {1}.', entry.epoch, entry.map.toFixed(3));
    case 'cleanup':
      return t('Removed the checkpoint of epoch {0}: {1}.', entry.epoch, entry.reason);
    case 'pin':
      return entry.pinned ? t('Pinned epoch {0}.', entry.epoch) : t('Unpinned epoch {0}.', entry.epoch);
    default:
      return entry.message;
  }
}
