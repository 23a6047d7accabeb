import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Labels of another format that were found for images without YOLO labels. */
export type ForeignLabels =
  | { readonly kind: 'voc'; readonly example: string }
  | { readonly kind: 'coco'; readonly file: string };

/** Limits of images examined and JSON files opened: enough to know what a data set is. */
const MOST_IMAGES = 20;
const MOST_FILES = 20;
const HEAD_BYTES = 65_536;
/** Folders above an image's own that may hold its annotations. */
const LEVELS_UP = 3;
const ANNOTATION_FOLDERS = ['', 'annotations', 'Annotations'];

/** Annotations in another format for images without labels: Pascal VOC beside them, or a COCO file near them. */
export async function findForeignLabels(unlabelled: readonly string[]): Promise<ForeignLabels | undefined> {
  for (const image of unlabelled.slice(0, MOST_IMAGES)) {
    const xml = await vocFileOf(image);
    if (xml !== undefined) return { kind: 'voc', example: xml };
  }
  const [first] = unlabelled;
  const [file] = first === undefined ? [] : await cocoFilesNear(first);
  return file === undefined ? undefined : { kind: 'coco', file };
}

/** The VOC file of an image: beside it, or in a folder of annotations above it. */
export async function vocFileOf(image: string): Promise<string | undefined> {
  const name = `${path.parse(image).name}.xml`;
  for (const folder of annotationFolders(image)) {
    const file = path.join(folder, name);
    if ((await headOf(file))?.includes('<annotation')) return file;
  }
  return undefined;
}

/** COCO files near an image, nearest first; one of its own split's name before the others. */
export async function cocoFilesNear(image: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of await distinct(annotationFolders(image))) {
    const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.json'));
    for (const name of names.sort().slice(0, MOST_FILES)) {
      const file = path.join(folder, name);
      if (isCoco(await headOf(file))) found.push(file);
    }
  }
  const split = path.basename(path.dirname(image));
  return found.sort(
    (a, b) => Number(path.basename(b).includes(split)) - Number(path.basename(a).includes(split)),
  );
}

/** Lists, as COCO has them: `"images": 128` is a number in a report of any program. */
const isCoco = (head: string | undefined): boolean =>
  head !== undefined && /"(annotations|images|categories)"\s*:\s*\[/.test(head);

function annotationFolders(image: string): string[] {
  const above: string[] = [path.dirname(image)];
  for (let level = 0; level < LEVELS_UP; level++) above.push(path.dirname(above[above.length - 1]));
  const split = path.basename(above[0]);
  return [...new Set(above)].flatMap((folder) =>
    ANNOTATION_FOLDERS.flatMap((name) => [
      path.join(folder, name),
      ...(name === '' ? [] : [path.join(folder, name, split)]),
    ]),
  );
}

/** `annotations` and `Annotations` are one folder for Windows and macOS. */
async function distinct(folders: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    const of = await stat(folder, { bigint: true }).catch(() => undefined);
    const identity = `${of?.dev} ${of?.ino}`;
    if (of && !found.has(identity)) found.set(identity, folder);
  }
  return [...found.values()];
}

async function headOf(file: string): Promise<string | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
