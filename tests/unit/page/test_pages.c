/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What stands on the pages, where, and that nothing of a name becomes markup. */
#include "unit/page/drawn.h"

static struct buf draw(struct snapshot *snapshot, const struct page_request *request)
{
    struct buf out = {0};
    assert_true(drawn_page(snapshot, request, &out));
    return out;
}

static void expect(const struct buf *page, const char *wanted)
{
    if (strstr(buf_string(page), wanted) == NULL) {
        fail_msg("not on the page: %s", wanted);
    }
}

static void the_overview_has_the_worst_first(void **state)
{
    (void)state;
    struct snapshot *snapshot = scene_new(4, DRAWN_NOW);
    struct page_request request = drawn_request(PAGE_OVERVIEW);
    struct buf page = draw(snapshot, &request);
    const char *failed = strstr(page.bytes, "<tr class=\"failed\">");
    const char *degraded = strstr(page.bytes, "<tr class=\"degraded\">");
    const char *ok = strstr(page.bytes, "<tr class=\"ok\">");
    assert_non_null(failed);
    assert_true(failed < degraded && degraded < ok);
    expect(&page, "<a href=\"./target?name=amsterdam-core1\"><bdi>amsterdam-core1</bdi></a>");
    expect(&page, "no answer from 192.0.2.2 port 1967 to 3 control requests");
    expect(&page, "21:02:56 UTC</time>, 69&nbsp;s&nbsp;ago</span>");
    expect(&page, "loss_sd 16% is above 5% (critical)");
    expect(&page,
           "<td class=\"num hit\"><span class=\"label\">Loss SD &rarr;</span>16.0&nbsp;%</td>");
    expect(&page, "aria-label=\"60 operations, RTT 2.000 to ");
    expect(&page, "href=\"./?state=failed&amp;sort=worst\"><span class=\"n\">1</span>");
    expect(&page, "<th scope=\"col\" class=\"\" aria-sort=\"descending\">");
    expect(&page, "href=\"./?label.site=berlin\"");
    assert_int_equal(drawn_count(&page, "<tr class="), 4);
    buf_fini(&page);
    scene_free(snapshot);
}

/* A link keeps what was chosen, and a second choice of a column turns the order round. */
static void links_keep_what_was_chosen(void **state)
{
    (void)state;
    struct snapshot *snapshot = scene_new(300, DRAWN_NOW);
    struct page_request request = drawn_request(PAGE_OVERVIEW);
    assert_null(selection_take(&request.selection, "state", "ok"));
    assert_null(selection_take(&request.selection, "sort", "loss"));
    assert_null(selection_take(&request.selection, "q", "core"));
    assert_null(selection_take(&request.selection, "offset", "100"));
    struct buf page = draw(snapshot, &request);
    expect(&page, "href=\"./?state=ok&amp;q=core&amp;sort=-loss\">Loss");
    expect(&page, "href=\"./?state=ok&amp;q=core&amp;sort=rtt\">RTT");
    expect(&page, "href=\"./?state=ok&amp;q=core&amp;sort=loss&amp;offset=200\">Next");
    expect(&page, "href=\"./?state=ok&amp;q=core&amp;sort=loss\">Previous");
    expect(&page, "href=\"./?q=core&amp;sort=loss\"><span class=\"n\">"); /* any state again */
    expect(&page, "101 to 200 of ");
    expect(&page, "<option selected>ok</option>");
    expect(&page, "name=\"q\" value=\"core\"");
    assert_int_equal(drawn_count(&page, "<tr class="), 100);
    buf_fini(&page);
    assert_null(selection_take(&request.selection, "site", "oslo"));
    request.selection.offset = 0;
    page = draw(snapshot, &request);
    expect(&page, "<li><bdi>site</bdi> = <bdi>oslo</bdi> <a href=\"./?state=ok&amp;q=core&amp;"
                  "sort=loss\">any</a></li>");
    expect(&page, "<input type=\"hidden\" name=\"label.site\" value=\"oslo\">");
    buf_fini(&page);
    scene_free(snapshot);
}

static void what_fits_nothing_says_so(void **state)
{
    (void)state;
    struct snapshot *snapshot = scene_new(4, DRAWN_NOW);
    struct page_request request = drawn_request(PAGE_OVERVIEW);
    assert_null(selection_take(&request.selection, "q", "nowhere"));
    struct buf page = draw(snapshot, &request);
    expect(&page, "No target fits.");
    buf_fini(&page);
    scene_free(snapshot);
}

static void a_target_tells_the_direction_of_its_loss(void **state)
{
    (void)state;
    struct snapshot *snapshot = scene_new(4, DRAWN_NOW);
    struct page_request request = drawn_request(PAGE_TARGET);
    strcpy(request.name, "amsterdam-core1");
    struct buf page = draw(snapshot, &request);
    expect(&page, "<title>amsterdam-core1 - IP SLA exporter</title>");
    expect(&page, "<dt>Loss source to destination &rarr;</dt><dd><span "
                  "class=\"v\">16.0&nbsp;%</span> <small>8 of 50</small>");
    expect(&page, "<b>8 lost source to destination</b>: 2, 4, 7, 20, 22, 30, 42, 47.");
    expect(&page, "statistics of amsterdam-core1");
    expect(&page, "configuration of 192.0.2.1");
    expect(&page, "over a limit<br><small>30 operations since ");
    expect(&page, "href=\"./api/v1/targets/amsterdam-core1\"");
    buf_fini(&page);
    strcpy(request.name, "berlin-core1");
    page = draw(snapshot, &request);
    expect(&page, "no answer to the control request<br><small>7 operations since ");
    assert_null(strstr(page.bytes, "id=\"packets\""));
    buf_fini(&page);
    strcpy(request.name, "nobody");
    assert_false(drawn_page(snapshot, &request, &page));
    expect(&page, "None has the name <bdi>nobody</bdi>");
    buf_fini(&page);
    scene_free(snapshot);
}

/* Nothing says how many losses are too many; and all that is kept went wrong. */
static void a_target_says_what_it_cannot_know(void **state)
{
    (void)state;
    struct snapshot *snapshot = scene_new(4, DRAWN_NOW);
    struct page_request request = drawn_request(PAGE_TARGET);
    strcpy(request.name, "amsterdam-core1");
    struct report *report = (struct report *)(uintptr_t)snapshot_find(snapshot, request.name);
    struct limit_set *limits = &((struct spec *)(uintptr_t)report->spec)->results.limits;
    const char *sentence = "ok in spite of lost packets because no limit of loss is set";
    report->condition.state = TARGET_OK;
    struct buf page = draw(snapshot, &request);
    assert_null(strstr(page.bytes, sentence));
    buf_fini(&page);
    *limits = (struct limit_set){0};
    history_unref(report->history);
    report->history = history_new(3);
    for (int64_t i = 1; i <= 3; i++) {
        const struct history_entry entry = {
            .end = {DRAWN_NOW.ns - i * NS_PER_SECOND}, .sent = 5, .lost_sd = 1};
        history_append(report->history, &entry);
    }
    page = draw(snapshot, &request);
    expect(&page, sentence);
    expect(&page, "packets lost<br><small>all 3 operations since ");
    expect(&page, ", and perhaps before</small>");
    expect(&page, ">As of ");
    buf_fini(&page);
    scene_free(snapshot);
}

static void a_target_without_a_past_has_a_page(void **state)
{
    (void)state;
    struct snapshot *snapshot = scene_new(52, DRAWN_NOW);
    struct page_request request = drawn_request(PAGE_TARGET);
    snprintf(request.name, sizeof request.name, "%s", snapshot->reports[50]->spec->identity.name);
    struct buf page = draw(snapshot, &request);
    expect(&page, "No operation has ended");
    expect(&page, "No operations are kept");
    assert_null(strstr(page.bytes, "statistics of"));
    buf_fini(&page);
    scene_free(snapshot);
}

static void the_matrix_is_coloured_by_what_is_asked(void **state)
{
    (void)state;
    struct snapshot *snapshot = scene_new(100, DRAWN_NOW);
    struct page_request request = drawn_request(PAGE_MATRIX);
    struct buf page = draw(snapshot, &request);
    expect(&page, "<th scope=\"col\"><bdi>from</bdi>&nbsp;\\&nbsp;<bdi>site</bdi></th>");
    expect(&page, "<td class=\"c4\"><a href=\"./target?name=amsterdam-core1\">16&nbsp;%</a></td>");
    expect(&page, "<td class=\"c5\"><a href=\"./target?name=berlin-core1\">failed</a></td>");
    expect(&page, "<li class=\"c5\">above 30&nbsp;% or failed</li>");
    buf_fini(&page);
    strcpy(request.matrix.rows, "site");
    strcpy(request.matrix.columns, "operation");
    strcpy(request.matrix.show, "rtt");
    page = draw(snapshot, &request);
    expect(&page, "href=\"./?site=berlin&amp;q=udp-jitter\">failed<small>1 of 9</small></a>");
    expect(&page, "<option value=\"rtt\" selected>RTT</option>");
    expect(&page, "&nbsp;ms</a></td>");
    buf_fini(&page);
    strcpy(request.matrix.rows, "nothing");
    page = draw(snapshot, &request);
    expect(&page, "No target has both.");
    buf_fini(&page);
    scene_free(snapshot);
}

/* As text in elements and attributes; nothing of it is left as it was. */
static void expect_tame(const struct buf *page)
{
    for (unsigned i = 0; i < 2; i++) {
        assert_null(strstr(page->bytes, scene_hostile_text(i)));
    }
    assert_int_equal(drawn_count(page, "<script"), 1); /* ours */
    assert_null(strstr(page->bytes, " onmouseover=alert(1) x='"));
    assert_null(strstr(page->bytes, "style=\""));
}

static void nothing_breaks_out(void **state)
{
    (void)state;
    struct snapshot *snapshot = scene_new_hostile(DRAWN_NOW);
    struct page_request request = drawn_request(PAGE_OVERVIEW);
    assert_null(selection_take(&request.selection, "q", "<"));
    struct buf page = draw(snapshot, &request);
    expect_tame(&page);
    expect(&page, "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>");
    expect(&page, "./target?name=%3Cscript%3Ealert%281%29%3C%2Fscript%3E\"");
    buf_fini(&page);
    request = drawn_request(PAGE_MATRIX);
    strcpy(request.matrix.rows, "row");
    page = draw(snapshot, &request);
    expect_tame(&page);
    buf_fini(&page);
    for (unsigned i = 0; i < SCENE_HOSTILE_COUNT; i++) {
        request = drawn_request(PAGE_TARGET);
        strcpy(request.name, scene_hostile_text(i));
        page = draw(snapshot, &request);
        expect_tame(&page);
        buf_fini(&page);
    }
    request = drawn_request(PAGE_TARGET);
    strcpy(request.name, "\"><script>");
    assert_false(drawn_page(snapshot, &request, &page));
    expect_tame(&page);
    buf_fini(&page);
    scene_free(snapshot);
}

/* Whatever was chosen, a page stays small. */
static void ten_thousand_targets_fit_on_pages(void **state)
{
    (void)state;
    struct snapshot *snapshot = scene_new(10000, DRAWN_NOW);
    struct page_request request = drawn_request(PAGE_OVERVIEW);
    struct buf page = draw(snapshot, &request);
    print_message("overview of 10000 targets: %zu bytes\n", page.size);
    assert_in_range(page.size, 100000, 1 << 20);
    buf_fini(&page);
    request = drawn_request(PAGE_MATRIX);
    page = draw(snapshot, &request);
    assert_in_range(page.size, 10000, 1 << 20);
    buf_fini(&page);
    strcpy(request.matrix.rows, "host");
    strcpy(request.matrix.columns, "host");
    page = draw(snapshot, &request);
    assert_in_range(page.size, 10000, 1 << 20);
    expect(&page, "9940 rows and 9940 columns have no room here.");
    buf_fini(&page);
    scene_free(snapshot);
}

/* As many labels as a target may have, and as long: the row says how many have no room, the page of
 * the target has them all. */
static void long_labels_do_not_make_a_page_long(void **state)
{
    (void)state;
    enum { LABELS = 32, BYTES = 1024 };
    struct snapshot *snapshot = scene_new(100, DRAWN_NOW);
    for (size_t i = 0; i < snapshot->count; i++) {
        struct spec_identity *identity =
            &((struct spec *)(uintptr_t)snapshot->reports[i]->spec)->identity;
        identity->labels = mem_resize(identity->labels, LABELS, sizeof *identity->labels);
        for (size_t k = identity->label_count; k < LABELS; k++) {
            char *value = mem_alloc(BYTES + 1, 1);
            memset(value, '"', BYTES);
            identity->labels[k] = (struct label){mem_string("long"), value};
        }
        identity->label_count = LABELS;
    }
    struct page_request request = drawn_request(PAGE_OVERVIEW);
    struct buf page = draw(snapshot, &request);
    assert_in_range(page.size, 10000, 1 << 20);
    assert_int_equal(drawn_count(&page, " more</span>"), 100);
    buf_fini(&page);
    scene_free(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_overview_has_the_worst_first),
        cmocka_unit_test(links_keep_what_was_chosen),
        cmocka_unit_test(what_fits_nothing_says_so),
        cmocka_unit_test(a_target_tells_the_direction_of_its_loss),
        cmocka_unit_test(a_target_says_what_it_cannot_know),
        cmocka_unit_test(a_target_without_a_past_has_a_page),
        cmocka_unit_test(the_matrix_is_coloured_by_what_is_asked),
        cmocka_unit_test(nothing_breaks_out),
        cmocka_unit_test(ten_thousand_targets_fit_on_pages),
        cmocka_unit_test(long_labels_do_not_make_a_page_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
