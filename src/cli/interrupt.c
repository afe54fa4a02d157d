/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t is_interrupted;
static struct host *signal_host;

static void on_signal(int number)
{
    (void)number;
    is_interrupted = 1;
    host_wake(signal_host);
}

void cli_interrupt_catch(struct host *host)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    signal_host = host;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void cli_interrupt_release(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

bool cli_is_interrupted(void)
{
    return is_interrupted != 0;
}
