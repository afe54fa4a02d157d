/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Starting threads that leave all signals to the main thread. */
#ifndef HOST_THREAD_H
#define HOST_THREAD_H

#include <pthread.h>

/* As pthread_create, with every signal blocked in the new thread and `name` (at most 15 characters)
 * for ps and debuggers. 0 or -errno. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument);

#endif
