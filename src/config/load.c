/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/file.h"
#include "config/yaml.h"

/* Everything in `file`, or one byte more than is allowed of it. Returns 0 or -errno. */
static int read_file(const char *file, struct buf *out)
{
    struct stat status;
    int fd = file_open(file, &status);
    if (fd < 0) {
        return fd;
    }
    char chunk[16384];
    ssize_t size;
    do {
        size = file_read(fd, chunk, sizeof chunk);
        buf_add(out, chunk, size > 0 ? (size_t)size : 0);
    } while (size == (ssize_t)sizeof chunk && out->size <= YAML_BYTES_MAX);
    close(fd);
    return size < 0 ? (int)size : 0;
}

struct config *config_load(const char *file, struct diagnostics *diagnostics)
{
    struct buf text = {0};
    struct config *config = NULL;
    int error = read_file(file, &text);
    if (error == 0) {
        config = config_parse(file, buf_string(&text), text.size, diagnostics);
    } else {
        diagnostics->file = mem_string(file);
        diagnostics_error(diagnostics, place_file(), "cannot be read: %s", file_problem(error));
    }
    buf_fini(&text);
    return config;
}
