/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Requests from their heads to the ends of their answers, in the callbacks of the library. A
 * request may have to wait for a place or a reload; its connection is suspended meanwhile. Only
 * http.c uses it, on the one thread that serves. */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include <stdbool.h>

#include "base/time.h"
#include "web/guard.h"
#include "web/routes.h"
#include "web/slots.h"

struct MHD_Daemon;
struct client; /* a connection: `user` of its slot */

/* What all of them share. */
struct exchanges {
    struct site site;
    struct slots *slots;
    struct guard *guard; /* NULL: everybody may ask, without TLS */
    bool has_open_health; /* which needs no password */
    unsigned connections, requests; /* open, being read or answered */
    struct client *reloading; /* waits for a reload; NULL: nobody */
    struct client *probing; /* the first of those that wait for an operation */
    int64_t look_ns; /* when to look again whether they are still there */
    bool must_run; /* MHD_run has something to do */
};

/* The library without listener and thread, which calls back into exchange.c. NULL: errno says why.
 */
struct MHD_Daemon *exchanges_start(struct exchanges *exchanges, unsigned connections_max);

/* Lets the client, who waits, have its answer: because it has a place, or in vain. */
void exchanges_go_on(struct exchanges *exchanges, struct client *client);
void exchanges_refuse(struct exchanges *exchanges, struct client *client);

/* The same for those whose passwords have been judged. */
void exchanges_end_judging(struct exchanges *exchanges);

/* The same for the one who waits for a reload, if there is one. */
void exchanges_end_reload(struct exchanges *exchanges, enum reload_end end);

/* The same for those whose operations have ended, or who have left: to be called so often while
 * there are any. */
#define EXCHANGES_LOOK_NS (50 * NS_PER_MS)
void exchanges_end_probes(struct exchanges *exchanges);

/* The same for all that wait for an operation: this is a stop. */
void exchanges_stop_probes(struct exchanges *exchanges);

/* The client's answer is about to be cut off: counts it, when it is a scrape. */
void exchanges_note_cut(struct exchanges *exchanges, const struct client *client,
                        enum expo_rejection reason);

#endif
