/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Process-wide, set once before threads start. */
static int journal_fd = -1;
static struct sockaddr_un journal_name;

bool journal_has_stderr(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    uintmax_t device, inode;
    struct stat status;
    return stream != NULL && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

const char *journal_socket(void)
{
    const char *path = getenv("IPSLA_JOURNAL_SOCKET");
    return path != NULL ? path : "/run/systemd/journal/socket";
}

bool journal_open(const char *path)
{
    if (journal_fd >= 0) {
        close(journal_fd);
        journal_fd = -1;
    }
    if (path == NULL || strlen(path) >= sizeof journal_name.sun_path || access(path, F_OK) != 0) {
        return false;
    }
    journal_name = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(journal_name.sun_path, path, strlen(path));
    journal_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return journal_fd >= 0;
}

bool journal_is_open(void)
{
    return journal_fd >= 0;
}

void journal_begin(struct buf *entry, char priority)
{
    const char digit[2] = {priority, '\0'};
    journal_add(entry, "PRIORITY", digit);
    journal_add(entry, "SYSLOG_IDENTIFIER", program_invocation_short_name);
}

void journal_add(struct buf *entry, const char *name, const char *value)
{
    size_t size = strlen(value);
    buf_add_string(entry, name);
    if (strchr(value, '\n') == NULL) {
        buf_add_char(entry, '=');
    } else {
        buf_add_char(entry, '\n');
        for (unsigned shift = 0; shift < 64; shift += 8) {
            buf_add_char(entry, (char)(size >> shift & 0xff));
        }
    }
    buf_add(entry, value, size);
    buf_add_char(entry, '\n');
}

void journal_add_own(struct buf *entry, const char *name, const char *value)
{
    char upper[64];
    size_t length = 0;
    for (; name[length] != '\0' && length < sizeof upper - 1; length++) {
        char c = name[length];
        upper[length] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    upper[length] = '\0';
    buf_add_string(entry, "IPSLA_");
    journal_add(entry, upper, value);
}

/* By name each time: a journal that was started again has another socket there. */
bool journal_send(const struct buf *entry)
{
    return sendto(journal_fd, entry->bytes, entry->size, MSG_DONTWAIT | MSG_NOSIGNAL,
                  (const struct sockaddr *)&journal_name, sizeof journal_name) >= 0;
}
