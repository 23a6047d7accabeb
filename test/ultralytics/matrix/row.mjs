// One model: trained whole, then stopped, paused and gone on with.
import path from 'node:path';
import {
  eventsOf,
  furthestOff,
  keeperSaid,
  lastWords,
  ownNames,
  ownNumbers,
  previewOf,
  processesOf,
  python,
  runCli,
  startCli,
  until,
  validationsOf,
  within,
  writeExperiment,
} from './bench.mjs';

const EQUAL = 1e-9;
const NEAR = 0.0005;
/** After a stop the keeper itself still ends. */
const LAST_PROCESS_MS = 10_000;
const COMMON = {
  trainer: 'ultralytics',
  batch: 8,
  nbs: 8,
  device: 'cpu',
  workers: 0,
  plots: false,
  amp: false,
  optimizer: 'AdamW',
  lr0: 0.005,
  mosaic: 0,
};

/** `given`: {name, model, task, imgsz, keys}; gives one cell for each column: {ok, note}. */
export async function checkModel(given, dir) {
  const data = given.task === 'classify' ? given.task : `${given.task}/data.yaml`;
  const keys = { ...COMMON, model: given.model, data, imgsz: given.imgsz, ...given.keys };
  const whole = await trainWhole(given, keys, dir);
  if (!whole.starts.ok) return whole;
  return { ...whole, ...(await interrupt(given, keys, dir)) };
}

async function trainWhole({ name, task }, keys, dir) {
  const run = path.join(dir, 'runs', name);
  const validation = { device: 'cpu', backlog: 'all' };
  const file = writeExperiment(dir, name, { ...keys, epochs: 2, warmup_epochs: 1, val: true, validation });
  const { code, err } = await runCli(['train', file, '--name', name], dir);
  const starts = { ok: code === 0, note: code === 0 ? '' : whyFailed(run, err, dir) };
  if (!starts.ok) return { starts };
  const preview = await previewOf(file, dir);
  const lr = Object.fromEntries(preview.groups.map((group) => [group.name, group.lr]));
  const off = furthestOff(run, (group, step) => lr[group]?.[step] ?? Number.NaN);
  const numbers = compareNumbers({ run, task, keys, dir });
  return { starts, preview: cell(off <= EQUAL, off), ...numbers, best: bestCell(run, task) };
}

const cell = (ok, value, note = '') => ({ ok, value, note });

/** What a person sees: the trainer's own last word, else the CLI's. */
function whyFailed(run, err, dir) {
  const told = eventsOf(run, 'end').at(-1)?.message ?? lastWords(err);
  return told.replaceAll(`${dir}/`, '').replaceAll(python, 'python'); // no paths of the machine
}

/** Each checkpoint as it is on disk: Pitwall's numbers against Ultralytics' own val with the trainer's rule. */
function compareNumbers({ run, task, keys, dir }) {
  const ours = validationsOf(run);
  const { validation: rule } = eventsOf(run, 'plan')[0];
  const options = {
    data: path.join(dir, keys.data),
    imgsz: keys.imgsz,
    ...(rule && { batch: rule.batch, rect: rule.rect }),
  };
  const own = ownNumbers(
    ours.map((report) => ({ pt: path.join(run, report.path, 'model.pt'), options })),
    dir,
  );
  const broken = own.find(({ error }) => error !== undefined);
  if (broken) return { metrics: cell(false, Number.NaN, broken.error) };
  const off = ours.map((report, i) => furthest(report, own[i].numbers, ownNames(task)));
  const most = Math.max(...off);
  const engine = ours[0]?.engine === 'ultralytics' ? "through the library's own val" : 'through ONNX';
  return {
    metrics: cell(ours.length === 2 && most <= NEAR, most, engine),
    top: Math.max(...ours.map(({ map }) => map)),
  };
}

function furthest(ours, own, names) {
  const off = Object.entries(names).map(([key, name]) => Math.abs(Number(ours[key]) - own[name]));
  return Math.max(...off);
}

/** The best by the trainer's own fitness, the latest of equals, against the one that Pitwall names. */
function bestCell(run, task) {
  const own = eventsOf(run, 'epoch').map(({ epoch, metrics = {} }) => ({
    epoch,
    value: fitnessOf(metrics, task),
  }));
  const theirs = own.reduce((best, now) => (now.value >= best.value ? now : best), own[0]);
  const ours = keeperSaid(run).findLast(({ type }) => type === 'best')?.epoch;
  return cell(
    theirs?.epoch === ours,
    ours,
    theirs?.epoch === ours ? '' : `${ours}, Ultralytics' ${theirs?.epoch}`,
  );
}

const fitnessOf = (metrics, task) => metrics.fitness ?? metrics[ownNames(task).map] ?? 0;

/** LR changed during the run, paused, gone on with, stopped. */
async function interrupt({ name }, keys, dir) {
  const control = `${name}-control`;
  const run = path.join(dir, 'runs', control);
  const file = writeExperiment(dir, control, {
    ...keys,
    epochs: 500,
    warmup_epochs: 0,
    val: false,
    validation: false,
    checkpoints: { keep_last: 2 },
  });
  const { done } = startCli(['train', file, '--name', control], dir);
  await until(`${control}: training`, () => eventsOf(run, 'step').length >= 2);
  const set = await runCli(['set', run, `lr=${0.4 * keys.lr0}`], dir);
  const paused = await runCli(['pause', run], dir);
  await done;
  const pause = cell(eventsOf(run, 'end').at(-1)?.reason === 'paused', paused.code);
  const resumed = startCli(['train', '--resume', run], dir);
  const again = () => eventsOf(run, 'hello').length > 1 && stepsSince(run).length >= 2;
  await until(`${control}: gone on`, again);
  const hello = eventsOf(run, 'hello').at(-1);
  const preview = await previewOf(file, dir);
  const stopped = await runCli(['stop', run], dir);
  await resumed.done;
  const isGone = await within(LAST_PROCESS_MS, () => processesOf(run).length === 0);
  const ends = eventsOf(run, 'end').at(-1)?.reason === 'stopped';
  return {
    stop: cell(stopped.code === 0 && ends && isGone, stopped.code),
    pause,
    resume: cell(hello.attempt === 2 && hello.fromStep > 0, hello.fromStep),
    kept: keptCell(run, preview, set),
  };
}

/** Steps of the present attempt. */
function stepsSince(run) {
  const { fromStep, t } = eventsOf(run, 'hello').at(-1);
  return eventsOf(run, 'step').filter((step) => step.t >= t && step.step >= fromStep);
}

/** The plan times the factor that was applied, at each step from the change on, before and after the resume. */
function keptCell(run, preview, set) {
  const { applied } = eventsOf(run, 'control').find(({ requested }) => requested?.type === 'lr') ?? {};
  if (!applied) return cell(false, Number.NaN, lastWords(set.err));
  const lr = Object.fromEntries(preview.groups.map((group) => [group.name, group.lr]));
  const factor = (step) => (step >= applied.step ? applied.factor : 1);
  const off = furthestOff(run, (group, step) => lr[group][step] * factor(step));
  return cell(off <= EQUAL, off);
}
