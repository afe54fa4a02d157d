/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Requests for one operation, good and hostile. */
#include "web/probe_query.h"

#include <stdio.h>
#include <string.h>

#include "support/build.h"
#include "support/cm.h"

#define LABEL "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz1234567890."
#define MISSING "target is missing: /probe?target=HOST&module=NAME"
#define NO_HOST                                                                                    \
    "target is neither a host name nor the address of one host, perhaps with a port: HOST, "       \
    "HOST:PORT, [IPv6]:PORT"
#define NO_PORT "target has a port that is not from 1 to 65535"
#define ZONED "target is a link-local address, which is not measured on request"

/* As the server hands it over: "a=b&c=d", undecoded. */
static void add_query(struct request *request, const char *query)
{
    char text[4096];
    char *rest = NULL;
    snprintf(text, sizeof text, "%s", query);
    for (char *part = strtok_r(text, "&", &rest); part != NULL; part = strtok_r(NULL, "&", &rest)) {
        char *value = strchr(part, '=');
        if (value != NULL) {
            *value++ = '\0';
        }
        request_add_argument(request, part, value == NULL ? "" : value);
    }
}

static const char *read_query(const char *query, const char *timeout, struct probe_query *out)
{
    struct request request = {.method = "GET", .path = "/probe"};
    add_query(&request, query);
    if (timeout != NULL) {
        request_add_header(&request, "x-prometheus-scrape-timeout-seconds", timeout);
    }
    const char *problem = probe_query_read(&request, out);
    request_fini(&request);
    return problem;
}

static void good_ones_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *query, *host, *name;
        uint16_t port;
        bool wants_log;
        enum addr_family family;
    } rows[] = {
        {"target=192.0.2.1&module=m", "192.0.2.1", "192.0.2.1", 0, false, ADDR_IPV4},
        {"module=m&target=192.0.2.1:5000", "192.0.2.1", "192.0.2.1:5000", 5000, false, ADDR_IPV4},
        {"target=192.0.2.1%3A65535&module=m", "192.0.2.1", "192.0.2.1:65535", 65535, false,
         ADDR_IPV4},
        {"target=r1.example.net&module=m", "r1.example.net", "r1.example.net", 0, false, ADDR_NONE},
        {"target=r1:1&module=m&debug=true", "r1", "r1:1", 1, true, ADDR_NONE},
        {"target=r1&module=m&debug=false", "r1", "r1", 0, false, ADDR_NONE},
        {"target=2001:db8::1&module=m", "2001:db8::1", "2001:db8::1", 0, false, ADDR_IPV6},
        {"target=[2001:db8::1]&module=m", "2001:db8::1", "[2001:db8::1]", 0, false, ADDR_IPV6},
        {"target=%5B2001:db8::1%5D:99&module=m", "2001:db8::1", "[2001:db8::1]:99", 99, false,
         ADDR_IPV6},
        {"target=a.b.&module=m", "a.b.", "a.b.", 0, false, ADDR_NONE},
        {"target=r1&module=m&hostname=x&debug=true&name[]=a&name[]=b", "r1", "r1", 0, true,
         ADDR_NONE},
        {"%74arget=r1&module=%6d", "r1", "r1", 0, false, ADDR_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct probe_query query;
        const char *problem = read_query(rows[i].query, NULL, &query);
        if (problem != NULL) {
            fail_msg("%s: %s", rows[i].query, problem);
        }
        assert_string_equal(query.host, rows[i].host);
        assert_string_equal(query.name, rows[i].name);
        assert_string_equal(query.module, "m");
        assert_int_equal(query.port, rows[i].port);
        assert_int_equal(query.wants_log, rows[i].wants_log);
        assert_int_equal(query.addr.family, rows[i].family);
        assert_true(query.timeout_ns == 0);
    }
}

static void bad_ones_are_refused_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *query, *problem;
    } rows[] = {
        {"", MISSING},
        {"module=m", MISSING},
        {"target=&module=m", MISSING},
        {"target&module=m", MISSING},
        {"TARGET=a&module=m", MISSING},
        {"target=r1", "module is missing: /probe?target=HOST&module=NAME"},
        {"target=r1&module=", "module is missing: /probe?target=HOST&module=NAME"},
        {"target=r1&target=r2&module=m", "target, module and debug may be given once each"},
        {"target=r1&module=m&module=m", "target, module and debug may be given once each"},
        {"target=r1&module=m&debug=true&debug=", "target, module and debug may be given once each"},
        {"target=r1&module=m&debug=1", "debug is neither true nor false"},
        {"target=r1&module=m&debug", "debug is neither true nor false"},
        {"target=r1&module=m&debug=TRUE", "debug is neither true nor false"},
        {"target=r1&module=m&debug=truetruetrue", "debug is neither true nor false"},
        {"target=r1&module=m&debug=%zz", "debug is neither true nor false"},
        {"target=%zz&module=m", "target is too long, or has a wrong escape"},
        {"target=r1%00&module=m", "target is too long, or has a wrong escape"},
        {"target=r1&module=%", "module is too long, or has a wrong escape"},
        {"target=r1&module=1234567890123456789012345678901234567890123456789012345678901234"
         "5",
         "module is too long, or has a wrong escape"},
        {"target=" LABEL LABEL LABEL LABEL LABEL "&module=m",
         "target is too long, or has a wrong escape"},
        {"target=" LABEL LABEL LABEL LABEL "abc&module=m", NO_HOST},
        {"target=r1 r2&module=m", NO_HOST},
        {"target=r1%0aX&module=m", NO_HOST},
        {"target=%22%3E%3Cscript&module=m", NO_HOST},
        {"target=%ff%fe&module=m", NO_HOST},
        {"target=-r1&module=m", NO_HOST},
        {"target=http://r1/&module=m", NO_PORT},
        {"target=192.0.2.256&module=m", NO_HOST},
        {"target=192.0.2.0/24&module=m", NO_HOST},
        {"target=1.2.3&module=m", NO_HOST},
        {"target=224.0.0.1&module=m", NO_HOST},
        {"target=0.0.0.0&module=m", NO_HOST},
        {"target=ff02::1&module=m", NO_HOST},
        {"target=::ffff:192.0.2.1&module=m", NO_HOST},
        {"target=fe80::1&module=m", NO_HOST},
        {"target=fe80::1%25lo&module=m", ZONED},
        {"target=[fe80::1%25lo]:5&module=m", ZONED},
        {"target=:5000&module=m", NO_HOST},
        {"target=[]:5000&module=m", NO_HOST},
        {"target=[::1&module=m", NO_HOST},
        {"target=[r1]:5&module=m", "target has brackets around what is no IPv6 address"},
        {"target=[192.0.2.1]&module=m", "target has brackets around what is no IPv6 address"},
        {"target=[2001:db8::1]5&module=m", NO_PORT},
        {"target=[2001:db8::1]x&module=m", NO_PORT},
        {"target=r1:&module=m", NO_PORT},
        {"target=r1:0&module=m", NO_PORT},
        {"target=r1:65536&module=m", NO_PORT},
        {"target=r1:99999999999999999999&module=m", NO_PORT},
        {"target=r1:-5&module=m", NO_PORT},
        {"target=r1:5x&module=m", NO_PORT},
        {"target=r1:%2b5&module=m", NO_PORT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct probe_query query;
        const char *problem = read_query(rows[i].query, NULL, &query);
        const char *wanted = rows[i].problem;
        if ((problem == NULL) != (wanted == NULL) ||
            (problem != NULL && strcmp(problem, wanted) != 0)) {
            fail_msg("%s: %s", rows[i].query, problem == NULL ? "is taken" : problem);
        }
    }
}

static void the_time_of_the_scrape_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns; /* 0: refused */
    } rows[] = {
        {"5", 5 * NS_PER_SECOND},
        {"5.000", 5 * NS_PER_SECOND},
        {"5 \t ", 5 * NS_PER_SECOND}, /* RFC 9110 5.5: blanks behind a value are none of it */
        {"0.5", NS_PER_SECOND / 2},
        {"1.25", 1250 * NS_PER_MS},
        {"10.0000000019999", 10 * NS_PER_SECOND + 1},
        {"0.000000001", 1},
        {"999999999", 999999999 * NS_PER_SECOND},
        {"007", 7 * NS_PER_SECOND},
        {"0", 0},
        {"0.0", 0},
        {"0.0000000001", 0},
        {"", 0},
        {"5.", 0},
        {".5", 0},
        {"-5", 0},
        {"+5", 0},
        {"5s", 0},
        {"5 5", 0},
        {" 5", 0},
        {"5,5", 0},
        {"5.5.5", 0},
        {"1e3", 0},
        {"0x5", 0},
        {"NaN", 0},
        {"inf", 0},
        {"1234567890", 0},
        {"99999999999999999999999999", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct probe_query query;
        const char *problem = read_query("target=r1&module=m", rows[i].text, &query);
        if ((problem == NULL) != (rows[i].ns > 0) || query.timeout_ns != rows[i].ns) {
            fail_msg("'%s': %s", rows[i].text, problem == NULL ? "is taken" : problem);
        }
    }
}

/* Two lines of the header are one of them too many. */
static void the_time_is_said_once(void **state)
{
    (void)state;
    struct request request = {.method = "GET", .path = "/probe"};
    struct probe_query query;
    add_query(&request, "target=r1&module=m");
    request_add_header(&request, "X-Prometheus-Scrape-Timeout-Seconds", "5");
    request_add_header(&request, "X-Prometheus-Scrape-Timeout-Seconds", "5");
    assert_non_null(probe_query_read(&request, &query));
    request_fini(&request);
}

static void the_budget_is_less_by_the_offset(void **state)
{
    (void)state;
    static const struct {
        int64_t timeout_ms, offset_ms, budget_ms;
    } rows[] = {
        {0, 500, 120000}, {5000, 500, 4500}, {5000, 0, 5000},       {1000, 500, 500},
        {600, 500, 300},  {10, 500, 5},      {200000, 500, 120000}, {120400, 500, 119900},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t budget_ns =
            probe_budget_ns(rows[i].timeout_ms * NS_PER_MS, rows[i].offset_ms * NS_PER_MS);
        assert_true(budget_ns == rows[i].budget_ms * NS_PER_MS);
    }
    assert_true(probe_budget_ns(1, 500) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones_are_read),
        cmocka_unit_test(bad_ones_are_refused_with_a_sentence),
        cmocka_unit_test(the_time_of_the_scrape_is_read),
        cmocka_unit_test(the_time_is_said_once),
        cmocka_unit_test(the_budget_is_less_by_the_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
