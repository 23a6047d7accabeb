import type { Column } from '../../domain/run/columns';
import { STEP_KEYS } from '../../domain/run/step-series';
import { readNumber } from '../../json/number';
import {
  addSlot,
  closeSkeleton,
  createSkeleton,
  matchLead,
  moveSkeleton,
  type Skeleton,
} from '../../json/skeleton';
import type { StepEvent, TrainerEvent } from '../../run/events';
import { parseEventLine } from '../../run/parse-entry';
import type { StepColumns } from '../../run/state';

/**
 * The places of the numbers of such a line: number `slot` goes to `column`. A slot below zero is a number that the line
 * does not have.
 */
type ColumnSlot = { readonly column: Column; readonly slot: number };

type Pattern = {
  readonly skeleton: Skeleton;
  readonly row: Float64Array;
  readonly step: number;
  readonly epoch: number;
  readonly targets: readonly ColumnSlot[];
};

/** Strings are skipped, so that a number within one is not taken for a value. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const ABSENT = -1;
/** If so many learnt lines were like none that followed, each is written in a way of its own. */
const MOST_VAIN = 16;

/**
 * Steps are nearly all lines of a log, and a writer gives each the same keys in the same order: a line whose bytes
 * between the numbers equal those of an earlier line is read number by number into the columns, and neither a string
 * nor an object is made of it. The caller reads every other line.
 */
export class StepLines {
  readonly #steps: StepColumns;
  #bytes: Uint8Array = new Uint8Array();
  #pattern: Pattern | undefined;
  #vain = 0;

  constructor(steps: StepColumns) {
    this.#steps = steps;
  }

  /** The bytes that positions refer to from now on. */
  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    if (this.#pattern) moveSkeleton(this.#pattern.skeleton, bytes);
  }

  /** Names of groups may have changed. */
  forget(): void {
    this.#pattern = undefined;
  }

  /** Learns the line at `start`, which was read as a step and appended, and which a line feed ends at `end`. */
  learn(line: string, start: number, groups: readonly string[]): void {
    if (this.#vain++ > MOST_VAIN) return;
    this.#pattern = patternOf(this.#steps, line, groups);
    const end = start + line.length;
    if (this.#pattern && !trace(this.#pattern.skeleton, this.#bytes, { line, start, end })) this.forget();
  }

  /**
   * Appends the step whose line begins at `start`. Returns the start of the next line, or -1 for a line unlike the
   * learnt one.
   */
  take(start: number): number {
    const pattern = this.#pattern;
    if (!pattern) return -1;
    const end = readRow(pattern, this.#bytes, start);
    if (end < 0 || !append(pattern, this.#steps.step)) return -1;
    this.#vain = 0;
    return end;
  }
}

function readRow({ skeleton, row }: Pattern, bytes: Uint8Array, start: number): number {
  let pos = start;
  for (let slot = 0; slot < skeleton.slots; slot++) {
    const value = matchLead(skeleton, slot, pos);
    if (value < 0 || hasLeadingZero(bytes, value)) return -1;
    pos = readNumber(bytes, value, row, slot);
    if (pos < 0) return -1;
  }
  return matchLead(skeleton, skeleton.slots, pos);
}

/** 01 is not a number in JSON. */
function hasLeadingZero(bytes: Uint8Array, start: number): boolean {
  const first = bytes[start] === 45 ? start + 1 : start;
  return bytes[first] === 48 && bytes[first + 1] >= 48 && bytes[first + 1] <= 57;
}

/** A step that is not a valid step number, or that is done again, takes the longer way. */
function append({ row, step, epoch, targets }: Pattern, steps: Column): boolean {
  const last = steps.length === 0 ? ABSENT : steps.at(steps.length - 1);
  if (!(isCount(row[step]) && row[step] > last && isCount(row[epoch]) && row[epoch] >= 1)) return false;
  for (const { column, slot } of targets) column.push(slot === ABSENT ? Number.NaN : row[slot]);
  return true;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/**
 * The line with the index of each number in its place shows what each number is; undefined for lines not worth
 * learning.
 */
function patternOf(steps: StepColumns, line: string, groups: readonly string[]): Pattern | undefined {
  let count = 0;
  // From 1, since no epoch is 0.
  const marked = line.replace(TOKENS, (token) => (token.startsWith('"') ? token : String(++count)));
  const { value } = parseEventLine(marked);
  const targets = isStep(value) ? targetsOf(steps, value, groups) : undefined;
  if (!isStep(value) || !targets?.every(({ slot }) => Number.isInteger(slot))) return undefined;
  return {
    skeleton: createSkeleton(new Uint8Array()),
    row: new Float64Array(count),
    step: value.step - 1,
    epoch: value.epoch - 1,
    targets,
  };
}

const isStep = (event: TrainerEvent | undefined): event is StepEvent => event?.type === 'step';

/** Every column once, or undefined if the line does not have a number for each that is named. */
function targetsOf(
  steps: StepColumns,
  event: StepEvent,
  groups: readonly string[],
): ColumnSlot[] | undefined {
  const named = [
    ...event.lr.map((mark, i): Mark => [steps.lr.get(groups[i] ?? `group${i}`), mark]),
    ...Object.entries(event.loss).map(([name, mark]): Mark => [steps.loss.get(name), mark]),
  ];
  const columns = new Set(named.map(([column]) => column));
  if (columns.size !== steps.lr.size + steps.loss.size) return undefined;
  const { step, epoch, t } = event;
  const plain: Mark[] = [
    [steps.step, step],
    [steps.epoch, epoch],
    [steps.t, t],
    ...STEP_KEYS.map((key): Mark => [steps[key], event[key] ?? 0]),
  ];
  return [...plain, ...named].flatMap(([column, mark]) => (column ? [{ column, slot: mark - 1 }] : []));
}

type Mark = readonly [Column | undefined, number];
type LineSpan = { readonly line: string; readonly start: number; readonly end: number };

/** Records the bytes between the numbers; false if they cannot be compared, such as bytes that are not ASCII. */
function trace(skeleton: Skeleton, bytes: Uint8Array, { line, start, end }: LineSpan): boolean {
  moveSkeleton(skeleton, bytes);
  let lead = start;
  for (const { 0: token, index } of line.matchAll(TOKENS)) {
    if (token.startsWith('"')) continue;
    addSlot(skeleton, lead, start + index, skeleton.slots);
    lead = start + index + token.length;
  }
  if (bytes[end] !== 10) return false;
  closeSkeleton(skeleton, lead, end + 1);
  return skeleton.complete;
}
