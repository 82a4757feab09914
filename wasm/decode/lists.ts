/**
 * Lists of float32 as Parquet has them (https://parquet.apache.org/docs/file-format/data-pages/encodings/): levels and
 * values of one data page. Inputs are not trusted: what does not hold is refused, and nothing is read or written but
 * the buffers given and 8 bytes behind each.
 */

/** Where a run-length coded part is, and the run under way. */
let at: usize = 0;
let end: usize = 0;
let runLength: u32 = 0;
let isPacked: bool = false;

/** Reads the header of the next run. @returns false where there is none that makes sense */
function nextRun(width: u32): bool {
  let header: u32 = 0;
  for (let shift: u32 = 0; ; shift += 7) {
    if (at >= end || shift > 28) return false;
    const byte = <u32>load<u8>(at++);
    header |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  isPacked = (header & 1) != 0;
  const count = header >> 1;
  if (count == 0 || count > 1 << 27) return false;
  runLength = isPacked ? count << 3 : count;
  const bytes: usize = isPacked ? <usize>count * width : (width + 7) >> 3;
  if (!isPacked && bytes > end - at) return false;
  // The last run of a page may be cut off where its values end.
  if (isPacked && bytes > end - at) runLength = <u32>(((end - at) << 3) / (width == 0 ? 1 : width));
  return runLength > 0;
}

/** Values that a page has nulls in place of, found by `readDefinitions`: positions in `nulls`, u32. */
export let nullCount: u32 = 0;

/**
 * Reads the definition levels of `count` positions: `most` is a value, 0 a list that is null, of which there are
 * `room` at most.
 * @returns false where they make no sense, or hold another level: an empty list, a null in a list
 */
export function readDefinitions(src: usize, bytes: u32, count: u32, most: u32, nulls: usize, room: u32): bool {
  const width = 32 - clz(most);
  at = src;
  end = src + bytes;
  nullCount = 0;
  for (let done: u32 = 0; done < count;) {
    if (!nextRun(width)) return false;
    const length = min(runLength, count - done);
    if (!isPacked) {
      const level = <u32>load<u8>(at++);
      if (level != most && level != 0) return false;
      if (level == 0) {
        if (length > room - nullCount) return false;
        for (let i: u32 = 0; i < length; i++) store<u32>(nulls + (nullCount++ << 2), done + i);
      }
    } else {
      const mask = (<u32>1 << width) - 1;
      for (let i: u32 = 0; i < length; i++) {
        const bit = i * width;
        const level = (<u32>load<u16>(at + (bit >> 3)) >> (bit & 7)) & mask;
        if (level == most) continue;
        if (level != 0 || nullCount == room) return false;
        store<u32>(nulls + (nullCount++ << 2), done + i);
      }
      at += <usize>((<u64>runLength * width) >> 3);
    }
    done += length;
  }
  return true;
}

/**
 * Reads the repetition levels (one bit each) of `count` positions: 0 begins a list.
 * @param starts receives the position of each list that begins, u32
 * @returns how many do, -1 where they make no sense or are more than `room`
 */
export function readRepetitions(src: usize, bytes: u32, count: u32, starts: usize, room: u32): i32 {
  at = src;
  end = src + bytes;
  let lists: u32 = 0;
  for (let done: u32 = 0; done < count;) {
    if (!nextRun(1)) return -1;
    const length = min(runLength, count - done);
    if (!isPacked) {
      const level = load<u8>(at++);
      if (level > 1) return -1;
      if (level == 0) {
        if (length > room - lists) return -1;
        for (let i: u32 = 0; i < length; i++) store<u32>(starts + (lists++ << 2), done + i);
      }
    } else {
      for (let i: u32 = 0; i < length; i += 64) {
        let zeros = ~load<u64>(at + (i >> 3));
        if (length - i < 64) zeros &= (<u64>1 << (length - i)) - 1;
        if (<u32>popcnt(zeros) > room - lists) return -1;
        for (; zeros != 0; zeros &= zeros - 1) store<u32>(starts + (lists++ << 2), done + i + <u32>ctz(zeros));
      }
      at += runLength >> 3;
    }
    done += length;
  }
  return lists;
}

/**
 * Turns positions of lists into where their values begin, and says of each whether it is there.
 * @param starts positions of `lists` lists, @param nulls of those that are null
 * @param before values of the pages before
 * @returns false where a null is no list of its own
 */
export function placeLists(
  starts: usize, lists: u32, nulls: usize, count: u32, before: u32, offsets: usize, valid: usize,
): bool {
  let gone: u32 = 0;
  for (let i: u32 = 0; i < lists; i++) {
    const start = load<u32>(starts + (i << 2));
    const isNull = gone < nullCount && load<u32>(nulls + (gone << 2)) == start;
    store<u32>(offsets + (i << 2), before + start - gone);
    store<u8>(valid + i, isNull ? 0 : 1);
    if (!isNull) continue;
    gone++;
    if ((i + 1 < lists ? load<u32>(starts + ((i + 1) << 2)) : count) != start + 1) return false;
  }
  return gone == nullCount;
}

/** The values of `count` places in a dictionary of `size`. @returns false where a place makes no sense */
export function lookUp(src: usize, bytes: u32, count: u32, dictionary: usize, size: u32, out: usize): bool {
  if (bytes == 0) return count == 0;
  const width = <u32>load<u8>(src);
  if (width > 32) return false;
  at = src + 1;
  end = src + bytes;
  const mask = (<u64>1 << width) - 1;
  for (let done: u32 = 0; done < count;) {
    if (!nextRun(width)) return false;
    const length = min(runLength, count - done);
    const to = out + (done << 2);
    if (!isPacked) {
      const place = <u32>(load<u64>(at) & ((<u64>1 << (((width + 7) >> 3) << 3)) - 1));
      if (place >= size) return false;
      const value = load<u32>(dictionary + (place << 2));
      for (let i: u32 = 0; i < length; i++) store<u32>(to + (i << 2), value);
      at += (width + 7) >> 3;
    } else {
      let bit: usize = 0;
      for (let i: u32 = 0; i < length; i++, bit += width) {
        const place = <u32>((load<u64>(at + (bit >> 3)) >> (bit & 7)) & mask);
        if (place >= size) return false;
        store<u32>(to + (i << 2), load<u32>(dictionary + (place << 2)));
      }
      at += <usize>((<u64>runLength * width) >> 3);
    }
    done += length;
  }
  return true;
}
