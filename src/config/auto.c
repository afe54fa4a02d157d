/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/auto.h"

#include <string.h>

#include "config/spec_text.h"
#include "operation/operation.h"
#include "probe/choice.h"

static enum protocol protocol_of(const char *word)
{
    unsigned protocol = 0;
    while (strcmp(spec_text_protocol_words[protocol], word) != 0) {
        protocol++;
    }
    return (enum protocol)protocol;
}

/* With version 2 in the choice, so that a key of it is known as one of a control request. */
void auto_build(const struct values *values, struct spec *spec)
{
    struct choice *choice = choice_new();
    const struct value *protocols = &values->of[SLOT_PROTOCOLS];
    const struct node *word = protocols->state == VALUE_SET ? protocols->node->first : NULL;
    for (; word != NULL; word = word->next) {
        choice->protocols[choice->count++] = (uint8_t)protocol_of(word->text);
    }
    if (choice->count == 0) { /* what was inherited is wrong, as was reported */
        choice->count = 1;
    }
    choice->chosen = (uint8_t)(choice->count - 1);
    choice->stamp_port = (uint16_t)values->of[SLOT_STAMP_PORT].number;
    spec->choice = choice;
    spec->control.version = CONTROL_V2;
    spec->control.port = (uint16_t)values->of[SLOT_CONTROL_PORT].number;
}

void auto_check(const struct values *values, const struct node *target,
                struct diagnostics *diagnostics)
{
    const struct node *version = values->of[SLOT_CONTROL_VERSION].node;
    if (version != NULL && node_is_within(version, target)) {
        diagnostics_error(diagnostics, place_value(version),
                          "auto chooses the version; allowed: protocols with ipsla-v2, ipsla-v1 or "
                          "both");
    }
}

/* Some protocol of the choice can have it. */
static bool takes_key(const struct choice *choice, enum auth_algorithm algorithm)
{
    for (size_t i = 0; i < choice->count; i++) {
        if (control_takes_key(choice_row_at(choice, i)->version, algorithm)) {
            return true;
        }
    }
    return false;
}

static void assign_control_key(const struct key_ring *ring, const struct node *node,
                               struct diagnostics *diagnostics, struct spec *spec)
{
    const struct auth_key *key = keys_find(ring, node, diagnostics);
    if (key == NULL || key->algorithm == AUTH_NONE) {
        return;
    }
    if (takes_key(spec->choice, key->algorithm)) {
        spec->control.key = *key;
        return;
    }
    diagnostics_error(diagnostics, place_value(node),
                      "key %u is of algorithm %s, which no control request of protocols has; "
                      "allowed: sha256 and hmac-sha256 with ipsla-v2, md5 with ipsla-v1",
                      (unsigned)key->id, auth_algorithm_name(key->algorithm));
}

void auto_assign_keys(const struct key_ring *ring, const struct values *values,
                      struct diagnostics *diagnostics, struct spec *spec)
{
    const struct value *control = &values->of[SLOT_CONTROL_KEY];
    const struct value *stamp = &values->of[SLOT_AUTH_KEY];
    struct choice *choice = choice_copy(spec->choice);
    if (control->state == VALUE_SET) {
        assign_control_key(ring, control->node, diagnostics, spec);
        choice->is_signed = spec->control.key.algorithm != AUTH_NONE;
    }
    if (stamp->state == VALUE_SET) {
        keys_take_one(ring, stamp->node, AUTH_HMAC_SHA256, diagnostics, &choice->stamp_key);
    }
    choice_unref(spec->choice);
    spec->choice = choice;
}
