/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The routes of the pages and of what they fetch: what they read of a request, and what they
 * answer. Their rows are in routes.c, what the pages show in page/page.h. */
#ifndef WEB_PAGE_ROUTES_H
#define WEB_PAGE_ROUTES_H

#include "web/routes.h"

void page_answer_overview(struct site *site, const struct request *request, struct reply *reply);
void page_answer_matrix(struct site *site, const struct request *request, struct reply *reply);
void page_answer_target(struct site *site, const struct request *request, struct reply *reply);
void page_answer_responder(struct site *site, const struct request *request, struct reply *reply);
void page_answer_style(struct site *site, const struct request *request, struct reply *reply);
void page_answer_script(struct site *site, const struct request *request, struct reply *reply);
void page_answer_icon(struct site *site, const struct request *request, struct reply *reply);

#endif
