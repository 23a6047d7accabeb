/** Capacity for so many values and some more: if all columns of a long run grew at one step, the host would stall. */
export const withRoom = (length: number): number => Math.ceil(length * 1.25);

/** Append-only numbers of one series, grown by doubling; a million steps stay one flat array. */
export class Column {
  #values: Float64Array;
  #length = 0;
  #truncations = 0;

  constructor(capacity = 64) {
    this.#values = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#reserve(this.#length + 1);
    this.#values[this.#length++] = value;
  }

  /** Grows to `length` values and returns all of them: the caller fills in the new ones. */
  extend(length: number): Float64Array {
    if (length > this.#values.length) this.#reserve(length);
    this.#length = Math.max(this.#length, length);
    return this.view();
  }

  #reserve(length: number): void {
    const grown = new Float64Array(Math.max(64, length, this.#values.length * 2));
    grown.set(this.#values);
    this.#values = grown;
  }

  at(index: number): number {
    return this.#values[index];
  }

  truncate(length: number): void {
    if (length >= this.#length) return;
    this.#length = length;
    this.#truncations++;
  }

  /** How often values were dropped: whatever was derived from them is no longer valid, however long the column is. */
  get truncations(): number {
    return this.#truncations;
  }

  /** The values so far; a view, valid until the next push. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  /**
   * Takes the array over without a copy, and the rest of its buffer as room to grow: neither must be used elsewhere
   * afterwards.
   */
  static adopt(values: Float64Array): Column {
    const column = new Column(0);
    column.#values = new Float64Array(values.buffer, values.byteOffset);
    column.#length = values.length;
    return column;
  }

  static from(values: Float64Array): Column {
    const column = new Column(Math.max(64, values.length));
    for (const value of values) column.push(value);
    return column;
  }
}
