import type { Size } from '../../domain/detection/letterbox';
import { BoxFinder, type FoundBoxes, type NmsOptions } from '../../domain/detection/nms';
import type { ModelOutput } from '../session/model-session';
import { boxLayout, type OpenModel } from './open-model';

/** Reads a model's outputs; one decoder for each input size that occurs. */
export class Finders {
  readonly #model: OpenModel;
  readonly #options: NmsOptions;
  readonly #bySize = new Map<string, { readonly finder: BoxFinder; readonly size: number }>();

  constructor(model: OpenModel, options: NmsOptions) {
    this.#model = model;
    this.#options = options;
  }

  /** Boxes of one row of a batch; valid until the next call. */
  find(output: ModelOutput, row: number, input: Size): FoundBoxes {
    const key = `${input.width}x${input.height}`;
    const known = this.#bySize.get(key) ?? this.#create(key, output, input);
    return known.finder.find({ data: output.data, start: row * known.size });
  }

  #create(key: string, output: ModelOutput, input: Size) {
    const { head } = boxLayout(this.#model.layoutFor(input, output.dims));
    const created = { finder: new BoxFinder(head, this.#options), size: head.size };
    this.#bySize.set(key, created);
    return created;
  }
}
