/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Counts what a machine allocates through base/mem.h: the linker puts these in its place (--wrap).
 */
#ifndef SIM_ALLOCS_H
#define SIM_ALLOCS_H

#include <stddef.h>
#include <stdint.h>

/* From here on allocations add to *counter... */
void allocs_resume(uint64_t *counter);
/* ...until here. */
void allocs_pause(uint64_t *counter);

void *__real_mem_alloc(size_t count, size_t size);
void *__real_mem_resize(void *old, size_t count, size_t size);
void *__wrap_mem_alloc(size_t count, size_t size);
void *__wrap_mem_resize(void *old, size_t count, size_t size);

#endif
