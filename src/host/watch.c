/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/mem.h"

/* Not when a file is written to, but when its writer has closed it. */
#define CHANGES                                                                                    \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB |            \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct watch {
    int fd;
    int *marks; /* one for each directory */
    size_t count;
};

struct watch *watch_new(void)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    struct watch *watch = mem_alloc(1, sizeof *watch);
    watch->fd = fd;
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch != NULL) {
        close(watch->fd);
        free(watch->marks);
        free(watch);
    }
}

int watch_fd(const struct watch *watch)
{
    return watch->fd;
}

static bool is_among(int mark, const int *marks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (marks[i] == mark) {
            return true;
        }
    }
    return false;
}

size_t watch_set(struct watch *watch, char *const *directories, size_t count)
{
    int *marks = mem_alloc(count, sizeof *marks);
    size_t marked = 0, refused = 0;
    for (size_t i = 0; i < count; i++) {
        int mark = inotify_add_watch(watch->fd, directories[i], CHANGES);
        if (mark >= 0) {
            marks[marked++] = mark;
        } else if (errno != ENOENT && errno != ENOTDIR) {
            refused++;
        }
    }
    for (size_t i = 0; i < watch->count; i++) {
        if (!is_among(watch->marks[i], marks, marked)) {
            inotify_rm_watch(watch->fd, watch->marks[i]);
        }
    }
    free(watch->marks);
    watch->marks = marks;
    watch->count = marked;
    return refused;
}

bool watch_take(struct watch *watch)
{
    _Alignas(struct inotify_event) char bytes[4096 + NAME_MAX + 1];
    bool has_changed = false;
    ssize_t size;
    while ((size = read(watch->fd, bytes, sizeof bytes)) > 0) {
        for (char *at = bytes; at < bytes + size;) {
            const struct inotify_event *event = (const void *)at;
            has_changed = has_changed || (event->mask & IN_IGNORED) == 0;
            at += sizeof *event + event->len;
        }
    }
    return has_changed;
}
