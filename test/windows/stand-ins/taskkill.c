// taskkill /T /F /PID N...: Wine's own knows no /T. A line for each call goes to C:\helpers.count.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <tlhelp32.h>

static int end(DWORD pid, int tree) {
  int ended = 0;
  if (tree) {
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32 entry = {sizeof entry};
    for (BOOL more = Process32First(all, &entry); more; more = Process32Next(all, &entry))
      if (entry.th32ParentProcessID == pid && entry.th32ProcessID != pid) end(entry.th32ProcessID, 1);
    CloseHandle(all);
  }
  HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, pid);
  if (process) {
    ended = TerminateProcess(process, 1);
    CloseHandle(process);
  }
  return ended;
}

int main(int count, char **values) {
  int tree = 0, code = 128;
  FILE *calls = fopen("C:\\helpers.count", "a");
  if (calls) {
    fputs("x\n", calls);
    fclose(calls);
  }
  for (int i = 1; i < count; i++)
    if (!_stricmp(values[i], "/T")) tree = 1;
  for (int i = 1; i + 1 < count; i++)
    if (!_stricmp(values[i], "/PID") && end(strtoul(values[i + 1], 0, 10), tree)) code = 0;
  return code;
}
