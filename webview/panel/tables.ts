import type { CheckpointRow, CheckpointTable, HeaderView, LogRow } from '../../src/protocol/dashboard/types';
import { type Child, childOf, h, icon, keyed, patchChildren } from '../base/dom';
import { oneTabStop } from '../base/roving-focus';
import { t } from '../base/strings';
import { button, progressRing } from '../controls/toolkit';
import { type Act, explainButton } from './header';
import { empty, number, type SortableColumn, table } from './value-tables';

type Metrics = HeaderView['metrics'];
const BOXES: Metrics = ['mAP50-95', 'mAP50'];

export type CheckpointActions = { readonly act: Act; readonly showOlder: () => void };

export function drawCheckpoints(
  root: HTMLElement,
  { rows, older }: CheckpointTable,
  { act, showOlder, metrics = BOXES }: CheckpointActions & { readonly metrics?: Metrics | undefined },
): void {
  keyed(root, rows.length === 0 ? 'empty' : `table of ${metrics[0]}`, () =>
    rows.length === 0
      ? [empty(t('Checkpoints appear here at the end of each epoch.'))]
      : [table(t('Checkpoints'), checkpointColumns(metrics, act), [])],
  );
  const body = root.querySelector('tbody');
  if (body) drawRows(body, rows, (row) => checkpointRow(row, act));
  const label = t('Show older checkpoints ({0})', older);
  keyed(childOf(root, 'older', 'div'), label, () =>
    older === 0 ? [] : [button({ label, onClick: showOlder, focusKey: 'older' })],
  );
}

/** Rows that did not change stay the same elements: a verdict on one of hundreds updates one row. */
function drawRows<T>(body: Element, rows: readonly T[], make: (row: T) => HTMLElement): void {
  const known = elementsByRow(body);
  const next = rows.map((row) => {
    const key = JSON.stringify(row);
    const element = known.get(key)?.shift() ?? make(row);
    element.dataset.row = key;
    return element;
  });
  patchChildren(body, next);
}

/** Equal rows are as many elements. */
function elementsByRow(body: Element): Map<string, HTMLElement[]> {
  const found = new Map<string, HTMLElement[]>();
  for (const child of body.children as HTMLCollectionOf<HTMLElement>) {
    const key = child.dataset.row ?? '';
    found.set(key, [...(found.get(key) ?? []), child]);
  }
  return found;
}

function checkpointColumns([map, map50]: Metrics, act: Act): SortableColumn[] {
  const beside = explainButton({ topic: 'best-checkpoint', at: 'checkpoints' }, act);
  return [
    { label: t('checkpoint') },
    { label: map, number: true },
    { label: map50, number: true, rank: 'middle' },
    { label: t('against the best before it'), beside },
    { label: t('took'), number: true, rank: 'wide' },
    { label: t('size'), number: true, rank: 'wide' },
    { label: t('kept'), rank: 'wide' },
    { label: t('actions') },
  ];
}

function checkpointRow(row: CheckpointRow, act: Act): HTMLElement {
  const name = h('th', { scope: 'row' }, row.best ? icon('star-full') : undefined, t('epoch {0}', row.epoch));
  const buttons = row.actions.map((action) =>
    button({
      kind: 'icon',
      icon: ACTION_ICONS[action.id] ?? 'play',
      label: `${action.label}: ${t('epoch {0}', row.epoch)}`,
      onClick: () => act(action),
      focusKey: `${action.id}-${row.epoch}`,
    }),
  );
  const rowActions = h(
    'span',
    { class: 'row-actions', role: 'toolbar', 'aria-label': t('Actions of epoch {0}', row.epoch) },
    ...buttons,
  );
  oneTabStop(rowActions);
  return h(
    'tr',
    { class: row.busy ? 'busy' : row.best ? 'best' : undefined },
    name,
    number(row.map),
    number(row.map50, 'middle'),
    verdictCell(row),
    number(row.took, 'wide'),
    number(row.size, 'wide'),
    h('td', { class: `wide ${row.kept.tone}` }, row.kept.text),
    h('td', { class: 'row-end' }, rowActions),
  );
}

/** In a narrow page the hidden columns are a second line under the verdict. */
function verdictCell({ busy, verdict, took, size, kept }: CheckpointRow): HTMLElement {
  const rest = [took, size, kept.text].filter((text) => text !== '').join(' · ');
  return h(
    'td',
    { class: 'text' },
    h('span', { class: verdict.tone }, busy ? progressRing() : undefined, verdict.text),
    h('span', { class: 'second-line quiet' }, rest),
  );
}

const ACTION_ICONS: Readonly<Record<string, string>> = {
  validate: 'beaker',
  tryImage: 'file-media',
  pin: 'pin',
  unpin: 'pinned',
  reveal: 'folder-opened',
};

export function drawLog(root: HTMLElement, rows: readonly LogRow[]): void {
  const atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 30;
  keyed(root, rows.length === 0 ? 'empty' : 'lines', () =>
    rows.length === 0 ? [empty(t('Nothing has been logged yet.'))] : [h('ol', { class: 'log-lines' })],
  );
  const lines = root.querySelector('ol');
  if (lines) drawRows(lines, rows, logRow);
  if (atEnd) root.scrollTop = root.scrollHeight;
}

function logRow({ t: time, level, source, message }: LogRow): HTMLElement {
  const clock = time > 0 ? new Date(time).toLocaleTimeString([], { hour12: false }) : '';
  const parts: Child[] = [
    h('time', {}, clock),
    h('span', { class: 'source' }, source),
    h('span', {}, message),
  ];
  return h('li', { class: level }, ...parts);
}
