// The rows of the table, and what each must show. Steps measure; only this file judges.

export type Values = Readonly<Record<string, number | string | boolean>>;

/** What a step has to say of a row. */
export type Measured =
  | { readonly kind: 'measured'; readonly values: Values }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'broke'; readonly why: string };

export type Verdict = {
  /** `stand-in`: it ran with the CPU in CUDA's place, and says nothing of a GPU. */
  readonly state: 'passed' | 'failed' | 'skipped' | 'stand-in';
  readonly said: string;
};

type Row = {
  readonly id: string;
  readonly title: string;
  readonly goal: string;
  /** Whether the goal is met. */
  readonly holds: (values: Values) => boolean;
  readonly say: (values: Values) => string;
  /** What must hold without a GPU too; absent: the goal itself. */
  readonly standsIn?: (values: Values) => boolean;
};

const num = (values: Values, key: string): number => Number(values[key]);
const fixed = (values: Values, key: string, digits = 1): string => num(values, key).toFixed(digits);
const ran = (key: string) => (values: Values) => num(values, key) > 0;

const parity = (id: string, precision: string, most: number): Row => ({
  id,
  title: `${precision}: mAP on CUDA and on the CPU`,
  goal: `difference at most ${most}`,
  holds: (v) => Math.abs(num(v, 'cuda') - num(v, 'cpu')) <= most && num(v, 'cpu') > 0,
  say: (v) => `${fixed(v, 'cuda', 4)} and ${fixed(v, 'cpu', 4)} (${v.model})`,
});

const share = (id: string, model: string): Row => ({
  id,
  title: `${model}: the validator over the bare session, batch 64`,
  goal: 'at least 95 %',
  holds: (v) => num(v, 'validator') >= 0.95 * num(v, 'session'),
  say: (v) =>
    `${fixed(v, 'validator')} over ${fixed(v, 'session')} images/s, ${((100 * num(v, 'validator')) / num(v, 'session')).toFixed(1)} %`,
  standsIn: (v) => num(v, 'validator') > 0 && num(v, 'session') > 0,
});

const headline = (id: string, title: string, key: string): Row => ({
  id,
  title,
  goal: 'at least 1,000 images/s',
  holds: (v) => num(v, key) >= 1000,
  say: (v) => `${fixed(v, key)} images/s on ${v.card}`,
  standsIn: ran(key),
});

export const ROWS: readonly Row[] = [
  {
    id: 'provider',
    title: 'the CUDA provider is installed and loads',
    goal: 'a convolution runs on it',
    holds: (v) => v.available === true,
    say: (v) => `${v.installed}: ${v.reason}`,
    // A stub of the driver: the provider loads, and the CUDA runtime refuses it.
    standsIn: (v) => /CUDA error 35/.test(String(v.reason)),
  },
  parity('parity-fp32', 'FP32', 0.0005),
  parity('parity-fp16', 'FP16', 0.001),
  share('share-yolov8n', 'yolov8n'),
  share('share-trained', 'a model trained by Ultralytics'),
  {
    id: 'versus-ultralytics',
    title: "the validator over Ultralytics' val (PyTorch FP16), same card",
    goal: 'at least 1.5 x',
    holds: (v) => num(v, 'validator') >= 1.5 * num(v, 'ultralytics'),
    say: (v) =>
      `${fixed(v, 'validator')} over ${fixed(v, 'ultralytics')} images/s, ${(num(v, 'validator') / num(v, 'ultralytics')).toFixed(2)} x`,
    standsIn: (v) => num(v, 'validator') > 0 && num(v, 'ultralytics') > 0,
  },
  headline('headline-session', 'YOLOv8n FP16, the session alone', 'session'),
  headline('headline-whole', 'YOLOv8n FP16 with everything', 'whole'),
  {
    id: 'beside',
    title: 'training is slowed by validation beside it',
    goal: 'at most 3 %',
    holds: (v) => num(v, 'beside') >= 0.97 * num(v, 'alone') && num(v, 'validated') > 0,
    say: (v) =>
      `${fixed(v, 'beside')} images/s beside ${v.validated} validations, ${fixed(v, 'alone')} alone`,
    standsIn: (v) => num(v, 'beside') > 0 && num(v, 'alone') > 0 && num(v, 'validated') > 0,
  },
  {
    id: 'stop',
    title: 'a stop frees the memory of the card',
    goal: 'within 100 MB of what it was before, and no process left',
    holds: (v) => num(v, 'after') <= num(v, 'before') + 100 && num(v, 'left') === 0,
    say: (v) =>
      `${v.before} MB before, ${v.during} while it trained, ${v.after} after; ${v.left} processes left`,
    standsIn: (v) => num(v, 'left') === 0,
  },
  {
    id: 'auto-batch',
    title: 'batch: -1 trains with a batch that the library found',
    goal: 'a batch of 1 or more, and an end',
    holds: (v) => num(v, 'batch') >= 1 && v.state === 'completed',
    say: (v) => `batch ${v.batch}, ${v.state}`,
  },
  {
    id: 'out-of-memory',
    title: 'out of memory: validation goes on in smaller batches',
    goal: 'a smaller batch, the same mAP',
    holds: (v) => num(v, 'batch') < num(v, 'asked') && Math.abs(num(v, 'map') - num(v, 'expected')) <= 0.0005,
    say: (v) =>
      `batch ${v.asked} became ${v.batch}; mAP ${fixed(v, 'map', 4)}, ${fixed(v, 'expected', 4)} with room`,
  },
  {
    id: 'builtin',
    title: 'the builtin trainer on CUDA: losses of its first 50 steps as on the CPU',
    goal: 'each within 1 %',
    holds: (v) => num(v, 'steps') >= 50 && num(v, 'worst') <= 0.01,
    say: (v) => `${v.steps} steps, at worst ${(100 * num(v, 'worst')).toFixed(3)} % apart`,
  },
];

export type Table = Readonly<Record<string, Measured>>;

/** What a measurement means for its row. Without a GPU a goal of speed is not judged. */
export function judge(row: Row, measured: Measured | undefined, hasGpu: boolean): Verdict {
  if (measured === undefined) return { state: 'failed', said: 'no step measured it' };
  if (measured.kind === 'skipped') return { state: 'skipped', said: measured.why };
  if (measured.kind === 'broke') return { state: 'failed', said: measured.why };
  return hasGpu ? judgeGoal(row, measured.values) : judgeStandIn(row, measured.values);
}

const judgeGoal = (row: Row, values: Values): Verdict => ({
  state: row.holds(values) ? 'passed' : 'failed',
  said: row.say(values),
});

const judgeStandIn = (row: Row, values: Values): Verdict => ({
  state: (row.standsIn ?? row.holds)(values) ? 'stand-in' : 'failed',
  said: row.say(values),
});
