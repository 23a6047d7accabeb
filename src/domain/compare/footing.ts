import { type Words, words } from '../../base/words';
import type { GroundTruth } from '../evaluation/types';
import { alignImages } from './align';
import type { DetectionRecord, DetectionRule } from './record';
import { foldClasses, keepAbove, keepFirst } from './reduce';
import { SIDES } from './sides';

/** Share of an image's longer side by which single precision and a conversion from a model's input may move a label. */
const ROUNDING = 1e-4;

/** Two records that may be judged against each other, or why they may not. */
export type Footing =
  | {
      readonly kind: 'common';
      readonly truth: GroundTruth;
      readonly a: DetectionRecord;
      readonly b: DetectionRecord;
      readonly classes: readonly string[];
      /** What differed and was brought to one basis. */
      readonly said: readonly Words[];
    }
  | Refused;

/** The sentence names what differs, with both values. */
export type Refused = { readonly kind: 'refused'; readonly why: Words };

/**
 * Every comparison starts here: brings two records to one basis and says how, or refuses and names what differs.
 * Swapped records give the swapped basis.
 */
export function bringToOneFooting(first: DetectionRecord, second: DetectionRecord): Footing {
  const refused = ruleRefusal(first.header.rule, second.header.rule);
  if (refused) return { kind: 'refused', why: refused };
  const aligned = alignImages(first, second);
  if (aligned.kind === 'refused') return aligned;
  const said = [...aligned.said];
  const rules = [first.header.rule, second.header.rule] as const;
  let sides: Sides = [aligned.a, aligned.b];
  for (const level of LEVELS) {
    const step = level(sides, rules);
    sides = step.sides;
    said.push(...step.said);
  }
  const [a, b] = sides;
  if (truthDiffers(a, b)) return { kind: 'refused', why: LABELS_READ_DIFFERENTLY };
  const [longer] = [a, b].sort((x, y) => y.header.classes.length - x.header.classes.length);
  const { classes } = longer.header;
  const { truth } = exactest(a, b);
  return { kind: 'common', truth: { ...truth, classes: classes.length }, a, b, classes, said };
}

/** Both are judged on the labels that were converted least, in whichever order the two were given. */
function exactest(a: DetectionRecord, b: DetectionRecord): DetectionRecord {
  const exactness = ({ header: { digests, rule } }: DetectionRecord): number =>
    digests ? Number.POSITIVE_INFINITY : rule.imgsz;
  return exactness(b) > exactness(a) ? b : a;
}

const LABELS_READ_DIFFERENTLY = words(
  'the labels of the val set were read differently for {0} and for {1}: validate the older one again',
  SIDES.a,
  SIDES.b,
);

type Fixed = { readonly name: Words; readonly of: (rule: DetectionRule) => string | number };

/** What cannot be brought to one basis: other boxes would have been found. */
const FIXED: readonly Fixed[] = [
  { name: words('the rule of detection'), of: ({ name }) => name },
  { name: words('the split'), of: ({ split }) => split },
  { name: words('the EXIF orientation of images'), of: ({ exif }) => exif },
  { name: words('the IoU of NMS'), of: ({ iou }) => iou },
  { name: words('agnostic_nms'), of: ({ agnostic }) => (agnostic ? 'true' : 'false') },
  { name: words('the choice of classes'), of: ({ classes }) => classes?.join(' ') ?? 'all' },
];

function ruleRefusal(a: DetectionRule, b: DetectionRule): Words | undefined {
  const other = FIXED.find(({ of }) => of(a) !== of(b));
  return (
    other &&
    words('{0} differs: {1} for {3}, {2} for {4}', other.name, other.of(a), other.of(b), SIDES.a, SIDES.b)
  );
}

type Sides = readonly [DetectionRecord, DetectionRecord];
type Rules = readonly [DetectionRule, DetectionRule];
type Level = (sides: Sides, rules: Rules) => { readonly sides: Sides; readonly said: readonly Words[] };

const map = ([a, b]: Sides, change: (side: DetectionRecord) => DetectionRecord): Sides => [
  change(a),
  change(b),
];

const levelImgsz: Level = (sides, [a, b]) => ({
  sides,
  said:
    a.imgsz === b.imgsz
      ? []
      : [
          words(
            '{2} was validated at {0} pixels, {3} at {1}: both by the original images',
            a.imgsz,
            b.imgsz,
            SIDES.a,
            SIDES.b,
          ),
        ],
});

const levelConf: Level = (sides, [a, b]) => {
  if (a.conf === b.conf) return { sides, said: [] };
  const conf = Math.max(a.conf, b.conf);
  const said = words(
    'confidence began at {0} for {3}, at {1} for {4}: both from {2} on',
    a.conf,
    b.conf,
    conf,
    SIDES.a,
    SIDES.b,
  );
  return { sides: map(sides, (side) => keepAbove(side, conf)), said: [said] };
};

/** Before the limit on detections, which this makes room for. */
const levelClasses: Level = (sides, [a, b]) => {
  if (a.single_cls === b.single_cls) return { sides, said: [] };
  const said = words(
    'single_cls is {0} for {2}, {1} for {3}: both by one class',
    String(a.single_cls),
    String(b.single_cls),
    SIDES.a,
    SIDES.b,
  );
  return {
    sides: map(sides, (side) => (side.header.rule.single_cls ? side : foldClasses(side))),
    said: [said],
  };
};

const levelLimit: Level = (sides, [a, b]) => {
  if (a.max_det === b.max_det) return { sides, said: [] };
  const most = Math.min(a.max_det, b.max_det);
  const said = words(
    'detections of an image ended at {0} for {3}, at {1} for {4}: the first {2} of both',
    a.max_det,
    b.max_det,
    most,
    SIDES.a,
    SIDES.b,
  );
  return { sides: map(sides, (side) => keepFirst(side, most)), said: [said] };
};

const LEVELS: readonly Level[] = [levelImgsz, levelConf, levelClasses, levelLimit];

/** Whether two records of the same images hold other labels, as when versions of Pitwall read a label file differently. */
function truthDiffers({ truth: a, header }: DetectionRecord, { truth: b }: DetectionRecord): boolean {
  if (a.image.length !== b.image.length) return true;
  const { sizes } = header;
  return a.image.some((image, i) => {
    if (image !== b.image[i] || a.class[i] !== b.class[i]) return true;
    const most = ROUNDING * Math.max(sizes[2 * image], sizes[2 * image + 1]);
    return [0, 1, 2, 3].some((k) => Math.abs(a.boxes[4 * i + k] - b.boxes[4 * i + k]) > most);
  });
}
