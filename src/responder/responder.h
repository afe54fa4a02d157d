/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the main thread of ipsla_responder and its HTTP server share. */
#ifndef RESPONDER_RESPONDER_H
#define RESPONDER_RESPONDER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/time.h"
#include "host/responder_team.h"
#include "program/refusal_watch.h"
#include "program/shown_config.h"
#include "program/web_flags.h"
#include "web/handlers.h"

struct responder {
    struct responder_team *worker;
    struct http *http; /* NULL: none */
    const char *metrics_path;
    const struct guard *guard; /* of HTTP, for the thread that serves; NULL: none */
    struct wall started;
    struct shown_config shown;
    struct refusal_watch refusals;
    atomic_bool wants_reload; /* a client waits for it */
    atomic_bool is_reload_successful;
    atomic_llong reload_success_ns; /* Unix time */
};

struct http_handlers responder_handlers(struct responder *responder);

#endif
