#ifndef TAUTLINE_INPUTS_H
#define TAUTLINE_INPUTS_H

#include <stddef.h>
#include "kernels.h"
#include "layout.h"
#include "records.h"

/* Inputs of the cases by name, and room for what they write. A name that is not there ends the program. */
const Record *input(const char *name);
void *column(const char *name);
double number(const char *name);
int whole(const char *name);
void *output(const char *name, char type, size_t length);
double *doubles_out(const char *name);
Events events(void);

/* What an earlier stage gave: the wasm's column where a stage runs by itself, the C's own in the run of all. */
void *stage_column(const char *name);
/* Whether the tracker is to run as textbooks have it. */
int is_textbook(void);

/* Every stage runs by its name. */
#define DECLARE(id, ...) void run_##id(void);
STAGES(DECLARE)
#undef DECLARE
void run_detectors(void);
void run_change(void);

#endif
