/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The configuration in force, which one thread puts here and HTTP shows. */
#ifndef PROGRAM_SHOWN_CONFIG_H
#define PROGRAM_SHOWN_CONFIG_H

#include <pthread.h>

#include "config/effective.h"
#include "web/guard.h"
#include "web/stream.h"

struct shown_config {
    pthread_mutex_t mutex; /* PTHREAD_MUTEX_INITIALIZER */
    struct effective *effective; /* NULL before the first */
};

/* Takes over the caller's reference. */
void shown_config_set(struct shown_config *shown, struct effective *effective);
void shown_config_fini(struct shown_config *shown);

/* Opens what is in force now, and behind it the web configuration (NULL: none). For the thread that
 * serves. */
struct stream_source shown_config_open(struct shown_config *shown, const struct guard *guard);

#endif
