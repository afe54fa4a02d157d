/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Starts threads in which all signals are blocked, so that the main thread receives them. */
#ifndef HOST_THREAD_H
#define HOST_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* As pthread_create. `name`, at most 15 characters, is shown by ps and debuggers. 0 or -errno. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument);

/* Gives the thread real-time priority (SCHED_FIFO: it runs before all threads without it), or
 * normal priority. 0 or -errno; -EPERM: neither CAP_SYS_NICE nor RLIMIT_RTPRIO permits it. */
int thread_set_realtime(pthread_t thread, bool is_realtime);

#endif
