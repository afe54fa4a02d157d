/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/guard.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "web/credentials.h"
#include "web/limit.h"
#include "web/tls.h"

struct guard {
    struct guard_settings settings;
    struct web_config *config; /* in force */
    struct tls *tls; /* NULL: none */
    struct web_files files; /* as they were last read */
    char *problem; /* of the files as they are; NULL: none */
    struct wall changed;
    struct limit limit;
    struct hasher *hasher; /* NULL before guard_start */
};

static struct wall wall_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct wall){now.tv_sec * NS_PER_SECOND + now.tv_nsec};
}

static void set_limit(struct guard *guard)
{
    const struct web_config *config = guard->config;
    struct limit *limit = &guard->limit;
    if (config->limit_interval_ns != limit->interval_ns || config->limit_burst != limit->burst) {
        *limit = (struct limit){config->limit_interval_ns, config->limit_burst, 0};
    }
}

/* From `config`, which it takes over, if that can be used. */
static bool take_over(struct guard *guard, struct web_config *config,
                      struct diagnostics *diagnostics)
{
    struct tls *tls = config->has_tls ? tls_new(&config->tls, diagnostics) : NULL;
    if (config->has_tls && tls == NULL) {
        web_config_free(config);
        return false;
    }
    web_config_free(guard->config);
    tls_unref(guard->tls);
    guard->config = config;
    guard->tls = tls;
    set_limit(guard);
    return true;
}

/* Reads the files, whatever they are. *are_new: not those that were read before. */
static bool load(struct guard *guard, struct diagnostics *diagnostics, bool *are_new)
{
    struct web_files files = {0};
    struct web_config *config = web_config_load(guard->settings.file, diagnostics, &files);
    *are_new = !web_files_are_same(&files, &guard->files);
    web_files_fini(&guard->files);
    guard->files = files;
    if (config != NULL && guard->config != NULL && config->has_tls != guard->config->has_tls) {
        diagnostics_error(diagnostics, place_file(),
                          "to begin or end TLS (tls_server_config) needs a restart");
        web_config_free(config);
        return false;
    }
    return config != NULL && take_over(guard, config, diagnostics);
}

struct guard *guard_new(const struct guard_settings *settings, struct diagnostics *diagnostics)
{
    struct guard *guard = mem_alloc(1, sizeof *guard);
    guard->settings = *settings;
    bool are_new;
    if (!load(guard, diagnostics, &are_new)) {
        guard_free(guard);
        return NULL;
    }
    guard->changed = wall_now();
    return guard;
}

void guard_free(struct guard *guard)
{
    if (guard != NULL) {
        guard_stop(guard);
        web_config_free(guard->config);
        tls_unref(guard->tls);
        web_files_fini(&guard->files);
        free(guard->problem);
        crypto_wipe(guard, sizeof *guard);
        free(guard);
    }
}

struct guard_state guard_state(const struct guard *guard)
{
    return (struct guard_state){guard->problem == NULL, guard->changed};
}

bool guard_start(struct guard *guard, void (*wake)(void *context), void *context)
{
    guard->hasher = hasher_start(guard->settings.key, wake, context);
    return guard->hasher != NULL;
}

void guard_give_up(struct guard *guard)
{
    hasher_give_up(guard->hasher);
}

void guard_stop(struct guard *guard)
{
    hasher_stop(guard->hasher);
    guard->hasher = NULL;
}

/* The files cannot be used. Says so, unless it was said already. */
static void on_problem(struct guard *guard, const struct diagnostics *diagnostics)
{
    struct buf text = {0};
    diagnostics_format(diagnostics, &text);
    if (guard->problem == NULL || strcmp(buf_string(&text), guard->problem) != 0) {
        free(guard->problem);
        guard->problem = mem_string(buf_string(&text));
        guard->settings.on_change(guard->settings.file, guard->problem);
    }
    buf_fini(&text);
}

static void on_success(struct guard *guard)
{
    free(guard->problem);
    guard->problem = NULL;
    guard->changed = wall_now();
    guard->settings.on_change(guard->settings.file, NULL);
}

void guard_refresh(struct guard *guard)
{
    struct diagnostics diagnostics = {0};
    bool are_new;
    if (!web_files_have_changed(&guard->files)) {
        return;
    }
    if (!load(guard, &diagnostics, &are_new)) {
        on_problem(guard, &diagnostics);
    } else if (are_new || guard->problem != NULL) {
        on_success(guard);
    }
    diagnostics_fini(&diagnostics);
}

void guard_add_text(const struct guard *guard, struct buf *out)
{
    buf_add_string(out, "# The web configuration, which is a file of its own:\n");
    web_config_add_text(guard->config, out);
}

bool guard_has_tls(const struct guard *guard)
{
    return guard->tls != NULL;
}

struct tls *guard_begin_tls(struct guard *guard, void *session)
{
    return tls_begin(guard->tls, session);
}

bool guard_take(struct guard *guard, int64_t now_ns)
{
    return guard->limit.interval_ns == 0 || limit_take(&guard->limit, now_ns);
}

static const char *hash_of(const struct web_config *config, const struct credentials *who)
{
    for (size_t i = 0; i < config->user_count; i++) {
        const struct web_user *user = &config->users[i];
        if (strlen(user->name) == who->user_size &&
            memcmp(user->name, who->user, who->user_size) == 0) {
            return user->hash;
        }
    }
    return NULL;
}

enum hasher_verdict guard_ask(struct guard *guard, const char *authorization, const void *peer,
                              void *client)
{
    const struct web_config *config = guard->config;
    struct credentials who;
    if (config->user_count == 0) {
        return HASHER_RIGHT;
    }
    if (authorization == NULL || !credentials_parse(authorization, &who)) {
        return HASHER_WRONG;
    }
    const struct attempt attempt = {
        .hash = hash_of(config, &who),
        .user = who.user,
        .user_size = who.user_size,
        .password = who.password,
        .password_size = who.password_size,
        .cost_max = config->cost_max,
    };
    enum hasher_verdict verdict = hasher_ask(guard->hasher, &attempt, peer, client);
    credentials_fini(&who);
    return verdict;
}

void *guard_next(struct guard *guard, enum hasher_verdict *verdict)
{
    return hasher_next(guard->hasher, verdict);
}

const char *guard_header(const struct guard *guard, enum web_header header)
{
    return guard->config->headers[header];
}
