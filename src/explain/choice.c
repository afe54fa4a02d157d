/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/choice.h"
#include "explain/explain.h"
#include "operation/operation.h"

static void add_names(const struct choice *choice, struct buf *out)
{
    for (size_t i = 0; i < choice->count; i++) {
        buf_printf(out, "%s%s", i > 0 ? ", " : "", choice_row_at(choice, i)->name);
    }
}

/* What came of the protocols that did not work: "ipsla-v2 (timeout)". */
static void add_tried(const struct choice *choice, struct buf *out)
{
    const char *separator = "";
    for (size_t i = 0; i < choice->count; i++) {
        if (choice->is_tried[i] && choice->outcome[i] != OUTCOME_OK) {
            buf_printf(out, "%s%s (%s)", separator, choice_row_at(choice, i)->name,
                       outcome_name(choice->outcome[i]));
            separator = ", ";
        }
    }
}

/* What those can tell that are wanted more. */
static unsigned wanted_results(const struct choice *choice)
{
    unsigned results = 0;
    for (size_t i = 0; i < choice->chosen; i++) {
        results |= choice_row_at(choice, i)->operation->results;
    }
    return results;
}

/* What is lost: "no jitter, no one-way delay"; nothing when nothing is. */
static void add_lost(const struct spec *spec, struct buf *out)
{
    static const struct {
        enum operation_result result;
        const char *words;
    } rows[] = {
        {RESULT_JITTER, "no jitter"},
        {RESULT_ONE_WAY, "no one-way delay"},
        {RESULT_DIRECTION, "no loss by direction"},
    };
    const struct choice *choice = spec->choice;
    const char *separator = "";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool is_wanted = (wanted_results(choice) & (unsigned)rows[i].result) != 0;
        if (is_wanted && !operation_has(spec->operation, rows[i].result)) {
            buf_printf(out, "%s%s", separator, rows[i].words);
            separator = ", ";
        }
    }
    if (choice->chosen > 0 && spec->operation->tells_clock) {
        buf_printf(out, "%sloss by direction only where the reflector counts", separator);
        separator = ", ";
    }
    if (choice->is_signed && spec->control.key.algorithm == AUTH_NONE) {
        buf_printf(out, "%snothing is signed", separator);
    }
}

void explain_choice(const struct spec *spec, struct buf *out)
{
    const struct choice *choice = spec->choice;
    struct buf tried = {0}, lost = {0};
    if (choice == NULL) {
        return;
    }
    add_tried(choice, &tried);
    add_lost(spec, &lost);
    if (choice->state == CHOICE_OPEN) {
        buf_add_string(out, "no protocol was chosen yet, these are tried: ");
        add_names(choice, out);
    } else if (choice->state == CHOICE_VAIN) {
        buf_printf(out, "no protocol works: %s; %s goes on being measured", buf_string(&tried),
                   choice_row(choice)->name);
    } else {
        buf_printf(out, "auto chose %s", choice_row(choice)->name);
        if (tried.size > 0) {
            buf_printf(out, ", since others did not work: %s", buf_string(&tried));
        }
        if (lost.size > 0) {
            buf_printf(out, "; with it there is %s", buf_string(&lost));
        }
    }
    buf_fini(&tried);
    buf_fini(&lost);
}
