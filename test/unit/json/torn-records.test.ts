import { describe, expect, it } from 'vitest';
import { parseDetectionsFile } from '../../../src/coco/detections-file';
import { parseGroundTruthFile } from '../../../src/coco/ground-truth-file';

const TRUTH =
  '{"images":[{"id":1}],"categories":[{"id":1,"name":"a"}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,4],"area":12,"iscrowd":0}]}';
const RESULTS = '[{"image_id":1,"category_id":1,"bbox":[1.5,2,3e0,4],"score":0.5},{"bbox":[1,2,3,4]}]';

/** Every beginning of a text, each in a buffer that ends where the text does. */
const beginnings = (text: string): Uint8Array[] =>
  Array.from({ length: text.length }, (_, end) => new TextEncoder().encode(text.slice(0, end)));

describe('a COCO file that is torn anywhere', () => {
  it('is refused in one line, with annotations', () => {
    for (const bytes of beginnings(TRUTH)) {
      const { value, problems } = parseGroundTruthFile(bytes, 'gt.json');
      expect(value, `${bytes.length} bytes`).toBeUndefined();
      expect(problems[0]?.message).not.toContain('\n');
    }
  });

  it('is refused in one line, with results', () => {
    const truth = parseGroundTruthFile(new TextEncoder().encode(TRUTH), 'gt.json').value!;
    for (const bytes of beginnings(RESULTS)) {
      const { value, problems } = parseDetectionsFile(bytes, 'dt.json', truth);
      expect(value, `${bytes.length} bytes`).toBeUndefined();
      expect(problems[0]?.message).not.toContain('\n');
    }
  });
});
