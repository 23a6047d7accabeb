import type { Head } from './head';

/**
 * End-to-end heads (YOLOv10, YOLO26) and exports with nms=True: rows of x1, y1, x2, y2, score, class [, extra], sorted by
 * score; rows after the last are zero.
 */
export function finishedHead(rows: number, columns: number, classes: number): Head {
  return {
    kind: 'end2end',
    classes,
    anchors: rows,
    size: rows * columns,
    finished: true,
    bestClassOnly: true,
    scan: ({ data, start }, { conf }, found) => {
      for (let row = 0, at = start; row < rows; row++, at += columns) {
        const cls = Math.round(data[at + 5]);
        if (data[at + 4] > conf && cls >= 0) found.add(row, cls, data[at + 4]);
      }
    },
    readBox: ({ data, start }, anchor, out) => {
      const at = start + anchor * columns;
      for (let i = 0; i < 4; i++) out[i] = data[at + i];
    },
  };
}
