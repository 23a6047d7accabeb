// An animation of pictures of the editor, each shown for a time of its own.
import sharp from 'sharp';

/** 1.2 MB for 60 pictures of 1200 x 800; small text can be read. */
const QUALITY = 72;

/** Frames are kept as the editor drew them; the file is made once. */
export function createFilm() {
  const frames = [];
  const delays = [];
  return {
    seconds: () => delays.reduce((sum, delay) => sum + delay, 0) / 1000,
    async add(page, seconds) {
      frames.push(await page.screenshot());
      delays.push(Math.round(seconds * 1000));
    },
    /** @returns the bytes of the file */
    async save(file) {
      const { size } = await sharp(frames, { join: { animated: true } })
        .webp({ delay: delays, loop: 0, quality: QUALITY, effort: 5, mixed: true })
        .toFile(file);
      return size;
    },
  };
}
