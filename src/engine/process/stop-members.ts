import { type RunMark, showsRun } from './carries-run';
import { exists, startOf } from './identity';
import { familyOf, listProcesses, type ProcessRow } from './process-table';
import { ROLE_VARIABLE } from './run-environment';
import { HELPERS, trainersOfRun, treeOf } from './run-processes';

export type StopTarget = {
  /** Every process that carries it is ended, except keeper and validator. */
  readonly run: RunMark;
  /** The trainer's own process. */
  readonly pid: number;
  /** Whether the trainer's own process is still alive. */
  readonly alive: () => boolean;
  /** This process has started it. Of an adopted one only its run's folder says so, which may be another user's. */
  readonly own: boolean;
};

/** The processes that a stop ends, found again and again. */
export type Members = {
  /** Those that are alive; asks no other process. */
  readonly left: () => readonly number[];
  /** Those that may be signalled: a number may have been reused, or have been wrong from the start. */
  readonly sure: () => Promise<readonly number[]>;
};

/** The trainer and all that it has started. */
export function membersOf(target: StopTarget): Promise<Members> | Members {
  return process.platform === 'linux' ? onLinux(target) : elsewhere(target);
}

/** What a trainer that has ended left behind. */
export async function orphansOf(run: RunMark, pid: number): Promise<Members> {
  if (process.platform === 'linux') return both(() => trainersOfRun(run).map((p) => p.pid));
  const rows = await listProcesses().catch(() => []);
  const left = orphansIn(rows, { run, pid });
  return fromList(new Map(left.map((row) => [row.pid, row.started])), (member) => exists(member));
}

/** macOS: by their environment. Windows: by their parent, unless another process has its number by now. */
export function orphansIn(
  rows: readonly ProcessRow[],
  { run, pid }: Pick<StopTarget, 'run' | 'pid'>,
  platform = process.platform,
): readonly ProcessRow[] {
  if (platform !== 'win32') return rows.filter((row) => showsRun(row, run, platform) && !isHelper(row));
  return rows.some((row) => row.pid === pid) ? [] : familyOf(rows, pid);
}

const isHelper = ({ command }: ProcessRow): boolean =>
  [...HELPERS].some((role) => command.split(/\s+/).includes(`${ROLE_VARIABLE}=${role}`));

const both = (left: () => readonly number[]): Members => ({ left, sure: async () => left() });

/** By the environment of each, and the tree as it was before the first signal, with start times against reused pids. */
function onLinux(target: StopTarget): Members {
  const before = new Map(treeOf(target.pid).map((member) => [member, startOf(member) ?? '']));
  const isSame = (pid: number, started: string): boolean => started !== '' && startOf(pid) === started;
  return both(() => {
    const members = new Set(trainersOfRun(target.run).map((p) => p.pid));
    if (target.alive()) members.add(target.pid);
    for (const [pid, started] of before) if (pid !== target.pid && isSame(pid, started)) members.add(pid);
    return [...members];
  });
}

/** The tree as it is before the first signal; the list is asked again before each signal, not before each look. */
async function elsewhere(target: StopTarget): Promise<Members> {
  const { pid, run, own, alive } = target;
  const rows = await (own ? listProcesses().catch(() => []) : listProcesses());
  const root = rows.find((row) => row.pid === pid);
  const isOurs = own || (root !== undefined && showsRun(root, run));
  const before = new Map([[pid, ''], ...(isOurs ? familyOf(rows, pid) : []).map(startedOf)]);
  const listed = fromList(before, (member) => (member === pid ? alive() : exists(member)));
  const sure = async (): Promise<readonly number[]> => {
    const others = await listed.sure();
    return own && alive() && !others.includes(pid) ? [pid, ...others] : others;
  };
  return { ...listed, sure };
}

const startedOf = ({ pid, started }: ProcessRow): [number, string] => [pid, started];

function fromList(before: ReadonlyMap<number, string>, lives: (pid: number) => boolean): Members {
  const left = (): readonly number[] => [...before.keys()].filter(lives);
  const sure = async (): Promise<readonly number[]> => {
    if (left().length === 0) return [];
    const now = new Map((await listProcesses().catch(() => [])).map(startedOf));
    return left().filter((pid) => before.get(pid) !== '' && before.get(pid) === now.get(pid));
  };
  return { left, sure };
}
