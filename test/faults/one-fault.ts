import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { toError } from '../../src/base/async';
import { ensureKeeper } from '../../src/engine/control/ensure-keeper';
import { resumeRun } from '../../src/engine/control/resume-run';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { type LiveRun, openRun } from '../../src/engine/runs/live-run';
import { readRunSync } from '../../src/run/folder/read';
import { FINAL_STATES } from '../../src/run/state-names';
import { until } from '../helpers/until';
import { disturb } from './disturb';
import { type Plan, refusesTheTrainer } from './plan';
import { begin, hostOptions, isOver, lossesOf, modelOf, processesOf, type World } from './world';

export type Outcome = {
  /** What should not be, in sentences; empty if all is well. */
  readonly findings: readonly string[];
  readonly seconds: number;
  /** How often the run had to be resumed. */
  readonly resumes: number;
};

/** The state has to be true within this time; a busy machine gets more. */
const TRUE_WITHIN_MS = Number(process.env.PITWALL_TRUE_MS ?? 10_000);
const MOST_RESUMES = 4;

/** One real training with one fault: what was found wrong, and the folder is kept if anything was. */
export async function oneFault(world: World, plan: Plan): Promise<Outcome> {
  const began = performance.now();
  const name = `fault-${plan.seed}`;
  const runDir = path.join(world.folder, 'runs', name);
  const env = environmentOf(world, plan, runDir);
  const findings: string[] = [];
  let resumes = 0;
  try {
    const dir = await begin(world, name, env);
    const { id } = readRunSync(dir);
    await disturb(dir, id, plan);
    if (plan.fault.kind === 'deleted') findings.push(...(await checkDeleted(dir, id)));
    else {
      const live = await openRun(dir);
      try {
        findings.push(...(await checkTrue(live, id)));
        resumes = await bringToEnd(live, id);
        findings.push(...checkWhole(live, world, plan));
      } finally {
        live.dispose();
      }
    }
  } catch (error) {
    findings.push(toError(error).message);
  }
  return { findings, resumes, seconds: (performance.now() - began) / 1000 };
}

function environmentOf({ shim }: World, { fault }: Plan, dir: string): Readonly<Record<string, string>> {
  if (fault.kind !== 'system') return {};
  return { LD_PRELOAD: shim, PITWALL_FAULT: `role=${fault.role};${fault.spec};in=${dir}` };
}

/** No process of a run whose folder is gone goes on, and the folder stays gone. */
async function checkDeleted(dir: string, id: string): Promise<string[]> {
  const gone = (): boolean => processesOfRun(id).length === 0;
  const roles = (): string =>
    processesOfRun(id)
      .map(({ role }) => role)
      .join(', ');
  await until(gone, () => `the folder was deleted, and there are still: ${roles()}`, TRUE_WITHIN_MS);
  return existsSync(dir) ? [`the deleted folder is there again: ${readdirSync(dir).join(', ')}`] : [];
}

/** Within seconds, what is shown agrees with what exists. */
async function checkTrue(live: LiveRun, id: string): Promise<string[]> {
  const lie = (): string | undefined => {
    const roles = new Set(processesOf(id).map(({ role }) => role));
    const { state } = live.presence;
    const isFinal = FINAL_STATES.has(state);
    if (roles.size === 0 && !isFinal) return `${state} is shown, and no process is there`;
    if (roles.has('trainer') && isFinal) return `${state} is shown, and the trainer lives`;
    return undefined;
  };
  const agrees = async (): Promise<boolean> => {
    await live.refresh();
    return lie() === undefined;
  };
  await until(agrees, () => lie() ?? '', TRUE_WITHIN_MS);
  return [];
}

/** As a user would: a keeper is started for a run that has none, and a run that has not completed is resumed. */
async function bringToEnd(live: LiveRun, id: string): Promise<number> {
  for (let resumes = 0; ; resumes++) {
    await until(
      () => isOverOrKept(live, id),
      () => `it does not end: ${live.presence.state}, ${JSON.stringify(live.state.status)}`,
    );
    const isCompleted = live.presence.state === 'completed';
    if (isCompleted && isValidated(live)) return resumes;
    if (resumes === MOST_RESUMES) throw new Error(`${live.presence.state} after ${resumes} resumes`);
    await (isCompleted ? ensureKeeper(live.dir, hostOptions) : resumeRun(live.dir, hostOptions));
  }
}

async function isOverOrKept(live: LiveRun, id: string): Promise<boolean> {
  if (await isOver(live)) return true;
  const isKept = processesOf(id).some(({ role }) => role === 'keeper');
  if (!isKept && !FINAL_STATES.has(live.presence.state)) await ensureKeeper(live.dir, hostOptions);
  return false;
}

const isValidated = ({ state }: LiveRun): boolean =>
  [...state.checkpoints.values()].every(({ state: one }) => one !== 'waiting' && one !== 'validating');

function checkWhole(live: LiveRun, world: World, plan: Plan): string[] {
  return [
    ...checkLosses(live, world),
    ...checkModels(live, world, plan),
    ...checkValidations(live, world),
    ...checkLines(live.dir),
  ];
}

/** Every step once, in order, with the very loss of the undisturbed run. */
function checkLosses(live: LiveRun, { reference }: World): string[] {
  const losses = lossesOf(live);
  if (losses.join() === reference.losses.join()) return [];
  const at = reference.losses.findIndex((loss, i) => loss !== losses[i]);
  return [
    `${losses.length} steps for ${reference.losses.length}; the first that differs is ${at}: ${losses[at]} for ${reference.losses[at]}`,
  ];
}

function checkModels(live: LiveRun, { reference }: World, plan: Plan): string[] {
  const wrong = [...reference.models].map(([epoch, model]) => {
    const isMissing = !live.state.checkpoints.has(epoch);
    return isMissing ? checkMissing(live, epoch, plan) : checkModel(live, epoch, model);
  });
  const { best } = live.state;
  const isThere = !best || existsSync(path.join(live.dir, best.path, 'model.onnx'));
  return [...wrong, isThere ? '' : `the best, epoch ${best.epoch}, is not on disk`].filter(
    (one) => one !== '',
  );
}

function checkModel({ dir, state }: LiveRun, epoch: number, model: string): string {
  const found = modelOf(dir, state.checkpoints.get(epoch)?.path ?? '');
  return found === model
    ? ''
    : `model.onnx of epoch ${epoch} is ${found === 'missing' ? found : 'another one'}`;
}

/** Only if the system refused the trainer itself may a checkpoint be missing, and then this epoch's loss is reported. */
function checkMissing({ state }: LiveRun, epoch: number, plan: Plan): string {
  if (!refusesTheTrainer(plan)) return `epoch ${epoch} has no checkpoint, and nothing stood in its way`;
  const words = `the checkpoint of epoch ${epoch} was not written`;
  const isTold = state.logs.some(({ level, message }) => level !== 'info' && message.startsWith(words));
  return isTold ? '' : `epoch ${epoch} has no checkpoint, and nobody says why`;
}

/** What was validated has the very numbers; what failed says why. */
function checkValidations({ state }: LiveRun, { reference }: World): string[] {
  return [...state.checkpoints.values()].flatMap(({ epoch, state: how }) => {
    const map = state.validations.get(epoch)?.map;
    if (how === 'validated' && map !== reference.maps.get(epoch))
      return [`mAP of epoch ${epoch} is ${map}, not ${reference.maps.get(epoch)}`];
    const isTold = state.alerts.some((alert) => alert.rule === 'validation_failed' && alert.epoch === epoch);
    return how === 'failed' && !isTold ? [`the validation of epoch ${epoch} failed without a word`] : [];
  });
}

/** A killed writer leaves at most one torn line; everything else is whole. */
function checkLines(dir: string): string[] {
  return ['events.jsonl', 'keeper.jsonl', 'validation.jsonl'].flatMap((name) => {
    const file = path.join(dir, name);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    const torn = lines.filter((line) => line !== '' && !isWhole(line));
    return torn.length > 1 ? [`${name} has ${torn.length} lines that are not whole`] : [];
  });
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
