/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/mem.h"
#include "config/codec.h"
#include "config/config.h"
#include "config/inherit.h"
#include "config/target.h"

static void replace(char **text, const char *with)
{
    free(*text);
    *text = mem_string(with);
}

static struct spec *default_spec(const struct operation *operation, enum voice_codec codec,
                                 const char *host)
{
    struct inheritance inheritance;
    inheritance_init(&inheritance);
    struct values *values = &inheritance.built_in[operation_index(operation)];
    if (codec != VOICE_CODEC_NONE) {
        codec_set(values, codec);
    }
    struct spec *spec = target_build(values, operation);
    replace(&spec->identity.name, host);
    replace(&spec->identity.host, host);
    inheritance_fini(&inheritance);
    return spec;
}

struct spec *config_default_spec(const struct operation *operation, const char *host)
{
    return default_spec(operation, VOICE_CODEC_NONE, host);
}

struct spec *config_default_voice_spec(enum voice_codec codec, const char *host)
{
    return default_spec(operation_at(0), codec, host);
}
