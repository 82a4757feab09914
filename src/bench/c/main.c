#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cases.h"
#include "records.h"

/*
 * The C side of the benchmark, a child process. One command a line on standard input, one answer a line on standard
 * output:
 *   open FILE          reads inputs (records.h), forgetting those before          ok
 *   run CASE TIMES     runs a case so often                                       nanoseconds of all runs
 *   write CASE FILE    writes what the case gave when it last ran                 ok
 */

static double nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

int main(void) {
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    char *command = strtok(line, " \n");
    char *first = strtok(NULL, " \n");
    char *second = strtok(NULL, "\n");
    if (!command || !first) {
      fprintf(stderr, "not a command\n");
      return 2;
    }
    if (strcmp(command, "open") == 0) {
      cases_open(first);
      puts("ok");
    } else {
      const Case *found = case_named(first);
      if (!found || !second) {
        fprintf(stderr, "no case %s\n", first);
        return 2;
      }
      if (strcmp(command, "run") == 0) {
        const int times = atoi(second);
        const double start = nanoseconds();
        for (int i = 0; i < times; i++) found->run();
        printf("%.0f\n", nanoseconds() - start);
      } else {
        FILE *file = fopen(second, "wb");
        if (!file) {
          fprintf(stderr, "%s cannot be written\n", second);
          return 2;
        }
        found->write(file);
        fclose(file);
        puts("ok");
      }
    }
    fflush(stdout);
  }
  return 0;
}
