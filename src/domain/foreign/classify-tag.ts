// What a number of another program is, by the names that trainers use. Sources: Ultralytics (metrics/mAP50-95(B), val/box_loss,
// lr/pg0), PyTorch Lightning (train_loss_step, lr-SGD), RF-DETR (val/ema_mAP_50_95), MMDetection (coco/bbox_mAP_50, s0.loss_cls),
// torchmetrics (map_50), YOLOX (val/COCOAP50_95), LibreYOLO (train/loss/box), Keras (epoch_loss), Hugging Face (eval_loss).

/** `epochLoss`: the mean of an epoch, of a trainer that logs the loss of steps as well. */
export type TagKind = {
  readonly kind: 'loss' | 'epochLoss' | 'lr' | 'metric' | 'epoch';
  readonly name: string;
};

type TagSplit = 'train' | 'val' | 'test' | undefined;

/** The meaning of a scalar's tag, by the names that trainers use; undefined for any other. */
export function classifyTag(tag: string): TagKind | undefined {
  const last = tag.slice(tag.lastIndexOf('/') + 1);
  if (/^epoch$/i.test(last)) return { kind: 'epoch', name: 'epoch' };
  if (RATE.test(tag) && !/momentum|weight_decay/i.test(last))
    return { kind: 'lr', name: last.replace(/^(lr-|train_)/i, '') };
  const split = splitOf(tag);
  return /loss/i.test(tag) ? lossOf(tag, last, split) : metricOf(tag, last, split);
}

const RATE = /(^|\/|^train_)(lr|learning[_ ]rate)([-_/\d]|$)/i;

function splitOf(tag: string): TagSplit {
  const name = /^(train(?:ing)?|val(?:id(?:ation)?)?|eval|test)[/_]/i.exec(tag)?.[1].toLowerCase();
  if (name === undefined || name === 'test') return name;
  return name.startsWith('train') ? 'train' : 'val';
}

/** The losses of a DETR's inner layers, and those without their weights: the parts of the total are beside them. */
const INNER = /loss.*_(\d+|enc|unscaled)$|(^|\/)(d\d+\.|enc_)/i;

function lossOf(tag: string, last: string, split: TagSplit): TagKind | undefined {
  if (INNER.test(tag) || split === 'test') return undefined;
  const ofEpoch = /loss.*_epoch$/i.test(last);
  const part = withoutSplit(last)
    .replace(/_(step|epoch)$/i, (suffix) => (/loss.*_/i.test(last) ? '' : suffix))
    .replace(/_?loss$/i, '')
    .replace(/(^|\.)loss_/i, '$1');
  const name = part === '' || part === 'total' ? 'total' : part;
  if (ofEpoch) return split === 'val' ? undefined : { kind: 'epochLoss', name };
  return { kind: 'loss', name: split === 'val' ? `val_${name}` : name };
}

const withoutSplit = (name: string): string =>
  name.replace(/^(train(ing)?|val(id(ation)?)?|eval|test)(_|(?=loss$)|$)/i, '');

const CORE: readonly (readonly [RegExp, string])[] = [
  [/^m?ap([_@]?0?\.?50?[-:_](0?\.)?95)?$/i, 'map'],
  [/^m?ap[_@]?(0?\.50?|50)$/i, 'map50'],
  [/^m?ap[_@]?0?\.?75$/i, 'map75'],
  [/^(mean_|avg_|average_)?precision$/i, 'precision'],
  [/^(mean_|avg_|average_)?recall$/i, 'recall'],
];
/** Of masks and poses, as Ultralytics marks them by a letter. */
const OTHER_TASKS: Readonly<Record<string, string>> = {
  segm: '_m',
  mask: '_m',
  m: '_m',
  keypoints: '_p',
  keypoint: '_p',
  p: '_p',
};
/** What these folders hold is a result of validation, whatever its name. */
const RESULTS = /^((metrics|coco|pascal_voc|val(id(ation)?)?|eval)\/[^/]+|(val(id(ation)?)?|eval)_[^/]+)$/i;

function metricOf(tag: string, last: string, split: TagSplit): TagKind | undefined {
  // A metric of training images is not one of the model.
  if (split === 'train') return undefined;
  const name = metricName(withoutSplit(last));
  if (split === 'test') return name.isKnown ? { kind: 'metric', name: `test_${name.text}` } : undefined;
  return name.isKnown || RESULTS.test(tag) ? { kind: 'metric', name: name.text } : undefined;
}

/** `ema_segm_mAP_50` is ema_map50_m; a name that says nothing to us stays as it is. */
function metricName(own: string): { readonly text: string; readonly isKnown: boolean } {
  const [, ema = '', task = '', core, letter = ''] =
    /^(ema_)?(?:(bbox|box|segm|mask|keypoints?)_|coco(?=m?ap))?(.*?)(?:\(([A-Z])\))?$/i.exec(own) ?? [];
  const known = CORE.find(([pattern]) => pattern.test(core))?.[1];
  const suffix = OTHER_TASKS[(task || letter).toLowerCase()] ?? '';
  if (known !== undefined) return { text: `${ema.toLowerCase()}${known}${suffix}`, isKnown: true };
  return { text: letter === '' ? own : `${core}${suffix}`, isKnown: false };
}
