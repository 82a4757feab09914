#ifndef TAUTLINE_RECORDS_H
#define TAUTLINE_RECORDS_H

#include <stddef.h>
#include <stdio.h>

/* A named column of a record file: [name, 24 bytes][type, 1 byte, 7 of padding][elements, i64][elements, padded to 8
   bytes], one after the other. */
typedef struct {
  char name[24];
  char type;
  size_t length;
  void *data;
} Record;

/* Size of an element: d f64, f f32, i i32, u u8. */
size_t record_width(char type);
/* Reads a file; ends the program with a message where it is not one. Returns the number of records. */
int records_read(const char *path, Record **out);
void records_free(Record *records, int count);
void records_write(FILE *file, const char *name, char type, const void *data, size_t length);

#endif
