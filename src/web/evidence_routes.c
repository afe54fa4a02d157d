/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/evidence_routes.h"

#include <stdio.h>

#include "evidence/evidence.h"
#include "web/api.h"
#include "web/query.h"
#include "web/route_path.h"

#define NAME_BYTES_MAX 256 /* of a target, with the NUL */
#define ID_BYTES_MAX 24

enum { NOT_FOUND = 404 };

/* All that is kept of the target in the path. False after a reply: there is no such target. */
static bool find_list(const struct site *site, const struct route_parts *parts,
                      struct evidence_list *out, struct reply *reply)
{
    char name[NAME_BYTES_MAX];
    struct buf text = {0};
    buf_add(&text, parts->name, parts->name_size);
    bool is_there = site->handlers.evidence != NULL &&
                    query_decode(buf_string(&text), name, sizeof name) &&
                    site->handlers.evidence(site->handlers.context, name, out);
    buf_fini(&text);
    if (!is_there) {
        reply_set(reply, NOT_FOUND, "no target has this name");
    }
    return is_there;
}

void evidence_answer_list(struct site *site, const struct request *request, struct reply *reply)
{
    struct route_parts parts;
    struct evidence_list list;
    if (route_path_match(EVIDENCE_LIST, site_path(site, request->path), &parts) &&
        find_list(site, &parts, &list, reply)) {
        reply->content_type = API_CONTENT_TYPE;
        evidence_list_write(&list, &reply->body);
        evidence_list_fini(&list);
    }
}

/* One form in which an operation is fetched. */
struct form {
    const char *pattern, *content_type, *suffix;
    void (*write)(const struct evidence *evidence, struct buf *out);
};

static void answer_one(struct site *site, const struct request *request, const struct form *form,
                       struct reply *reply)
{
    struct route_parts parts;
    struct evidence_list list;
    char id[ID_BYTES_MAX];
    if (!route_path_match(form->pattern, site_path(site, request->path), &parts) ||
        !find_list(site, &parts, &list, reply)) {
        return;
    }
    snprintf(id, sizeof id, "%.*s", (int)parts.id_size, parts.id);
    const struct evidence *evidence = evidence_list_find(&list, id);
    if (evidence != NULL) {
        struct buf name = {0};
        evidence_file_name(evidence, form->suffix, &name);
        snprintf(reply->file_name, sizeof reply->file_name, "%s", buf_string(&name));
        buf_fini(&name);
        reply->content_type = form->content_type;
        form->write(evidence, &reply->body);
    } else {
        reply_set(reply, NOT_FOUND, "nothing is kept of this operation, or not any more");
    }
    evidence_list_fini(&list);
}

static void write_pcapng(const struct evidence *evidence, struct buf *out)
{
    evidence_add_head("ipsla_exporter", out);
    evidence_add_packets(evidence, out);
}

void evidence_answer_pcapng(struct site *site, const struct request *request, struct reply *reply)
{
    static const struct form form = {EVIDENCE_PCAPNG, EVIDENCE_PCAPNG_TYPE, ".pcapng",
                                     write_pcapng};
    answer_one(site, request, &form, reply);
}

void evidence_answer_json(struct site *site, const struct request *request, struct reply *reply)
{
    static const struct form form = {EVIDENCE_JSON, API_CONTENT_TYPE, ".json", evidence_add_json};
    answer_one(site, request, &form, reply);
}
