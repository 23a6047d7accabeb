// Answers the one question that Pitwall asks PowerShell: which processes there are. A line for each call goes to
// C:\helpers.count; PS_DELAY_MS is how long a real one takes to start, PS_FAILS makes it fail.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <tlhelp32.h>
#include <winternl.h>

static unsigned long long startOf(HANDLE process) {
  FILETIME created, ended, kernel, user;
  if (!GetProcessTimes(process, &created, &ended, &kernel, &user)) return 0;
  return ((unsigned long long)created.dwHighDateTime << 32) | created.dwLowDateTime;
}

// PEB + 0x20 leads to the parameters, the command line is 0x70 into them (64 bits).
static void printCommand(HANDLE process) {
  PROCESS_BASIC_INFORMATION basic;
  uint64_t parameters = 0;
  struct { USHORT bytes, most; ULONG pad; uint64_t text; } line;
  if (NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof basic, 0)) return;
  if (!ReadProcessMemory(process, (char *)basic.PebBaseAddress + 0x20, &parameters, 8, 0)) return;
  if (!ReadProcessMemory(process, (char *)(uintptr_t)parameters + 0x70, &line, sizeof line, 0)) return;
  WCHAR *wide = calloc(1, line.bytes + 2);
  char *text = calloc(1, line.bytes * 2 + 4);
  if (ReadProcessMemory(process, (void *)(uintptr_t)line.text, wide, line.bytes, 0))
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, line.bytes * 2 + 2, 0, 0);
  fputs(text, stdout);
  free(wide);
  free(text);
}

static void listProcesses(void) {
  HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  PROCESSENTRY32 entry = {sizeof entry};
  for (BOOL more = Process32First(all, &entry); more; more = Process32Next(all, &entry)) {
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, entry.th32ProcessID);
    printf("%lu %lu %llu ", entry.th32ProcessID, entry.th32ParentProcessID, process ? startOf(process) : 0ULL);
    if (process) printCommand(process);
    fputs("\r\n", stdout);
    if (process) CloseHandle(process);
  }
  CloseHandle(all);
}

int main(int count, char **values) {
  FILE *calls = fopen("C:\\helpers.count", "a");
  if (calls) {
    fputs("x\n", calls);
    fclose(calls);
  }
  const char *delay = getenv("PS_DELAY_MS");
  if (delay) Sleep(atoi(delay));
  if (getenv("PS_FAILS") || count < 2 || !strstr(values[count - 1], "Win32_Process")) return 1;
  listProcesses();
  return 0;
}
