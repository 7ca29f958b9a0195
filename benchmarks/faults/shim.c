/* Preloaded into a command: lets the Nth system call on a file under one folder fail, or kills the process there.
 *
 * FAULT_UNDER  the folder, an absolute path without links
 * FAULT_DO     the errno, or 0: count only, or -1: SIGKILL
 * FAULT_AT     N, from 1; calls are counted that can fail in this way
 * FAULT_STAYS  1: all later ones fail, too
 * FAULT_COUNT  a file (outside of the folder) that gets the number of calls counted, at the end
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum kind { OPENS = 1, CHANGES = 2, READS = 4, WRITES = 8, MAKES = 16, REMOVES = 32, LOOKS = 64 };

static const char *folder, *count_file;
static int fault, stays;
static long at, counted;
static pid_t counting;

__attribute__((constructor)) static void begin(void) {
    const char *text;
    folder = getenv("FAULT_UNDER");
    count_file = getenv("FAULT_COUNT");
    fault = (text = getenv("FAULT_DO")) ? atoi(text) : 0;
    stays = (text = getenv("FAULT_STAYS")) ? atoi(text) : 0;
    at = (text = getenv("FAULT_AT")) ? atol(text) : 0;
    counting = getpid();
}

__attribute__((destructor)) static void end(void) {
    if (!count_file || getpid() != counting) return;
    FILE *file = fopen(count_file, "w");
    if (file) {
        fprintf(file, "%ld\n", counted);
        fclose(file);
    }
}

static int is_under(const char *path) {
    size_t length = folder ? strlen(folder) : 0;
    return length && path && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static int is_descriptor_under(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_under(path);
}

static int is_at_under(int descriptor, const char *path) {
    return path && path[0] == '/' ? is_under(path) : descriptor != AT_FDCWD && is_descriptor_under(descriptor);
}

/* Whether a call of this kind can fail with the errno that is injected: a full disk is still read and emptied. */
static int can_fail(int kind) {
    switch (fault) {
    case ENOSPC: case EDQUOT: return kind & (WRITES | MAKES);
    case EROFS: return kind & (CHANGES | WRITES | MAKES | REMOVES);
    case EMFILE: return kind & OPENS;
    case EACCES: return kind & (OPENS | MAKES | REMOVES | LOOKS);
    case EIO: return kind & ~(LOOKS | REMOVES); /* else what is half-made could not be removed */
    default: return kind & ~LOOKS;
    }
}

/* Counts a call; 1: it fails, with errno set. */
static int fails(int kind) {
    if (!can_fail(kind) || getpid() != counting) return 0;
    long number = __sync_add_and_fetch(&counted, 1);
    if (!fault || number < at || (number > at && !stays)) return 0;
    if (fault == -1) kill(getpid(), SIGKILL);
    errno = fault;
    return 1;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static int kind_of(int folder_at, const char *path, int flags) {
    int kind = OPENS;
    if ((flags & O_ACCMODE) != O_RDONLY) kind |= CHANGES;
    if (flags & O_CREAT && syscall(SYS_faccessat, folder_at, path, F_OK)) kind |= MAKES;
    return kind;
}

static mode_t mode_of(int flags, va_list arguments) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, name, const char *, int, ...); \
        va_list arguments; va_start(arguments, flags); \
        mode_t mode = mode_of(flags, arguments); va_end(arguments); \
        return is_under(path) && fails(kind_of(AT_FDCWD, path, flags)) ? -1 : real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name) \
    int name(int folder_at, const char *path, int flags, ...) { \
        REAL(int, name, int, const char *, int, ...); \
        va_list arguments; va_start(arguments, flags); \
        mode_t mode = mode_of(flags, arguments); va_end(arguments); \
        return is_at_under(folder_at, path) && fails(kind_of(folder_at, path, flags)) ? -1 : real(folder_at, path, flags, mode); \
    }
OPEN_AT(openat)
OPEN_AT(openat64)

#define OF_PATH(kind, type, name, declared, passed) \
    type name declared { \
        REAL(type, name, OF_ARGUMENTS declared); \
        return is_under(path) && fails(kind) ? (type)-1 : real passed; \
    }
#define OF_ARGUMENTS(...) __VA_ARGS__
OF_PATH(MAKES, int, mkdir, (const char *path, mode_t mode), (path, mode))
OF_PATH(REMOVES, int, unlink, (const char *path), (path))
OF_PATH(REMOVES, int, rmdir, (const char *path), (path))
OF_PATH(MAKES, int, rename, (const char *path, const char *to), (path, to))
OF_PATH(MAKES, int, link, (const char *path, const char *to), (path, to))
OF_PATH(REMOVES, int, chmod, (const char *path, mode_t mode), (path, mode))
OF_PATH(LOOKS, int, access, (const char *path, int mode), (path, mode))
OF_PATH(LOOKS, int, stat, (const char *path, struct stat *to), (path, to))
OF_PATH(LOOKS, int, lstat, (const char *path, struct stat *to), (path, to))
OF_PATH(LOOKS, int, stat64, (const char *path, struct stat64 *to), (path, to))
OF_PATH(LOOKS, int, lstat64, (const char *path, struct stat64 *to), (path, to))

#define OF_PATH_AT(kind, name, declared, passed) \
    int name declared { \
        REAL(int, name, OF_ARGUMENTS declared); \
        return is_at_under(folder_at, path) && fails(kind) ? -1 : real passed; \
    }
OF_PATH_AT(MAKES, mkdirat, (int folder_at, const char *path, mode_t mode), (folder_at, path, mode))
OF_PATH_AT(REMOVES, unlinkat, (int folder_at, const char *path, int flags), (folder_at, path, flags))
OF_PATH_AT(MAKES, renameat, (int folder_at, const char *path, int to_at, const char *to), (folder_at, path, to_at, to))
OF_PATH_AT(LOOKS, fstatat, (int folder_at, const char *path, struct stat *to, int flags), (folder_at, path, to, flags))
OF_PATH_AT(LOOKS, fstatat64, (int folder_at, const char *path, struct stat64 *to, int flags), (folder_at, path, to, flags))

#define OF_FILE(kind, type, name, declared, passed) \
    type name declared { \
        REAL(type, name, OF_ARGUMENTS declared); \
        return is_descriptor_under(file) && fails(kind) ? (type)-1 : real passed; \
    }
OF_FILE(READS, ssize_t, read, (int file, void *to, size_t size), (file, to, size))
OF_FILE(READS, ssize_t, pread, (int file, void *to, size_t size, off_t place), (file, to, size, place))
OF_FILE(READS, ssize_t, pread64, (int file, void *to, size_t size, off64_t place), (file, to, size, place))
OF_FILE(WRITES, int, fsync, (int file), (file))
OF_FILE(WRITES, int, fdatasync, (int file), (file))
OF_FILE(WRITES, int, ftruncate, (int file, off_t size), (file, size))
OF_FILE(WRITES, int, ftruncate64, (int file, off64_t size), (file, size))
OF_FILE(REMOVES, int, fchmod, (int file, mode_t mode), (file, mode))

/* A process that is killed while it writes has written a part. */
#define WRITE(name, declared, half, passed) \
    ssize_t name declared { \
        REAL(ssize_t, name, OF_ARGUMENTS declared); \
        if (!is_descriptor_under(file) || !can_fail(WRITES)) return real passed; \
        if (fault == -1 && __sync_add_and_fetch(&counted, 0) + 1 == at && size > 1) real half; \
        return fails(WRITES) ? -1 : real passed; \
    }
WRITE(write, (int file, const void *from, size_t size), (file, from, size / 2), (file, from, size))
WRITE(pwrite, (int file, const void *from, size_t size, off_t place), (file, from, size / 2, place),
      (file, from, size, place))
WRITE(pwrite64, (int file, const void *from, size_t size, off64_t place), (file, from, size / 2, place),
      (file, from, size, place))
