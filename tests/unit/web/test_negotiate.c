/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/negotiate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "expo/openmetrics2.h"
#include "expo/proto.h"
#include "expo/text.h"
#include "support/cm.h"

#define TEXT &format_text
#define OM &format_openmetrics
#define OM2 &format_openmetrics2
#define PB &format_proto
#define PROTOBUF                                                                                   \
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
#define OPENMETRICS "application/openmetrics-text"

struct row {
    const char *accept;
    const struct expo_format *format;
};

static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (negotiate_format(rows[i].accept) != rows[i].format) {
            fail_msg("wrong format for: %s", rows[i].accept);
        }
    }
}

/* As they were recorded; docs/scrapers.md says of which versions. */
static void scrapers_get_what_they_prefer(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* Prometheus 2.42, without and with native histograms */
        {OPENMETRICS ";version=1.0.0," OPENMETRICS ";version=0.0.1;q=0.75,text/plain;version=0.0.4;"
                     "q=0.5,*/*;q=0.1",
         OM},
        {PROTOBUF "," OPENMETRICS ";version=1.0.0;q=0.8," OPENMETRICS ";version=0.0.1;q=0.75,"
                  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         PB},
        /* Prometheus 3.14, the same */
        {OPENMETRICS ";version=1.0.0;escaping=allow-utf-8;q=0.6," OPENMETRICS
                     ";version=0.0.1;q=0.5,"
                     "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;"
                     "q=0.3,*/*;q=0.2",
         OM},
        {PROTOBUF ";q=0.6," OPENMETRICS ";version=1.0.0;escaping=allow-utf-8;q=0.5," OPENMETRICS
                  ";version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                  "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
         PB},
        /* Prometheus 3.16, the OpenTelemetry collector, the same, and with openmetrics2 */
        {OPENMETRICS ";version=1.0.0;escaping=allow-utf-8;q=0.7," OPENMETRICS
                     ";version=0.0.1;q=0.6,"
                     "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;"
                     "q=0.4,*/*;q=0.3",
         OM},
        {PROTOBUF ";q=0.7," OPENMETRICS ";version=1.0.0;escaping=allow-utf-8;q=0.6," OPENMETRICS
                  ";version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         PB},
        {OPENMETRICS ";version=2.0.0;escaping=allow-utf-8;q=0.7," OPENMETRICS
                     ";version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,"
                     "*/*;q=0.4",
         OM2},
        {OPENMETRICS ";version=2.0.0;escaping=allow-utf-8;q=0.7,*/*;q=0.6", OM2},
        /* scrape_protocols: [PrometheusText0.0.4] */
        {"text/plain;version=0.0.4;q=0.6,*/*;q=0.5", TEXT},
        /* Telegraf 1.39 */
        {PROTOBUF ";q=0.7,text/plain;version=0.0.4;q=0.3", PB},
        /* VictoriaMetrics, vmagent */
        {"text/plain;version=0.0.4;q=1,*/*;q=0.1", TEXT},
        /* curl, browsers, nothing */
        {"*/*", TEXT},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
         TEXT},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TEXT},
        {NULL, TEXT},
        {"", TEXT},
    };
    expect_rows(rows, sizeof rows / sizeof rows[0]);
}

/* Protobuf and OpenMetrics 2.0 are for those who name them in full. */
static void some_formats_are_on_demand(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {OPENMETRICS ";version=2.0.0", OM2},
        {OPENMETRICS "; version=\"2.0.0\"; charset=utf-8", OM2},
        {OPENMETRICS ";version=2.0.0;q=0", TEXT},
        {OPENMETRICS ";version=2.0.0-rc.0", TEXT},
        {OPENMETRICS ";version=2.0.0-rc.0," OPENMETRICS ";version=1.0.0;q=0.1", OM},
        {OPENMETRICS ";version=2.0", TEXT},
        {OPENMETRICS ";version=2.0.1", TEXT},
        {OPENMETRICS ";version=9.9.9", TEXT},
        {OPENMETRICS ";version=9.9.9," OPENMETRICS ";version=1.0.0;q=0.1", OM},
        {OPENMETRICS ";version=1.0.0," OPENMETRICS ";version=2.0.0", OM},
        {OPENMETRICS ";version=2.0.0," OPENMETRICS ";version=1.0.0", OM2},
        {OPENMETRICS "," OPENMETRICS ";version=2.0.0;q=0.9", OM},
        {PROTOBUF, PB},
        {"application/vnd.google.protobuf; Encoding=Delimited; "
         "Proto=\"io.prometheus.client.MetricFamily\"",
         PB},
        {PROTOBUF ";escaping=underscores", PB},
        {PROTOBUF ";q=0", TEXT},
        {PROTOBUF ";q=0,*/*;q=0.1", TEXT},
        {PROTOBUF ";q=0.2,text/plain;q=0.3", TEXT},
        {PROTOBUF "," OPENMETRICS, PB},
        {OPENMETRICS "," PROTOBUF, OM},
        {"application/vnd.google.protobuf", TEXT},
        {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", TEXT},
        {"application/vnd.google.protobuf;encoding=delimited", TEXT},
        {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
         TEXT},
        {"application/vnd.google.protobuf;proto=other.Message;encoding=delimited,"
         "text/plain;version=0.0.4;q=0.1",
         TEXT},
        {"application/*", OM},
        {"text/plain;q=0," OPENMETRICS ";version=1.0.0;q=0,*/*;q=0.1", TEXT},
        {PROTOBUF ";q=0," OPENMETRICS ";version=2.0.0;q=0," OPENMETRICS
                  ";version=1.0.0;q=0,text/plain;q=0,*/*;q=0",
         TEXT},
    };
    expect_rows(rows, sizeof rows / sizeof rows[0]);
}

static void versions_decide(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"application/openmetrics-text", OM},
        {"application/openmetrics-text; version=0.0.1", OM},
        {"application/openmetrics-text; version=\"1.0.0\"; charset=utf-8", OM},
        {"Application/OpenMetrics-Text ; Version=1.0.0", OM},
        {"application/openmetrics-text; version=", TEXT},
        {"application/openmetrics-text; version=1.0.0x", TEXT},
        {"application/openmetrics-textual", TEXT},
        {"text/plain;version=1.0.0,application/openmetrics-text;q=0.1", OM},
        {"text/plain;version=0.0.4,application/openmetrics-text;q=0.9", TEXT},
    };
    expect_rows(rows, sizeof rows / sizeof rows[0]);
}

static void weights_decide_then_order(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"text/plain;q=0.5,application/openmetrics-text;q=0.6", OM},
        {"text/plain;q=0.5,application/openmetrics-text;q=0.501", OM},
        {"text/plain;q=0.6,application/openmetrics-text;q=0.5", TEXT},
        {"text/plain,application/openmetrics-text", TEXT},
        {"application/openmetrics-text,text/plain", OM},
        {"application/openmetrics-text,*/*", OM},
        {"application/openmetrics-text;q=0.5,*/*;q=0.8", TEXT},
        {"application/openmetrics-text;q=0,*/*;q=0.1", TEXT},
        {"application/openmetrics-text;q=0", TEXT},
        {"application/openmetrics-text;q=0.000,text/plain;q=0", TEXT},
        {"text/plain;q=0,*/*", OM},
        {"text/*;q=0.2,application/*;q=0.3", OM},
        {"text/*,application/*;q=0.3", TEXT},
        {"application/openmetrics-text;version=1.0.0;q=0.2,application/openmetrics-text;"
         "version=0.0.1;q=0.9,text/plain;q=0.5",
         OM},
    };
    expect_rows(rows, sizeof rows / sizeof rows[0]);
}

static void junk_means_text(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {",", TEXT},
        {",,,;;;===\"", TEXT},
        {"q=1", TEXT},
        {"application/openmetrics-text;q=2", TEXT},
        {"application/openmetrics-text;q=1.001", TEXT},
        {"application/openmetrics-text;q=-1", TEXT},
        {"application/openmetrics-text;q=", TEXT},
        {"application/openmetrics-text;q=0.5000", TEXT},
        {"application/openmetrics-text;q=high", TEXT},
        {"application/openmetrics-text;q=0x1", TEXT},
        {"\"application/openmetrics-text\"", TEXT},
        {"text/html;a=\",application/openmetrics-text,\"", TEXT},
        {"text/html;a=\"\\\",application/openmetrics-text", TEXT},
        {"\x01\xff\xfe/\x80", TEXT},
        /* junk beside a range that is none */
        {"???,;q=0.1,application/openmetrics-text;q=0.3", OM},
        {"application/openmetrics-text;q", OM},
        {" \t application/openmetrics-text \t ", OM},
    };
    expect_rows(rows, sizeof rows / sizeof rows[0]);
}

static void size_does_not_matter(void **state)
{
    (void)state;
    const size_t size = (size_t)4 * 1024 * 1024;
    static const char alphabet[] = "a/*;,=\"\\ q01.";
    struct rng rng = {1};
    char *text = mem_alloc(size + 1, 1);
    for (size_t i = 0; i < size; i++) {
        text[i] = alphabet[rng_below(&rng, sizeof alphabet - 1)];
    }
    assert_int_equal(negotiate_format(text), TEXT);
    memset(text, '"', size);
    assert_int_equal(negotiate_format(text), TEXT);
    memset(text, ',', size);
    static const char wanted[] = ",application/openmetrics-text";
    memcpy(text + size - (sizeof wanted - 1), wanted, sizeof wanted - 1);
    assert_int_equal(negotiate_format(text), OM);
    free(text);
}

static void gzip_is_for_those_who_ask(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool is_wanted;
    } rows[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"deflate, gzip;q=0.2", true},
        {"gzip;q=0", false},
        {"gzip;q=0, *", false},
        {"*", true},
        {"*;q=0", false},
        {"identity", false},
        {"identity, gzip;q=0.5", false},
        {"identity;q=0.5, gzip;q=0.5", true},
        {"gzip;q=nonsense", false},
        {"gzipped, xgzip", false},
        {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (negotiate_gzip(rows[i].header) != rows[i].is_wanted) {
            fail_msg("'%s'", rows[i].header == NULL ? "none" : rows[i].header);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scrapers_get_what_they_prefer),
        cmocka_unit_test(some_formats_are_on_demand),
        cmocka_unit_test(versions_decide),
        cmocka_unit_test(weights_decide_then_order),
        cmocka_unit_test(junk_means_text),
        cmocka_unit_test(size_does_not_matter),
        cmocka_unit_test(gzip_is_for_those_who_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
