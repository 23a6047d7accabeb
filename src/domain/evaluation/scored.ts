/**
 * Judged detections of every class, best score first (ties by image, then the order they came in), and the ground truth
 * that counts. This is all that AP needs, for the images as they are or with each image counted any number of times.
 */
export type Scored = {
  readonly images: number;
  readonly classes: number;
  readonly thresholds: number;
  /** Class c has the indices start[c]..start[c+1] of the next four arrays. */
  readonly start: Uint32Array;
  readonly image: Uint32Array;
  readonly scores: Float64Array;
  /** Bit t: true positive at IoU threshold t. */
  readonly hit: Int32Array;
  /** Bit t: counts neither way there. */
  readonly ignored: Int32Array;
  /** Class c has the indices truthStart[c]..truthStart[c+1] of truthImage, one for each ground truth. */
  readonly truthStart: Uint32Array;
  readonly truthImage: Uint32Array;
};

/** How precision and recall become one number. */
export type ApRule = {
  readonly name: 'ultralytics' | 'coco';
  /** Added to the denominator of precision. */
  readonly epsilon: number;
  /** Fills credit[c]: the weight of the recall points that c true positives of `positives` reach; credit[0] is 0. */
  readonly fillCredit: (credit: Float64Array, positives: number) => void;
};

const RECALL_STEPS = 100;

/** numpy.linspace(0, 1, 101). */
const RECALLS = Float64Array.from({ length: RECALL_STEPS + 1 }, (_, i) =>
  i === RECALL_STEPS ? 1 : i * (1 / RECALL_STEPS),
);

/** COCO: the mean of the envelope of precision at 101 recalls, each judged by the first rank that reaches it. */
export const COCO_AP: ApRule = {
  name: 'coco',
  epsilon: 2 ** -52,
  fillCredit: (credit, positives) => {
    let reached = 0;
    credit[0] = 0;
    for (let c = 1; c <= positives; c++) {
      while (reached < RECALLS.length && RECALLS[reached] <= c / positives) reached++;
      credit[c] = reached / RECALLS.length;
    }
  },
};

/**
 * Ultralytics from 8.4.37: numpy.interp and the trapezoid rule over 101 recalls. Between two true positives the
 * envelope is constant, and at equal recalls numpy takes the last, so the interpolation is a step function: recall x is
 * judged by the first true positive whose recall exceeds x, and 1 by none.
 */
export const ULTRALYTICS_AP: ApRule = {
  name: 'ultralytics',
  epsilon: 0,
  fillCredit: (credit, positives) => {
    let reached = 0;
    credit[0] = 0;
    for (let c = 1; c <= positives; c++) {
      while (reached < RECALL_STEPS && RECALLS[reached] < c / positives) reached++;
      credit[c] = (reached - 0.5) / RECALL_STEPS;
    }
  },
};
