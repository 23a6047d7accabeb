import type { Translate } from '../../base/translate';
import { shortMetric } from '../../domain/run/task';
import type { Cell } from '../../domain/runs-table/row';
import { type ListedRun, rowOf } from '../../run/run-row';
import { STATE_TONES, stateLabel } from '../dashboard/run-facts';
import type { TableRow, TableUpdate } from './messages';

export type TableRun = ListedRun & { readonly dir: string };

/** So many rows are made at a time: the host does other work between them. */
const ROWS_AT_ONCE = 250;
/** A setting can be a list of thousands of names, a note a novel: the page shows and searches their beginning. */
const MOST_LETTERS = 400;

type SentRow = { readonly run: TableRun; readonly text: string };

/** What the page has been sent of the runs, and what it still has to get. */
export type TableSession = {
  /** The page knows nothing (any more). */
  open(): void;
  /** The next piece; undefined if there is nothing new. */
  update(runs: readonly TableRun[]): TableUpdate | undefined;
  /** Whether there is more to send right after that piece. */
  readonly isPending: boolean;
};

export function createTableSession(t: Translate): TableSession {
  const sent = new Map<string, SentRow>();
  let seq = 0;
  let isFirst = true;
  let isPending = false;
  return {
    get isPending() {
      return isPending;
    },
    open() {
      sent.clear();
      isFirst = true;
    },
    update(runs) {
      const changed = runs.filter((run) => sent.get(run.dir)?.run !== run);
      const rows = changed.slice(0, ROWS_AT_ONCE).flatMap((run) => newRow(sent, run, t));
      const gone = goneOf(sent, runs);
      isPending = changed.length > ROWS_AT_ONCE;
      if (!isFirst && rows.length === 0 && gone.length === 0) return undefined;
      const update = { seq: seq++, reset: isFirst, rows, gone, whole: !isPending };
      isFirst = false;
      return update;
    },
  };
}

/** A live run is read again each second and mostly shows the same. */
function newRow(sent: Map<string, SentRow>, run: TableRun, t: Translate): TableRow[] {
  const row = tableRow(run, t);
  const text = JSON.stringify(row);
  const isSame = sent.get(run.dir)?.text === text;
  sent.set(run.dir, { run, text });
  return isSame ? [] : [row];
}

function goneOf(sent: Map<string, SentRow>, runs: readonly TableRun[]): string[] {
  if (sent.size === 0) return [];
  const dirs = new Set(runs.map(({ dir }) => dir));
  const gone = [...sent.keys()].filter((dir) => !dirs.has(dir));
  for (const dir of gone) sent.delete(dir);
  return gone;
}

function tableRow(run: TableRun, t: Translate): TableRow {
  const row = rowOf(run);
  const cells = [...row.keys()].map((key) => [key, shortened(row.get(key))]);
  const { state } = run.presence;
  const isStalled = run.status?.stalled === true && state === 'running';
  return {
    dir: run.dir,
    cells: Object.fromEntries(cells),
    state: isStalled ? t('Stalled') : stateLabel(state, t, run.run),
    tone: isStalled ? 'warning' : STATE_TONES[state],
    archived: run.meta.archived ?? false,
    mapNote: mapNote(run, t),
  };
}

function mapNote({ status }: TableRun, t: Translate): string {
  const { own, task } = status?.progress?.best ?? {};
  return [...(task === undefined ? [] : [shortMetric(task)]), ...(own ? [t('its own')] : [])].join(', ');
}

const shortened = (cell: Cell): Cell =>
  typeof cell === 'string' && cell.length > MOST_LETTERS ? `${cell.slice(0, MOST_LETTERS)}…` : cell;
