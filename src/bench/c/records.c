#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "records.h"

size_t record_width(char type) {
  return type == 'd' ? 8 : type == 'u' ? 1 : 4;
}

static void fail(const char *what, const char *path) {
  fprintf(stderr, "%s: %s\n", path, what);
  exit(2);
}

int records_read(const char *path, Record **out) {
  FILE *file = fopen(path, "rb");
  if (!file) fail("cannot be opened", path);
  Record *records = NULL;
  int count = 0;
  char head[32];
  int64_t length;
  while (fread(head, sizeof head, 1, file) == 1) {
    if (fread(&length, sizeof length, 1, file) != 1 || length < 0) fail("ends within a record", path);
    records = realloc(records, sizeof(Record) * (size_t)(count + 1));
    Record *r = records + count++;
    memcpy(r->name, head, sizeof r->name);
    r->name[sizeof r->name - 1] = 0;
    r->type = head[24];
    r->length = (size_t)length;
    const size_t bytes = (r->length * record_width(r->type) + 7) / 8 * 8;
    /* Kernels read whole vectors: a little beyond the last element must be readable. */
    r->data = aligned_alloc(64, (bytes + 128 + 63) / 64 * 64);
    if (!r->data || fread(r->data, 1, bytes, file) != bytes) fail("ends within a record", path);
  }
  fclose(file);
  *out = records;
  return count;
}

void records_free(Record *records, int count) {
  for (int i = 0; i < count; i++) free(records[i].data);
  free(records);
}

void records_write(FILE *file, const char *name, char type, const void *data, size_t length) {
  char head[32] = {0};
  const char zeros[8] = {0};
  const int64_t elements = (int64_t)length;
  const size_t bytes = length * record_width(type);
  strncpy(head, name, 23);
  head[24] = type;
  fwrite(head, sizeof head, 1, file);
  fwrite(&elements, sizeof elements, 1, file);
  fwrite(data, 1, bytes, file);
  fwrite(zeros, 1, (8 - bytes % 8) % 8, file);
}
