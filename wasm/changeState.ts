/**
 * State of a stream (bytes, every part 16-byte aligned):
 * [messages since the reference i32][messages ever i32][slots in use i32][open i32]
 * [onset f64][fired f64][peak f64][pad]
 * [positions of the newest 65 messages f64, pad]
 * [U_0, I_0 of the open alert][65 times U, I]: two entries of U, the two of I, and so on
 * [256 conversations i32][256 messages i32][256 latest i32][256 sums of z]
 */

export const RING: i32 = 65;
export const SLOTS: i32 = 256;
export const MESSAGES: usize = 0;
const EVER: usize = 4;
const USED: usize = 8;
export const OPEN: usize = 12;
export const ONSET: usize = 16;
export const FIRED: usize = 24;
export const PEAK: usize = 32;
export const POSITIONS: usize = 48;
export const FROZEN: usize = POSITIONS + 66 * 8;

@inline
export function widthOf(axes: i32): usize {
  return <usize>((axes + 1) & ~1) << 3;
}

@inline
export function slotsAt(bytes: usize): usize {
  return FROZEN + 2 * bytes + <usize>RING * 2 * bytes;
}

export function changeStateBytes(axes: i32): usize {
  const bytes = widthOf(axes);
  return slotsAt(bytes) + <usize>SLOTS * 12 + <usize>SLOTS * bytes;
}

/** The slot of a conversation: its own, or a new one, in place of the one that has not spoken for longest. */
export function slotOf(state: usize, bytes: usize, conversation: i32): i32 {
  const slots = state + slotsAt(bytes);
  const used = load<i32>(state, USED);
  const wanted = i32x4.splat(conversation);
  for (let slot: i32 = 0; slot < used; slot += 4) {
    const found = i32x4.bitmask(i32x4.eq(v128.load(slots + (<usize>slot << 2)), wanted));
    if (found) {
      const place = slot + ctz(found);
      if (place < used) return place;
    }
  }
  const latest = slots + <usize>SLOTS * 8;
  let slot = used;
  if (used < SLOTS) {
    store<i32>(state, used + 1, USED);
  } else {
    slot = 0;
    for (let other: i32 = 1; other < SLOTS; other++) {
      if (load<i32>(latest + (<usize>other << 2)) < load<i32>(latest + (<usize>slot << 2))) slot = other;
    }
  }
  store<i32>(slots + (<usize>slot << 2), conversation);
  store<i32>(slots + (<usize>slot << 2), 0, <usize>SLOTS * 4);
  memory.fill(slots + <usize>SLOTS * 12 + <usize>slot * bytes, 0, bytes);
  return slot;
}

/** The slot has spoken. */
@inline
export function touch(state: usize, bytes: usize, slot: i32): void {
  const ever = load<i32>(state, EVER);
  store<i32>(state, ever + 1, EVER);
  store<i32>(state + slotsAt(bytes) + <usize>SLOTS * 8 + (<usize>slot << 2), ever);
}

/** A conversation of the reference, which may go on, into a state of 0s; the one that has been silent longest first. */
export function changeRecall(state: usize, axes: i32, conversation: i32, messages: i32, sum: usize): void {
  const bytes = widthOf(axes);
  const slot = slotOf(state, bytes, conversation);
  const slots = state + slotsAt(bytes);
  touch(state, bytes, slot);
  store<i32>(slots + (<usize>slot << 2), messages, <usize>SLOTS * 4);
  memory.copy(slots + <usize>SLOTS * 12 + <usize>slot * bytes, sum, bytes);
}
