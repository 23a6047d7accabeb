import { nearestName } from '../../base/suggest';
import { inEnglish } from '../../base/words';
import { type Floor, type GateOutcome, judgeFloor, judgeNotWorse } from '../../domain/compare/gate';
import { isUnknown, type Limits } from '../../domain/compare/limits';
import { gateRecipeSentence } from '../../domain/compare/same-recipe';
import { boxesSentence, metricSentence } from '../../domain/compare/sentences';
import { type BoxesCompared, compareOpened, type DrawnCompared } from '../../engine/compare/compare-runs';
import { openAsked } from '../../engine/compare/evidence';
import { readState } from '../../engine/compare/run-detections';
import { bestOwn, ownMetricsOf } from '../../run/own-metrics';
import type { RunState } from '../../run/state';
import { badInput } from '../failure';
import { preciseScore } from '../output/numbers';
import type { RunReference } from '../run-reference';

/** One check that was made. */
export type Checked = {
  readonly check: string;
  readonly outcome: GateOutcome;
  readonly message: string;
  readonly numbers: Readonly<Record<string, number>>;
};

/** A run as the user named it, and where that is. */
export type NamedRun = RunReference & { readonly text: string };

/** Each floor against the report of the run's checkpoint. */
export async function checkFloors(run: NamedRun, floors: readonly Floor[]): Promise<Checked[]> {
  if (floors.length === 0) return [];
  const { epoch, metrics } = reportedOf(await readState(run.dir), run);
  return floors.map((floor) => {
    const value = metricOf(metrics, floor.metric, run);
    const check = `${floor.metric} >= ${floor.least}`;
    const message = `${check}: is ${preciseScore(value)}, epoch ${epoch}`;
    return {
      check,
      outcome: judgeFloor(floor, value),
      message,
      numbers: { value, epoch, least: floor.least },
    };
  });
}

type CheckedMetrics = { readonly epoch: number; readonly metrics: Readonly<Record<string, number>> };

/** Of the epoch that is asked for, else of the best; of a run that only its trainer validated its own numbers. */
function reportedOf(state: RunState, { text, epoch: asked }: NamedRun): CheckedMetrics {
  const { validations, best } = state;
  const epoch = asked ?? best?.epoch;
  const found = epoch === undefined ? undefined : validations.get(epoch);
  if (found) return { epoch: found.epoch, metrics: { ...numbersOf(found), ...found.named } };
  const own = ownMetricsOf(state);
  const ownFound = asked === undefined ? bestOwn(own) : own.find((one) => one.epoch === asked);
  if (!ownFound)
    throw badInput(`${text}: no validation to check${asked === undefined ? '' : ` of epoch ${asked}`}`);
  return { epoch: ownFound.epoch, metrics: numbersOf(ownFound) };
}

const METRICS = ['map', 'map50', 'map75', 'precision', 'recall', 'f1', 'fitness'] as const;

function numbersOf(
  report: Readonly<Partial<Record<(typeof METRICS)[number], number | undefined>>>,
): Record<string, number> {
  const present = METRICS.map((name) => [name, report[name]] as const);
  return Object.fromEntries(present.filter((one): one is [(typeof one)[0], number] => one[1] !== undefined));
}

function metricOf(metrics: CheckedMetrics['metrics'], name: string, { text }: NamedRun): number {
  const value = metrics[name];
  if (value !== undefined) return value;
  const near = nearestName(name, Object.keys(metrics));
  const has = near === undefined ? `it has ${Object.keys(metrics).join(', ')}` : `did you mean ${near}?`;
  throw badInput(`--min: ${text} has no metric ${name}, ${has}`);
}

/** RUN against the one before it, on the images of their val set. */
export async function checkNotWorse(run: NamedRun, base: NamedRun, margin: number): Promise<Checked> {
  const compared = await compareOpened(await openAsked(base), await openAsked(run));
  if (compared.kind === 'refused')
    throw badInput(`${base.text} (A), ${run.text} (B): ${inEnglish(compared.why)}`);
  const { map, low, high } = differenceOf(compared);
  if (Number.isNaN(map))
    throw badInput(`${base.text}, ${run.text}: the val set has no labels, so there is nothing to compare`);
  const outcome = judgeNotWorse({ low, high }, margin);
  const check = margin === 0 ? `not worse than ${base.text}` : `not worse than ${base.text} by ${margin}`;
  const names = { a: base.text, b: run.text };
  const limits = { map, low, high };
  const said = inEnglish(
    compared.kind === 'drawn' ? metricSentence(compared.metric, limits, names) : boxesSentence(limits, names),
  );
  const message = `${check}: ${said}${remark(compared, outcome, { limits, margin })}`;
  return { check, outcome, message, numbers: { map, low, high, margin } };
}

type Against = { readonly limits: Limits; readonly margin: number };

function remark(
  compared: BoxesCompared | DrawnCompared,
  outcome: GateOutcome,
  { limits, margin }: Against,
): string {
  if (outcome === 'undecided') return undecided(limits, margin);
  const { recipes } = compared.kind === 'drawn' ? compared : compared.compared;
  const ofRecipe = outcome === 'failed' ? gateRecipeSentence(recipes) : undefined;
  return ofRecipe ? `; ${inEnglish(ofRecipe)}` : '';
}

function undecided({ low, high }: Limits, margin: number): string {
  if (isUnknown({ low, high })) return '';
  return high < 0
    ? `; worse, but whether by more than ${margin} is not known`
    : '; noise alone can make such a difference, so it is not called worse';
}

function differenceOf(compared: BoxesCompared | DrawnCompared) {
  if (compared.kind === 'boxes') return compared.compared.comparison;
  return { ...compared.difference, map: compared.difference.difference };
}
