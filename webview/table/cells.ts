import { say } from '../../src/base/words';
import { againstBaseline, limitsWords } from '../../src/domain/compare/sentences';
import { formatDifference } from '../../src/domain/display/format';
import { cellText, shownCell } from '../../src/domain/runs-table/row';
import type { TableDifference } from '../../src/protocol/runs-table/messages';
import { h } from '../base/dom';
import { t } from '../base/strings';
import type { PageRow } from '../state/table-view';

/** The name of a column as a person reads it; settings have their own. */
export function columnLabel(key: string): string {
  return labels()[key] ?? key;
}

let known: Readonly<Record<string, string>> | undefined;
function labels(): Readonly<Record<string, string>> {
  known ??= {
    name: t('run'),
    title: t('title'),
    state: t('state'),
    epoch: t('epoch'),
    epochs: t('epochs'),
    map: 'mAP50-95',
    at: t('at epoch'),
    started: t('started'),
    hours: t('took'),
    tags: t('tags'),
    notes: t('note'),
    own: t('yours'),
    archived: t('archived'),
    pinned: t('pinned'),
    git: t('commit'),
    changed: t('uncommitted changes'),
    host: t('machine'),
    file: t('experiment'),
    alarm: t('alarm'),
  };
  return known;
}

/** The text of a cell, as it is shown and copied. */
export function textOf(run: PageRow, key: string): string {
  const { row } = run;
  if (key === 'state') return run.state;
  const text = shownCell(key, row.get(key), { now: Date.now(), t });
  if (key === 'map' && run.mapNote !== '') return `${text} (${run.mapNote})`;
  const epochs = row.get('epochs');
  return key === 'epoch' && epochs !== 0 ? `${text}/${cellText(epochs)}` : text;
}

/** The difference to the baseline with its limits, and the verdict in words beside the colour. */
export function differenceCells(found: TableDifference | 'baseline' | undefined): HTMLElement[] {
  if (found === 'baseline') return [td('n', ''), td('', ''), td('quiet', t('baseline'))];
  if (found === undefined) return [td('n quiet', '–'), td('', ''), td('quiet', t('not compared'))];
  const { difference, verdict } = found;
  const limits = limitsWords(found);
  return [
    td('n', formatDifference(difference)),
    td('n quiet', limits ? say(limits, t) : '–'),
    td(VERDICT_TONES[verdict], say(againstBaseline(found), t)),
  ];
}

/** Red is for what failed. */
const VERDICT_TONES = { first: 'warning', second: 'good', neither: 'quiet' } as const;

export function td(names: string, text: string): HTMLElement {
  return h('td', { class: names === '' ? undefined : names, title: text === '' ? undefined : text }, text);
}
