import { closeSync, existsSync } from 'node:fs';
import path from 'node:path';
import { sleep } from '../../base/async';
import { isBadInput } from '../../base/bad-input';
import { askAndWait } from '../../engine/control/ask';
import { experimentNow } from '../../engine/control/follow-folder';
import { type LiveRun, openRun } from '../../engine/runs/live-run';
import { viewRun } from '../../engine/runs/view-run';
import { ruleParams } from '../../protocol/rule-params';
import type { ValidateParams } from '../../protocol/validator';
import { checkpointPath } from '../../run/files';
import { openToReadSync } from '../../run/folder/read-file';
import type { RunState } from '../../run/state';
import type { Validation } from '../../run/validation';
import { badInput, CliFailure } from '../failure';
import type { CliIo } from '../io';
import { resolveRun } from '../run-reference';
import { mayAct, refusalOf, requireActing } from '../trust';

/** A model to validate, or what the library that trained it has just said of it: only that can judge it. */
export type CheckpointTarget =
  | (Pick<ValidateParams, 'model' | 'data'> & Partial<ValidateParams> & { readonly kind: 'model' })
  | { readonly kind: 'judged'; readonly report: Validation; readonly data: string };

/** The checkpoint that RUN[@epoch] names, with the dataset and the validation settings of its experiment. */
export async function checkpointToValidate(
  io: CliIo,
  reference: string,
  word: CheckpointOptions,
): Promise<CheckpointTarget> {
  const { dir, epoch: asked } = resolveRun(io, reference);
  // The dataset that a run names is read only if the run is this user's own.
  const mayReadItsData = await mayAct(io, dir, word.trust);
  if (!mayReadItsData && !word.namesData) throw badInput(`${await refusalOf(dir)}; or give --data DATA.yaml`);
  const state = await readRunState(dir);
  const epoch = asked ?? state.best?.epoch ?? newestKept(state);
  if (epoch === undefined) throw badInput(`${reference}: the run has no checkpoint yet`);
  const model = path.join(dir, checkpointPath(epoch), 'model.onnx');
  const settings = settingsOf(state, reference);
  const isPickle = !existsSync(model) && existsSync(path.join(dir, checkpointPath(epoch), 'model.pt'));
  const report = isPickle ? await openPickle(io, dir, epoch, word.trust) : undefined;
  if (report) return { kind: 'judged', report, data: settings.data };
  if (!isPlainFile(model, dir))
    throw badInput(`${reference}: no checkpoint of epoch ${epoch}${keptEpochs(state)}`);
  return { kind: 'model', model, ...settings };
}

/**
 * Another program's .pt becomes ONNX because this user asks for it: the run's keeper has it exported and validated, so
 * that charts and lists have it too. If only its library can judge it, or is set to, there is no ONNX, but its report. Throws
 * the error of Python or the validator if that failed.
 */
async function openPickle(
  io: CliIo,
  dir: string,
  epoch: number,
  trust?: boolean,
): Promise<Validation | undefined> {
  await requireActing(io, dir, trust);
  const since = Date.now();
  const answer = await askAndWait(
    dir,
    { type: 'validate', epoch },
    { installDir: io.installDir, from: 'cli' },
  );
  if (!answer?.ok) throw new CliFailure(1, `${dir}: ${answer?.message ?? 'no answer to validate in 15 s'}`);
  const live = await openRun(dir);
  try {
    return await openedOrJudged(live, { dir, epoch, since });
  } finally {
    live.dispose();
  }
}

type Expected = { readonly dir: string; readonly epoch: number; readonly since: number };

/** Waits until there is an ONNX file, or the library's report. */
async function openedOrJudged(
  live: LiveRun,
  { dir, epoch, since }: Expected,
): Promise<Validation | undefined> {
  while (!existsSync(path.join(dir, checkpointPath(epoch), 'model.onnx'))) {
    const report = live.state.validations.get(epoch);
    if (report?.engine === 'ultralytics' && report.t >= since) return report;
    const failure = live.state.alerts.findLast(
      (a) => a.epoch === epoch && a.t >= since && a.severity === 'error',
    );
    if (failure) throw new CliFailure(1, `${dir}: epoch ${epoch}: ${failure.message}`);
    await sleep(200);
    await live.refresh();
  }
  return undefined;
}

/** What a person gave besides the run: their trust, and a dataset of their own. */
type CheckpointOptions = { readonly trust?: boolean; readonly namesData: boolean };

/** A model that is a link, or is behind one, does not belong to the run. Throws for it. */
function isPlainFile(file: string, root: string): boolean {
  try {
    closeSync(openToReadSync(file, { root }));
    return true;
  } catch (error) {
    if (isBadInput(error)) throw error;
    return false;
  }
}

/** Everything that a run's files say now. */
export async function readRunState(dir: string): Promise<RunState> {
  return (await viewRun(dir)).state;
}

function settingsOf(
  state: RunState,
  reference: string,
): Pick<ValidateParams, 'data'> & Partial<ValidateParams> {
  if (!state.run) throw badInput(`${reference}: run.json holds no experiment`);
  const { validation, data, imgsz, single_cls } = experimentNow(state.run, state.plan?.dataset);
  const { device, batch, half } = validation;
  // Judged as the run's own validations were, so that the numbers are the same.
  const rule = validation.rule === 'standard' ? undefined : state.plan?.validation;
  return { data, device, batch, half, single_cls, ...(imgsz > 0 && { imgsz }), ...ruleParams(rule) };
}

const newestKept = (state: RunState): number | undefined =>
  [...state.checkpoints.values()].filter((checkpoint) => checkpoint.kept).at(-1)?.epoch;

function keptEpochs(state: RunState): string {
  const kept = [...state.checkpoints.values()].filter((checkpoint) => checkpoint.kept).map((c) => c.epoch);
  return kept.length > 0 ? `; kept are ${kept.join(', ')}` : '';
}
