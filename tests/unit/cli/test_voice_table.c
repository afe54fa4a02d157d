/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The grid of ICPIF and MOS: rows by loss, columns by delay. */
#include <string.h>

#include "cli/cli.h"
#include "support/cm.h"

/* Its ICPIF and MOS are checked where they come from (tests/unit/stats/test_voice.c). */
static const char whole[] =
    "g711ulaw, advantage factor 0: ICPIF and MOS\n"
    "by loss and one-way delay (half of the average round trip)\n"
    "\n"
    "            0 ms     25 ms     50 ms     75 ms    100 ms    150 ms    200 ms    300 ms    600 "
    "ms\n"
    "   0 %   1 4.34   1 4.34   1 4.34   2 4.32   2 4.32   4 4.27   7 4.18  21 3.68  61 2.02\n"
    "   1 %   7 4.18   7 4.18   7 4.18   8 4.15   8 4.15  10 4.09  13 4.00  27 3.40  67 1.83\n"
    "   2 %  13 4.00  13 4.00  13 4.00  14 3.96  14 3.96  16 3.88  19 3.76  33 3.10  73 1.64\n"
    "   3 %  18 3.80  18 3.80  18 3.80  19 3.76  19 3.76  21 3.68  24 3.55  38 2.85  78 1.48\n"
    "   4 %  23 3.60  23 3.60  23 3.60  24 3.55  24 3.55  26 3.45  29 3.30  43 2.60  83 1.32\n"
    "   5 %  26 3.45  26 3.45  26 3.45  27 3.40  27 3.40  29 3.30  32 3.15  46 2.50  86 1.22\n"
    "   6 %  29 3.30  29 3.30  29 3.30  30 3.25  30 3.25  32 3.15  35 3.00  49 2.40  89 1.12\n"
    "   7 %  31 3.20  31 3.20  31 3.20  32 3.15  32 3.15  34 3.05  37 2.90  51 2.34  91 1.06\n"
    "   8 %  33 3.10  33 3.10  33 3.10  34 3.05  34 3.05  36 2.95  39 2.80  53 2.28  93 1.00\n"
    "   9 %  35 3.00  35 3.00  35 3.00  36 2.95  36 2.95  38 2.85  41 2.70  55 2.21  93 1.00\n"
    "  10 %  93 1.00  93 1.00  93 1.00  93 1.00  93 1.00  93 1.00  93 1.00  93 1.00  93 1.00\n";

static void test_whole_table(void **state)
{
    (void)state;
    struct buf out = {0};
    cli_voice_table_format(VOICE_CODEC_G711ULAW, 0, &out);
    assert_string_equal(buf_string(&out), whole);
    buf_fini(&out);
}

static void test_codec_and_advantage(void **state)
{
    (void)state;
    struct buf out = {0};
    cli_voice_table_format(VOICE_CODEC_G729A, 20, &out);
    assert_non_null(strstr(buf_string(&out), "g729a, advantage factor 20: ICPIF and MOS\n"));
    /* Nothing is below 0, and loss of 10 % is unusable whatever is forgiven. */
    assert_non_null(strstr(buf_string(&out), "\n   0 %   0 4.36"));
    assert_non_null(strstr(buf_string(&out), "\n  10 %  93 1.00"));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_table),
        cmocka_unit_test(test_codec_and_advantage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
