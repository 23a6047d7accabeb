import { inEnglish, type Words, words } from '../../base/words';
import { type KeySpec, ownKey, ultralyticsKey, type ValueKind } from './key-spec';

// Names, kinds and defaults of Ultralytics' other arguments (facts of its 8.4 interface), so that its own args.yaml
// opens unchanged and a misspelt argument is found. Their values are passed on unread.
type Plain = readonly [key: string, kind: ValueKind, fallback: unknown, doc: string];

const TRAINING: readonly Plain[] = [
  [
    'task',
    'text',
    'detect',
    "Task of the model; other tasks than detect are validated by Ultralytics' own val.",
  ],
  ['mode', 'text', 'train', 'Always train here.'],
  [
    'resume',
    'any',
    false,
    'Goes on from a checkpoint (a path, or `true`: that of `model`) for the epochs that are left, by the arguments that it holds. A run of Pitwall is continued with --resume or Continue.',
  ],
  [
    'time',
    'number',
    null,
    'Hours to train; replaces epochs, and the LR curve is stretched after each epoch.',
  ],
  ['save', 'bool', true, 'Write checkpoints.'],
  ['cache', 'any', false, 'Keep images in memory (ram) or decoded on disk (disk).'],
  ['pretrained', 'any', true, 'Start from pretrained weights.'],
  ['cls_remap', 'bool', true, 'Map the class head of a pretrained model by class name.'],
  ['verbose', 'bool', true, 'More output.'],
  ['deterministic', 'bool', true, 'Deterministic operations.'],
  ['rect', 'bool', false, 'Rectangular batches.'],
  ['amp', 'any', true, 'Mixed precision.'],
  ['profile', 'bool', false, 'Measure export speed while training.'],
  ['freeze', 'any', null, 'Layers that are not trained.'],
  ['multi_scale', 'any', 0, 'Vary the image size by this share.'],
  ['compile', 'any', false, 'torch.compile.'],
  ['channels_last', 'any', null, 'Memory layout of tensors.'],
  ['overlap_mask', 'bool', true, 'Segmentation: masks may overlap.'],
  ['mask_ratio', 'int', 4, 'Segmentation: mask downsampling.'],
  ['dropout', 'number', 0, 'Classification: dropout.'],
  ['distill_model', 'any', null, 'Teacher model for distillation.'],
  ['dis', 'number', 6, 'Gain of the distillation loss.'],
  ['cls_pw', 'number', 0, 'Power of the inverse class frequency as class weight.'],
  ['pose', 'number', 12, 'Gain of the pose loss.'],
  ['kobj', 'number', 1, 'Gain of the keypoint objectness loss.'],
  ['rle', 'number', 1, 'Gain of the RLE loss.'],
  ['angle', 'number', 1, 'Gain of the angle loss.'],
  ['dlog', 'number', 1, 'Depth: gain of the log loss.'],
  ['dgrad', 'number', 0.5, 'Depth: gain of the gradient loss.'],
  ['dlam', 'number', 1, 'Depth: variance focus.'],
  ['degrees', 'number', 0, 'Largest rotation, degrees.'],
  ['shear', 'number', 0, 'Largest shear, degrees.'],
  ['perspective', 'number', 0, 'Perspective change.'],
  ['bgr', 'number', 0, 'Probability of swapping red and blue.'],
  ['cutmix', 'number', 0, 'Probability of CutMix.'],
  ['copy_paste', 'number', 0, 'Probability of copy-paste.'],
  ['copy_paste_mode', 'text', 'flip', 'How copy-paste works.'],
  ['auto_augment', 'any', 'randaugment', 'Classification: augmentation policy.'],
  ['erasing', 'number', 0.4, 'Classification: probability of random erasing.'],
  ['cfg', 'any', null, 'A YAML whose values replace the defaults.'],
];

const OTHER_MODES: readonly Plain[] = [
  ['split', 'text', 'val', 'Split that is validated.'],
  ['save_json', 'bool', false, 'Write COCO results.'],
  ['conf', 'number', null, "Confidence threshold of validation, also of Pitwall's; empty: 0.001."],
  ['iou', 'number', 0.7, "NMS threshold of validation, also of Pitwall's."],
  [
    'max_det',
    'int',
    300,
    'Most detections per image in validation; Ultralytics raises the default if an image has more objects.',
  ],
  ['classes', 'any', null, 'Only these classes are trained on and validated.'],
  ['agnostic_nms', 'bool', false, 'Validation: boxes of different classes suppress each other.'],
  ['quantize', 'any', null, 'Precision: 16 or 8 bits.'],
  ['int8', 'bool', null, 'Old name of quantize: 8.'],
  ['dnn', 'bool', false, 'ONNX through OpenCV.'],
  ['plots', 'bool', true, 'Draw plots.'],
  ['nms', 'any', null, 'NMS in the exported model.'],
  ['end2end', 'any', null, 'Head without NMS.'],
  ['optimize', 'bool', false, 'Export optimization.'],
  ['dynamic', 'bool', false, 'Export with dynamic shapes.'],
  ['simplify', 'bool', true, 'Simplify the exported graph.'],
  ['opset', 'any', null, 'ONNX opset of exports.'],
  ['workspace', 'any', null, 'TensorRT workspace, GiB.'],
  ['format', 'text', 'torchscript', 'Export format.'],
  ['keras', 'bool', false, 'Old export option.'],
];

// Prediction, display and removed arguments: args.yaml files of some version have them, and they do not affect
// training.
const INERT =
  'source vid_stride stream_buffer visualize augment retina_masks embed show save_frames save_txt ' +
  'save_conf save_crop show_labels show_conf show_boxes line_width tracker boxes hide_labels hide_conf line_thickness ' +
  'save_hybrid crop_fraction v5loader image_weights fl_gamma anchor_t min_memory noval nosave local_rank persist';

/** What Pitwall decides itself. */
export const DECIDED_BY_PITWALL: ReadonlyMap<string, Words> = new Map([
  ['project', words('runs go to runs/ beside the config, or to --runs')],
  ['name', words('a run is named by --name, or after its config and model')],
  ['exist_ok', words('a run never writes over another')],
  ['save_dir', words('each run has its own folder')],
]);

const row = ([key, kind, fallback, doc]: Plain): KeySpec =>
  ultralyticsKey({ key, kind, default: fallback, doc, trainers: ['ultralytics'] });

export const ULTRALYTICS_KEYS: readonly KeySpec[] = [
  ...TRAINING.map(row),
  ...OTHER_MODES.map(row),
  ...INERT.split(' ').map((key) => row([key, 'any', null, 'Not used in training.'])),
  ...[...DECIDED_BY_PITWALL].map(([key, why]) =>
    row([key, 'any', null, `Pitwall decides this: ${inEnglish(why)}.`]),
  ),
];

const share = { kind: 'number', min: 0, max: 1 } as const;

const AUGMENT: readonly KeySpec[] = [
  ultralyticsKey({ ...share, key: 'fliplr', default: 0.5, doc: 'Probability of a left-right flip.' }),
  ultralyticsKey({ ...share, key: 'flipud', default: 0, doc: 'Probability of an up-down flip.' }),
  ultralyticsKey({ ...share, key: 'hsv_h', default: 0.015, doc: 'Largest hue shift, as a share.' }),
  ultralyticsKey({ ...share, key: 'hsv_s', default: 0.7, doc: 'Largest saturation change, as a share.' }),
  ultralyticsKey({ ...share, key: 'hsv_v', default: 0.4, doc: 'Largest brightness change, as a share.' }),
  ultralyticsKey({
    ...share,
    key: 'translate',
    default: 0.1,
    doc: 'Largest shift, as a share of the image.',
  }),
  ultralyticsKey({
    kind: 'number',
    min: 0,
    list: true,
    key: 'scale',
    default: 0.5,
    doc: 'Zoom gain: 0.5 zooms between 0.5 and 1.5.',
  }),
  ultralyticsKey({ ...share, key: 'mosaic', default: 1, doc: 'Probability of joining four images in one.' }),
  ultralyticsKey({
    kind: 'int',
    min: 0,
    key: 'close_mosaic',
    default: 10,
    unit: 'epochs',
    doc: 'Train the last n epochs without mosaic and mixup; 0 keeps them to the end.',
  }),
  ultralyticsKey({ ...share, key: 'mixup', default: 0, doc: 'Probability of blending two images.' }),
  ownKey({
    ...share,
    key: 'cutout',
    default: 0,
    trainers: ['builtin'],
    doc: 'Probability of greying out random rectangles.',
  }),
];

const LOSS: readonly KeySpec[] = [
  ultralyticsKey({ kind: 'number', min: 0, key: 'box', default: 7.5, doc: 'Gain of the box loss.' }),
  ultralyticsKey({ kind: 'number', min: 0, key: 'cls', default: 0.5, doc: 'Gain of the class loss.' }),
  ultralyticsKey({
    kind: 'number',
    min: 0,
    key: 'dfl',
    default: 1.5,
    trainers: ['ultralytics'],
    doc: 'Gain of the box distance loss (distribution focal loss).',
  }),
  ownKey({
    ...share,
    key: 'label_smoothing',
    default: 0,
    trainers: ['builtin'],
    doc: 'Share of a class target that is spread; small defect sets profit from 0.05 to 0.1. Ultralytics no longer has it.',
  }),
];

export const AUGMENT_AND_LOSS_KEYS: readonly KeySpec[] = [...AUGMENT, ...LOSS];
