/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A configuration file turned into target specs and process settings, or into a list of everything
 * that is wrong with it. Resolves no names and opens no sockets. Format: docs/configuration.md
 * (checked against config/schema.c by a test). */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "config/diagnostics.h"
#include "config/evidence.h"
#include "config/inputs.h"
#include "config/prober.h"
#include "config/target_files.h"
#include "probe/spec.h"
#include "reflect/reflect.h"

struct key_ring;
#define CONFIG_HASH_BYTES 65 /* with the NUL */

struct config {
    /* SHA-256, hexadecimal: of the text; with target files, of the text and of the SHA-256 (32
     * bytes) of what is in force of each, in their order. "": the library refused. */
    char hash[CONFIG_HASH_BYTES];
    struct spec_set *targets; /* peer is set where `host` is an address, else ADDR_NONE */
    struct spec_set *modules; /* of the file, as targets of their names without a host; not NULL */
    int64_t max_packet_rate; /* 0: any */
    struct target_files *files; /* whose targets are among them; NULL: none are named */
    struct prober_rules *prober; /* NULL: clients may not have anything measured */
    bool has_responder;
    struct reflect_settings responder;
    struct key_ring *keys;
    bool assumes_clock; /* clock.assume_synchronized */
    struct config_evidence evidence;
    struct buf text; /* what it was read from; only with `files`, for config_reread_files */
    bool expands_environment;
};

/* How a configuration is read. All zero but `file` is how config_load does. */
struct config_source {
    const char *file;
    bool expands_environment; /* in values: config/expand.h */
    const struct target_files *before; /* the reading before of its target files; NULL: none */
    struct wall now; /* noted with target files that are good */
    struct inputs *inputs; /* what is read is noted there, but for target files; NULL: nowhere */
};

/* As config_load. */
struct config *config_read(const struct config_source *source, struct diagnostics *diagnostics);

/* The configuration `config`, which has target files, with those as they are now, and as it was
 * otherwise, whatever has become of its own file and of its keys meanwhile. */
struct config *config_reread_files(const struct config *config, const char *file, struct wall now);

/* Reads `file`. NULL when there is any error; `diagnostics` (zeroed by the caller) receives all
 * findings, warnings also on success, in the order of the file. */
struct config *config_load(const char *file, struct diagnostics *diagnostics);

/* The same from memory; `file` is only the name in diagnostics. */
struct config *config_parse(const char *file, const char *text, size_t size,
                            struct diagnostics *diagnostics);

/* Puts the targets and the hash of `from`, which it frees, into `config`. */
void config_take_targets(struct config *config, struct config *from);

void config_free(struct config *config); /* NULL is fine */

/* A spec of the built-in defaults for one operation, for the CLI: name and host are `host`; peer
 * and port are not set. */
struct spec *config_default_spec(const struct operation *operation, const char *host);

/* The same for udp-jitter with a codec. */
struct spec *config_default_voice_spec(enum voice_codec codec, const char *host);

#endif
