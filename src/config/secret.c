/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypto.h"

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

const char *secret_read(const char *path, struct auth_key *key, bool *is_exposed)
{
    char text[FILE_BYTES_MAX];
    struct stat status;
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return errno == ENOENT ? "does not exist" : "cannot be opened";
    }
    setvbuf(file, NULL, _IONBF, 0); /* no copy is left in a buffer */
    size_t size = fread(text, 1, sizeof text, file);
    bool is_bad = ferror(file) || fstat(fileno(file), &status) != 0;
    fclose(file);
    const char *problem = is_bad ? "cannot be read" : take(text, size, key);
    crypto_wipe(text, sizeof text);
    if (problem == NULL) {
        *is_exposed = (status.st_mode & S_IROTH) != 0;
    }
    return problem;
}
