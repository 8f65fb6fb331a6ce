/* Preloaded: chooses at which of a process's disk calls something happens to it.

   Of the calls named in TORTURE_CALLS (comma-separated; empty: all) on files below TORTURE_UNDER whose path holds
   TORTURE_FILE (or ends with it, where it ends with $), and whose name begins with a number of at most TORTURE_BELOW where
   that is given (a segment that older ones are merged into), the TORTURE_NTH-th (from 1) is struck, and with TORTURE_LASTS=on every later one too. TORTURE_DEED says how:
     fault  libfiu is asked (fiu_fail, under its name for the call) and fails it as FIU_ENABLE says
     kill   SIGKILL instead of the call
     after  SIGKILL after the call
     torn   SIGKILL when half of the bytes are written
     list   nothing: with TORTURE_LASTS=on, which calls there are
   TORTURE_RECORD gets a line for each strike: what libfiu really failed, or what the kill was about to do.
   A child process is left alone: the variables and LD_PRELOAD are taken out of the environment at once.
   libfiu's own POSIX wrappers are not used: they also wrap malloc and mmap, and a process that started a thread while
   libraries were loaded hung in them, in dlsym, before it had begun. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char under[PATH_MAX], calls[256], wanted[256], deed[16];
static long nth, below;
static int lasts, record = -1, ready;
static atomic_long seen;
static int (*fiu_fail)(const char *);
static void *(*fiu_failinfo)(void);
static ssize_t (*libc_write)(int, const void *, size_t);
static ssize_t (*libc_pwrite)(int, const void *, size_t, off_t);
static int (*libc_fdatasync)(int), (*libc_fsync)(int), (*libc_ftruncate)(int, off_t), (*libc_rename)(const char *, const char *);

static void note(const char *word, const char *what, const char *path) {
    char line[PATH_MAX + 128];
    int size = snprintf(line, sizeof line, "%s\t%s\t%s\n", word, what, path);
    if (record >= 0) syscall(SYS_write, record, line, (size_t)size);
}

static void take(const char *name, char *into, size_t size) {
    const char *value = getenv(name);
    snprintf(into, size, "%s", value ? value : "");
    unsetenv(name);
}

/* Once, and early: dlsym waits for whoever loads a library at the moment. */
static void find(void) {
    if (libc_write) return;
    libc_pwrite = dlsym(RTLD_NEXT, "pwrite");
    libc_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    libc_fsync = dlsym(RTLD_NEXT, "fsync");
    libc_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    libc_rename = dlsym(RTLD_NEXT, "rename");
    fiu_fail = dlsym(RTLD_DEFAULT, "fiu_fail");
    fiu_failinfo = dlsym(RTLD_DEFAULT, "fiu_failinfo");
    libc_write = dlsym(RTLD_NEXT, "write");
}

__attribute__((constructor)) static void begin(void) {
    char number[32], path[PATH_MAX], on[8];
    find();
    take("TORTURE_UNDER", under, sizeof under);
    take("TORTURE_CALLS", calls, sizeof calls);
    take("TORTURE_FILE", wanted, sizeof wanted);
    take("TORTURE_DEED", deed, sizeof deed);
    take("TORTURE_BELOW", number, sizeof number);
    below = atol(number);
    take("TORTURE_NTH", number, sizeof number);
    take("TORTURE_LASTS", on, sizeof on);
    take("TORTURE_RECORD", path, sizeof path);
    unsetenv("LD_PRELOAD");
    nth = atol(number);
    lasts = !strcmp(on, "on");
    if (*path) record = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ready = *under && nth > 0;
}

static int is_wanted(const char *call, const char *path) {
    char list[300], name[40];
    size_t size = strlen(path), tail = strlen(wanted);
    if (strncmp(path, under, strlen(under))) return 0;
    if (tail && wanted[tail - 1] == '$') {
        if (size < tail - 1 || strncmp(path + size - (tail - 1), wanted, tail - 1)) return 0;
    } else if (!strstr(path, wanted)) return 0;
    const char *base = strrchr(path, '/');
    if (below && (!base || base[1] < '0' || base[1] > '9' || atol(base + 1) > below)) return 0;
    snprintf(list, sizeof list, ",%s,", calls);
    snprintf(name, sizeof name, ",%s,", call);
    return !*calls || strstr(list, name) != NULL;
}

/* Whether this call is to be struck. */
static int is_hit(const char *call, const char *path) {
    if (!ready || !is_wanted(call, path)) return 0;
    long now = atomic_fetch_add(&seen, 1) + 1;
    return now == nth || (lasts && now > nth);
}

static int is_hit_fd(const char *call, int fd, char *path) {
    char link[40];
    int saved = errno;
    if (!ready) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    errno = saved;
    if (size <= 0) return 0;
    path[size] = 0;
    return is_hit(call, path);
}

static void end(const char *call, const char *path) {
    note(deed, call, path);
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* Whether libfiu failed the call; errno is as it says. */
static int is_failed(const char *point, const char *path) {
    if (!fiu_fail || !fiu_fail(point)) return 0;
    note("fired", point, path);
    errno = fiu_failinfo ? (int)(long)fiu_failinfo() : EIO;
    return 1;
}

/* The struck half of a wrapper: `half` writes half of the bytes, `whole` is the call itself. */
#define STRIKE(name, point, path, half, whole)                \
    if (!strcmp(deed, "fault")) return is_failed(point, path) ? -1 : (whole); \
    if (!strcmp(deed, "list")) {                              \
        note(deed, name, path);                               \
        return whole;                                         \
    }                                                         \
    if (!strcmp(deed, "torn")) half;                          \
    if (!strcmp(deed, "after")) (void)!(whole);               \
    end(name, path);                                          \
    return -1

ssize_t write(int fd, const void *data, size_t size) {
    char path[PATH_MAX];
    find();
    if (!is_hit_fd("write", fd, path)) return libc_write(fd, data, size);
    STRIKE("write", "posix/io/rw/write", path, (void)!libc_write(fd, data, size / 2), libc_write(fd, data, size));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    char path[PATH_MAX];
    find();
    if (!is_hit_fd("pwrite", fd, path)) return libc_pwrite(fd, data, size, at);
    STRIKE("pwrite", "posix/io/rw/pwrite", path, (void)!libc_pwrite(fd, data, size / 2, at), libc_pwrite(fd, data, size, at));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) { return pwrite(fd, data, size, at); }

int fdatasync(int fd) {
    char path[PATH_MAX];
    find();
    if (!is_hit_fd("fdatasync", fd, path)) return libc_fdatasync(fd);
    STRIKE("fdatasync", "posix/io/sync/fdatasync", path, (void)0, libc_fdatasync(fd));
}

int fsync(int fd) {
    char path[PATH_MAX];
    find();
    if (!is_hit_fd("fsync", fd, path)) return libc_fsync(fd);
    STRIKE("fsync", "posix/io/sync/fsync", path, (void)0, libc_fsync(fd));
}

int ftruncate(int fd, off_t size) {
    char path[PATH_MAX];
    find();
    if (!is_hit_fd("ftruncate", fd, path)) return libc_ftruncate(fd, size);
    STRIKE("ftruncate", "posix/io/rw/ftruncate", path, (void)0, libc_ftruncate(fd, size));
}

int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

int rename(const char *from, const char *to) {
    char path[PATH_MAX] = "";
    find();
    if (*to == '/') snprintf(path, sizeof path, "%s", to);
    if (!is_hit("rename", path)) return libc_rename(from, to);
    STRIKE("rename", "posix/io/dir/rename", path, (void)0, libc_rename(from, to));
}
