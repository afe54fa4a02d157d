/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* smokeping_prober, and blackbox_exporter's modules with Prometheus' scrape_configs, from trees
 * that the configuration's own reader made. Sources: the documentation of these programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "config/duration.h"
#include "config/node.h"
#include "import/peer_entry.h"

static const struct node *child(const struct node *parent, const char *key)
{
    const struct node *node = parent != NULL && parent->kind == NODE_MAPPING ? parent->first : NULL;
    while (node != NULL && strcmp(node->key, key) != 0) {
        node = node->next;
    }
    return node;
}

static const char *text_of(const struct node *parent, const char *key)
{
    const struct node *node = child(parent, key);
    return node != NULL && node->kind == NODE_SCALAR && node->text != NULL ? node->text : NULL;
}

static const struct node *items_of(const struct node *parent, const char *key)
{
    const struct node *node = child(parent, key);
    return node != NULL && node->kind == NODE_SEQUENCE ? node->first : NULL;
}

/* A duration in whole `unit_ns`, at least one. False: it is none. */
static bool read_time(const char *text, int64_t unit_ns, int64_t *out)
{
    int64_t ns;
    if (text == NULL || duration_parse(text, &ns) != NULL) {
        return false;
    }
    *out = ns < unit_ns ? 1 : ns / unit_ns;
    return true;
}

/* ---- smokeping_prober ---- */

/* What a key of a group says about each of its hosts; why it cannot be said here; NULL: it is. */
static const char *apply_key(struct import_device *device, int entry, const struct node *key)
{
    int64_t number;
    const char *text = key->text != NULL ? key->text : "";
    if (strcmp(key->key, "interval") == 0) {
        if (!read_time(text, NS_PER_SECOND, &number)) {
            return "not a duration of one unit";
        }
        import_peer_number(device, entry, PARAM_FREQUENCY, number, key->line);
    } else if (strcmp(key->key, "network") == 0) {
        if (strcmp(text, "ip4") == 0 || strcmp(text, "ip6") == 0) {
            import_peer_number(device, entry, PARAM_IP_VERSION, text[2] - '0', key->line);
        }
    } else if (strcmp(key->key, "size") == 0) {
        if (!import_number(text, &number) || number < IMPORT_TIME_BYTES) {
            return "smaller than the time in a packet";
        }
        import_peer_number(device, entry, PARAM_SIZE, number - IMPORT_TIME_BYTES, key->line);
    } else if (strcmp(key->key, "tos") == 0 && import_number(text, &number)) {
        import_peer_number(device, entry, PARAM_TOS, number, key->line);
    } else if (strcmp(key->key, "source") == 0) {
        import_peer_text(device, entry, PARAM_SOURCE, text, key->line);
    } else if (strcmp(key->key, "protocol") != 0) {
        return "nothing here is the same";
    }
    return NULL;
}

static void add_host(struct import_device *device, const struct node *group,
                     const struct node *host)
{
    if (host->kind != NODE_SCALAR || host->text == NULL) {
        return;
    }
    int entry = import_peer_entry(device, host->text, host->line, KIND_ICMP_ECHO);
    if (entry < 0) {
        return;
    }
    import_count(device, entry, host->line, FATE_MAPPED);
    import_peer_text(device, entry, PARAM_HOST, host->text, host->line);
    import_peer_number(device, entry, PARAM_FREQUENCY, 1, host->line);
    for (const struct node *key = group->first; key != NULL; key = key->next) {
        if (strcmp(key->key, "hosts") != 0) {
            apply_key(device, entry, key);
        }
    }
}

/* The keys of a group are statements once, whatever number of hosts it has. */
static void count_keys(struct import_device *device, const struct node *group, int entry)
{
    for (const struct node *key = group->first; key != NULL; key = key->next) {
        if (strcmp(key->key, "hosts") != 0 && entry >= 0) {
            import_peer_count(device, -1, key->line, key->key, apply_key(device, entry, key));
        }
    }
}

void import_prober_tree(struct import_device *device, const struct node *root)
{
    device->dialect = "smokeping_prober";
    device->is_peer = true;
    for (const struct node *group = items_of(root, "targets"); group != NULL; group = group->next) {
        size_t first = device->entry_count;
        for (const struct node *host = items_of(group, "hosts"); host != NULL; host = host->next) {
            add_host(device, group, host);
        }
        if (group->kind == NODE_MAPPING && device->entry_count > first) {
            count_keys(device, group, (int)first);
        }
    }
}

/* ---- blackbox_exporter with Prometheus ---- */

static const struct node *find_module(const struct node *const *roots, size_t count,
                                      const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const struct node *module = child(child(roots[i], "modules"), name);
        if (module != NULL) {
            return module;
        }
    }
    return NULL;
}

static enum import_kind kind_of(const char *prober)
{
    static const struct {
        const char *name;
        enum import_kind kind;
    } probers[] = {{"icmp", KIND_ICMP_ECHO},
                   {"tcp", KIND_TCP_CONNECT},
                   {"http", KIND_HTTP},
                   {"dns", KIND_DNS}};
    for (size_t i = 0; prober != NULL && i < sizeof probers / sizeof probers[0]; i++) {
        if (strcmp(prober, probers[i].name) == 0) {
            return probers[i].kind;
        }
    }
    return KIND_NONE;
}

/* "host:port" or "[v6]:port" of a TCP probe; of others the host alone. */
static void set_destination(struct import_device *device, int entry, const struct node *target)
{
    char host[300];
    int64_t port;
    const char *text = target->text;
    const char *colon = strrchr(text, ':');
    bool is_tcp = device->entries[entry].kind == KIND_TCP_CONNECT;
    snprintf(host, sizeof host, "%.280s", text);
    if (is_tcp && colon != NULL && import_number(colon + 1, &port)) {
        snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
        import_peer_number(device, entry, PARAM_PORT, port, target->line);
        import_peer_number(device, entry, PARAM_CONTROL, 0, target->line);
    }
    size_t length = strlen(host);
    bool has_brackets = length > 2 && host[0] == '[' && host[length - 1] == ']';
    if (has_brackets) {
        host[length - 1] = '\0';
    }
    import_peer_text(device, entry, PARAM_HOST, host + (has_brackets ? 1 : 0), target->line);
}

/* The options of a prober, which all targets of the module have. */
static const char *apply_option(struct import_device *device, int entry, const struct node *option)
{
    int64_t number;
    const char *text = option->text != NULL ? option->text : "";
    if (strcmp(option->key, "preferred_ip_protocol") == 0) {
        if (strcmp(text, "ip4") == 0 || strcmp(text, "ip6") == 0) {
            import_peer_number(device, entry, PARAM_IP_VERSION, text[2] - '0', option->line);
        }
    } else if (strcmp(option->key, "source_ip_address") == 0) {
        import_peer_text(device, entry, PARAM_SOURCE, text, option->line);
    } else if (strcmp(option->key, "payload_size") == 0 && import_number(text, &number) &&
               number >= IMPORT_TIME_BYTES) {
        import_peer_number(device, entry, PARAM_SIZE, number - IMPORT_TIME_BYTES, option->line);
    } else if (strcmp(option->key, "dont_fragment") == 0) {
        import_peer_number(device, entry, PARAM_DF, strcmp(text, "true") == 0, option->line);
    } else if (strcmp(option->key, "ttl") == 0 && import_number(text, &number)) {
        import_peer_number(device, entry, PARAM_TTL, number, option->line);
    } else if (strcmp(option->key, "ip_protocol_fallback") != 0) {
        return "a handshake is measured, nothing more";
    }
    return NULL;
}

struct job {
    const struct node *scrape, *module;
    const char *interval;
};

static void add_target(struct import_device *device, const struct job *job,
                       const struct node *group, const struct node *target)
{
    const char *prober = text_of(job->module, "prober");
    int64_t number;
    if (target->kind != NODE_SCALAR || target->text == NULL) {
        return;
    }
    char id[400];
    const char *name = text_of(job->scrape, "job_name");
    snprintf(id, sizeof id, "%.80s-%.280s", name != NULL ? name : "blackbox", target->text);
    int entry = import_peer_entry(device, id, target->line, kind_of(prober));
    if (entry < 0) {
        return;
    }
    import_count(device, entry, target->line, FATE_MAPPED);
    set_destination(device, entry, target);
    device->entries[entry].labels = child(group, "labels");
    if (read_time(job->interval, NS_PER_SECOND, &number)) {
        import_peer_number(device, entry, PARAM_FREQUENCY, number, target->line);
    }
    if (read_time(text_of(job->module, "timeout"), NS_PER_MS, &number)) {
        import_peer_number(device, entry, PARAM_TIMEOUT, number, target->line);
    }
    const struct node *options = prober != NULL ? child(job->module, prober) : NULL;
    for (const struct node *option = options != NULL ? options->first : NULL;
         option != NULL && options->kind == NODE_MAPPING; option = option->next) {
        const char *why = apply_option(device, entry, option);
        if (why != NULL && device->entries[entry].kind == KIND_TCP_CONNECT) {
            import_peer_count(device, entry, option->line, option->key, why);
        }
    }
}

static void take_scrape(struct import_device *device, const struct node *root,
                        const struct node *scrape, const struct node *const *roots, size_t count)
{
    const struct node *wanted = items_of(child(scrape, "params"), "module");
    const char *name = wanted != NULL ? wanted->text : NULL;
    const char *interval = text_of(scrape, "scrape_interval");
    struct job job = {.scrape = scrape,
                      .module = name != NULL ? find_module(roots, count, name) : NULL,
                      .interval = interval != NULL
                                      ? interval
                                      : text_of(child(root, "global"), "scrape_interval")};
    if (name == NULL) {
        return; /* it is scraped for something else */
    }
    if (job.module == NULL) {
        import_peer_count(device, -1, wanted->line, name, "no file has this module of blackbox");
        return;
    }
    import_peer_count(device, -1, wanted->line, name, NULL);
    for (const struct node *group = items_of(scrape, "static_configs"); group != NULL;
         group = group->next) {
        for (const struct node *target = items_of(group, "targets"); target != NULL;
             target = target->next) {
            add_target(device, &job, group, target);
        }
    }
    for (const struct node *key = scrape->first; key != NULL; key = key->next) {
        size_t length = strlen(key->key);
        if (length > 11 && strcmp(key->key + length - 11, "_sd_configs") == 0) {
            import_peer_count(device, -1, key->line, key->key, "these targets are not in the file");
        }
    }
}

void import_blackbox_trees(struct import_device *device, const struct node *const *roots,
                           size_t count)
{
    device->dialect = "blackbox";
    device->is_peer = true;
    device->name = "blackbox";
    for (size_t i = 0; i < count; i++) {
        for (const struct node *scrape = items_of(roots[i], "scrape_configs"); scrape != NULL;
             scrape = scrape->next) {
            take_scrape(device, roots[i], scrape, roots, count);
        }
    }
    if (device->entry_count == 0) {
        struct import_note note = {
            .fate = FATE_UNSUPPORTED,
            .entry = -1,
            .is_remark = true,
            .why = "modules and targets stand in two files: give blackbox.yml and prometheus.yml"};
        import_note_add(device, &note);
    }
}
