/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/effective.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/effective_responder.h"
#include "config/keys.h"
#include "config/written.h"
#include "config/yaml_text.h"
#include "probe/choice.h"

/* A target file, and which of the targets is its first. */
struct section {
    char *path;
    size_t first;
};

struct effective {
    struct buf head; /* everything before the targets */
    struct spec_set *targets; /* NULL: none */
    struct spec_set *measured; /* the same as they are measured; NULL: not known */
    struct section *files; /* in the order of their targets */
    size_t file_count;
    unsigned references;
};

struct effective_reader {
    struct effective *effective;
    struct buf tail;
    struct buf piece; /* made, of which `taken` bytes were read */
    size_t taken;
    size_t target, file; /* next */
    bool is_begun, is_ended;
};

static void add_entry(const struct schema_scope *scope, const struct spec *spec, struct buf *out)
{
    size_t start = out->size;
    written_add_keys(scope, spec, 4, out);
    out->bytes[start + 2] = '-';
}

static void add_keys(const struct auth_key *keys, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "  - id: %u\n    algorithm: %s\n    secret_file: " EFFECTIVE_SECRET "\n",
                   (unsigned)keys[i].id, auth_algorithm_name(keys[i].algorithm));
        if (keys[i].name[0] != '\0') {
            buf_add_string(out, "    name: ");
            yaml_add_text(out, keys[i].name);
            buf_add_char(out, '\n');
        }
    }
}

static void add_modules(const struct spec_set *modules, struct buf *out)
{
    buf_add_string(out, modules->count > 0 ? "modules:\n" : "");
    for (size_t i = 0; i < modules->count; i++) {
        const struct spec *spec = modules->specs[i];
        buf_add_string(out, "  ");
        yaml_add_text(out, spec->identity.name);
        buf_add_string(out, ":\n");
        written_add_keys(&schema_operation, spec, 4, out);
    }
}

static void add_prober(const struct prober_rules *rules, struct buf *out)
{
    buf_add_string(out, "probe:\n  modules: [");
    for (size_t i = 0; i < rules->module_count; i++) {
        buf_add_string(out, i > 0 ? ", " : "");
        yaml_add_text(out, rules->modules[i].name);
    }
    buf_add_string(out, "]\n  allow: ");
    yaml_add_prefixes(rules->allow, rules->allow_count, out);
    buf_printf(out, "\n  max_concurrent: %u\n", rules->max_concurrent);
}

/* The targets of the files are written with the others, so that the files themselves are not to be
 * read again. */
static void add_patterns(const struct target_files *files, struct buf *out)
{
    for (size_t i = 0; i < files->pattern_count; i++) {
        buf_add_string(out, i == 0 ? "# target_files: [" : ", ");
        yaml_add_comment(out, files->patterns[i]);
    }
    buf_add_string(out, "]\n");
}

static void add_head(const struct config *config, struct buf *out)
{
    buf_printf(out, "clock:\n  assume_synchronized: %s\n",
               config->assumes_clock ? "true" : "false");
    if (config->max_packet_rate > 0) {
        buf_printf(out, "max_packet_rate: %" PRId64 "\n", config->max_packet_rate);
    }
    config_evidence_add(&config->evidence, out);
    buf_add_string(out, config->keys->count > 0 ? "keys:\n" : "");
    add_keys(config->keys->keys, config->keys->count, out);
    if (config->has_responder) {
        effective_add_responder(&config->responder, out);
    }
    if (config->prober != NULL) {
        add_prober(config->prober, out);
    }
    add_modules(config->modules, out);
    if (config->files != NULL) {
        add_patterns(config->files, out);
    }
    buf_add_string(out, config->targets->count > 0 ? "targets:\n" : "targets: []\n");
}

/* Behind the targets of the configuration come those of each file in turn, of which this process
 * may have but a part. */
static void find_files(struct effective *effective, const struct target_files *files)
{
    const struct spec_set *targets = effective->targets;
    size_t next = targets->count;
    effective->file_count = files->count;
    effective->files = mem_alloc(files->count, sizeof *effective->files);
    for (size_t i = files->count; i-- > 0;) {
        const struct spec_set *own = files->items[i].targets;
        for (size_t k = own->count; k-- > 0 && next > 0;) {
            const char *last = targets->specs[next - 1]->identity.name;
            next -= strcmp(own->specs[k]->identity.name, last) == 0;
        }
        effective->files[i] = (struct section){mem_string(files->items[i].path), next};
    }
}

static struct effective *begin(void)
{
    struct effective *effective = mem_alloc(1, sizeof *effective);
    effective->references = 1;
    buf_add_string(&effective->head,
                   "# The configuration in force: every key with its value, wherever that comes "
                   "from.\n# Secrets are masked.\n");
    return effective;
}

struct effective *effective_new(const struct config *config)
{
    struct effective *effective = begin();
    add_head(config, &effective->head);
    effective->targets = spec_set_ref(config->targets);
    if (config->files != NULL) {
        find_files(effective, config->files);
    }
    return effective;
}

void effective_set_measured(struct effective *effective, struct spec_set *measured)
{
    assert(measured->count == effective->targets->count);
    effective->measured = spec_set_ref(measured);
}

static bool has_id(const struct reflect_settings *settings, uint16_t id)
{
    for (size_t i = 0; i < settings->key_count; i++) {
        if (settings->keys[i].id == id) {
            return true;
        }
    }
    return false;
}

struct effective *effective_of_responder(const struct reflect_settings *settings)
{
    struct effective *effective = begin();
    const struct auth_key *stamp = &settings->stamp.key;
    bool has_other = stamp->algorithm != AUTH_NONE && !has_id(settings, stamp->id);
    bool has_keys = has_other || settings->key_count > 0 || settings->twamp.key_count > 0;
    buf_add_string(&effective->head, has_keys ? "keys:\n" : "");
    add_keys(settings->keys, settings->key_count, &effective->head);
    add_keys(stamp, has_other ? 1 : 0, &effective->head);
    add_keys(settings->twamp.keys, settings->twamp.key_count, &effective->head);
    effective_add_responder(settings, &effective->head);
    return effective;
}

struct effective *effective_ref(struct effective *effective)
{
    __atomic_fetch_add(&effective->references, 1, __ATOMIC_RELAXED);
    return effective;
}

void effective_unref(struct effective *effective)
{
    if (effective == NULL || __atomic_sub_fetch(&effective->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    for (size_t i = 0; i < effective->file_count; i++) {
        free(effective->files[i].path);
    }
    free(effective->files);
    spec_set_unref(effective->targets);
    spec_set_unref(effective->measured);
    buf_fini(&effective->head);
    free(effective);
}

struct effective_reader *effective_open(struct effective *effective, struct buf *tail)
{
    struct effective_reader *reader = mem_alloc(1, sizeof *reader);
    reader->effective = effective_ref(effective);
    reader->tail = *tail;
    *tail = (struct buf){0};
    return reader;
}

/* What auto chose for the target at `index`. */
static void add_choice(const struct effective *effective, size_t index, struct buf *out)
{
    const struct choice *choice =
        effective->measured == NULL ? NULL : effective->measured->specs[index]->choice;
    if (choice == NULL) {
        return;
    }
    static const char *const states[] = {[CHOICE_OPEN] = "not chosen yet",
                                         [CHOICE_MADE] = "measured by ",
                                         [CHOICE_VAIN] = "no protocol works, measured by "};
    bool is_open = choice->state == CHOICE_OPEN;
    buf_printf(out, "  # auto: %s%s\n", states[choice->state],
               is_open ? "" : choice_row(choice)->name);
}

static void add_target(struct effective_reader *reader)
{
    const struct effective *effective = reader->effective;
    for (; reader->file < effective->file_count &&
           effective->files[reader->file].first <= reader->target;
         reader->file++) {
        buf_add_string(&reader->piece, "  # from ");
        yaml_add_comment(&reader->piece, effective->files[reader->file].path);
        buf_add_char(&reader->piece, '\n');
    }
    add_choice(effective, reader->target, &reader->piece);
    add_entry(&schema_target, effective->targets->specs[reader->target++], &reader->piece);
}

/* Makes the next piece; it is empty at the end. */
static void make_piece(struct effective_reader *reader)
{
    const struct effective *effective = reader->effective;
    buf_clear(&reader->piece);
    reader->taken = 0;
    if (!reader->is_begun) {
        reader->is_begun = true;
        buf_add(&reader->piece, effective->head.bytes, effective->head.size);
    } else if (effective->targets != NULL && reader->target < effective->targets->count) {
        add_target(reader);
    } else if (!reader->is_ended) {
        reader->is_ended = true;
        buf_add_string(&reader->piece, buf_string(&reader->tail));
    }
}

size_t effective_read(struct effective_reader *reader, char *out, size_t size)
{
    size_t count = 0;
    while (count < size) {
        size_t rest = reader->piece.size - reader->taken;
        if (rest == 0) {
            make_piece(reader);
            rest = reader->piece.size;
        }
        if (rest == 0) {
            break;
        }
        rest = rest < size - count ? rest : size - count;
        memcpy(out + count, reader->piece.bytes + reader->taken, rest);
        reader->taken += rest;
        count += rest;
    }
    return count;
}

void effective_close(struct effective_reader *reader)
{
    effective_unref(reader->effective);
    buf_fini(&reader->tail);
    buf_fini(&reader->piece);
    free(reader);
}
