/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The routes of the API: what they read of a request, and what they answer. Their rows are in
 * routes.c, what the JSON has in api.h. */
#ifndef WEB_API_ROUTES_H
#define WEB_API_ROUTES_H

#include "web/routes.h"

#define API_ROOT "/api/v1/"
#define API_TARGETS API_ROOT "targets"
#define API_OPERATIONS "/operations"

void api_answer_targets(struct site *site, const struct request *request, struct reply *reply);
void api_answer_target(struct site *site, const struct request *request, struct reply *reply);
void api_answer_operations(struct site *site, const struct request *request, struct reply *reply);
void api_answer_responder(struct site *site, const struct request *request, struct reply *reply);
void api_answer_status(struct site *site, const struct request *request, struct reply *reply);

#endif
