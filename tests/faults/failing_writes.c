/* A disk that fails: LD_PRELOAD it, and the k-th call that changes something under a folder fails.
 *
 *   cc -shared -fPIC -O1 -o failing_writes.so failing_writes.c -ldl
 *
 *   FAULT_UNDER    absolute real path of a folder; calls outside it are let through and not counted
 *   FAULT_COUNTER  file of 8 bytes, shared by all processes of a run: how many calls there were
 *   FAULT_AT       number of the call that fails, from 1; 0 or unset: none, all are only counted
 *   FAULT_ERRNO    a number of errno (28 ENOSPC, 5 EIO), "kill" (SIGKILL to the caller) or "killgroup" (to its group)
 *   FAULT_LASTING  set and not 0: from FAULT_AT on every call fails that needs space; what frees it goes through
 *   FAULT_LOG      a file outside FAULT_UNDER that gets a line a call: "number what path", with " FAULT" where it failed
 *
 * A write that fails has written its first half: what it leaves is torn, as from a cable pulled or a disk filled up.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *under;
static size_t under_length;
static long fault_at;
static int fault_errno, fault_kills, fault_lasts, log_handle = -1;
static long *counter;

enum { NEEDS_SPACE, FREES_SPACE };

/* Runs once a process, before main: a process without its variables counts nothing. */
__attribute__((constructor)) static void begin(void) {
    const char *at = getenv("FAULT_AT"), *what = getenv("FAULT_ERRNO"), *lasting = getenv("FAULT_LASTING");
    const char *counter_path = getenv("FAULT_COUNTER"), *log_path = getenv("FAULT_LOG");
    under = getenv("FAULT_UNDER");
    if (under == NULL || counter_path == NULL) return;
    under_length = strlen(under);
    fault_at = at ? atol(at) : 0;
    fault_lasts = lasting && strcmp(lasting, "0") != 0;
    if (what && strcmp(what, "kill") == 0) fault_kills = 1;
    else if (what && strcmp(what, "killgroup") == 0) fault_kills = 2;
    else fault_errno = what ? atoi(what) : ENOSPC;
    int handle = (int)syscall(SYS_openat, AT_FDCWD, counter_path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (handle < 0 || syscall(SYS_ftruncate, handle, (long)sizeof *counter) != 0) abort();
    counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    if (counter == MAP_FAILED) abort();
    syscall(SYS_close, handle);
    if (log_path) log_handle = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static int is_under(const char *path) {
    return strncmp(path, under, under_length) == 0 && (path[under_length] == '/' || path[under_length] == 0);
}

/* The path of a descriptor, as the kernel knows it. */
static int path_of(int handle, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

/* The path that a call names, made absolute; "." and ".." stay as they are. */
static int absolute(int folder, const char *name, char *path) {
    char base[PATH_MAX];
    if (name == NULL) return 0;
    if (name[0] == '/') return snprintf(path, 2 * PATH_MAX, "%s", name) > 0;
    if (folder == AT_FDCWD ? getcwd(base, sizeof base) == NULL : !path_of(folder, base)) return 0;
    return snprintf(path, 2 * PATH_MAX, "%s/%s", base, name) > 0;
}

/* Count a call on a path; say whether it is to fail now. A fault that kills does not return, if `torn` is not given. */
static int counted(const char *what, const char *path, int kind, int *torn) {
    if (counter == NULL || !is_under(path)) return 0;
    long number = __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
    int hit = fault_at && number == fault_at;
    int fails = hit || (fault_at && number > fault_at && fault_lasts && !fault_kills && kind == NEEDS_SPACE);
    if (log_handle >= 0) {
        char line[2 * PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%ld %s %s%s\n", number, what, path, fails ? " FAULT" : "");
        syscall(SYS_write, log_handle, line, (size_t)length);
    }
    if (torn) *torn = hit;
    if (fails && fault_kills && torn == NULL) kill(fault_kills == 2 ? 0 : getpid(), SIGKILL);
    return fails;
}

static int failed(void) {
    if (fault_kills) {
        kill(fault_kills == 2 ? 0 : getpid(), SIGKILL);
        for (;;) pause();
    }
    errno = fault_errno;
    return -1;
}

static int fails_at(const char *what, int folder, const char *name, int kind) {
    char path[2 * PATH_MAX];
    return counter && absolute(folder, name, path) && counted(what, path, kind, NULL);
}

static int fails_on(const char *what, int handle, int kind, int *torn) {
    char path[PATH_MAX];
    int saved = errno;
    int answer = counter && path_of(handle, path) && counted(what, path, kind, torn);
    errno = saved;
    return answer;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

/* open: counted where it may make a file or empty one */
#define CHANGES (O_CREAT | O_TRUNC)
#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        MODE(flags) \
        REAL(int, #name, const char *, int, ...); \
        if ((flags & CHANGES) && fails_at("open", AT_FDCWD, path, NEEDS_SPACE)) return failed(); \
        return real(path, flags, mode); \
    }
#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        MODE(flags) \
        REAL(int, #name, int, const char *, int, ...); \
        if ((flags & CHANGES) && fails_at("open", folder, path, NEEDS_SPACE)) return failed(); \
        return real(folder, path, flags, mode); \
    }
#define CREAT(name) \
    int name(const char *path, mode_t mode) { \
        REAL(int, #name, const char *, mode_t); \
        if (fails_at("open", AT_FDCWD, path, NEEDS_SPACE)) return failed(); \
        return real(path, mode); \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
CREAT(creat)
CREAT(creat64)

FILE *fopen(const char *path, const char *mode) {
    REAL(FILE *, "fopen", const char *, const char *);
    if (strpbrk(mode, "wa") && fails_at("open", AT_FDCWD, path, NEEDS_SPACE)) return failed(), NULL;
    return real(path, mode);
}

FILE *fopen64(const char *path, const char *mode) {
    REAL(FILE *, "fopen64", const char *, const char *);
    if (strpbrk(mode, "wa") && fails_at("open", AT_FDCWD, path, NEEDS_SPACE)) return failed(), NULL;
    return real(path, mode);
}

/* write: the first half of the call that is hit gets to the disk */
ssize_t write(int handle, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    int torn = 0;
    if (fails_on("write", handle, NEEDS_SPACE, &torn)) {
        if (torn && size > 1) real(handle, data, size / 2);
        return failed();
    }
    return real(handle, data, size);
}

#define PWRITE(name, offset_type) \
    ssize_t name(int handle, const void *data, size_t size, offset_type offset) { \
        REAL(ssize_t, #name, int, const void *, size_t, offset_type); \
        int torn = 0; \
        if (fails_on("write", handle, NEEDS_SPACE, &torn)) { \
            if (torn && size > 1) real(handle, data, size / 2, offset); \
            return failed(); \
        } \
        return real(handle, data, size, offset); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int handle, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    int torn = 0;
    if (fails_on("write", handle, NEEDS_SPACE, &torn)) {
        if (torn && count > 1) real(handle, parts, count / 2);
        return failed();
    }
    return real(handle, parts, count);
}

/* sync: errors of writes that were taken long ago arrive here */
#define SYNC(name) \
    int name(int handle) { \
        REAL(int, #name, int); \
        if (fails_on(#name, handle, NEEDS_SPACE, NULL)) return failed(); \
        return real(handle); \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, offset_type) \
    int name(int handle, offset_type size) { \
        REAL(int, #name, int, offset_type); \
        if (fails_on("ftruncate", handle, NEEDS_SPACE, NULL)) return failed(); \
        return real(handle, size); \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

/* names: a rename counts where its target lies under the folder */
int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    if (fails_at("rename", AT_FDCWD, to, NEEDS_SPACE)) return failed();
    return real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    REAL(int, "renameat", int, const char *, int, const char *);
    if (fails_at("rename", to_folder, to, NEEDS_SPACE)) return failed();
    return real(from_folder, from, to_folder, to);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    if (fails_at("mkdir", AT_FDCWD, path, NEEDS_SPACE)) return failed();
    return real(path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t);
    if (fails_at("mkdir", folder, path, NEEDS_SPACE)) return failed();
    return real(folder, path, mode);
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    if (fails_at("unlink", AT_FDCWD, path, FREES_SPACE)) return failed();
    return real(path);
}

int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    if (fails_at("unlink", folder, path, FREES_SPACE)) return failed();
    return real(folder, path, flags);
}

int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    if (fails_at("rmdir", AT_FDCWD, path, FREES_SPACE)) return failed();
    return real(path);
}
