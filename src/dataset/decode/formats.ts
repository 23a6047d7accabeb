/** ISO base media brands that hold HEVC-coded stills; AVIF has its own and can be read. */
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);

/** The name of a format that the decoder does not have, by content and, for TIFF's kin, by extension. */
export function unreadableFormat(bytes: Buffer, file: string): string | undefined {
  if (isJpeg2000(bytes)) return 'JPEG 2000';
  if (isHeic(bytes)) return 'HEIC';
  return /\.dng$/i.test(file) ? 'DNG' : undefined;
}

/** The signature box of a .jp2 file, or a bare code stream (SOC, SIZ). */
function isJpeg2000(bytes: Buffer): boolean {
  return (
    bytes.toString('latin1', 4, 8) === 'jP  ' || bytes.subarray(0, 4).equals(Buffer.from('ff4fff51', 'hex'))
  );
}

function isHeic(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return false;
  const size = Math.min(bytes.readUInt32BE(0), bytes.length);
  const brands = bytes.toString('latin1', 8, size);
  return HEIC_BRANDS.has(brands.slice(0, 4)) && !brands.includes('avif');
}
