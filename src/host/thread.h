/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Starting threads that leave all signals to the main thread. */
#ifndef HOST_THREAD_H
#define HOST_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* As pthread_create, with every signal blocked in the new thread and `name` (at most 15 characters)
 * for ps and debuggers. 0 or -errno. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument);

/* A thread of real time: it runs as soon as it has something to do (SCHED_FIFO), before all others
 * of the machine that are not; or one as every other. 0 or -errno; -EPERM: neither CAP_SYS_NICE nor
 * RLIMIT_RTPRIO allows it. */
int thread_set_realtime(pthread_t thread, bool is_realtime);

#endif
