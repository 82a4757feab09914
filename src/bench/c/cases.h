#ifndef TAUTLINE_CASES_H
#define TAUTLINE_CASES_H

#include <stdio.h>

typedef struct {
  const char *name;
  void (*run)(void);
  void (*write)(FILE *file);
} Case;

/* Reads the inputs of the cases to come; outputs and states are made when a case first runs. */
void cases_open(const char *path);
const Case *case_named(const char *name);

#endif
