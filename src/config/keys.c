/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "config/secret.h"
#include "config/words.h"
#include "operation/operation.h"

static bool read_secret(const struct node *node, struct diagnostics *diagnostics,
                        struct auth_key *key)
{
    bool is_exposed = false;
    const char *problem = secret_read(diagnostics->file, node->text, key, &is_exposed);
    /* The value is not named: somebody may have put the secret itself here. */
    if (problem != NULL) {
        diagnostics_error(diagnostics, place_value(node),
                          "this file %s; allowed: a file with one line", problem);
    } else if (is_exposed) {
        diagnostics_warn(diagnostics, place_value(node),
                         "this file can be read by every user of this machine (chmod 600 prevents "
                         "that)");
    }
    return problem == NULL;
}

static bool is_taken(const struct key_ring *ring, const struct auth_key *key)
{
    for (size_t i = 0; i < ring->count; i++) {
        if (ring->keys[i].id == key->id) {
            return true;
        }
    }
    return false;
}

/* The KeyID of TWAMP. */
static void name_key(const struct value *name, struct diagnostics *diagnostics,
                     struct auth_key *key)
{
    if (key->algorithm == AUTH_TWAMP) {
        auth_key_name(key, name->state == VALUE_SET ? name->node->text : NULL);
    } else if (name->state == VALUE_SET) {
        diagnostics_error(diagnostics, place_value(name->node),
                          "a key of algorithm %s has no name, only one of twamp has",
                          auth_algorithm_name(key->algorithm));
    }
}

static void read_key(const struct node *node, struct diagnostics *diagnostics,
                     struct inputs *inputs, struct key_ring *ring)
{
    struct values values = {0};
    struct auth_key key = {0};
    if (!value_is_mapping(node, diagnostics) ||
        !values_read(&values, &schema_key, node, diagnostics)) {
        key.id =
            values.of[SLOT_KEY_ID].state == VALUE_SET ? (uint16_t)values.of[SLOT_KEY_ID].number : 0;
        ring->keys[ring->count++] = key;
        return;
    }
    key.id = (uint16_t)values.of[SLOT_KEY_ID].number;
    if (is_taken(ring, &key)) {
        diagnostics_error(diagnostics, place_value(values.of[SLOT_KEY_ID].node),
                          "%u is the id of a key above; ids are unique", (unsigned)key.id);
    }
    key.algorithm = (enum auth_algorithm)(values.of[SLOT_KEY_ALGORITHM].number + AUTH_MD5);
    name_key(&values.of[SLOT_KEY_NAME], diagnostics, &key);
    const char *problem = auth_algorithm_problem(key.algorithm);
    if (problem != NULL) {
        diagnostics_error(diagnostics, place_value(values.of[SLOT_KEY_ALGORITHM].node), "%s %s",
                          auth_algorithm_name(key.algorithm), problem);
    }
    if (inputs != NULL) {
        secret_note(diagnostics->file, values.of[SLOT_KEY_SECRET_FILE].node->text, inputs);
    }
    if (!read_secret(values.of[SLOT_KEY_SECRET_FILE].node, diagnostics, &key)) {
        key.algorithm = AUTH_NONE;
    }
    ring->keys[ring->count++] = key;
    auth_key_wipe(&key);
}

void keys_read(const struct node *list, struct diagnostics *diagnostics, struct inputs *inputs,
               struct key_ring *out)
{
    out->count = 0;
    for (const struct node *node = list == NULL ? NULL : list->first; node != NULL;
         node = node->next) {
        read_key(node, diagnostics, inputs, out);
    }
}

void keys_fini(struct key_ring *ring)
{
    crypto_wipe(ring, sizeof *ring);
}

static const struct auth_key *find(const struct key_ring *ring, int64_t id)
{
    for (size_t i = 0; i < ring->count; i++) {
        if (ring->keys[i].id == id) {
            return &ring->keys[i];
        }
    }
    return NULL;
}

static void report_unknown(const struct node *node, struct diagnostics *diagnostics)
{
    char quoted[WORDS_QUOTE_MAX];
    diagnostics_error(diagnostics, place_value(node),
                      "%s is the id of no key; allowed: one of keys",
                      words_quote(node->text, quoted));
}

const struct auth_key *keys_find(const struct key_ring *ring, const struct node *node,
                                 struct diagnostics *diagnostics)
{
    const struct auth_key *key = find(ring, strtol(node->text, NULL, 10));
    if (key == NULL) {
        report_unknown(node, diagnostics);
    }
    return key;
}

/* A key that could not be read was reported already. */
void keys_take_one(const struct key_ring *ring, const struct node *node,
                   enum auth_algorithm algorithm, struct diagnostics *diagnostics,
                   struct auth_key *out)
{
    const struct auth_key *key = keys_find(ring, node, diagnostics);
    if (key == NULL) {
        return;
    }
    if (key->algorithm != AUTH_NONE && key->algorithm != algorithm) {
        diagnostics_error(diagnostics, place_value(node), "key %u is of algorithm %s; allowed: %s",
                          (unsigned)key->id, auth_algorithm_name(key->algorithm),
                          auth_algorithm_name(algorithm));
        return;
    }
    *out = *key;
}

size_t keys_take_list(const struct key_ring *ring, const struct node *ids,
                      enum auth_algorithm algorithm, struct diagnostics *diagnostics,
                      struct auth_key *out)
{
    size_t count = 0;
    for (const struct node *node = ids->first; node != NULL; node = node->next) {
        keys_take_one(ring, node, algorithm, diagnostics, &out[count++]);
    }
    return count;
}

void keys_assign(const struct key_ring *ring, const struct values *values,
                 struct diagnostics *diagnostics, struct spec *spec)
{
    enum auth_algorithm own = spec->operation->key_algorithm;
    const struct value *value = &values->of[own != AUTH_NONE ? SLOT_AUTH_KEY : SLOT_CONTROL_KEY];
    if (value->state != VALUE_SET) {
        return;
    }
    if (own != AUTH_NONE) {
        keys_take_one(ring, value->node, own, diagnostics, &spec->control.key);
        return;
    }
    const struct auth_key *key = keys_find(ring, value->node, diagnostics);
    if (key == NULL) {
        return;
    }
    const struct control *control = control_row(spec->control.version);
    if (!control_has_request(spec->control.version)) {
        return; /* nothing to sign */
    }
    if (key->algorithm != AUTH_NONE && !control_takes_key(spec->control.version, key->algorithm)) {
        diagnostics_error(diagnostics, place_value(value->node),
                          "key %u is of algorithm %s, which version %s has not; allowed: %s",
                          (unsigned)key->id, auth_algorithm_name(key->algorithm), control->name + 1,
                          control->algorithm_names);
        return;
    }
    spec->control.key = *key;
}

void keys_list(const struct key_ring *ring, const struct node *ids, struct diagnostics *diagnostics,
               struct reflect_settings *out)
{
    out->key_count = 0;
    for (const struct node *node = ids->first; node != NULL; node = node->next) {
        const struct auth_key *key = keys_find(ring, node, diagnostics);
        if (key == NULL) {
            continue;
        }
        if (key->algorithm == AUTH_TWAMP) {
            diagnostics_error(diagnostics, place_value(node),
                              "key %u is of algorithm twamp, which control requests do not have; "
                              "allowed: md5, sha256, hmac-sha256",
                              (unsigned)key->id);
            continue;
        }
        out->keys[out->key_count++] = *key;
    }
}
