import { createRandom } from '../../base/random';
import { drawBoard } from './board';
import { addDefects, type Defect } from './defects';
import { SIZE } from './mask';
import { renderBoard } from './render';

export type ExamplePicture = {
  readonly width: number;
  readonly height: number;
  /** RGB, row by row. */
  readonly data: Uint8Array;
  readonly defects: readonly Defect[];
};

/** How many defects a picture is meant to have; drawn from evenly. One in ten boards is sound. */
const COUNTS = [0, 2, 3, 4, 4, 5, 5, 6, 6, 7];

/** Picture `index` of the set of `seed`: the same pixels on every machine. */
export function drawPicture(seed: number, index: number): ExamplePicture {
  const random = createRandom(seed, index + 1);
  const board = drawBoard(random);
  const defects = addDefects(board, COUNTS[random.below(COUNTS.length)], random);
  return { width: SIZE, height: SIZE, data: renderBoard(board.mask, random), defects };
}

/** YOLO label text: class, then centre, width and height as shares of the picture. */
export function labelText(defects: readonly Defect[]): string {
  return defects
    .map(({ class: number, bounds: { x1, y1, x2, y2 } }) => {
      const numbers = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
      return `${number} ${numbers.map((v) => (v / SIZE).toFixed(6)).join(' ')}\n`;
    })
    .join('');
}
