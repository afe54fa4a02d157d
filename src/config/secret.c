/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "config/file.h"

/* The longest secret, a line end, and one byte to see that there is more. */
#define FILE_BYTES_MAX ((size_t)AUTH_SECRET_MAX + 3)

static const char *take(const char *text, size_t size, struct auth_key *key)
{
    bool is_md5 = key->algorithm == AUTH_MD5;
    size_t max = is_md5 ? AUTH_SECRET_MD5_MAX : AUTH_SECRET_MAX;
    if (size > 0 && text[size - 1] == '\n') {
        size--;
    }
    if (size > 0 && text[size - 1] == '\r') {
        size--;
    }
    if (size == 0) {
        return "is empty";
    }
    if (size > max) {
        return is_md5 ? "holds more than 48 bytes" : "holds more than 64 bytes";
    }
    if (memchr(text, '\n', size) != NULL || memchr(text, '\0', size) != NULL) {
        return "holds more than one line of text";
    }
    memset(key->secret, 0, sizeof key->secret);
    memcpy(key->secret, text, size);
    key->size = size;
    return NULL;
}

static const char *open_problem(int error)
{
    static const struct {
        int error;
        const char *problem;
    } rows[] = {
        {ENOENT, "does not exist"},
        {EISDIR, "is not a regular file"},
        {ENOTSUP, "is not a regular file"},
        {EACCES, "cannot be opened: Permission denied"},
        {ENOTDIR, "cannot be opened: Not a directory"},
        {ELOOP, "cannot be opened: Too many levels of symbolic links"},
        {ENAMETOOLONG, "cannot be opened: File name too long"},
        {EMFILE, "cannot be opened: Too many open files"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].error == error) {
            return rows[i].problem;
        }
    }
    return "cannot be opened";
}

/* Where the file may be, the first place first: appends the path, and returns false beyond the last
 * place. */
static bool add_place(const char *named_in, const char *name, unsigned place, struct buf *path)
{
    const char *credentials = strchr(name, '/') == NULL ? getenv("CREDENTIALS_DIRECTORY") : NULL;
    buf_clear(path);
    if (credentials != NULL && place == 0) {
        buf_printf(path, "%s/%s", credentials, name);
        return true;
    }
    char *beside = file_beside(named_in == NULL ? "" : named_in, name);
    buf_add_string(path, beside);
    free(beside);
    return place == (credentials != NULL ? 1 : 0);
}

static int open_secret(const char *named_in, const char *name, struct stat *status)
{
    struct buf path = {0};
    int fd = -ENOENT;
    for (unsigned i = 0; fd == -ENOENT && add_place(named_in, name, i, &path); i++) {
        fd = file_open(buf_string(&path), status);
    }
    buf_fini(&path);
    return fd;
}

void secret_note(const char *named_in, const char *name, struct inputs *inputs)
{
    struct buf path = {0};
    for (unsigned i = 0; add_place(named_in, name, i, &path); i++) {
        inputs_note(inputs, buf_string(&path));
    }
    buf_fini(&path);
}

const char *secret_read(const char *named_in, const char *name, struct auth_key *key,
                        bool *is_exposed)
{
    char text[FILE_BYTES_MAX];
    struct stat status;
    int fd = open_secret(named_in, name, &status);
    if (fd < 0) {
        return open_problem(-fd);
    }
    ssize_t size = file_read(fd, text, sizeof text);
    close(fd);
    const char *problem = size < 0 ? "cannot be read" : take(text, (size_t)size, key);
    crypto_wipe(text, sizeof text);
    if (problem == NULL) {
        *is_exposed = (status.st_mode & S_IROTH) != 0;
    }
    return problem;
}
