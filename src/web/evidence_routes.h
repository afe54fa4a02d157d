/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The routes of evidence; their rows are in routes.c. */
#ifndef WEB_EVIDENCE_ROUTES_H
#define WEB_EVIDENCE_ROUTES_H

#include "web/routes.h"

#define EVIDENCE_LIST "/api/v1/targets/NAME/evidence"
#define EVIDENCE_PCAPNG EVIDENCE_LIST "/ID.pcapng"
#define EVIDENCE_JSON EVIDENCE_LIST "/ID.json"

void evidence_answer_list(struct site *site, const struct request *request, struct reply *reply);
void evidence_answer_pcapng(struct site *site, const struct request *request, struct reply *reply);
void evidence_answer_json(struct site *site, const struct request *request, struct reply *reply);

#endif
