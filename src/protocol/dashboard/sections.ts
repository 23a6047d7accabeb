import type { Translate } from '../../base/translate';
import { inEnglish } from '../../base/words';
import { formatCount, formatMetric } from '../../domain/display/format';
import { describeRange } from '../../domain/display/lr-range';
import { topicOfAlarm } from '../../domain/display/statistics-page';
import { readRange } from '../../domain/lr-range/suggest';
import { metricNames } from '../../domain/run/task';
import type { KeeperEntry } from '../../run/keeper-entry';
import { isRangeTest, topicOfEnd } from '../../run/kind';
import type { RunState } from '../../run/state';
import { alarmButton, alertText, isOffered, saidText, validatorText } from '../alert-text';
import { rangePoints } from '../range-points';
import { checkpointTable } from './checkpoint-rows';
import { comparedClasses, differingRows } from './compare-sections';
import { headerOf } from './header';
import type { ViewInput } from './input';
import { currentAlerts, isFinal, lastValidated, stateOf } from './run-facts';
import { tilesOf } from './tiles';
import type { ClassRow, LogRow, Sections, Sentence, SettingRow, Tone } from './types';

const LOG_ROWS = 200;

const MOST_ALERTS = 3;

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

/** What a person should know besides the numbers: trouble first, then how a run ended. At most a few. */
function sentencesOf(input: ViewInput): Sentence[] {
  const { state } = input;
  return [...outcome(input), ...validatorTrouble(state, input.t), ...alerts(input), ...(input.advice ?? [])];
}

function outcome(input: ViewInput): Sentence[] {
  const name = stateOf(input);
  const reason = rangeReason(input) ?? reasonOf(input);
  if (reason === undefined || reason === '') return [];
  const tones: Partial<Record<typeof name, Tone>> = { failed: 'bad', diverged: 'bad', lost: 'bad' };
  const topic = name === 'preview' ? undefined : topicOfEnd(input.state, name);
  return [{ text: reason, tone: tones[name] ?? 'quiet', ...(topic && { topic }) }];
}

/** The first that says something: who lives, what the keeper wrote, what the trainer said at its end. */
function reasonOf({ state, presence, t }: ViewInput): string | undefined {
  const sources = [
    { message: presence?.note, said: presence?.said },
    { message: state.status?.reason, said: state.status?.said },
    { message: state.end?.message, said: state.end?.said },
  ];
  const found = sources.find(({ message }) => message !== undefined);
  return found && saidText({ message: found.message ?? '', said: found.said }, t);
}

/** What a range test found, in the reader's language. */
function rangeReason({ state, t, ...input }: ViewInput): string | undefined {
  const isDone = isRangeTest(state.run) && stateOf({ state, ...input }) === 'completed';
  return isDone ? describeRange(readRange(rangePoints(state)), t) : undefined;
}

function validatorTrouble({ status }: RunState, t: Translate): Sentence[] {
  const text = status && validatorText(status, t);
  return text === undefined ? [] : [{ text, tone: 'bad' }];
}

function alerts(input: ViewInput): Sentence[] {
  const { state, t } = input;
  const tones = { info: 'quiet', warning: 'warning', error: 'bad' } as const;
  const said = new Set([state.status?.reason, state.status?.validatorProblem, state.end?.message]);
  return currentAlerts(input)
    .filter((a) => !said.has(a.message) && !(a.said && said.has(inEnglish(a.said))))
    .slice(-MOST_ALERTS)
    .map((a) => {
      const topic = topicOfAlarm(a.rule);
      return {
        text: alertText(a, t),
        tone: tones[a.severity],
        ...actionOf(a, input),
        ...(topic && { topic }),
      };
    });
}

/** Not if the run is on a machine that does not answer. */
function actionOf({ action }: RunState['alerts'][number], input: ViewInput): Pick<Sentence, 'action'> {
  const isElsewhere = input.presence?.where === 'elsewhere';
  if (!action || isElsewhere || !isOffered(action, !isFinal(input))) return {};
  return { action: alarmButton(action, input.t) };
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
    ...state.problems.map((message): LogRow => ({ t: 0, level: 'warning', source: t('files'), message })),
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
    default:
      return saidText(entry, t);
  }
}
