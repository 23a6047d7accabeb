import path from 'node:path';
import sharp from 'sharp';
import type { RgbImage } from '../../domain/detection/image';
import { makeFolder } from '../../run/folder/make-folder';

/** A labelled box in pixels of the image. */
export type DrawnBox = {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly score: number;
  readonly class: number;
  readonly name: string;
};

const GOLDEN_ANGLE = 137.508;

/** Writes a copy of the image with boxes and class names; the file's extension decides the format. */
export async function drawBoxes(image: RgbImage, boxes: readonly DrawnBox[], file: string): Promise<void> {
  const { width, height } = image;
  await makeFolder(path.dirname(file));
  await sharp(image.data, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(overlay(image, boxes)) }])
    .toFile(file);
}

function overlay({ width, height }: RgbImage, boxes: readonly DrawnBox[]): string {
  const line = Math.max(1, Math.round(Math.max(width, height) / 320));
  // Least certain first, so that the surest are on top.
  const shapes = [...boxes].reverse().map((box) => shapeOf(box, line));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`;
}

function shapeOf(box: DrawnBox, line: number): string {
  const colour = `hsl(${Math.round((box.class * GOLDEN_ANGLE) % 360)}, 75%, 45%)`;
  const size = 5 * line + 5;
  const text = `${escapeXml(box.name)} ${box.score.toFixed(2)}`;
  const labelWidth = Math.round(text.length * size * 0.58) + 2 * line;
  const top = Math.max(0, box.y1 - size - 2 * line);
  const frame = `<rect x="${box.x1}" y="${box.y1}" width="${box.x2 - box.x1}" height="${box.y2 - box.y1}" fill="none" stroke="${colour}" stroke-width="${line}"/>`;
  const plate = `<rect x="${box.x1}" y="${top}" width="${labelWidth}" height="${size + 2 * line}" fill="${colour}"/>`;
  const label = `<text x="${box.x1 + line}" y="${top + size}" font-family="sans-serif" font-size="${size}" fill="#fff">${text}</text>`;
  return frame + plate + label;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
