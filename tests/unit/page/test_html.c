/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/html.h"

#include "support/cm.h"

static void expect(void (*add)(struct buf *, const char *), const char *text, const char *wanted)
{
    struct buf out = {0};
    add(&out, text);
    assert_string_equal(buf_string(&out), wanted);
    buf_fini(&out);
}

static void markup_is_text(void **state)
{
    (void)state;
    expect(html_add_text, "<script>alert('1')&\"</script>",
           "&lt;script&gt;alert(&#39;1&#39;)&amp;&quot;&lt;/script&gt;");
    expect(html_add_text, "caf\xc3\xa9 \xf0\x9f\x9a\x80\n\tx", "caf\xc3\xa9 \xf0\x9f\x9a\x80\n\tx");
    expect(html_add_text, "", "");
}

/* HTML has no way to write them. */
static void controls_are_replaced(void **state)
{
    (void)state;
    expect(html_add_text, "a\x01\x1b[31m\x7f", "a\xef\xbf\xbd\xef\xbf\xbd[31m\xef\xbf\xbd");
    expect(html_add_text, "\xc2\x80\xc2\x9f\xc2\xa0", "\xef\xbf\xbd\xef\xbf\xbd\xc2\xa0");
    expect(html_add_text, "\xc2", "\xc2"); /* cut short: the next byte is the end */
}

/* A mark that turns the direction of writing ends with the text that has it. */
static void direction_is_kept_inside(void **state)
{
    (void)state;
    expect(html_add_foreign,
           "a\xe2\x80\xae"
           "b<",
           "<bdi>a\xe2\x80\xae"
           "b&lt;</bdi>");
    expect(html_add_isolated, "plain & \"simple\"", "plain &amp; &quot;simple&quot;");
    expect(html_add_isolated,
           "\xe2\x80\xae"
           "b",
           "\xe2\x81\xa8\xe2\x80\xae"
           "b\xe2\x81\xa9");
}

static void arguments_are_escaped(void **state)
{
    (void)state;
    expect(html_add_argument, "AZaz09-._~", "AZaz09-._~");
    expect(html_add_argument, "a b&c=d+e/%\"<\xc3\xa9", "a%20b%26c%3Dd%2Be%2F%25%22%3C%C3%A9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_is_text),
        cmocka_unit_test(controls_are_replaced),
        cmocka_unit_test(direction_is_kept_inside),
        cmocka_unit_test(arguments_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
