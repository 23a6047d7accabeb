import { keySpec } from '../../experiment/key-table';
import type { Context } from '../context';
import { argumentsOf } from '../evaluate';
import { field, lastName, type PyNode } from '../node';
import { plain, type Scope, type Value } from '../value';

const DETECTORS = new Set(['YOLO', 'YOLOE', 'YOLOWorld', 'RTDETR', 'NAS']);
/** Decided elsewhere; the LR does not depend on them. */
const IGNORED = new Set(['project', 'name', 'exist_ok', 'save_dir', 'resume', 'model', 'trainer']);

export function detector(name: string, positional: readonly Value[]): Value | undefined {
  if (!DETECTORS.has(name)) return undefined;
  const model = positional[0];
  return { kind: 'detector', model: model?.kind === 'string' ? model.value : 'yolo11n.pt' };
}

/** A `YOLO(...).train(...)` call as the text of an experiment file, so that one parser and one advice serve both. */
export function trainCall(call: PyNode, scope: Scope, context: Context): string | undefined {
  const callee = field(call, 'function');
  const list = field(call, 'arguments');
  const object = callee && field(callee, 'object');
  if (!list || !object || callee?.type !== 'attribute' || lastName(callee.text) !== 'train') return undefined;
  const owner = context.evaluate(object, scope);
  const { named } = argumentsOf(list, scope, context);
  if (owner.kind !== 'detector' && !looksLikeTraining(named)) return undefined;
  const model = owner.kind === 'detector' ? owner.model : 'yolo11n.pt';
  return ['trainer: ultralytics', `model: ${JSON.stringify(model)}`, ...lines(named, context)].join('\n');
}

/** PyTorch's own model.train() takes no such arguments. */
function looksLikeTraining(named: ReadonlyMap<string, Value>): boolean {
  return named.has('data') && [...named.keys()].some((name) => keySpec(name)?.shapesSchedule);
}

function lines(named: ReadonlyMap<string, Value>, { assume, t }: Context): readonly string[] {
  return [...named].flatMap(([name, value]) => {
    if (IGNORED.has(name)) return [];
    const json = JSON.stringify(plain(value));
    if (json !== undefined && value.kind !== 'unknown') return [`${name}: ${json}`];
    if (keySpec(name)?.shapesSchedule) assume(t('{0} is not known: its default is assumed.', name));
    return [];
  });
}
