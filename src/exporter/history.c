/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "exporter/history.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "host/clock.h"
#include "host/history_file.h"
#include "host/log.h"
#include "host/thread.h"

struct history_keeper {
    const char *file;
    struct snapshot *(*acquire)(void *context);
    void *context;
    pthread_t thread;
    bool is_started;
    pthread_mutex_t mutex; /* for the following */
    pthread_cond_t stopped;
    bool is_stopping;
    struct expo_history view;
};

struct history_keeper *history_keeper_new(const char *file)
{
    if (file == NULL) {
        return NULL;
    }
    struct history_keeper *keeper = mem_alloc(1, sizeof *keeper);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&keeper->stopped, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&keeper->mutex, NULL);
    keeper->file = file;
    keeper->view = (struct expo_history){.file = file, .is_write_successful = true};
    return keeper;
}

static void log_fault(const char *file, enum archive_fault fault)
{
    static const char *const what[] = {
        [ARCHIVE_IS_OTHER] = "it is something else",
        [ARCHIVE_IS_LATER] = "it is of a later release",
        [ARCHIVE_IS_DAMAGED] = "it is damaged",
    };
    struct buf aside = {0};
    buf_printf(&aside, "%s%s", file, HISTORY_FILE_DAMAGED);
    log_line(LOG_LEVEL_WARN, "the history file cannot be used and was set aside", "file", file,
             "error", what[fault], "now", buf_string(&aside), NULL);
    buf_fini(&aside);
}

struct archive *history_keeper_read(struct history_keeper *keeper)
{
    enum archive_fault fault;
    int error;
    if (keeper == NULL) {
        return NULL;
    }
    struct archive *archive = history_file_read(keeper->file, &fault, &error);
    if (error != 0) {
        log_line(LOG_LEVEL_ERROR, "the history file cannot be read", "file", keeper->file, "error",
                 strerror(error), NULL);
    } else if (fault != ARCHIVE_IS_GOOD) {
        log_fault(keeper->file, fault);
    } else if (archive != NULL) {
        log_line(LOG_LEVEL_INFO, "history read", "file", keeper->file, "targets",
                 LOG_NUMBER(archive_count(archive)), NULL);
    }
    return archive;
}

/* 0, or the error of the latest attempt to write. */
static void note_error(struct history_keeper *keeper, int error)
{
    if (error != 0) {
        log_line(LOG_LEVEL_ERROR, "the history file cannot be written", "file", keeper->file,
                 "error", strerror(-error), NULL);
    }
    pthread_mutex_lock(&keeper->mutex);
    keeper->view.is_write_successful = error == 0;
    pthread_mutex_unlock(&keeper->mutex);
}

static void write_now(struct history_keeper *keeper)
{
    struct snapshot *snapshot = keeper->acquire(keeper->context);
    int error = history_file_write(keeper->file, snapshot);
    snapshot_unref(snapshot);
    note_error(keeper, error);
    if (error == 0) {
        pthread_mutex_lock(&keeper->mutex);
        keeper->view.written = clock_now().wall;
        pthread_mutex_unlock(&keeper->mutex);
    }
}

/* False when the time came, true when this is the end. */
static bool wait_for_end(struct history_keeper *keeper)
{
    int64_t until_ns = clock_now().mono.ns + HISTORY_WRITE_INTERVAL_NS;
    const struct timespec until = {until_ns / NS_PER_SECOND, until_ns % NS_PER_SECOND};
    int error = 0;
    pthread_mutex_lock(&keeper->mutex);
    while (!keeper->is_stopping && error != ETIMEDOUT) {
        error = pthread_cond_timedwait(&keeper->stopped, &keeper->mutex, &until);
    }
    bool is_stopping = keeper->is_stopping;
    pthread_mutex_unlock(&keeper->mutex);
    return is_stopping;
}

static void *run(void *context)
{
    struct history_keeper *keeper = context;
    while (!wait_for_end(keeper)) {
        write_now(keeper);
    }
    return NULL;
}

void history_keeper_start(struct history_keeper *keeper, struct snapshot *(*acquire)(void *context),
                          void *context)
{
    if (keeper == NULL) {
        return;
    }
    keeper->acquire = acquire;
    keeper->context = context;
    note_error(keeper, history_file_try(keeper->file));
    int error = thread_start(&keeper->thread, "history", run, keeper);
    keeper->is_started = error == 0;
    if (error != 0) {
        log_line(LOG_LEVEL_ERROR, "the history file is written at the end only: no thread for it",
                 "error", strerror(-error), NULL);
    }
}

void history_keeper_stop(struct history_keeper *keeper)
{
    if (keeper == NULL) {
        return;
    }
    if (keeper->is_started) {
        pthread_mutex_lock(&keeper->mutex);
        keeper->is_stopping = true;
        pthread_cond_signal(&keeper->stopped);
        pthread_mutex_unlock(&keeper->mutex);
        pthread_join(keeper->thread, NULL);
    }
    if (keeper->acquire != NULL) {
        write_now(keeper);
    }
    pthread_cond_destroy(&keeper->stopped);
    pthread_mutex_destroy(&keeper->mutex);
    free(keeper);
}

bool history_keeper_view(struct history_keeper *keeper, struct expo_history *out)
{
    if (keeper == NULL) {
        return false;
    }
    pthread_mutex_lock(&keeper->mutex);
    *out = keeper->view;
    pthread_mutex_unlock(&keeper->mutex);
    return true;
}
