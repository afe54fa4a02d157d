/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/log.h"

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void read_memory(struct expo_process *out)
{
    uint64_t virtual_pages;
    uint64_t resident_pages;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) {
        return;
    }
    if (fscanf(file, "%" SCNu64 " %" SCNu64, &virtual_pages, &resident_pages) == 2) {
        uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
        out->virtual_bytes = virtual_pages * page_bytes;
        out->resident_bytes = resident_pages * page_bytes;
    }
    fclose(file);
}

/* False when they cannot be counted, which takes a descriptor. */
static bool count_descriptors(uint64_t *out)
{
    uint64_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    if (directory == NULL) {
        return false;
    }
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        count += entry->d_name[0] != '.';
    }
    closedir(directory);
    /* One of them was the directory itself. */
    *out = count - 1;
    return true;
}

void process_read(struct wall started, struct expo_view *out)
{
    struct expo_process process = {
        .cpu_seconds = -1,
        .resident_bytes = EXPO_UNKNOWN,
        .virtual_bytes = EXPO_UNKNOWN,
        .open_fds = EXPO_UNKNOWN,
        .max_fds = EXPO_UNKNOWN,
        .virtual_max_bytes = EXPO_UNKNOWN,
    };
    struct rusage usage;
    struct rlimit limit;
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        process.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        process.max_fds = limit.rlim_cur;
    }
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        process.virtual_max_bytes = limit.rlim_cur;
    }
    read_memory(&process);
    count_descriptors(&process.open_fds);
    process.start_time_seconds = (double)started.ns / (double)NS_PER_SECOND;
    out->process = process;
    out->log_lines_dropped = log_lines_dropped();
}
