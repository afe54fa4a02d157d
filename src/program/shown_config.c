/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/shown_config.h"

void shown_config_set(struct shown_config *shown, struct effective *effective)
{
    pthread_mutex_lock(&shown->mutex);
    struct effective *before = shown->effective;
    shown->effective = effective;
    pthread_mutex_unlock(&shown->mutex);
    effective_unref(before);
}

void shown_config_fini(struct shown_config *shown)
{
    shown_config_set(shown, NULL);
}

static size_t read_config(void *context, char *out, size_t size)
{
    return effective_read(context, out, size);
}

static void close_config(void *context, bool is_complete)
{
    (void)is_complete;
    effective_close(context);
}

struct stream_source shown_config_open(struct shown_config *shown, const struct guard *guard)
{
    struct buf tail = {0};
    if (guard != NULL) {
        guard_add_text(guard, &tail);
    }
    pthread_mutex_lock(&shown->mutex);
    struct effective_reader *reader = effective_open(shown->effective, &tail);
    pthread_mutex_unlock(&shown->mutex);
    return (struct stream_source){reader, read_config, close_config};
}
