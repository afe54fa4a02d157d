/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/nagios.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "operation/operation.h"
#include "support/cm.h"

/* One number with its unit and up to four further fields (Monitoring Plugins Development
 * Guidelines, "Performance data"; thresholds are ranges). */
#define NUMBER "-?[0-9]+(\\.[0-9]+)?"
#define RANGE "@?((" NUMBER "|~)?:)?(" NUMBER ")?"
#define DATUM "[a-z_]+=" NUMBER "(s|%)?;(" RANGE ")?;(" RANGE ")?(;(" NUMBER ")?(;(" NUMBER ")?)?)?"
#define LINE "^IPSLA (OK|WARNING|CRITICAL|UNKNOWN) - [^|]*( \\| " DATUM "( " DATUM ")*)?\n$"

static struct spec *spec;
static struct round round_;

static struct spec *spec_of(const struct operation *operation, enum voice_codec codec)
{
    struct spec *made = codec == VOICE_CODEC_NONE ? config_default_spec(operation, "r1")
                                                  : config_default_voice_spec(codec, "r1");
    made->path.port = 16384;
    return made;
}

/* 100 packets, 2 of them lost, 1 late; RTT 10 to 30 ms, 20 on average; jitter 4 and 6 ms; MOS 4.06.
 */
static int set_up(void **state)
{
    (void)state;
    spec = spec_of(&operation_udp_jitter, VOICE_CODEC_G711ULAW);
    round_ = (struct round){.outcome = OUTCOME_OK, .sent = 100, .received = 97};
    round_.sd.lost = 2;
    round_.late = 1;
    moments_add(&round_.rtt, 10 * NS_PER_MS);
    moments_add(&round_.rtt, 30 * NS_PER_MS);
    moments_add(&round_.sd.jitter.positive, 4 * NS_PER_MS);
    moments_add(&round_.ds.jitter.negative, 6 * NS_PER_MS);
    round_.sd.jitter.samples = round_.ds.jitter.samples = 1;
    round_.voice = (struct voice){.is_scored = true, .mos_hundredths = 406};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    spec_unref(spec);
    return 0;
}

static void set_limits(enum severity severity, const char *text)
{
    struct buf problem = {0};
    if (text[0] != '\0' && !cli_limits_parse(text, severity, spec, &problem)) {
        fail_msg("%s %s", text, buf_string(&problem));
    }
}

static enum cli_state format(const char *warning, const char *critical, struct buf *out)
{
    const struct cli_result result = {.spec = spec, .round = &round_};
    spec->results.limits = (struct limit_set){0};
    set_limits(SEVERITY_WARNING, warning);
    set_limits(SEVERITY_CRITICAL, critical);
    regex_t line;
    enum cli_state status = cli_nagios_format(&result, out);
    assert_int_equal(regcomp(&line, LINE, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&line, buf_string(out), 0, NULL, 0) != 0) {
        fail_msg("not a plugin's line: %s", buf_string(out));
    }
    regfree(&line);
    return status;
}

static void test_thresholds(void **state)
{
    (void)state;
    static const struct {
        const char *warning, *critical;
        enum cli_state status;
    } rows[] = {
        {"", "", CLI_STATE_OK},
        {"rtt=20ms", "", CLI_STATE_OK}, /* reached, not passed */
        {"rtt=19999us", "", CLI_STATE_WARNING},
        {"rta=19999us", "", CLI_STATE_WARNING},
        {"", "rtt=19999us", CLI_STATE_CRITICAL},
        {"rtt=1ms", "rtt=2ms", CLI_STATE_CRITICAL},
        {"rtt=1ms", "rtt=1s", CLI_STATE_WARNING},
        {"loss=3%", "", CLI_STATE_OK},
        {"loss=2.9%", "", CLI_STATE_WARNING},
        {"loss=2.9", "loss=2.5", CLI_STATE_CRITICAL},
        {"jitter=6ms", "", CLI_STATE_OK}, /* of the worse direction */
        {"jitter=5ms", "", CLI_STATE_WARNING},
        {"jitter=1ms", "jitter=5ms", CLI_STATE_CRITICAL},
        {"mos=4.06", "", CLI_STATE_OK},
        {"mos=4.07", "", CLI_STATE_WARNING},
        {"mos=4.2", "mos=4.1", CLI_STATE_CRITICAL},
        {"mos=4.2", "mos=3.6", CLI_STATE_WARNING},
        {"rtt=100ms,loss=1%,jitter=30ms,mos=3.6", "rtt=1s,loss=10%,jitter=60ms,mos=3.1",
         CLI_STATE_WARNING},
        {"rtt=1us,loss=1%", "mos=4.1", CLI_STATE_CRITICAL}, /* the worst counts */
        {"loss_sd=2%,loss_ds=0%", "", CLI_STATE_OK},
        {"loss_sd=1.9%", "", CLI_STATE_WARNING},
        {"jitter_sd=4ms,jitter_ds=6ms", "", CLI_STATE_OK},
        {"jitter_sd=3ms", "", CLI_STATE_WARNING},
        {"jitter_sd=5ms,jitter=3ms", "", CLI_STATE_WARNING}, /* DS, by the limit of both */
        {"one_way=1us", "", CLI_STATE_OK}, /* not measured */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        if (format(rows[i].warning, rows[i].critical, &out) != rows[i].status) {
            fail_msg("-w %s -c %s: %s", rows[i].warning, rows[i].critical, buf_string(&out));
        }
        buf_fini(&out);
    }
}

static void test_outcomes(void **state)
{
    (void)state;
    static const enum cli_state states[OUTCOME_COUNT] = {
        [OUTCOME_OK] = CLI_STATE_OK,
        [OUTCOME_TIMEOUT] = CLI_STATE_CRITICAL,
        [OUTCOME_NO_CONNECTION] = CLI_STATE_CRITICAL,
        [OUTCOME_AUTH] = CLI_STATE_CRITICAL,
        [OUTCOME_FORMAT] = CLI_STATE_CRITICAL,
        [OUTCOME_PORT_IN_USE] = CLI_STATE_CRITICAL,
        [OUTCOME_REFUSED] = CLI_STATE_CRITICAL,
        [OUTCOME_PORT_UNREACHABLE] = CLI_STATE_CRITICAL,
        [OUTCOME_UNREACHABLE] = CLI_STATE_CRITICAL,
        [OUTCOME_PROHIBITED] = CLI_STATE_CRITICAL,
        [OUTCOME_RESOLVE] = CLI_STATE_UNKNOWN,
        [OUTCOME_LOCAL] = CLI_STATE_UNKNOWN,
        [OUTCOME_VERIFY] = CLI_STATE_CRITICAL,
    };
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        struct buf out = {0};
        round_ =
            (struct round){.outcome = (enum outcome)i, .sent = 10, .received = i == 0 ? 10 : 0};
        assert_int_equal(format("loss=1%", "", &out), states[i]);
        buf_fini(&out);
    }
}

/* What this host dropped itself is no loss. */
static void test_dropped_here(void **state)
{
    (void)state;
    struct buf out = {0};
    round_.dropped_here = round_.sent - round_.received - 1;
    assert_int_equal(format("loss=1%", "", &out), CLI_STATE_OK);
    buf_fini(&out);
}

static void test_the_line(void **state)
{
    (void)state;
    struct buf out = {0};
    assert_int_equal(format("rtt=100ms,loss=1%,mos=3.6", "jitter=5ms", &out), CLI_STATE_CRITICAL);
    assert_string_equal(
        buf_string(&out),
        "IPSLA CRITICAL - udp-jitter r1: rtt 20.000 ms, loss 3% (above 1%), jitter SD 4.000 ms, "
        "jitter DS 6.000 ms (above 5.000 ms), MOS 4.06 | rtt=0.02s;0.1;;0 rtt_min=0.01s;;;0 "
        "rtt_max=0.03s;;;0 loss=3%;1;;0;100 jitter_sd=0.004s;;0.005;0 jitter_ds=0.006s;;0.005;0 "
        "mos=4.06;3.6:;;1;5\n");
    buf_fini(&out);
}

/* A direction has words of its own when it has a limit. A flag replaces what the file has for its
 * severity; the other severity stays. */
static void test_limits_of_a_file(void **state)
{
    (void)state;
    struct buf out = {0}, problem = {0};
    const struct cli_result result = {.spec = spec, .round = &round_};
    limit_put(&spec->results.limits, SEVERITY_WARNING, LIMIT_RTT, 0.001);
    limit_put(&spec->results.limits, SEVERITY_CRITICAL, LIMIT_LOSS_SD, 0.01);
    assert_true(cli_limits_parse("mos=3", SEVERITY_WARNING, spec, &problem));
    assert_int_equal(cli_nagios_format(&result, &out), CLI_STATE_CRITICAL);
    assert_non_null(strstr(buf_string(&out), "rtt 20.000 ms, loss 3%, loss SD 2% (above 1%), "));
    assert_non_null(strstr(buf_string(&out), " loss_sd=2%;;1;0;100 "));
    assert_non_null(strstr(buf_string(&out), " mos=4.06;3:;;1;5"));
    buf_fini(&out);
    buf_fini(&problem);
}

/* A bar or a newline in words of others would end the words of the line. */
static void test_foreign_words(void **state)
{
    (void)state;
    struct buf out = {0};
    strcpy(spec->identity.name, "|\n");
    format("", "", &out);
    assert_non_null(strstr(buf_string(&out), "udp-jitter   : rtt"));
    buf_fini(&out);
}

static void test_wrong_limits(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } rows[] = {
        {"", "is not a list"},
        {"rtt", "is not a list"},
        {"rtt=1ms,", "is not a list"},
        {"ttl=3", "is not a list"},
        {"rtt=100", "has a rtt that is not a duration"},
        {"rtt=1ms,rta=2ms", "has rtt twice"},
        {"loss=101%", "has a loss that is not a percentage"},
        {"loss=-1%", "has a loss that is not"},
        {"loss=1e1", "has a loss that is not"},
        {"loss=nan", "has a loss that is not"},
        {"loss=1.2.3", "has a loss that is not"},
        {"mos=0.9", "has a mos that is not 1 to 5"},
        {"mos=5.1", "has a mos that is not 1 to 5"},
        {"jitter=", "has a jitter that is not"},
        {"rtt=1111111111111111111111111111111111111111111111111111111111111111111ms",
         "is too long"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf problem = {0};
        assert_false(cli_limits_parse(rows[i].text, SEVERITY_WARNING, spec, &problem));
        if (strstr(buf_string(&problem), rows[i].problem) == NULL) {
            fail_msg("%s: %s", rows[i].text, buf_string(&problem));
        }
        buf_fini(&problem);
    }
}

static void test_limits_of_operations(void **state)
{
    (void)state;
    struct spec *echo = spec_of(&operation_udp_echo, VOICE_CODEC_NONE);
    struct spec *jitter = spec_of(&operation_icmp_jitter, VOICE_CODEC_NONE);
    struct buf problem = {0};
    assert_true(cli_limits_parse("rtt=1ms,loss=1%", SEVERITY_WARNING, echo, &problem));
    assert_false(cli_limits_parse("jitter=1ms", SEVERITY_WARNING, echo, &problem));
    assert_true(cli_limits_parse("jitter=1ms", SEVERITY_WARNING, jitter, &problem));
    assert_false(cli_limits_parse("mos=3", SEVERITY_WARNING, jitter, &problem));
    assert_string_equal(buf_string(&problem),
                        "has jitter, which needs a jitter operationhas mos, which needs --codec");
    buf_fini(&problem);
    spec_unref(echo);
    spec_unref(jitter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_thresholds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_outcomes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dropped_here, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits_of_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_foreign_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits_of_operations, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
