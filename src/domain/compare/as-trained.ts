import { listed, type Words, words } from '../../base/words';
import type { Named } from './sides';

/** What a person changed while a run trained. Its experiment does not tell how it was trained then: it is not a seed of a recipe. */
export type ChangeInFlight =
  | { readonly what: 'lr' | 'mosaic' | 'train set'; readonly step: number }
  | { readonly what: 'rewind'; readonly epoch: number }
  | { readonly what: 'stop'; readonly epoch: number; readonly epochs: number }
  | { readonly what: 'patience' };

/** Of two runs that are compared. */
export type ChangedSides = { readonly a: readonly ChangeInFlight[]; readonly b: readonly ChangeInFlight[] };

/** What its experiment does not say of how a run was trained. */
export type AsTrained = {
  /** Undefined if it is not known. */
  readonly images: number | undefined;
  /** By key, what took effect otherwise than asked; undefined if it is not known. */
  readonly settings: ReadonlyMap<string, { readonly asked: string; readonly used: string }> | undefined;
};

/** In what two runs of one experiment were trained unlike each other. */
export type Unlike = { readonly key: string; readonly a: string; readonly b: string };

export const TRAIN_IMAGES = 'train images';

/** The first of what is known of both and differs: they are not of one recipe then. */
export function unlikeTrained(a: AsTrained, b: AsTrained): Unlike | undefined {
  if (a.images !== undefined && b.images !== undefined && a.images !== b.images)
    return { key: TRAIN_IMAGES, a: String(a.images), b: String(b.images) };
  return a.settings && b.settings && unlikeSettings(a.settings, b.settings);
}

type Used = NonNullable<AsTrained['settings']>;

function unlikeSettings(a: Used, b: Used): Unlike | undefined {
  const used = [...new Set([...a.keys(), ...b.keys()])].map((key) => {
    const [first, second] = [a.get(key), b.get(key)];
    // What is not listed took effect as asked, and both asked for the same.
    return { key, a: first?.used ?? second?.asked ?? '', b: second?.used ?? first?.asked ?? '' };
  });
  return used.find((one) => one.a !== one.b);
}

export const changesWords = (changes: readonly ChangeInFlight[]): Words =>
  listed(changes.map(changeWords), ', ');

function changeWords(change: ChangeInFlight): Words {
  switch (change.what) {
    case 'lr':
      return words('its LR was changed at step {0}', change.step);
    case 'mosaic':
      return words('its mosaic was closed at step {0}', change.step);
    case 'train set':
      return words('its train set changed at step {0}', change.step);
    case 'rewind':
      return words('it was rewound to epoch {0}', change.epoch);
    case 'stop':
      return words('it was stopped in epoch {0} of {1}', change.epoch, change.epochs);
    case 'patience':
      return words('its patience was changed');
  }
}

/** Why nothing is said of the recipes of two runs. */
export function changedSentence({ a, b }: ChangedSides, names: Named): Words {
  const sides = [
    [names.a, a],
    [names.b, b],
  ] as const;
  const said = sides.filter(([, changes]) => changes.length > 0);
  return listed(
    said.map(([name, changes]) => words('{0} is not a seed of its recipe: {1}', name, changesWords(changes))),
    '; ',
  );
}

export const unlikeSentence = (unlike: Unlike, names: Named): Words =>
  words('both are of one experiment, but not of one recipe: {0}', unlikeWords(unlike, names));

export function unlikeWords({ key, a, b }: Unlike, names: Named): Words {
  const name = key === TRAIN_IMAGES ? words('the number of train images') : key;
  return words('{0} differs: {1} for {3}, {2} for {4}', name, a, b, names.a, names.b);
}
