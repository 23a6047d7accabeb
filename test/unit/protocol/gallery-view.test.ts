import { describe, expect, it } from 'vitest';
import { classNames, countOf, inClasses, labelOf, shownBoxes } from '../../../src/protocol/gallery-view';
import type { GalleryBox } from '../../../src/protocol/webview';

const box: GalleryBox['box'] = [0, 0, 1, 1];
const BOXES: readonly GalleryBox[] = [
  { kind: 'truth', name: 'spur', box, foundAt: 0.6 },
  { kind: 'truth', name: 'hole', box },
  { kind: 'hit', name: 'spur', box, score: 0.6 },
  { kind: 'false', name: 'hole', box, score: 0.2 },
];
const at = (confidence: number, ...hidden: string[]) =>
  shownBoxes(BOXES, { confidence, hidden: new Set(hidden) });
const kinds = (...shown: Parameters<typeof at>): string[] => at(...shown).map(({ kind }) => kind);

describe('boxes of an image', () => {
  it('are filtered by confidence, and a label whose finder is not shown is missed', () => {
    expect(kinds(0.1)).toEqual(['truth', 'missed', 'hit', 'false']);
    expect(kinds(0.5)).toEqual(['truth', 'missed', 'hit']);
    expect(kinds(0.61)).toEqual(['missed', 'missed']);
  });

  it('are hidden by class, labels and detections alike', () => {
    expect(kinds(0.1, 'hole')).toEqual(['truth', 'hit']);
    expect(kinds(0.1, 'hole', 'spur')).toEqual([]);
  });

  it('are counted and named', () => {
    expect([countOf(at(0.1), 'missed'), countOf(at(0.1), 'hit'), countOf(at(0.7), 'missed')]).toEqual([
      1, 1, 2,
    ]);
    expect(classNames({ boxes: BOXES })).toEqual(['hole', 'spur']);
    expect(inClasses(at(0.1))).toBe('2 spur, 2 hole');
    expect(BOXES.map(labelOf)).toEqual(['spur', 'hole', 'spur .60', 'hole .20']);
  });
});
