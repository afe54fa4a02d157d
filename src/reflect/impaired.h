/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What machine.c and impaired.c know of what goes wrong on purpose. */
#ifndef REFLECT_IMPAIRED_H
#define REFLECT_IMPAIRED_H

#include "impair/hold.h"
#include "impair/impair.h"
#include "reflect/reflect.h"

struct impaired {
    struct impair impair;
    bool has_begun; /* at the first event: there is no time before */
    struct hold hold;
    struct held *leaving; /* the reply that was handed out last: its bytes must live on */
};

/* The rules, which begin when they are first asked. */
struct impair *reflect_impair_rules(struct reflect *reflect, struct mono now);

#endif
