import type { AnchorGrid, GridLevel } from '../model/anchors';

/** Ground truth of a batch, flat. Boxes are centre x, centre y, width, height, as shares of the image (0..1). */
export type Targets = {
  readonly image: ArrayLike<number>;
  readonly class: ArrayLike<number>;
  readonly boxes: ArrayLike<number>;
};

/**
 * The target of each position. `boxes` (4, rows): centre relative to the anchor and size, in strides; `classes` (rows):
 * the class, or -1 for background, whose box is a unit box that the loss ignores.
 */
export type Assignment = { readonly boxes: Float32Array; readonly classes: Float32Array };

/** Positions this near to a box's centre, in strides along both axes, are to predict it (centre sampling as in FCOS: Tian et al. 2019, arXiv 1904.01355). */
const RADIUS = 0.6;
/** A box is assigned to the first map in whose strides its longer side is below this, else to the last. */
const LEVEL_SIDE = 8;

/** Centre-prior assignment from the targets alone. If two boxes claim one position the smaller gets it. */
export function assign(grid: AnchorGrid, imgsz: number, targets: Targets): Assignment {
  const assignment = {
    boxes: new Float32Array(4 * grid.rows),
    classes: new Float32Array(grid.rows).fill(-1),
  };
  assignment.boxes.fill(1, 2 * grid.rows);
  for (const index of bySizeDescending(targets)) {
    const [cx, cy, w, h] = [0, 1, 2, 3].map((k) => targets.boxes[4 * index + k] * imgsz);
    const level = levelFor(grid.levels, Math.max(w, h));
    const box = [cx, cy, w, h].map((v) => v / level.stride);
    claim({ grid, level, assignment }, box, [targets.image[index], targets.class[index]]);
  }
  return assignment;
}

/** Largest first, so that smaller boxes overwrite. */
function bySizeDescending({ class: classes, boxes }: Targets): number[] {
  const area = (i: number): number => boxes[4 * i + 2] * boxes[4 * i + 3];
  return Array.from({ length: classes.length }, (_, i) => i).sort((a, b) => area(b) - area(a) || a - b);
}

function levelFor(levels: readonly GridLevel[], side: number): GridLevel {
  return levels.find(({ stride }) => side < LEVEL_SIDE * stride) ?? levels[levels.length - 1];
}

type AssignmentInput = {
  readonly grid: AnchorGrid;
  readonly level: GridLevel;
  readonly assignment: Assignment;
};

function claim(
  place: AssignmentInput,
  box: readonly number[],
  [image, label]: readonly [number, number],
): void {
  const { grid, level, assignment } = place;
  const [cx, cy, w, h] = box;
  for (const y of cells(cy, level.height)) {
    for (const x of cells(cx, level.width)) {
      const row = level.start + (image * level.height + y) * level.width + x;
      assignment.classes[row] = label;
      const values = [cx - x - 0.5, cy - y - 0.5, w, h];
      for (const [k, value] of values.entries()) assignment.boxes[k * grid.rows + row] = value;
    }
  }
}

/** Cells whose centres are within RADIUS of `centre` along one axis; at least the one that contains it. */
function cells(centre: number, size: number): number[] {
  const low = Math.max(0, Math.ceil(centre - RADIUS - 0.5));
  const high = Math.min(size - 1, Math.floor(centre + RADIUS - 0.5));
  const found: number[] = [];
  for (let cell = low; cell <= high; cell++) found.push(cell);
  return found.length > 0 ? found : [Math.min(size - 1, Math.max(0, Math.floor(centre)))];
}
