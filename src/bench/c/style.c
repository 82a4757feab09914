#include <math.h>
#include "inputs.h"
#include "vector.h"

/* Features of how texts are written, as wasm/style.ts. */

enum { FEATURES = 50, FIRST_MARK = 4, FIRST_GROUP = 26, BLOCK = 64 };
enum { LENGTH, WORD_LENGTH, SENTENCES, END_QUESTION, BULLET = 5, NUMBERED, BOLD };
enum { NONASCII = 21, UPPER = 23, CURRENCY, NOTHING = 50, FOREIGN_CURRENCY, WORDS, COUNTERS };
enum { COUNTER = 63, LOOK = 64, SPACE = 128, LATIN = 128, PUNCTUATION = 192, SLOT_BITS = 9 };

#ifdef __AVX2__
enum { WIDE = 32 };
#else
enum { WIDE = 16 };
#endif
typedef unsigned char vb __attribute__((vector_size(WIDE), aligned(1), may_alias));
typedef signed char vs __attribute__((vector_size(WIDE), aligned(1), may_alias));

static inline uint64_t bits(vs mask) {
#if defined(__AVX2__)
  return (uint32_t)_mm256_movemask_epi8((__m256i)mask);
#elif defined(__SSE2__)
  return (uint32_t)_mm_movemask_epi8((__m128i)mask);
#else
  uint64_t out = 0;
  for (int i = 0; i < WIDE; i++) out |= (uint64_t)(mask[i] & 1) << i;
  return out;
#endif
}

static inline uint64_t letters_at(const uint8_t *p) {
  return bits((vs)((*(const vb *)p | 0x20) - 'a' <= 25));
}

typedef struct {
  uint64_t letters, capitals, continuing, spaces;
} Kinds;

/* What is where in 64 bytes, a bit each. */
static inline Kinds kinds_of(const uint8_t *p) {
  Kinds k = {0, 0, 0, 0};
  for (int at = 0; at < BLOCK; at += WIDE) {
    const vb v = *(const vb *)(p + at);
    k.letters |= bits((vs)((v | 0x20) - 'a' <= 25)) << at;
    k.capitals |= bits((vs)(v - 'A' <= 25)) << at;
    k.continuing |= bits((vs)((vs)v < -64)) << at;
    k.spaces |= bits((vs)(v == ' ')) << at;
  }
  return k;
}

static inline uint64_t eight_at(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

/* A word's first bytes, 1 or more, in lower case. */
static inline uint64_t first_bytes(uint64_t letters, size_t length) {
  return (letters | 0x2020202020202020u) & UINT64_MAX >> (64 - 8 * (length < 8 ? length : 8));
}

static inline const uint8_t *after_letters(const uint8_t *p, const uint8_t *end) {
  int run;
  do {
    run = __builtin_ctzll(~letters_at(p));
    p += run;
  } while (run == WIDE && p < end);
  return p < end ? p : end;
}

static inline int bytes_of(unsigned first) {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static unsigned class_beyond(const uint8_t *p, const uint8_t *classes) {
  switch (p[0]) {
  case 0xe2:
    if (p[1] == 0x80) return classes[PUNCTUATION + (p[2] & 63)];
    if (p[1] == 0x82 && p[2] == 0xac) return FOREIGN_CURRENCY;
    if (p[1] == 0x81 && p[2] == 0x9f) return NONASCII | SPACE;
    break;
  case 0xc2:
    return classes[LATIN + (p[1] & 63)];
  case 0xe1:
    if (p[1] == 0x9a && p[2] == 0x80) return NONASCII | SPACE;
    break;
  case 0xe3:
    if (p[1] == 0x80 && p[2] == 0x80) return NONASCII | SPACE;
    break;
  case 0xef:
    if (p[1] == 0xbb && p[2] == 0xbf) return NONASCII | SPACE;
    break;
  }
  return NONASCII;
}

static inline int is_space(const uint8_t *p, const uint8_t *classes) {
  return ((*p < 0x80 ? classes[*p] : class_beyond(p, classes)) & SPACE) != 0;
}

static inline int is_digit(unsigned c) {
  return c - '0' < 10;
}

static inline int is_letter(unsigned c) {
  return (c | 0x20) - 'a' < 26;
}

/* Whether the line that begins at p is a point of a list. */
static void look_at_line(const uint8_t *p, const uint8_t *end, const uint8_t *classes, int32_t *counts) {
  while (p < end && *p != '\n' && is_space(p, classes)) p += bytes_of(*p);
  if (p >= end) return;
  const unsigned c = *p;
  if (is_digit(c)) {
    do p++; while (p < end && is_digit(*p));
    if (p >= end) return;
    const unsigned mark = *p++;
    if ((mark == '.' || mark == ')') && p < end && is_space(p, classes)) counts[NUMBERED]++;
  } else if (c == '-' || c == '*' || (c == 0xe2 && p[1] == 0x80 && p[2] == 0xa2)) {
    p += bytes_of(c);
    if (p < end && is_space(p, classes)) counts[BULLET]++;
  }
}

/* Of the bits of the bytes from p on those from `first` on. */
static inline uint64_t bits_from(uint64_t all, const uint8_t *p, const uint8_t *first) {
  if (first <= p) return all;
  return first - p < BLOCK ? all & UINT64_MAX << (first - p) : 0;
}

static void count(
  const uint8_t *start, const uint8_t *end, const uint8_t *classes, const uint8_t *words, int32_t *counts
) {
  const uint64_t multiplier = eight_at(words + (16 << SLOT_BITS));
  int continuing = 0, capitals = 0;
  size_t word_count = 0, word_length = 0;
  const uint8_t *taken = start, *starred = start;
  look_at_line(start, end, classes, counts);
  for (const uint8_t *p = start; p < end; p += BLOCK) {
    const uint64_t held = UINT64_MAX >> (BLOCK - (end - p < BLOCK ? end - p : BLOCK));
    const Kinds k = kinds_of(p);
    continuing += __builtin_popcountll(k.continuing & held);
    capitals += __builtin_popcountll(k.capitals & held);

    for (uint64_t left = ~(k.letters | k.continuing | k.spaces) & held; left; left &= left - 1) {
      const uint8_t *at = p + __builtin_ctzll(left);
      const unsigned c = *at, kind = c < 0x80 ? classes[c] : class_beyond(at, classes);
      counts[kind & COUNTER]++;
      if (!(kind & LOOK)) continue;
      const uint8_t *next = at + 1;
      if (c == '\n') {
        if (*next != '\n' && !is_letter(*next)) look_at_line(next, end, classes, counts);
      } else if (c != '*') {
        if (next >= end || is_space(next, classes)) counts[SENTENCES]++;
      } else if (at >= starred && next < end && *next == '*') {
        counts[BOLD]++;
        starred = next + 1;
      }
    }

    for (uint64_t left = bits_from(k.letters & held, p, taken); left;) {
      const uint64_t beyond = left + (left & -left);
      const uint8_t *word = p + __builtin_ctzll(left);
      const uint8_t *stop = p + (beyond ? __builtin_ctzll(beyond) : BLOCK);
      left &= beyond;
      if (stop == p + BLOCK && stop < end) taken = stop = after_letters(stop, end);
      size_t length = (size_t)(stop - word);
      uint64_t low = first_bytes(eight_at(word), length);
      uint64_t high = length > 8 ? first_bytes(eight_at(word + 8), length - 8) : 0;
      const unsigned next = *stop;
      if (next == '\'' || (next == 0xe2 && stop[1] == 0x80 && stop[2] == 0x99)) {
        const uint8_t *second = stop + bytes_of(next);
        if (second < end && is_letter(*second)) {
          taken = after_letters(second, end);
          left = bits_from(left, p, taken);
          const size_t more = (size_t)(taken - second);
          if (length + more < 8)
            low |= (uint64_t)'\'' << 8 * length | first_bytes(eight_at(second), more) << 8 * (length + 1);
          else
            high = UINT64_MAX;
          length += more + 1;
        }
      }
      word_count++;
      word_length += length;
      const uint8_t *slot = words + (low * multiplier >> (64 - SLOT_BITS)) * 16;
      const uint64_t last = eight_at(slot + 8);
      const int known = (eight_at(slot) == low) & ((last & UINT64_MAX >> 8) == high);
      counts[known ? last >> 56 : NOTHING]++;
    }
  }
  counts[LENGTH] = (int32_t)(end - start) - continuing;
  counts[UPPER] = capitals;
  counts[WORDS] = (int32_t)word_count;
  counts[WORD_LENGTH] = (int32_t)word_length;
}

static int ends_in_question(const uint8_t *start, const uint8_t *end, const uint8_t *classes) {
  while (end > start) {
    const uint8_t *last = end - 1;
    while (last > start && (*last & 0xc0) == 0x80) last--;
    if (!is_space(last, classes)) return *last == '?';
    end = last;
  }
  return 0;
}

static void roots(const int32_t *counts, int from, int to, double rate, double *out) {
  for (int f = from; f < to; f++) out[f] = sqrt(rate * counts[f]);
}

static void finish(int32_t *counts, int question, double *out) {
  counts[CURRENCY] += counts[FOREIGN_CURRENCY];
  counts[NONASCII] += counts[FOREIGN_CURRENCY];
  const double n = counts[LENGTH], words = counts[WORDS], log_words = log(1 + words);
  out[LENGTH] = log(1 + n);
  out[WORD_LENGTH] = log(1.0 + counts[WORD_LENGTH]) - log_words;
  out[SENTENCES] = log_words - log(1.0 + counts[SENTENCES]);
  out[END_QUESTION] = question;
  roots(counts, FIRST_MARK, FIRST_GROUP, 100 / (n + 50), out);
  roots(counts, FIRST_GROUP, FEATURES, 20 / (words + 10), out);
}

void style(
  int n, const uint8_t *bytes, const int32_t *offsets, const uint8_t *classes, const uint8_t *words,
  const double *factors, double *out
) {
  int32_t counts[COUNTERS];
  for (int i = 0; i < n; i++, out += FEATURES) {
    const uint8_t *start = bytes + offsets[i], *end = bytes + offsets[i + 1];
    memset(counts, 0, sizeof counts);
    count(start, end, classes, words, counts);
    finish(counts, ends_in_question(start, end, classes), out);
    for (int f = 0; f < FEATURES; f++) out[f] *= factors[f];
  }
}
