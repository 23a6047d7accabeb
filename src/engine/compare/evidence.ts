import { BadInputError } from '../../base/bad-input';
import { type Words, words } from '../../base/words';
import { SIDES } from '../../domain/compare/sides';
import { currentDraws } from '../../run/standing';
import type { RunState } from '../../run/state';
import type { DrawnMaps, Validation } from '../../run/validation';
import { loadRunDetections, type RunDetections, readState } from './run-detections';

/** A run to compare: its folder, the checkpoint (the best without one), and how the user named it. */
export type Asked = { readonly text: string; readonly dir: string; readonly epoch: number | undefined };

/** The same with all that its files tell, so that they are read once. */
export type Opened = Asked & { readonly state: RunState };

/** A checkpoint of a task whose detections are not kept: what it scored, and its scores on other draws of the val set. */
export type DrawnCheckpoint = {
  readonly kind: 'drawn';
  readonly dir: string;
  readonly epoch: number;
  /** Whether this epoch was asked for; else it is the best. */
  readonly asked: boolean;
  readonly task: string;
  readonly report: Validation;
  readonly drawn: DrawnMaps;
};

/** What a checkpoint is compared by: its boxes, or its task's metric on draws of the val set. */
export type Evidence = RunDetections | DrawnCheckpoint;

export async function openAsked(asked: Asked): Promise<Opened> {
  return { ...asked, state: await readState(asked.dir) };
}

/** Throws one line that begins with how the user named the run if there is nothing to compare it by. */
export async function evidenceOf(opened: Opened): Promise<Evidence> {
  const { text, dir, epoch, state } = opened;
  return drawnCheckpoint(opened) ?? loadRunDetections(text, dir, epoch, state);
}

/** Undefined if the run's detections are kept as boxes. */
function drawnCheckpoint({ text, dir, epoch: asked, state }: Opened): DrawnCheckpoint | undefined {
  const report = state.validations.get(asked ?? state.best?.epoch ?? 0);
  const task = report ? report.task : plannedTask(state);
  if (task === undefined) return undefined;
  if (!report)
    throw new BadInputError(
      `${text}: ${asked === undefined ? 'no checkpoint' : `epoch ${asked}`} is validated`,
    );
  const drawn = currentDraws(state.drawn, state.validations, report.epoch);
  const isAsked = asked !== undefined;
  if (drawn) return { kind: 'drawn', dir, epoch: report.epoch, asked: isAsked, task, report, drawn };
  throw new BadInputError(`${text}: of the task ${task} nothing is kept to compare epoch ${report.epoch} by`);
}

/** Undefined if its detections are kept. */
const plannedTask = ({ plan }: RunState): string | undefined =>
  plan?.task === 'detect' ? undefined : plan?.task;

/** What a run's model finds; undefined while nothing says so. */
export function taskOfRun({ plan, validations }: Pick<RunState, 'plan' | 'validations'>): string | undefined {
  const [report] = validations.values();
  return report || plan ? (report?.task ?? plan?.task ?? 'detect') : undefined;
}

/** Why two runs have no metric in common; undefined if they may have. */
export function taskRefusal(a: Opened['state'], b: Opened['state']): Words | undefined {
  const [first, second] = [taskOfRun(a), taskOfRun(b)];
  if (first === undefined || second === undefined || first === second) return undefined;
  return words(
    'runs of different tasks are not compared: {2} is {0}, {3} is {1}',
    ...[first, second],
    SIDES.a,
    SIDES.b,
  );
}

/** What names the val set of both kinds. */
export const valSetOf = (found: Evidence): string | undefined =>
  found.kind === 'drawn' ? found.report.fingerprint : found.file.header.fingerprint;
