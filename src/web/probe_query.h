/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a request for one operation (/probe) asks for: of whom, with which module, within which
 * time. Pure; looks nothing up. */
#ifndef WEB_PROBE_QUERY_H
#define WEB_PROBE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "web/request.h"

#define PROBE_HOST_BYTES 256 /* a host name, with the NUL */
#define PROBE_NAME_BYTES (PROBE_HOST_BYTES + 8) /* "[HOST]:PORT" */
#define PROBE_MODULE_BYTES 65

/* Nobody waits longer. */
#define PROBE_TIMEOUT_MAX_NS (120 * NS_PER_SECOND)

struct probe_query {
    char name[PROBE_NAME_BYTES]; /* the target as it was written */
    char host[PROBE_HOST_BYTES];
    struct addr addr; /* ADDR_NONE: the host is a name */
    uint16_t port; /* 0: that of the module */
    char module[PROBE_MODULE_BYTES];
    bool wants_log;
    int64_t timeout_ns; /* of the scrape; 0: it is not said */
};

/* NULL, or what is wrong with the request, as a sentence. */
const char *probe_query_read(const struct request *request, struct probe_query *out);

/* How long an operation may take when the scrape takes `timeout_ns` (0: nobody knows): that less
 * `offset_ns`, which is never more than half of it. */
int64_t probe_budget_ns(int64_t timeout_ns, int64_t offset_ns);

/* Reads seconds as Prometheus writes them: "5", "0.5". False: it is something else. */
bool probe_parse_seconds(const char *text, int64_t *out_ns);

#endif
