/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "operation/operation.h"
#include "probe/spec_field.h"

/* Of any width, on a machine of any byte order. */
static uint64_t number_at(const void *at, size_t size)
{
    uint8_t byte;
    uint16_t half;
    uint32_t word;
    uint64_t wide;
    switch (size) {
    case sizeof byte:
        memcpy(&byte, at, sizeof byte);
        return byte;
    case sizeof half:
        memcpy(&half, at, sizeof half);
        return half;
    case sizeof word:
        memcpy(&word, at, sizeof word);
        return word;
    default:
        memcpy(&wide, at, sizeof wide);
        return wide;
    }
}

static void add_addr(const struct addr *addr, struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    if (addr->family != ADDR_NONE || addr->port != 0) {
        buf_add_string(out, addr_format(addr, text));
    }
}

static void add_layout(const struct hist_layout *layout, struct buf *out)
{
    for (size_t i = 0; i < layout->count; i++) {
        buf_printf(out, "%" PRId64 " ", layout->bounds_ns[i]);
    }
}

static void add_pattern(const struct pattern *pattern, struct buf *out)
{
    for (size_t i = 0; i < pattern->size; i++) {
        buf_printf(out, "%02x", pattern->bytes[i]);
    }
}

/* Nothing for 0 and for what is empty. Fields of other kinds do not reset. */
static void add_value(const struct spec_field *field, const void *at, struct buf *out)
{
    switch (field->kind) {
    case FIELD_NUMBER:
        if (number_at(at, field->size) != 0) {
            buf_printf(out, "%" PRIu64, number_at(at, field->size));
        }
        break;
    case FIELD_STRING:
        buf_add_string(out, *(char *const *)at);
        break;
    case FIELD_TEXT:
        buf_add_string(out, at);
        break;
    case FIELD_ADDR:
        add_addr(at, out);
        break;
    case FIELD_PATTERN:
        add_pattern(at, out);
        break;
    case FIELD_LAYOUT:
        add_layout(*(const struct hist_layout *const *)at, out);
        break;
    case FIELD_LABELS:
    case FIELD_KEY:
    case FIELD_LIMITS:
    case FIELD_CHOICE:
        break;
    }
}

uint64_t spec_identity_hash(const struct spec *spec)
{
    struct buf text = {0}, value = {0};
    for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
        const struct spec_field *field = &spec_fields[i];
        bool is_operation = field->offset == offsetof(struct spec, operation);
        buf_clear(&value);
        if (is_operation) {
            buf_add_string(&value, spec->operation->name); /* not where its row is in memory */
        } else if (field->rule == FIELD_RESETS) {
            add_value(field, (const char *)spec + field->offset, &value);
        }
        if (value.size > 0) {
            buf_printf(&text, "%s=%s\n", field->name, buf_string(&value));
        }
    }
    uint64_t hash = crypto_stable_hash(text.bytes, text.size);
    buf_fini(&text);
    buf_fini(&value);
    return hash;
}
