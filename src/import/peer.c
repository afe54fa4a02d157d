/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/peer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/yaml.h"
#include "import/peer_entry.h"

#define TREES_MAX 64

struct import_peers {
    enum import_format format;
    struct import_smokeping *smokeping;
    struct buf text; /* of a file in YAML */
    bool is_too_large;
    struct tree *trees[TREES_MAX]; /* of blackbox_exporter and Prometheus */
    size_t tree_count;
};

struct import_peers *import_peers_new(void)
{
    struct import_peers *peers = mem_alloc(1, sizeof *peers);
    peers->smokeping = import_smokeping_new();
    return peers;
}

void import_peers_free(struct import_peers *peers)
{
    for (size_t i = 0; i < peers->tree_count; i++) {
        tree_free(peers->trees[i]);
    }
    import_smokeping_free(peers->smokeping);
    buf_fini(&peers->text);
    free(peers);
}

/* A line of the text begins with `words`. */
static bool has_line(const char *text, const char *words)
{
    for (const char *at = text; (at = strstr(at, words)) != NULL; at++) {
        if (at == text || at[-1] == '\n') {
            return true;
        }
    }
    return false;
}

/* Braces, or commands, of which one of the first is on every Junos. */
static bool is_juniper(const char *head)
{
    static const char *const lines[] = {"set version ",
                                        "set system ",
                                        "set groups ",
                                        "set services rpm ",
                                        "set services monitoring ",
                                        "system {",
                                        "services {",
                                        "groups {",
                                        "## Last c"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (has_line(head, lines[i])) {
            return true;
        }
    }
    return false;
}

enum import_format import_format_guess(const char *bytes, size_t size)
{
    struct buf text = {0};
    enum import_format format = FORMAT_IOS;
    if (size > 0) {
        buf_add(&text, bytes, size < IMPORT_HEAD_BYTES ? size : IMPORT_HEAD_BYTES);
    }
    const char *head = buf_string(&text);
    bool is_walk = strstr(head, "::rttMon") != NULL || strstr(head, ".9.9.42.1.") != NULL;
    if (is_walk && strstr(head, " = ") != NULL) {
        format = FORMAT_SNMP;
    } else if (has_line(head, "*** Targets ***") || has_line(head, "*** General ***") ||
               has_line(head, "*** Probes ***") || has_line(head, "*** Database ***")) {
        format = FORMAT_SMOKEPING;
    } else if (is_juniper(head)) {
        format = FORMAT_JUNIPER;
    } else if (has_line(head, "nqa twamp-light")) {
        format = FORMAT_HUAWEI;
    } else if (has_line(head, "# TiMOS-") || has_line(head, "configure {") ||
               has_line(head, "/configure ") || has_line(head, "exit all")) {
        format = FORMAT_NOKIA;
    } else if (has_line(head, "scrape_configs:") || has_line(head, "modules:")) {
        format = FORMAT_BLACKBOX;
    } else if (has_line(head, "targets:") && strstr(head, "hosts:") != NULL) {
        format = FORMAT_PROBER;
    }
    buf_fini(&text);
    return format;
}

void import_peer_begin(struct import_peers *peers, enum import_format format)
{
    peers->format = format;
    peers->is_too_large = false;
    buf_clear(&peers->text);
}

void import_peer_line(struct import_peers *peers, struct import_reader *reader,
                      const struct import_line *line)
{
    if (peers->format == FORMAT_SMOKEPING) {
        import_smokeping_line(peers->smokeping, &reader->device, line);
    } else {
        import_snmp_line(&reader->device, line);
    }
}

void import_peer_bytes(struct import_peers *peers, const char *bytes, size_t size)
{
    peers->is_too_large |= peers->text.size + size > YAML_BYTES_MAX;
    if (!peers->is_too_large) {
        buf_add(&peers->text, bytes, size);
    }
}

static void say(struct import_device *device, unsigned line, const char *why)
{
    struct import_note note = {
        .fate = FATE_UNSUPPORTED, .line = line, .entry = -1, .is_remark = true, .why = why};
    import_note_add(device, &note);
    import_count(device, -1, line, FATE_UNSUPPORTED);
}

/* A whole file in YAML; NULL after a note. */
static struct tree *read_tree(struct import_peers *peers, struct import_device *device)
{
    struct diagnostics diagnostics = {0};
    if (peers->is_too_large) {
        say(device, 0, "larger than 16 MiB");
        return NULL;
    }
    struct tree *tree = yaml_parse(buf_string(&peers->text), peers->text.size, &diagnostics);
    for (size_t i = 0; i < diagnostics.count && i < 20; i++) {
        say(device, diagnostics.items[i].line, diagnostics.items[i].message);
    }
    diagnostics_fini(&diagnostics);
    return tree;
}

void import_peer_end(struct import_peers *peers, struct import_reader *reader)
{
    struct import_device *device = &reader->device;
    if (peers->format == FORMAT_SMOKEPING) {
        import_smokeping_end(peers->smokeping, device);
    } else if (peers->format == FORMAT_SNMP) {
        import_snmp_end(device);
    } else if (peers->format == FORMAT_PROBER) {
        struct tree *tree = read_tree(peers, device);
        if (tree != NULL) {
            import_prober_tree(device, tree->root);
        }
        tree_free(tree);
    } else if (peers->format == FORMAT_BLACKBOX) {
        struct tree *tree = read_tree(peers, device);
        if (tree != NULL && peers->tree_count < TREES_MAX) {
            peers->trees[peers->tree_count++] = tree;
        } else {
            tree_free(tree);
        }
    }
}

void import_peers_finish(struct import_peers *peers, struct import_reader *reader)
{
    const struct node *roots[TREES_MAX];
    for (size_t i = 0; i < peers->tree_count; i++) {
        roots[i] = peers->trees[i]->root;
    }
    if (peers->tree_count > 0) {
        import_reader_begin(reader, "blackbox and Prometheus");
        import_blackbox_trees(&reader->device, roots, peers->tree_count);
        import_reader_end(reader);
    }
}
