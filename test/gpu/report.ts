import { judge, ROWS, type Table, type Verdict } from './rows';

export type Machine = {
  readonly gpu: string | null;
  readonly driver: string | null;
  readonly platform: string;
  readonly commit: string;
  readonly date: string;
};
export type Measurements = { readonly machine: Machine; readonly rows: Table };

export type JudgedRow = Verdict & { readonly id: string; readonly title: string; readonly goal: string };

export function judgeAll({ machine, rows }: Measurements): readonly JudgedRow[] {
  return ROWS.map((row) => {
    const { id, title, goal } = row;
    return { id, title, goal, ...judge(row, rows[id], machine.gpu !== null) };
  });
}

/** Markdown: one row each, then what was skipped, by name. */
export function tableOf({ machine }: Measurements, judged: readonly JudgedRow[]): string {
  const where =
    machine.gpu === null ? "no GPU: the CPU in CUDA's place" : `${machine.gpu}, driver ${machine.driver}`;
  const rows = judged.map(
    ({ title, goal, state, said }) => `| ${[title, goal, state, said].map(cell).join(' | ')} |`,
  );
  return [
    `Measured on ${machine.date} at ${machine.commit}, ${machine.platform}, ${where}.`,
    '',
    '| what | to show | state | seen |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** One line that sums up. */
export function sumOf(judged: readonly JudgedRow[]): string {
  const count = (state: JudgedRow['state']): number => judged.filter((row) => row.state === state).length;
  const states = ['passed', 'failed', 'skipped', 'stand-in'] as const;
  return states.map((state) => `${count(state)} ${state}`).join(', ');
}

/** A row that failed fails the command; one that was skipped does not. */
export const exitCodeOf = (judged: readonly JudgedRow[]): number =>
  judged.some(({ state }) => state === 'failed') ? 1 : 0;
