import { describe, expect, it } from 'vitest';
import { shownBoxes } from '../../../src/protocol/gallery-view';
import { shapesOf } from '../../../src/protocol/picture-shapes';
import { decodePictures, type Picture } from '../../../src/run/pictures-file';

const SHAPE = { class: 0, box: [0.1, 0.1, 0.4, 0.4] as [number, number, number, number] };
const ALL = { confidence: 0, hidden: new Set<string>() };
const picture = (more: Partial<Picture>): Picture => ({
  ...{ file: 'a.png', missed: 0, false: 0, truth: [SHAPE], found: [] },
  ...more,
});

describe('what is drawn of an image', () => {
  it('is missed only if nothing of its class was found: which label a hit belongs to is not known', () => {
    const hit = { ...SHAPE, score: 0.91, hit: true };
    const kinds = (more: Partial<Picture>) =>
      shownBoxes(shapesOf(picture(more), ['cat', 'dog']), ALL).map(({ kind }) => kind);
    expect(kinds({})).toEqual(['missed']);
    expect(kinds({ found: [hit] })).toEqual(['truth', 'hit']);
    expect(kinds({ truth: [SHAPE, SHAPE], found: [hit] })).toEqual(['truth', 'truth', 'hit']);
    expect(kinds({ found: [{ ...hit, class: 1 }] })).toEqual(['missed', 'hit']);
    expect(kinds({ found: [{ ...hit, hit: false }] })).toEqual(['missed', 'false']);
  });

  it('has the names of classes with their scores, and the outlines of masks', () => {
    const outlines = [[0, 0, 1, 0, 1, 1]];
    const [truth, found] = shapesOf(
      picture({ found: [{ ...SHAPE, class: 1, score: 0.914, hit: false, outlines }] }),
      ['cat', 'dog'],
    );
    expect(truth).toMatchObject({ name: 'cat', box: SHAPE.box });
    expect(found).toMatchObject({ name: 'dog', score: 0.914, outlines });
  });

  it('joins the points of a person, and of no skeleton that it does not know', () => {
    const pose = (count: number) =>
      shapesOf(
        picture({ truth: [{ ...SHAPE, points: Array.from({ length: count }, () => [0.5, 0.5, 1]) }] }),
        [],
      )[0].pose;
    expect(pose(17)?.bones).toHaveLength(18);
    expect(pose(4)).toMatchObject({ bones: [] });
    expect(new Set(pose(17)?.bones.flat()).size).toBe(17);
  });

  it('has no frame if it is about the image as a whole', () => {
    const classified = picture({ truth: [{ class: 0 }], found: [{ class: 1, score: 0.7, hit: false }] });
    expect(shapesOf(classified, ['cat', 'dog'])).toMatchObject([
      { whole: true, name: 'cat', kind: 'truth' },
      { whole: true, name: 'dog', score: 0.7, kind: 'false' },
    ]);
    const shown = shownBoxes(shapesOf(classified, ['cat', 'dog']), { ...ALL, confidence: 0.8 });
    expect(
      shown.map(({ kind }) => kind),
      'an image as a whole is not missed',
    ).toEqual(['truth']);
  });
});

describe('a file of pictures', () => {
  const text = (more: object): string =>
    JSON.stringify({
      ...{
        version: 1,
        task: 'segment',
        classes: ['cat'],
        confidence: 0.3,
        images: 1,
        pictures: [picture({})],
      },
      ...more,
    });
  it('is read, and another one is not', () => {
    expect(decodePictures(text({}))).toMatchObject({ task: 'segment', pictures: [{ file: 'a.png' }] });
    for (const wrong of [text({ version: 2 }), text({ pictures: [{ file: 3 }] }), '', '{', 'null'])
      expect(decodePictures(wrong)).toBeUndefined();
  });
});
