import { gradients } from '../graph/gradients';
import { Graph } from '../graph/graph';
import type { Feature } from '../graph/rows';
import { concat, rawConcat, rawSlice, transpose } from '../graph/shape';
import type { Tensor } from '../graph/tensor';
import { type DetectionLoss, detectionLoss, type LossGains } from '../loss/detection-loss';
import { anchorGrid } from '../model/anchors';
import { detector, STEM_PATCH } from '../model/detector';
import { GROUPS, type GroupName, type Layout, type ModelOptions } from '../model/layout';
import { type BatchStats, type BlockedMap, blockedBlocks, trainingBlocks } from '../model/training-blocks';
import { OPTIMIZERS, type OptimizerName, type StepRates } from '../optimizer/optimizer';
import { averageName, bufferName, nextName, STATS } from './train-state';

export type TrainingGraphOptions = ModelOptions & {
  readonly imgsz: number;
  readonly batch: number;
  readonly optimizer: OptimizerName;
  readonly loss: LossGains;
  /** Largest gradient norm; 0 does not clip. */
  readonly clip_grad: number;
  /** As Graph takes it; 0 if absent. */
  readonly channelBlock?: number;
};

/** The elements of `rates`, in this order. */
export const RATES = [
  'lr.weights',
  'lr.norm',
  'lr.bias',
  'momentum',
  'weight_decay',
  'ema_decay',
  'stats_decay',
  'correction1',
  'correction2',
] as const;
/** The elements of `losses`, in this order. */
export const LOSSES = ['total', 'box', 'cls', 'grad'] as const;

type Rates = Readonly<Record<(typeof RATES)[number], Tensor>>;

/** One step of training as one graph: forward, loss, backward, update, weight average, batch norm's statistics. */
export function trainingGraph(options: TrainingGraphOptions, layout: Layout): Graph {
  const graph = new Graph(options.channelBlock);
  const rates = ratesInput(graph);
  const flat = flatInputs(graph, layout);
  const parameters = splitParameters(layout, flat);
  const running = runningInputs(graph, layout);
  const expected = expectedMeans(layout, running.running_mean);
  const stats: BatchStats[] = [];
  const loss = forward(graph, { options, tensors: new Map([...parameters, ...expected]), stats });
  const found = gradients(graph, loss.total, [...parameters.values()]);
  const raw = joinGradients(layout, found);
  const norm = gradientNorm(raw);
  const clipped = options.clip_grad > 0 ? clip(raw, { norm, limit: options.clip_grad }) : raw;
  for (const group of GROUPS)
    updateGroup(graph, { group, options, rates, value: flat[group], gradient: clipped[group] });
  updateStats(graph, stats, { rates, running });
  const losses = [loss.total, loss.box, loss.cls, norm].map((t) => t.reshaped([1]));
  graph.output('losses', rawConcat(losses, 0));
  return graph;
}

function ratesInput(graph: Graph): Rates {
  const all = graph.input('rates', [RATES.length]);
  const entries = RATES.map((name, start) => [name, rawSlice(all, { axis: 0, start, length: 1 })]);
  return Object.fromEntries(entries) as Rates;
}

type PerGroup = Readonly<Record<GroupName, Tensor>>;

function flatInputs(graph: Graph, layout: Layout): PerGroup {
  const input = (group: GroupName): Tensor => graph.input(group, [layout.lengths[group]]);
  return { weights: input('weights'), norm: input('norm'), bias: input('bias') };
}

/** Each parameter as the matrix its layer works with. */
function splitParameters(layout: Layout, flat: PerGroup): Map<string, Tensor> {
  const parameters = new Map<string, Tensor>();
  for (const { name, group, offset, length, shape } of layout.parameters.values()) {
    const piece = rawSlice(flat[group], { axis: 0, start: offset, length });
    const rows = shape.length === 1 ? 1 : shape[0];
    parameters.set(name, piece.reshaped([rows, length / rows]));
  }
  return parameters;
}

type RunningStats = Readonly<Record<(typeof STATS)[number], Tensor>>;

function runningInputs(graph: Graph, layout: Layout): RunningStats {
  const input = (name: string): Tensor => graph.input(name, [layout.lengths.stats]);
  return { running_mean: input('running_mean'), running_var: input('running_var') };
}

/** The running mean of each batch norm, (1, C). */
function expectedMeans(layout: Layout, all: Tensor): Map<string, Tensor> {
  const norms = [...layout.norms.values()].map(({ name, offset, length }): [string, Tensor] => {
    const piece = rawSlice(all, { axis: 0, start: offset, length });
    return [`${name}.running_mean`, piece.reshaped([1, length])];
  });
  return new Map(norms);
}

type Forward = {
  readonly options: TrainingGraphOptions;
  /** Parameters and running means by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly stats: BatchStats[];
};

function forward(graph: Graph, { options, tensors, stats }: Forward): DetectionLoss {
  const heads = headsOf(graph, { options, tensors, stats });
  const rows = concat(
    heads.map((head) => head.rows),
    0,
  );
  const { rows: count } = anchorGrid(options.batch, options.imgsz);
  const inputs = {
    predictions: transpose(rows, [1, 0]),
    boxes: graph.input('boxes', [4, count]),
    classes: graph.input('classes', [1, count]),
  };
  return detectionLoss(inputs, options.loss);
}

function headsOf(graph: Graph, { options, tensors, stats }: Forward): Feature[] {
  const tensor = (name: string): Tensor => tensorOf(tensors, name);
  const image = patchesInput(graph, options);
  if (graph.channelBlock === 0) return detector(trainingBlocks(tensor, stats), image, options);
  const heads = detector<BlockedMap>(blockedBlocks(tensor, stats), image, options);
  return heads.filter((head) => 'rows' in head && 'batch' in head);
}

function tensorOf(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the layout has no parameter ${name}`);
  return tensor;
}

/** Images come as bytes, cut into patches, one a row (pack.ts). */
function patchesInput(graph: Graph, { batch, imgsz }: TrainingGraphOptions): Feature {
  const side = imgsz / STEM_PATCH;
  const rows = graph.input('patches', [batch * side * side, STEM_PATCH * STEM_PATCH * 3], 'uint8');
  return { rows, batch, height: side, width: side };
}

function joinGradients(layout: Layout, found: readonly Tensor[]): PerGroup {
  const all = [...layout.parameters.values()].map((parameter, i) => ({ parameter, gradient: found[i] }));
  const join = (group: GroupName): Tensor => {
    const own = all.filter(({ parameter }) => parameter.group === group);
    const parts = own.map(({ gradient, parameter }) => gradient.reshaped([parameter.length]));
    return rawConcat(parts, 0);
  };
  return { weights: join('weights'), norm: join('norm'), bias: join('bias') };
}

function gradientNorm(flat: PerGroup): Tensor {
  const squares = GROUPS.map((group) => flat[group].square().sum());
  return squares.reduce((a, b) => a.add(b)).sqrt();
}

/** torch.nn.utils.clip_grad_norm_: gradients times min(1, limit / (norm + 1e-6)). */
function clip(flat: PerGroup, { norm, limit }: { norm: Tensor; limit: number }): PerGroup {
  const factor = norm.graph.scalar(limit).div(norm.add(1e-6)).min(1);
  const clipped = (group: GroupName): Tensor => flat[group].mul(factor);
  return { weights: clipped('weights'), norm: clipped('norm'), bias: clipped('bias') };
}

type GroupUpdate = {
  readonly group: GroupName;
  readonly options: TrainingGraphOptions;
  readonly rates: Rates;
  readonly value: Tensor;
  readonly gradient: Tensor;
};

function updateGroup(graph: Graph, { group, options, rates, value, gradient }: GroupUpdate): void {
  const optimizer = OPTIMIZERS[options.optimizer];
  const names = optimizer.buffers.map((buffer) => bufferName(group, buffer));
  const buffers = names.map((name) => graph.input(name, value.shape));
  const stepRates: StepRates = {
    lr: rates[`lr.${group}`],
    momentum: rates.momentum,
    decay: group === 'weights' ? rates.weight_decay : graph.scalar(0),
    correction1: rates.correction1,
    correction2: rates.correction2,
  };
  const next = optimizer.update({ value, gradient, buffers }, stepRates);
  graph.output(nextName(group), next.value);
  for (const [i, name] of names.entries()) graph.output(nextName(name), next.buffers[i]);
  const name = averageName(group);
  const before = graph.input(name, value.shape);
  graph.output(nextName(name), averaged(before, next.value, rates.ema_decay));
}

/** decay before + (1 - decay) next. */
function averaged(before: Tensor, next: Tensor, decay: Tensor): Tensor {
  return next.add(before.sub(next).mul(decay));
}

/**
 * The averaged weights are normalized by the average, over the same updates, of the batch statistics. Running
 * statistics of the weights' own are dozens of steps behind them, and averaged once more even further: on 205 images
 * (BCCD) such a model finds nothing for six epochs, while its weights are good.
 */
function updateStats(
  graph: Graph,
  stats: readonly BatchStats[],
  { rates, running }: { rates: Rates; running: RunningStats },
): void {
  const rows = (tensor: Tensor): Tensor => tensor.reshaped([tensor.shape[1]]);
  // The running variance is the unbiased one, as in torch.
  const batch = {
    running_mean: stats.map(({ mean }) => rows(mean)),
    running_var: stats.map((s) => rows(s.variance.mul(s.count / (s.count - 1)))),
  };
  for (const name of STATS) {
    const next = averaged(running[name], rawConcat(batch[name], 0), rates.stats_decay);
    graph.output(nextName(name), next);
  }
}
