/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whom a responder serves and refuses, for the page of the two programs that have one. */
#ifndef PROGRAM_PEOPLE_H
#define PROGRAM_PEOPLE_H

#include "host/responder_team.h"
#include "page/responder.h"

/* Writes all of *out. */
void people_read(struct responder_team *team, struct responder_people *out);

#endif
