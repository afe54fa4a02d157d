/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A selection as the query of a URL, both ways. */
#include <stdlib.h>
#include <string.h>

#include "select/selection.h"

#define LABEL_PREFIX "label."
#define DIGITS_MAX 7
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

const char *selection_sort_name(unsigned sort)
{
    static const char *const names[SELECTION_LIMIT] = {
        [SELECTION_AS_CONFIGURED] = "",
        [SELECTION_WORST] = "worst",
        [SELECTION_NAME] = "name",
        [SELECTION_AGE] = "age",
    };
    if (sort >= SELECTION_LIMIT + LIMIT_COUNT) {
        return NULL;
    }
    return sort < SELECTION_LIMIT ? names[sort] : limit_name((enum limit)(sort - SELECTION_LIMIT));
}

static const char *take_state(struct selection *selection, const char *value)
{
    for (unsigned i = 0; i < TARGET_STATE_COUNT; i++) {
        if (strcmp(value, target_state_name((enum target_state)i)) == 0) {
            selection->states |= 1u << i;
            return NULL;
        }
    }
    return "state is none of pending, ok, degraded, failed, inactive";
}

static const char *take_sort(struct selection *selection, const char *value)
{
    const char *name;
    bool is_reversed = value[0] == '-';
    for (unsigned i = SELECTION_WORST; (name = selection_sort_name(i)) != NULL; i++) {
        if (strcmp(value + is_reversed, name) == 0) {
            selection->sort = i;
            selection->is_reversed = is_reversed;
            return NULL;
        }
    }
    return "sort is none of worst, name, age, loss, loss_sd, loss_ds, rtt, jitter, jitter_sd, "
           "jitter_ds, one_way, one_way_sd, one_way_ds, mos, perhaps with a - before it";
}

/* False when it is no number from `min` to `max`. */
static bool read_number(const char *text, size_t min, size_t max, size_t *out)
{
    size_t length = strspn(text, "0123456789");
    if (length == 0 || length > DIGITS_MAX || text[length] != '\0') {
        return false;
    }
    size_t number = strtoul(text, NULL, 10);
    if (number < min || number > max) {
        return false;
    }
    *out = number;
    return true;
}

static bool copy_text(const char *text, char out[SELECTION_TEXT_BYTES])
{
    size_t size = strlen(text);
    if (size >= SELECTION_TEXT_BYTES) {
        return false;
    }
    memcpy(out, text, size + 1);
    return true;
}

static bool is_label_name(const char *name)
{
    return (*name < '0' || *name > '9') && *name != '\0' &&
           strspn(name, LETTERS "_0123456789") == strlen(name);
}

static const char *take_label(struct selection *selection, const char *name, const char *value)
{
    size_t prefix = strlen(LABEL_PREFIX);
    const char *own = strncmp(name, LABEL_PREFIX, prefix) == 0 ? name + prefix : name;
    struct selection_label *label = &selection->labels[selection->label_count];
    if (!is_label_name(own)) {
        return "an argument is neither state, q, sort, limit, offset nor the name of a label";
    }
    if (selection->label_count == SELECTION_LABELS_MAX) {
        return "more than 16 labels are wanted";
    }
    if (!copy_text(own, label->name) || !copy_text(value, label->value)) {
        return "a label is longer than 255 bytes";
    }
    selection->label_count++;
    return NULL;
}

const char *selection_take(struct selection *selection, const char *name, const char *value)
{
    if (*value == '\0') {
        return NULL;
    }
    if (strcmp(name, "state") == 0) {
        return take_state(selection, value);
    }
    if (strcmp(name, "sort") == 0) {
        return take_sort(selection, value);
    }
    if (strcmp(name, "q") == 0) {
        return copy_text(value, selection->text) ? NULL : "q is longer than 255 bytes";
    }
    if (strcmp(name, "limit") == 0) {
        return read_number(value, 1, SELECTION_LIMIT_MAX, &selection->limit)
                   ? NULL
                   : "limit is not a number from 1 to 1000";
    }
    if (strcmp(name, "offset") == 0) {
        return read_number(value, 0, SELECTION_OFFSET_MAX, &selection->offset)
                   ? NULL
                   : "offset is not a number from 0 to 1000000";
    }
    return take_label(selection, name, value);
}

/* What need not be escaped in a query, by RFC 3986. */
static bool is_unreserved(unsigned char c)
{
    return c != '\0' && strchr(LETTERS "0123456789-._~", c) != NULL;
}

static void add_argument(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s%s=", out->size > 0 ? "&" : "", name);
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        if (is_unreserved(c)) {
            buf_add_char(out, *value);
        } else {
            buf_printf(out, "%%%02X", c);
        }
    }
}

/* Labels that are called as another argument is. */
static bool is_taken(const char *name)
{
    static const char *const own[] = {"state", "sort", "q", "limit", "offset"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(own[i], name) == 0) {
            return true;
        }
    }
    return false;
}

void selection_write(const struct selection *selection, struct buf *out)
{
    struct buf text = {0}, name = {0};
    for (unsigned i = 0; i < TARGET_STATE_COUNT; i++) {
        if ((selection->states >> i & 1) != 0) {
            add_argument(&text, "state", target_state_name((enum target_state)i));
        }
    }
    for (size_t i = 0; i < selection->label_count; i++) {
        buf_clear(&name);
        buf_add_string(&name, is_taken(selection->labels[i].name) ? LABEL_PREFIX : "");
        buf_add_string(&name, selection->labels[i].name);
        add_argument(&text, buf_string(&name), selection->labels[i].value);
    }
    if (selection->text[0] != '\0') {
        add_argument(&text, "q", selection->text);
    }
    if (selection->sort != SELECTION_AS_CONFIGURED) {
        buf_clear(&name);
        buf_printf(&name, "%s%s", selection->is_reversed ? "-" : "",
                   selection_sort_name(selection->sort));
        add_argument(&text, "sort", buf_string(&name));
    }
    buf_add_string(out, buf_string(&text));
    buf_fini(&text);
    buf_fini(&name);
}
