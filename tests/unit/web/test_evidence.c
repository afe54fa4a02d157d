/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Evidence with a hostile name: files, links and JSON. */
#include "web/evidence.h"

#include <string.h>

#include "base/mem.h"
#include "evidence/evidence.h"
#include "support/build.h"
#include "support/cm.h"

#define HOSTILE "../a\"\r\n<script>\xc3\xa9"

/* Started at 2026-11-28T15:53:00.123Z, with two of ten packets lost. */
static struct evidence *make(void)
{
    struct evidence *evidence = mem_alloc(1, sizeof *evidence);
    evidence->references = 1;
    evidence->spec = build_jitter_spec(HOSTILE, "192.0.2.1");
    evidence->reasons = EVIDENCE_LOSS;
    evidence->record = mem_alloc(1, sizeof *evidence->record);
    evidence->round.started.ns = INT64_C(1795881180123) * NS_PER_MS;
    evidence->round.sent = 10;
    evidence->round.received = 8;
    evidence->round.sd.lost = 2;
    return evidence;
}

static struct evidence_list make_list(size_t count)
{
    struct evidence_list list = {mem_alloc(count, sizeof(struct evidence *)), count};
    for (size_t i = 0; i < count; i++) {
        list.items[i] = make();
    }
    return list;
}

static void test_file_name(void **state)
{
    (void)state;
    struct evidence *evidence = make();
    struct buf name = {0};
    evidence_file_name(evidence, ".pcapng", &name);
    assert_string_equal(buf_string(&name), ".._a____script___-20261128T155300.123Z.pcapng");
    buf_fini(&name);
    evidence_unref(evidence);
}

static void test_links(void **state)
{
    (void)state;
    struct evidence_list list = make_list(3);
    struct buf out = {0};
    evidence_links_write(&list, "../", 2, &out);
    const char *text = buf_string(&out);
    assert_non_null(strstr(text, "<a href=\"../evidence/1795881180123.pcapng\">pcapng</a>"));
    assert_non_null(strstr(text, "<a href=\"../evidence/1795881180123.json\">JSON</a>"));
    assert_non_null(strstr(text, "2026-11-28T15:53:00.123Z</time>: 2 of 10 packets lost or late"));
    assert_null(strstr(text, "script>"));
    size_t items = 0;
    for (const char *at = text; (at = strstr(at, "<li>")) != NULL; at++) {
        items++;
    }
    assert_int_equal(items, 2);
    buf_clear(&out);
    evidence_list_fini(&list);
    evidence_links_write(&list, "", 2, &out);
    assert_int_equal(out.size, 0);
    buf_fini(&out);
}

static void test_list_and_find(void **state)
{
    (void)state;
    struct evidence_list list = make_list(1);
    struct buf out = {0};
    evidence_list_write(&list, &out);
    assert_string_equal(buf_string(&out),
                        "{\"evidence\": [\n{\"id\": \"1795881180123\", \"started\": "
                        "1795881180.123000000, \"outcome\": \"ok\", \"why\": [\"loss\"], "
                        "\"recorded\": 0, \"left_out\": 0, \"fates\": {\"unsent\": 0, \"lost\": 0, "
                        "\"received\": 0, \"late\": 0, \"dropped\": 0}}\n]}\n");
    assert_ptr_equal(evidence_list_find(&list, "1795881180123"), list.items[0]);
    assert_null(evidence_list_find(&list, "01795881180123"));
    assert_null(evidence_list_find(&list, ""));
    buf_fini(&out);
    evidence_list_fini(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_name),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_list_and_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
