type Traits = {
  /** Code of ours on onnxruntime: the data set and all settings are checked as it would read them. */
  readonly isOwn: boolean;
  /** Ultralytics, in the user's Python: its schedule, its arguments, data sets that it knows by name, .pt checkpoints. */
  readonly isUltralytics: boolean;
  /** Watches for divergence itself and applies on_divergence; else the keeper does. */
  readonly judgesDivergence: boolean;
  /**
   * A reader beside the program that trains, whose plan and settings are what it says; if only the reader dies, another takes its
   * place.
   */
  readonly isReader: boolean;
  /** Goes back to a checkpoint of its own. */
  readonly rewinds: boolean;
};

/**
 * The kinds of trainer. An entry here and a folder of this name in src/trainers, whose main.ts is bundled and started with
 * the run folder and `--attempt N`, are a trainer; it writes src/run/events.ts. Choices, schema, checks, the keeper and
 * the check of run.json follow. src/keeper/trainer-process.ts starts those that need more.
 */
export const TRAINERS = {
  builtin: { isOwn: true, isUltralytics: false, judgesDivergence: true, isReader: false, rewinds: true },
  ultralytics: { isOwn: false, isUltralytics: true, judgesDivergence: false, isReader: false, rewinds: true },
  command: { isOwn: false, isUltralytics: false, judgesDivergence: false, isReader: true, rewinds: false },
} as const satisfies Readonly<Record<string, Traits>>;

export type TrainerKind = keyof typeof TRAINERS;

// Object.keys is typed for objects that may have further keys; this table has none.
export const TRAINER_KINDS = Object.keys(TRAINERS) as TrainerKind[];
