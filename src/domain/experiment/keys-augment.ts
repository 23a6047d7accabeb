import { type KeySpec, ownKey, ultralyticsKey } from './key-spec';

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
