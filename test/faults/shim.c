// Faults at the border to the system, for test/faults: an interposed library (LD_PRELOAD), compiled by the harness.
//
// PITWALL_FAULT="role=ROLE;ops=open,write;errno=28;after=N;count=M;in=FOLDER" fails the calls N .. N+M-1 of those that touch
// the folder. EMFILE (24) fails every open, whatever it opens. ops=clock shifts the real-time clock by `shift` seconds from the
// N-th reading on; ops=inotify makes watching impossible.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int active;
static int fault_errno;
static long after, count, shift;
static char ops[128], folder[PATH_MAX];
static atomic_long calls;

static int field(const char *spec, const char *name, char *out, size_t size) {
  size_t length = strlen(name);
  out[0] = 0;
  for (const char *p = spec; p && *p; p = strchr(p, ';') ? strchr(p, ';') + 1 : NULL) {
    if (strncmp(p, name, length) || p[length] != '=') continue;
    p += length + 1;
    size_t n = strcspn(p, ";");
    if (n >= size) n = size - 1;
    memcpy(out, p, n);
    out[n] = 0;
    return 1;
  }
  return 0;
}

static long number(const char *spec, const char *name, long otherwise) {
  char text[32];
  return field(spec, name, text, sizeof text) ? atol(text) : otherwise;
}

__attribute__((constructor)) static void begin(void) {
  const char *spec = getenv("PITWALL_FAULT"), *own = getenv("PITWALL_ROLE");
  char role[32];
  if (!spec || !own || !field(spec, "role", role, sizeof role) || strcmp(role, own)) return;
  field(spec, "ops", ops, sizeof ops);
  field(spec, "in", folder, sizeof folder);
  fault_errno = number(spec, "errno", 0);
  after = number(spec, "after", 0);
  count = number(spec, "count", 1);
  shift = number(spec, "shift", 0);
  active = 1;
}

/** Whether this call is one of those that fail; counts it if it is of the kind. */
static int hit(const char *op, int concerns) {
  if (!active || !concerns || !strstr(ops, op)) return 0;
  long n = atomic_fetch_add(&calls, 1);
  if (n < after || n >= after + count) return 0;
  errno = fault_errno;
  return 1;
}

static int ours(const char *path) {
  return fault_errno == EMFILE || (path && folder[0] && strstr(path, folder) != NULL);
}

static int ours_fd(int fd) {
  char link[64], path[PATH_MAX];
  if (!active || fd <= 2) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return 0;
  path[n] = 0;
  return folder[0] && strstr(path, folder) != NULL;
}

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }
#define REAL(name) ((__typeof__(&name))real(#name))

/** To read a file is no business of a full or read-only disk. */
static int concerns_open(const char *path, int flags) {
  int writes = (flags & (O_CREAT | O_WRONLY | O_RDWR)) != 0;
  return ours(path) && (writes || (fault_errno != ENOSPC && fault_errno != EROFS));
}

static int do_open(const char *name, const char *path, int flags, mode_t mode) {
  if (hit("open", concerns_open(path, flags))) return -1;
  int (*call)(const char *, int, ...) = real(name);
  return call(path, flags, mode);
}

#define OPEN(name)                                            \
  int name(const char *path, int flags, ...) {                \
    va_list args;                                             \
    va_start(args, flags);                                    \
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0; \
    va_end(args);                                             \
    return do_open(#name, path, flags, mode);                 \
  }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *bytes, size_t size) {
  if (hit("write", ours_fd(fd))) return -1;
  return REAL(write)(fd, bytes, size);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  if (hit("write", ours_fd(fd))) return -1;
  return REAL(pwrite64)(fd, bytes, size, at);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
  if (hit("write", ours_fd(fd))) return -1;
  return REAL(pwrite)(fd, bytes, size, at);
}
ssize_t writev(int fd, const struct iovec *parts, int n) {
  if (hit("write", ours_fd(fd))) return -1;
  return REAL(writev)(fd, parts, n);
}
int mkdir(const char *path, mode_t mode) {
  if (hit("mkdir", ours(path))) return -1;
  return REAL(mkdir)(path, mode);
}
int rename(const char *from, const char *to) {
  if (hit("rename", ours(to))) return -1;
  return REAL(rename)(from, to);
}
int link(const char *from, const char *to) {
  if (hit("link", ours(to))) return -1;
  return REAL(link)(from, to);
}
int unlink(const char *path) {
  if (hit("unlink", ours(path))) return -1;
  return REAL(unlink)(path);
}
int rmdir(const char *path) {
  if (hit("unlink", ours(path))) return -1;
  return REAL(rmdir)(path);
}
int scandir64(const char *path, struct dirent64 ***list, int (*filter)(const struct dirent64 *),
              int (*compare)(const struct dirent64 **, const struct dirent64 **)) {
  if (hit("readdir", ours(path))) return -1;
  return REAL(scandir64)(path, list, filter, compare);
}
int scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **)) {
  if (hit("readdir", ours(path))) return -1;
  return REAL(scandir)(path, list, filter, compare);
}
int inotify_add_watch(int fd, const char *path, uint32_t mask) {
  if (hit("inotify", 1)) return -1;
  int (*call)(int, const char *, uint32_t) = real("inotify_add_watch");
  return call(fd, path, mask);
}

static long shifted(void) {
  if (!active || !strstr(ops, "clock")) return 0;
  return atomic_fetch_add(&calls, 1) >= after ? shift : 0;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = REAL(clock_gettime)(clock, now);
  if (!result && clock == CLOCK_REALTIME) now->tv_sec += shifted();
  return result;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int (*call)(struct timeval *, void *) = real("gettimeofday");
  int result = call(now, zone);
  if (!result) now->tv_sec += shifted();
  return result;
}
