/** The usual CRC-32 (polynomial 0x04C11DB7, reflected), eight bytes at a time. */
const TABLES = 8;
let tables: readonly Int32Array[] | null = null;

function makeTables(): readonly Int32Array[] {
  const made = Array.from({ length: TABLES }, () => new Int32Array(256));
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    made[0][i] = crc;
  }
  for (let i = 0; i < 256; i++)
    for (let table = 1; table < TABLES; table++)
      made[table][i] = (made[table - 1][i] >>> 8) ^ made[0][made[table - 1][i] & 255];
  return made;
}

/** As a signed integer of 32 bits. */
export function crc32(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = (tables ??= makeTables());
  let crc = -1;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    const low = crc ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    crc =
      t7[low & 255] ^
      t6[(low >>> 8) & 255] ^
      t5[(low >>> 16) & 255] ^
      t4[low >>> 24] ^
      t3[bytes[i + 4]] ^
      t2[bytes[i + 5]] ^
      t1[bytes[i + 6]] ^
      t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]) & 255];
  return ~crc;
}
