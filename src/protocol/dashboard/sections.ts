import { formatCount, formatMetric } from '../../domain/display/format';
import { checkpointTable } from './checkpoint-rows';
import { comparedClasses, differingSettings } from './compare-sections';
import { headerOf } from './header';
import type { ViewInput } from './input';
import { logOf } from './log';
import { sentencesOf } from './sentences';
import { lastValidated, tilesOf } from './tiles';
import type { ClassRow, Sections, SettingRow } from './types';

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

/** What was asked for beside what is in force; changed ones first. */
function settingRows({ state, other }: ViewInput): SettingRow[] {
  if (other) return differingSettings(state, other.state);
  const rows = (state.plan?.settings ?? []).map((s) => ({
    key: s.key,
    requested: show(s.requested),
    effective: show(s.effective),
    reason: s.reason ?? '',
    changed: show(s.requested) !== show(s.effective),
  }));
  return [...rows.filter((r) => r.changed), ...rows.filter((r) => !r.changed)];
}
