import { STRIDES } from './detector';

/** One prediction map: `start` is the row of its first position, rows being ordered map, image, y, x. */
export type GridLevel = {
  readonly stride: number;
  readonly height: number;
  readonly width: number;
  readonly start: number;
};

export type AnchorGrid = { readonly levels: readonly GridLevel[]; readonly rows: number };

/** The maps of a batch; a position's anchor is the centre of its cell. */
export function anchorGrid(batch: number, imgsz: number): AnchorGrid {
  const levels: GridLevel[] = [];
  let start = 0;
  for (const stride of STRIDES) {
    const side = imgsz / stride;
    levels.push({ stride, height: side, width: side, start });
    start += batch * side * side;
  }
  return { levels, rows: start };
}
