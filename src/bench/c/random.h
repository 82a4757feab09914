#ifndef TAUTLINE_RANDOM_H
#define TAUTLINE_RANDOM_H

#include <stdint.h>

/* splitmix64 (Steele, Lea & Flood 2014). */
static inline uint64_t mixed(uint64_t *state) {
  *state += 0x9e3779b97f4a7c15;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/* Uniform integer in [0, n). */
static inline int below(uint64_t *state, int n) {
  return (int)((double)(mixed(state) >> 11) * (1.0 / 9007199254740992.0) * n);
}

#endif
