/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Host names that are looked up once, for somebody who waits: each in a thread of its own, so that
 * none waits for a name server that is silent. There are few of those threads. (Names of targets
 * are looked up again and again: resolve.h.) */
#ifndef EXPORTER_INQUIRY_H
#define EXPORTER_INQUIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "program/limits.h"

struct inquiries;
struct inquiry;

/* `told` is called on the thread of a lookup that is over; it must not wait, nor call back. */
struct inquiries *inquiries_new(void (*told)(void *context), void *context);
/* `told` is not called after it. Waits for nothing: a thread ends when its lookup does, and the
 * last one frees the memory. NULL is fine. */
void inquiries_free(struct inquiries *inquiries);

/* Looks up `host` as lookup_address does. NULL: INQUIRIES_MAX lookups are under way, or the system
 * gives no thread. */
struct inquiry *inquiry_begin(struct inquiries *inquiries, const char *host,
                              enum addr_family family);

/* False while it is under way. *out is ADDR_NONE when there is no address; *duration_ns is what it
 * took. */
bool inquiry_is_over(struct inquiry *inquiry, struct addr *out, int64_t *duration_ns);

/* Nobody wants to know any more. NULL is fine. */
void inquiry_drop(struct inquiry *inquiry);

#endif
