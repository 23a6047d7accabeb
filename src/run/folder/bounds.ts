const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * The most that is read of a file that another user may have written, by kind. Ten times and more of what honest ones
 * take, and so little that a host which reads one a second does not feel it. Logs have no bound: they are read in
 * pieces.
 */
export const MOST_BYTES = {
  /** run.json: the experiment as written, of 100,000 characters at most, and as resolved. A fault costs 20 times its bytes. */
  run: 2 * MIB,
  status: MIB,
  meta: MIB,
  /** control/<id>.json. */
  request: 64 * KIB,
  /** keeper.<n>.lock. */
  lock: 16 * KIB,
  signature: 16 * KIB,
  job: 16 * KIB,
  /** An experiment, a dataset YAML, the arguments of another trainer. */
  yaml: 16 * MIB,
  /** events.jsonl if a reader must know everything that an earlier one reported. */
  log: 512 * MIB - 1,
  /** A list of images, and results.csv read whole. */
  list: 256 * MIB,
  /** The labels of one image. */
  labels: 16 * MIB,
  image: 512 * MIB,
  /** Weights and optimizer of the builtin trainer. */
  state: 2048 * MIB - 1,
  /** An ONNX file: protobuf cannot have larger ones. */
  model: 2048 * MIB - 1,
  /** What is to be seen of one checkpoint: 240 images with 80 shapes of 40 points. */
  pictures: 32 * MIB,
  /** Detections of one checkpoint. */
  detections: 1024 * MIB,
  /** The columns of a run of some ten million steps. */
  columns: 2048 * MIB - 1,
} as const;

/** For a file system that does not answer: a reader gives up and says so. */
export const READ_MS = 10_000;
