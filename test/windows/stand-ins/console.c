// How many processes share the console of this one: alone, a program has been given a window of its own.
#include <stdio.h>
#include <windows.h>

int main(void) {
  DWORD processes[64];
  printf("%lu", GetConsoleProcessList(processes, 64));
  return 0;
}
