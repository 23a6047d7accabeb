export type Disposable = { dispose(): void };

/** Is called when any Disposable is made or disposed; the tests use it to find leaks. */
export type DisposableTracker = { onCreate(d: Disposable): void; onDispose(d: Disposable): void };

let tracker: DisposableTracker | undefined;

/** @internal For the tests' leak check. */
export function setDisposableTracker(next: DisposableTracker | undefined): void {
  tracker = next;
}

export function toDisposable(dispose: () => void): Disposable {
  const disposable = {
    dispose: () => {
      tracker?.onDispose(disposable);
      dispose();
    },
  };
  tracker?.onCreate(disposable);
  return disposable;
}

/** Holds disposables and disposes them last-in first-out. What is tracked after disposal is disposed at once. */
export class DisposableStore implements Disposable {
  readonly #items: Disposable[] = [];
  #disposed = false;

  constructor() {
    tracker?.onCreate(this);
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  track<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    tracker?.onDispose(this);
    for (const item of this.#items.splice(0).reverse()) item.dispose();
  }
}
