/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a web configuration (config/web_config.h) asks of those who connect: TLS, a password, not
 * too many requests. Its files are looked at for each connection and request; what cannot be used
 * changes nothing, and shows in guard_state. Belongs to the thread that serves once that runs. */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "config/web_config.h"
#include "web/hasher.h"

struct guard;
struct tls;

struct guard_settings {
    const char *file; /* must live as long as the guard */
    uint8_t key[HASHER_KEY_BYTES]; /* random */
    /* The files were taken over (`problem` NULL) or not. Called by guard_refresh. */
    void (*on_change)(const char *file, const char *problem);
};

/* Reads the files. NULL when there is any error; `diagnostics` (zeroed by the caller) says all. */
struct guard *guard_new(const struct guard_settings *settings, struct diagnostics *diagnostics);
void guard_free(struct guard *guard); /* NULL is fine */

struct guard_state {
    bool is_current; /* what is in force is what the files say, as far as they were looked at */
    struct wall changed; /* when they were last taken over */
};
struct guard_state guard_state(const struct guard *guard);

/* Appends what is in force, as comments of YAML without secrets. */
void guard_add_text(const struct guard *guard, struct buf *out);

/* Starts what takes a thread. `wake`: see hasher.h. False: errno says why. */
bool guard_start(struct guard *guard, void (*wake)(void *context), void *context);
void guard_give_up(struct guard *guard); /* those who wait for a verdict get HASHER_BUSY */
void guard_stop(struct guard *guard);

/* Takes over what changed in the files. */
void guard_refresh(struct guard *guard);

/* Whether connections are TLS; the same from start to end. */
bool guard_has_tls(const struct guard *guard);

/* As tls_begin (tls.h), with what is in force. */
struct tls *guard_begin_tls(struct guard *guard, void *session);

/* Whether one more request fits into the limit; it then counts. */
bool guard_take(struct guard *guard, int64_t now_ns);

/* Judges an Authorization header (NULL: none), as hasher_ask; HASHER_RIGHT when no password is
 * asked for. */
enum hasher_verdict guard_ask(struct guard *guard, const char *authorization, const void *peer,
                              void *client);
void *guard_next(struct guard *guard, enum hasher_verdict *verdict); /* as hasher_next */

/* The value of a header that is to be set; NULL: none. Valid until guard_refresh. */
const char *guard_header(const struct guard *guard, enum web_header header);

#endif
