import { JOB_NUMBER, type JobEnd, type JobState } from '../../run/job';

/** A line of squeue: `id|state|reason|partition|priority|start|nodes|comment`. */
export const QUEUE_FORMAT = '%i|%T|%r|%P|%Q|%S|%N|%k';

export type QueueRow = {
  readonly id: string;
  readonly partition: string;
  readonly priority: number;
  /** The run's id, of a job of ours. */
  readonly comment: string;
  readonly state: JobState;
};

export function readQueue(text: string): readonly QueueRow[] {
  return text.split('\n').flatMap((line) => readRow(line.trim()));
}

const FIELDS = 8;

function readRow(line: string): readonly QueueRow[] {
  const fields = line.split('|');
  if (fields.length < FIELDS) return [];
  const [id, state, reason, partition, priority, start, nodes] = fields;
  const comment = fields.slice(FIELDS - 1).join('|');
  const found = stateOf({ state, reason, start, nodes });
  return found ? [{ id, partition, priority: Number(priority), comment, state: found }] : [];
}

/** The newest job that names a run and has not ended. */
export function newestOf(runId: string, rows: readonly QueueRow[]): QueueRow | undefined {
  return rows.findLast(
    ({ id, comment, state }) => comment === runId && state.kind !== 'ended' && JOB_NUMBER.test(id),
  );
}

/** Those that wait in the same partition and come first. */
export function aheadOf(row: QueueRow, rows: readonly QueueRow[]): number {
  const before = ({ id, priority }: QueueRow): boolean =>
    priority > row.priority || (priority === row.priority && Number(id) < Number(row.id));
  return rows.filter((one) => one.state.kind === 'queued' && one.partition === row.partition && before(one))
    .length;
}

type RawState = Readonly<Record<'state' | 'reason' | 'start' | 'nodes', string>>;

// https://slurm.schedmd.com/squeue.html#SECTION_JOB-STATE-CODES
const WAITING = new Set([
  'PENDING',
  'REQUEUED',
  'REQUEUE_HOLD',
  'REQUEUE_FED',
  'SPECIAL_EXIT',
  'RESV_DEL_HOLD',
]);
const SUSPENDED = new Set(['SUSPENDED', 'STOPPED']);
const ENDED: Readonly<Record<string, JobEnd>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
  TIMEOUT: 'timeout',
  DEADLINE: 'timeout',
  OUT_OF_MEMORY: 'out_of_memory',
  LAUNCH_FAILED: 'failed',
  NODE_FAIL: 'node_fail',
  BOOT_FAIL: 'node_fail',
  PREEMPTED: 'preempted',
};

const MOST_LETTERS = 200;

function stateOf({ state, reason, start, nodes }: RawState): JobState | undefined {
  const how = ENDED[state.split(' ', 1)[0]];
  if (how) return { kind: 'ended', how };
  const node = nodes.slice(0, MOST_LETTERS);
  if (SUSPENDED.has(state)) return { kind: 'running', node, isSuspended: true };
  if (!WAITING.has(state)) return { kind: 'running', node };
  const starts = Date.parse(start);
  return {
    kind: 'queued',
    reason: (reason === 'None' ? 'Priority' : reason).slice(0, MOST_LETTERS),
    ...(Number.isFinite(starts) && { starts }),
  };
}

/** Lines of `sacct -P -o JobIDRaw,State,ExitCode`: how jobs ended that squeue does not list any more. */
export function readAccounting(text: string): ReadonlyMap<string, JobState> {
  const ends = text.split('\n').flatMap((line): [string, JobState][] => {
    const [id = '', state = '', exit = ''] = line.trim().split('|');
    const [word = '', by] = state.split(' by ');
    const how = ENDED[word];
    if (!how) return [];
    const code = Number(exit.split(':', 1)[0]);
    const isCode = how === 'failed' && Number.isInteger(code);
    return [
      [
        id,
        {
          kind: 'ended',
          how,
          ...(isCode && { code }),
          ...(by !== undefined && { by: by.slice(0, MOST_LETTERS) }),
        },
      ],
    ];
  });
  return new Map(ends);
}
