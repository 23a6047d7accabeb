/** A box in pixels of its image, with the name of its class. */
export type NamedBox = {
  readonly name: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

/**
 * Boxes of a Pascal VOC annotation. Only the content of <object> is read, and of its parts the outermost: VOC's own
 * <part> has a name and a box as well. Coordinates are read as edges, as labelling programs write them.
 */
export function parseVoc(xml: string): NamedBox[] {
  return blocks(xml, 'object').flatMap((object) => {
    const own = withoutParts(object);
    const name = contentOf(own, 'name');
    const [box] = blocks(own, 'bndbox');
    if (name === undefined || box === undefined) return [];
    const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((key) =>
      Number(contentOf(box, key)),
    );
    return [left, top, right, bottom].every(Number.isFinite) ? [{ name, left, top, right, bottom }] : [];
  });
}

function blocks(xml: string, tag: string): string[] {
  const found: string[] = [];
  const [open, close] = [`<${tag}>`, `</${tag}>`];
  for (let at = xml.indexOf(open); at >= 0; ) {
    const end = xml.indexOf(close, at);
    if (end < 0) return found;
    found.push(xml.slice(at + open.length, end));
    at = xml.indexOf(open, end);
  }
  return found;
}

function withoutParts(object: string): string {
  const [before, ...parts] = object.split('<part>');
  return before + parts.map((part) => part.slice(part.indexOf('</part>') + '</part>'.length)).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function contentOf(xml: string, tag: string): string | undefined {
  const [value] = blocks(xml, tag);
  return value?.trim().replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => ENTITIES[name]);
}
