import { describe, expect, test } from 'vitest';
import { type Card, parseCards } from '../../../../src/domain/gpu/cards';
import { placeValidation, type TrainerMemory } from '../../../../src/domain/gpu/placement';
import { type TrainerDevice, trainingCards } from '../../../../src/domain/gpu/training-cards';
import { visibleCards } from '../../../../src/domain/gpu/visible';
import { englishOf } from '../../../helpers/english-of';

// What `nvidia-smi --query-gpu=index,uuid,memory.total,memory.used,memory.free,compute_cap,mig.mode.current,name
// --format=csv,noheader,nounits` prints, by its manual; the third card is divided.
const FOUR = `0, GPU-8932f937-d72c-4106-c12f-20bd9faed9f6, 81559, 71000, 10069, 9.0, Disabled, NVIDIA H100 80GB HBM3
1, GPU-1a2b3c4d-0000-1111-2222-333344445555, 81559, 600, 80469, 9.0, Disabled, NVIDIA H100 80GB HBM3
2, GPU-77777777-0000-1111-2222-333344445555, 40960, 20, 40940, 8.0, Enabled, NVIDIA A100-PCIE-40GB
3, GPU-89aaaaaa-0000-1111-2222-333344445555, 15360, 14000, 1097, 7.5, [N/A], Tesla T4
`;
const CARDS = parseCards(FOUR);
const GB = 1024 ** 3;

describe('the cards of a machine', () => {
  test('are read with their memory and what they can do', () => {
    expect(CARDS).toHaveLength(4);
    expect(CARDS[0]).toMatchObject({ index: 0, name: 'NVIDIA H100 80GB HBM3', computeCapability: 9 });
    expect(CARDS[0].freeBytes).toBe(10_069 * 1024 ** 2);
    expect(CARDS.map(({ isMig }) => isMig)).toEqual([false, false, true, false]);
  });

  test('are none if the driver is not there, and lack what an old driver does not report', () => {
    expect(
      parseCards("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"),
    ).toEqual([]);
    expect(parseCards('No devices were found\n')).toEqual([]);
    const [old] = parseCards('0, GPU-1, 8192, [N/A], [Unknown Error], [N/A], [N/A], GeForce GTX 1080\n');
    expect(old.totalBytes).toBe(8 * GB);
    expect([old.usedBytes, old.freeBytes]).toEqual([undefined, undefined]);
    expect(old.computeCapability).toBeUndefined();
  });
});

const seen = (variable: string | undefined) => {
  const { cards, isMig } = visibleCards(CARDS, variable);
  return isMig ? 'MIG' : cards.map(({ index }) => index);
};

describe('CUDA_VISIBLE_DEVICES', () => {
  test.each<[string, string | undefined, readonly number[] | 'MIG']>([
    ['shows every card if it is not set', undefined, [0, 1, 2, 3]],
    ['gives cards new numbers', '3,1', [3, 1]],
    ['names cards by UUID', 'GPU-1a2b3c4d-0000-1111-2222-333344445555, 0', [1, 0]],
    ['may abbreviate a UUID', 'GPU-893', [0]],
    ['names none by an abbreviation of two', 'GPU-89', []],
    ['hides what follows a number that is no card', '1,9,0', [1]],
    ['hides all if it is empty', '', []],
    ['hides all if it is -1', '-1', []],
    ['hides all if a card is named twice', '1,1', []],
    ['may name a part of a card', 'MIG-4d9b1b4c-0000-1111-2222-333344445555', 'MIG'],
  ])('%s', (_what, variable, expected) => expect(seen(variable)).toEqual(expected));
});

describe('the cards of a trainer', () => {
  const indexes = (trainer: TrainerDevice) => {
    const uuids = trainingCards(CARDS, trainer);
    return CARDS.filter(({ uuid }) => uuids.has(uuid)).map(({ index }) => index);
  };
  test.each<[string, TrainerDevice, readonly number[]]>([
    [
      'are the first that it sees if no device is set',
      { device: '', isUltralytics: true, variable: '3,1' },
      [3],
    ],
    [
      "are those of the machine for Ultralytics' numbers, whatever the variable says",
      { device: '0', isUltralytics: true, variable: '3,1' },
      [0],
    ],
    ['are several for several numbers', { device: '0,1', isUltralytics: true, variable: undefined }, [0, 1]],
    [
      'are relative for the builtin trainer',
      { device: 'cuda:1', isUltralytics: false, variable: '3,1' },
      [1],
    ],
    [
      'are read in every form that Ultralytics takes',
      { device: '[cuda:1, cuda:3]', isUltralytics: true, variable: undefined },
      [1, 3],
    ],
    ['are none on the CPU', { device: 'cpu', isUltralytics: true, variable: undefined }, []],
    [
      'are none if the number is not visible',
      { device: 'cuda:2', isUltralytics: false, variable: '3,1' },
      [],
    ],
  ])('%s', (_what, trainer, expected) => {
    expect(indexes(trainer)).toEqual(expected);
  });
});

type Question = {
  readonly variable?: string;
  readonly training?: readonly number[];
  readonly trainer?: TrainerMemory;
  readonly cards?: readonly Card[];
};

function check(
  { variable, training = [0], trainer, cards = CARDS }: Question,
  expected: string,
  why: RegExp,
): void {
  const placement = placeValidation({
    visible: visibleCards(cards, variable),
    training: new Set(training.map((index) => CARDS[index].uuid)),
    trainer,
  });
  expect(placement.kind === 'cpu' ? 'cpu' : `cuda:${placement.at}`).toBe(expected);
  expect(englishOf(placement.said)).toMatch(why);
}

const grown = (nowGb: number, peakGb: number): TrainerMemory => ({
  nowBytes: nowGb * GB,
  peakBytes: peakGb * GB,
});

describe('device: auto of a validation', () => {
  test('is another card with room, by its number among those that are visible', () => {
    check({}, 'cuda:1', /^GPU 1 \(NVIDIA H100 80GB HBM3\) does not train and has 78\.6 GB free/);
    check({ variable: '1,0' }, 'cuda:0', /^GPU 1/);
    check({ variable: 'GPU-1a2b3c4d,GPU-8932' }, 'cuda:0', /^GPU 1/);
  });

  test('is never a card outside of those that were allocated', () => {
    check({ variable: '0' }, 'cpu', /not known yet: GPU 0 .* has 9\.83 GB free/);
  });

  test("is the trainer's card only if there is room beyond its peak", () => {
    check(
      { variable: '0', trainer: grown(60, 61) },
      'cuda:0',
      /^GPU 0 .* trains and has 8\.83 GB left at its/,
    );
    check({ variable: '0', trainer: grown(50, 58) }, 'cpu', /no card has 2\.00 GB of memory for it: GPU 0/);
  });

  test('is the CPU if the other card is full, too', () => {
    check({ variable: '0,3' }, 'cpu', /GPU 0 .*, GPU 3 \(Tesla T4\) has 1\.07 GB free/);
  });

  test('is never a divided card or a part of one, and says so', () => {
    check(
      { variable: '0,2' },
      'cpu',
      /GPU 2 \(NVIDIA A100-PCIE-40GB\) is divided \(MIG\), .*validation\.device: cuda uses it/,
    );
    check({ variable: 'MIG-4d9b1b4c' }, 'cpu', /given a part of a GPU \(MIG\)/);
  });

  const UNKNOWN = ['[N/A]', '[Insufficient Permissions]', '[Not Supported]', '[Unknown Error]'];
  test.each(UNKNOWN)('is never a card whose memory is %s, and says so', (text) => {
    const shared = `0, GPU-1, ${text}, ${text}, ${text}, 12.1, [N/A], NVIDIA GB10`;
    const said =
      /known to have 2\.00 GB of memory for it: GPU 0 \(NVIDIA GB10\) is a card whose free memory is not known; validation\.device: cuda uses it nevertheless$/;
    check({ cards: parseCards(shared), training: [] }, 'cpu', said);
    // Another card is taken as if that one were not there.
    const two = parseCards(`${shared}\n1, GPU-2, 81559, 600, 80469, 9.0, Disabled, NVIDIA H100\n`);
    check({ cards: two, training: [] }, 'cuda:1', /^GPU 1 \(NVIDIA H100\) has 78\.6 GB free$/);
  });

  test('is the freest card if none trains, and the CPU if none is visible', () => {
    check({ training: [] }, 'cuda:1', /^GPU 1 .* has 78\.6 GB free$/);
    check({ variable: '' }, 'cpu', /no GPU is visible/);
  });
});
