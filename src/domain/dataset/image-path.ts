/** Extensions Ultralytics takes for images; not all of them can be decoded here, and the decoder says which. */
const EXTENSIONS = /\.(avif|bmp|dng|heic|heif|jp2|jpeg|jpeg2000|jpg|mpo|png|tif|tiff|webp)$/i;

export function isImagePath(file: string): boolean {
  return EXTENSIONS.test(file);
}

/** The label file of an image: the last `images` folder of its path becomes `labels`, the extension .txt. */
export function labelPathOf(image: string): string {
  const stem = image.replace(/\.[^./\\]*$/, '');
  const last = Math.max(stem.lastIndexOf('/images/'), stem.lastIndexOf('\\images\\'));
  if (last < 0) return `${stem}.txt`;
  const tail = last + '/images'.length;
  return `${stem.slice(0, last + 1)}labels${stem.slice(tail)}.txt`;
}
