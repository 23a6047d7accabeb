import type { Translate } from '../../base/translate';
import { formatCount, formatMetric } from '../../domain/display/format';
import { metricNames } from '../../domain/run/task';
import type { KeeperEntry } from '../../run/keeper-entry';
import { problemsOf } from '../../run/problems';
import { alertText, saidText } from '../alert-text';
import { checkpointTable } from './checkpoint-rows';
import { comparedClasses, differingRows } from './compare-sections';
import { headerOf } from './header';
import type { ViewInput } from './input';
import { lastValidated } from './run-facts';
import { sentencesOf } from './sentences';
import { tilesOf } from './tiles';
import type { ClassRow, LogRow, Sections, SettingRow } from './types';

const LOG_ROWS = 200;

/** What moves with every step. */
export function movingSections(input: ViewInput): Pick<Sections, 'header' | 'sentences' | 'tiles'> {
  return { header: headerOf(input), sentences: sentencesOf(input), tiles: tilesOf(input) };
}

/** What changes only when something other than a step was written: the state is then another object. */
export function restingSections(
  input: ViewInput,
  rows: number,
): Omit<Sections, 'header' | 'sentences' | 'tiles'> {
  return {
    checkpoints: checkpointTable(input, rows),
    classes: input.other ? comparedClasses(input, input.other) : classRows(input),
    settings: settingRows(input),
    log: logOf(input),
  };
}

/** @internal Tests read both kinds at once. */
export function sectionsOf(input: ViewInput, rows: number): Sections {
  return { ...movingSections(input), ...restingSections(input, rows) };
}

function classRows(input: ViewInput): ClassRow[] {
  const last = lastValidated(input);
  return (last?.perClass ?? []).map((c) => ({
    name: c.name ?? String(c.class),
    labels: formatCount(c.labels),
    precision: formatMetric(c.precision),
    recall: formatMetric(c.recall),
    ap50: formatMetric(c.ap50),
    ap: formatMetric(c.ap),
    share: Number.isFinite(c.ap) ? c.ap : 0,
  }));
}

const show = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** The settings as requested beside those in effect; changed ones first. */
function settingRows({ state, other, t }: ViewInput): SettingRow[] {
  if (other) return differingRows(state, other.state);
  const rows = (state.plan?.settings ?? []).map((s) => ({
    key: s.key,
    requested: show(s.requested),
    effective: show(s.effective),
    reason: saidText({ message: s.reason ?? '', said: s.said }, t),
    changed: show(s.requested) !== show(s.effective),
  }));
  return [...rows.filter((r) => r.changed), ...rows.filter((r) => !r.changed)];
}

/** The trainer's messages and the keeper's decisions in the order they came, newest last. */
function logOf({ state, t }: ViewInput): LogRow[] {
  const rows: LogRow[] = [
    ...state.logs
      .slice(-LOG_ROWS)
      .map((l): LogRow => ({ t: l.t, level: l.level, source: t('trainer'), message: saidText(l, t) })),
    ...state.controls.map(
      (c): LogRow => ({
        t: c.t,
        level: c.ok ? 'info' : 'warning',
        source: t('trainer'),
        message: saidText(c, t),
      }),
    ),
    ...state.keeper.slice(-LOG_ROWS).map((entry) => keeperRow(entry, t, metricNames(state.plan?.task)[0])),
    ...problemsOf(state).map((message): LogRow => ({ t: 0, level: 'warning', source: t('files'), message })),
  ];
  return rows.sort((a, b) => a.t - b.t).slice(-LOG_ROWS);
}

function keeperRow(entry: KeeperEntry, t: Translate, metric: string): LogRow {
  const level =
    entry.type === 'alert' ? entry.severity : entry.type === 'answer' && !entry.ok ? 'warning' : 'info';
  return { t: entry.t, level, source: t('keeper'), message: keeperMessage(entry, t, metric) };
}

function keeperMessage(entry: KeeperEntry, t: Translate, metric: string): string {
  switch (entry.type) {
    case 'best':
      return t('Best so far: epoch {0}, {1} {2}.', entry.epoch, metric, entry.map.toFixed(3));
    case 'cleanup':
      return t(
        'Removed the checkpoint of epoch {0}: {1}.',
        entry.epoch,
        saidText({ message: entry.reason, said: entry.said }, t),
      );
    case 'pin':
      return entry.pinned ? t('Pinned epoch {0}.', entry.epoch) : t('Unpinned epoch {0}.', entry.epoch);
    case 'alert':
      return alertText(entry, t);
    case 'notified':
      return t('Message sent ({0}): {1}.', entry.channels.join(', '), entry.kind);
    // Drawn, and not listed.
    case 'gpu':
      return '';
    default:
      return saidText(entry, t);
  }
}
