import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../src/base/random';
import { compareDetections } from '../../../../src/domain/compare/compare';
import { commonGroups, type Groupable, groupImages, groupsOf } from '../../../../src/domain/compare/grouping';
import { HASHED_SIZE, hashImage } from '../../../../src/domain/dataset/image-hash';
import { makeScenes, toColumns } from '../../../helpers/detection-sets';

const PIXELS = HASHED_SIZE.width * HASHED_SIZE.height;

function sceneOf(random: Random): Uint8Array {
  return Uint8Array.from({ length: PIXELS }, () => random.below(256));
}

/** The same scene a moment later. */
function later(pixels: Uint8Array, random: Random): Uint8Array {
  return pixels.map((grey) => Math.max(0, Math.min(255, grey + random.below(7) - 3)));
}

const image = (file: string, pixels?: Uint8Array): Groupable => ({ file, hash: pixels && hashImage(pixels) });

/** Videos of so many frames each, which know nothing of each other. */
function videos(count: number, frames: number, name: (video: number, frame: number) => string): Groupable[] {
  const random = createRandom(7);
  return Array.from({ length: count }, (_, video) => {
    const scene = sceneOf(random);
    return Array.from({ length: frames }, (_, frame) => image(name(video, frame), later(scene, random)));
  }).flat();
}

const groupsIn = (images: readonly Groupable[], how: string) => {
  const { of, count, by } = groupImages(images, how);
  return { of: [...of], count, by };
};

describe('images that are drawn together', () => {
  it('are those that look alike, whatever their names', () => {
    const frames = videos(12, 5, (video, frame) => `images/${(video * 7919 + frame * 104729) % 65537}.jpg`);
    const { of, count, by } = groupsIn(frames, 'auto');
    expect([count, by]).toEqual([12, 'look']);
    expect(of).toEqual(Array.from({ length: 60 }, (_, i) => Math.floor(i / 5)));
  });

  it('are versions of one image, which need not look alike', () => {
    const random = createRandom(3);
    const copies = Array.from({ length: 24 }, (_, i) =>
      image(`images/part${i >> 1}_jpg.rf.${i}a0f.jpg`, sceneOf(random)),
    );
    expect(groupsIn(copies, 'auto')).toMatchObject({ count: 12, by: 'look' });
  });

  it('are none if each image is its own, however they are named', () => {
    const random = createRandom(4);
    const numbered = Array.from({ length: 40 }, (_, i) =>
      image(`images/IMG_${1000 + i}.jpg`, sceneOf(random)),
    );
    expect(groupsIn(numbered, 'auto')).toMatchObject({ count: 40, by: 'image' });
  });

  it('are none if nearly all look alike, as on a production line', () => {
    expect(
      groupsIn(videos(11, 1, String).concat(videos(1, 30, (_, i) => `line/${i}.png`)), 'auto'),
    ).toMatchObject({
      count: 41,
      by: 'image',
    });
  });

  it.each([
    ['name', 2],
    ['folder', 1],
    ['off', 4],
    ['^a/(\\w+)_', 2],
    ['nothing', 4],
  ])('are by %s those that it says', (how, count) => {
    const files = ['a/north_0001.jpg', 'a/north_0002.jpg', 'a/south_0001.jpg', 'a/south_0002.jpg'];
    expect(
      groupsIn(
        files.map((file) => image(file)),
        how,
      ).count,
    ).toBe(count);
  });

  it('are the coarser ones if two records disagree, whichever is first', () => {
    const fine = { groups: [0, 0, 1, 2], groupedBy: 'look' } as const;
    const coarse = { groups: [0, 0, 0, 1], groupedBy: 'folder' } as const;
    const alone = { groups: [0, 1, 2, 3], groupedBy: 'image' } as const;
    expect(commonGroups(fine, coarse)).toEqual(groupsOf(coarse));
    expect(commonGroups(coarse, fine)).toEqual(groupsOf(coarse));
    expect(commonGroups(alone, fine)).toEqual(groupsOf(fine));
    expect(commonGroups(alone, {})).toBeUndefined();
  });
});

it('copies of images are not news: the interval is that of the images', () => {
  const [classes, count] = [3, 60];
  const scenes = makeScenes(count, classes, 1.15, 11);
  const once = toColumns(scenes, classes);
  const copied = toColumns(
    scenes.flatMap((scene) => [scene, scene, scene, scene]),
    classes,
  );
  const of = Uint32Array.from({ length: 4 * count }, (_, i) => i >> 2);
  const groups = { of, count, by: 'look' } as const;
  const compare = ({ groundTruth, a, b }: ReturnType<typeof toColumns>, options = {}) =>
    compareDetections(groundTruth, a, b, { replicates: 300, ...options });
  const [alone, news, grouped] = [compare(once), compare(copied), compare(copied, { groups })];
  expect(grouped.high - grouped.low).toBeCloseTo(alone.high - alone.low, 2);
  expect(news.high - news.low).toBeLessThan(0.6 * (alone.high - alone.low));
  expect(grouped.drawn).toMatchObject({ by: 'look', units: count });
  expect(grouped.drawn.designEffect).toBeGreaterThan(2.5);
  expect(grouped.drawn.designEffect).toBeLessThan(6);
});
