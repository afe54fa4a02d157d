/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Host names to addresses, in threads of its own, because the system's resolver may take its
 * time: no name waits for the main thread, nor for others that nobody answers, up to some hundreds
 * of those. A name that has an address is looked up again every minute, one that has none after ten
 * seconds, and more and more seldom while its name server is silent; a link-local address every
 * second, for its interface may be made anew. A failure never takes an address away. */
#ifndef EXPORTER_RESOLVE_H
#define EXPORTER_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"

struct resolver;

/* What to look up: IPv4 addresses, IPv6 addresses, or (ADDR_NONE) IPv4 before IPv6. */
struct resolver_name {
    const char *text;
    enum addr_family family;
};

/* `changed` is called on a thread of the resolver when an address was found or has moved; it must
 * not call back. Starts no thread yet. */
struct resolver *resolver_new(void (*changed)(void *context), void *context);

/* Makes `names` (copied; repeated ones count once) those that are looked up; known ones keep their
 * address, new ones are looked up at once. */
void resolver_set_names(struct resolver *resolver, const struct resolver_name *names, size_t count);

/* False when the name has no address yet. */
bool resolver_find(struct resolver *resolver, const struct resolver_name *name, struct addr *out);

/* When the name was last resolved, and how long that took. False when it never was. */
struct resolver_lookup {
    struct wall at;
    int64_t duration_ns;
};
bool resolver_latest(struct resolver *resolver, const struct resolver_name *name,
                     struct resolver_lookup *out);

/* Lookups that failed. */
uint64_t resolver_failures(struct resolver *resolver);

/* What a target at the address of `name` sees there: one that works, or one that is dead. */
void resolver_judge(struct resolver *resolver, const struct resolver_name *name, bool is_dead);

/* Every target has been judged: names that are dead for some and work for nobody move to their next
 * address, if they have several, once a minute at most. */
void resolver_leave_dead(struct resolver *resolver);

/* How often a name moved because of that. */
uint64_t resolver_failovers(struct resolver *resolver);

/* Names that are being looked up or have to wait until they are. */
uint64_t resolver_waiting(struct resolver *resolver);

/* `changed` is not called after it. Waits for nothing: a thread that is in a lookup ends when that
 * does, and the last one frees the memory. NULL is fine. */
void resolver_stop(struct resolver *resolver);

#endif
