/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/thread.h"

#include <sched.h>
#include <signal.h>

int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) {
        pthread_setname_np(*thread, name);
    }
    return -error;
}

/* Low among the real-time priorities, 1 to 99. */
#define PRIORITY 10

int thread_set_realtime(pthread_t thread, bool is_realtime)
{
    struct sched_param parameter = {.sched_priority = is_realtime ? PRIORITY : 0};
    return -pthread_setschedparam(thread, is_realtime ? SCHED_FIFO : SCHED_OTHER, &parameter);
}
