/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Directories of which the system reports changes (inotify(7)). Waits for nothing: a descriptor
 * says when there is something to take. */
#ifndef HOST_WATCH_H
#define HOST_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct watch;

/* NULL, with errno set, when the system gives no more of them. */
struct watch *watch_new(void);
void watch_free(struct watch *watch); /* NULL is fine */

/* Readable (poll(2)) when there is something to take. */
int watch_fd(const struct watch *watch);

/* Watches these directories and no others. Returns how many of those that exist cannot be. */
size_t watch_set(struct watch *watch, char *const *directories, size_t count);

/* Takes what was reported. Whether anything in a directory may have changed: a file that was
 * written, whole or in part, moved or removed, or the directory itself. */
bool watch_take(struct watch *watch);

#endif
