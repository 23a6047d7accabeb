// Cyclic checksums of 32 bits, reflected.

/** CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected), as TFRecord files use it. */
export const crc32c = checksum(0x82f63b78);

/** CRC-32 of zip and PNG files, which W&B puts before its records. */
export const crc32 = checksum(0xedb88320);

function checksum(polynomial: number): (bytes: Uint8Array) => number {
  const table = makeTable(polynomial);
  return (bytes) => {
    let crc = 0xffffffff;
    for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
    return (crc ^ 0xffffffff) >>> 0;
  };
}

function makeTable(polynomial: number): Uint32Array {
  const table = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
    table[n] = c >>> 0;
  }
  return table;
}
