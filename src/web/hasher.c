/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/hasher.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "web/password.h"

/* So many wait at most; others are under way, or done and not told yet. */
#define WAITING_MAX 64
#define JOBS_MAX (2 * WAITING_MAX)
/* Results remembered; wrong ones cannot push out right ones. */
#define RIGHT_MAX 1024
#define WRONG_MAX 128
/* Measuring goes first (nice(2)). */
#define NICENESS 19

enum job_state { JOB_FREE, JOB_WAITING, JOB_RUNNING, JOB_DONE };

struct job {
    enum job_state state;
    void *client;
    const void *peer;
    uint64_t order; /* in which they came */
    char hash[WEB_HASH_SIZE]; /* "": no such user */
    unsigned cost_max;
    uint8_t password[PASSWORD_BYTES_MAX];
    size_t password_size;
    uint8_t digest[CRYPTO_SHA256_BYTES];
    enum hasher_verdict verdict;
};

/* Keyed digests of user, hash and password: nobody can find a password by them. */
struct memory {
    uint8_t (*rows)[CRYPTO_SHA256_BYTES];
    size_t size, count, next;
};

struct hasher {
    uint8_t key[HASHER_KEY_BYTES];
    void (*wake)(void *context);
    void *context;
    pthread_t thread;
    pthread_mutex_t mutex; /* for the following */
    pthread_cond_t has_work;
    struct job jobs[JOBS_MAX];
    struct memory right, wrong;
    uint64_t order;
    bool is_over, is_stopping;
};

static struct memory make_memory(size_t size)
{
    return (struct memory){.rows = mem_alloc(size, CRYPTO_SHA256_BYTES), .size = size};
}

static bool remembers(const struct memory *memory, const uint8_t *digest)
{
    for (size_t i = 0; i < memory->count; i++) {
        if (memcmp(memory->rows[i], digest, CRYPTO_SHA256_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

static void remember(struct memory *memory, const uint8_t *digest)
{
    if (remembers(memory, digest)) {
        return;
    }
    memcpy(memory->rows[memory->next], digest, CRYPTO_SHA256_BYTES);
    memory->next = (memory->next + 1) % memory->size;
    memory->count += memory->count < memory->size ? 1 : 0;
}

static enum hasher_verdict recall(const struct hasher *hasher, const uint8_t *digest)
{
    return remembers(&hasher->right, digest)   ? HASHER_RIGHT
           : remembers(&hasher->wrong, digest) ? HASHER_WRONG
                                               : HASHER_LATER;
}

static unsigned count_of(const struct hasher *hasher, const void *peer)
{
    unsigned count = 0;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        const struct job *job = &hasher->jobs[i];
        count += job->state == JOB_WAITING && job->peer == peer ? 1 : 0;
    }
    return count;
}

/* The oldest job of the peer with the fewest, or with the most. */
static struct job *choose(struct hasher *hasher, bool of_most)
{
    struct job *best = NULL;
    unsigned best_count = 0;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &hasher->jobs[i];
        if (job->state != JOB_WAITING) {
            continue;
        }
        unsigned count = count_of(hasher, job->peer);
        bool is_better = of_most ? count > best_count : count < best_count;
        if (best == NULL || is_better || (count == best_count && job->order < best->order)) {
            best = job;
            best_count = count;
        }
    }
    return best;
}

static void finish(struct job *job, enum hasher_verdict verdict)
{
    job->state = JOB_DONE;
    job->verdict = verdict;
    crypto_wipe(job->password, sizeof job->password);
}

/* A right password takes the cost of its own hash, anything else that of the highest: 2^c and then
 * 2^c + 2^(c+1) + ... + 2^(m-1) are 2^m. */
static bool compare(const struct job *job)
{
    unsigned cost = job->cost_max;
    if (job->hash[0] == '\0') {
        password_burn(cost, job->password, job->password_size);
        return false;
    }
    if (password_is_right(job->hash, job->password, job->password_size)) {
        return true;
    }
    unsigned own = (unsigned)((job->hash[4] - '0') * 10 + job->hash[5] - '0');
    for (; own < cost; own++) {
        password_burn(own, job->password, job->password_size);
    }
    return false;
}

/* With the mutex, which is free while it compares. */
static void work(struct hasher *hasher, struct job *job)
{
    enum hasher_verdict verdict = recall(hasher, job->digest); /* perhaps known by now */
    if (verdict == HASHER_LATER) {
        struct job copy = *job;
        job->state = JOB_RUNNING;
        pthread_mutex_unlock(&hasher->mutex);
        bool is_right = compare(&copy);
        crypto_wipe(&copy.password, sizeof copy.password);
        pthread_mutex_lock(&hasher->mutex);
        remember(is_right ? &hasher->right : &hasher->wrong, copy.digest);
        verdict = is_right ? HASHER_RIGHT : HASHER_WRONG;
    }
    if (job->state != JOB_DONE && job->state != JOB_FREE) { /* else it was given up */
        finish(job, verdict);
    }
    pthread_mutex_unlock(&hasher->mutex);
    hasher->wake(hasher->context);
    pthread_mutex_lock(&hasher->mutex);
}

static void *run(void *context)
{
    struct hasher *hasher = context;
    pthread_setname_np(pthread_self(), "passwords");
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    pthread_mutex_lock(&hasher->mutex);
    while (!hasher->is_stopping) {
        struct job *job = choose(hasher, false);
        if (job != NULL) {
            work(hasher, job);
        } else {
            pthread_cond_wait(&hasher->has_work, &hasher->mutex);
        }
    }
    pthread_mutex_unlock(&hasher->mutex);
    return NULL;
}

static void release(struct hasher *hasher)
{
    pthread_mutex_destroy(&hasher->mutex);
    pthread_cond_destroy(&hasher->has_work);
    free(hasher->right.rows);
    free(hasher->wrong.rows);
    crypto_wipe(hasher, sizeof *hasher);
    free(hasher);
}

struct hasher *hasher_start(const uint8_t key[HASHER_KEY_BYTES], void (*wake)(void *context),
                            void *context)
{
    struct hasher *hasher = mem_alloc(1, sizeof *hasher);
    memcpy(hasher->key, key, HASHER_KEY_BYTES);
    hasher->wake = wake;
    hasher->context = context;
    hasher->right = make_memory(RIGHT_MAX);
    hasher->wrong = make_memory(WRONG_MAX);
    pthread_mutex_init(&hasher->mutex, NULL);
    pthread_cond_init(&hasher->has_work, NULL);
    errno = pthread_create(&hasher->thread, NULL, run, hasher);
    if (errno != 0) {
        release(hasher);
        return NULL;
    }
    return hasher;
}

/* With sizes, so that no two attempts look alike. */
static void digest_of(const struct hasher *hasher, const struct attempt *attempt, size_t size,
                      uint8_t out[CRYPTO_SHA256_BYTES])
{
    const struct crypto_part key = {hasher->key, HASHER_KEY_BYTES};
    const char *hash = attempt->hash == NULL ? "" : attempt->hash;
    const struct crypto_part parts[] = {
        {&attempt->user_size, sizeof attempt->user_size},
        {attempt->user, attempt->user_size},
        {hash, strlen(hash) + 1},
        {attempt->password, size},
    };
    if (!crypto_hmac(CRYPTO_SHA256, &key, parts, sizeof parts / sizeof parts[0], out)) {
        abort();
    }
}

/* Room for one more of `peer`, for whom another may have to go. NULL: none. */
static struct job *make_room(struct hasher *hasher, const void *peer)
{
    unsigned waiting = 0;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        waiting += hasher->jobs[i].state == JOB_WAITING ? 1 : 0;
    }
    if (waiting >= WAITING_MAX) {
        struct job *last = choose(hasher, true);
        if (count_of(hasher, last->peer) <= count_of(hasher, peer) + 1) {
            return NULL;
        }
        finish(last, HASHER_BUSY);
        hasher->wake(hasher->context);
    }
    for (size_t i = 0; i < JOBS_MAX; i++) {
        if (hasher->jobs[i].state == JOB_FREE) {
            return &hasher->jobs[i];
        }
    }
    return NULL;
}

enum hasher_verdict hasher_ask(struct hasher *hasher, const struct attempt *attempt,
                               const void *peer, void *client)
{
    struct job made = {.state = JOB_WAITING, .client = client, .peer = peer};
    size_t size = attempt->password_size;
    made.password_size = size < PASSWORD_BYTES_MAX ? size : PASSWORD_BYTES_MAX;
    memcpy(made.password, attempt->password, made.password_size);
    memcpy(made.hash, attempt->hash == NULL ? "" : attempt->hash,
           attempt->hash == NULL ? 1 : WEB_HASH_SIZE);
    made.cost_max = attempt->cost_max;
    digest_of(hasher, attempt, made.password_size, made.digest);
    pthread_mutex_lock(&hasher->mutex);
    enum hasher_verdict verdict = hasher->is_over ? HASHER_BUSY : recall(hasher, made.digest);
    struct job *job = verdict == HASHER_LATER ? make_room(hasher, peer) : NULL;
    if (job != NULL) {
        made.order = hasher->order++;
        *job = made;
        pthread_cond_signal(&hasher->has_work);
    } else if (verdict == HASHER_LATER) {
        verdict = HASHER_BUSY;
    }
    pthread_mutex_unlock(&hasher->mutex);
    crypto_wipe(&made, sizeof made);
    return verdict;
}

void *hasher_next(struct hasher *hasher, enum hasher_verdict *verdict)
{
    void *client = NULL;
    pthread_mutex_lock(&hasher->mutex);
    for (size_t i = 0; i < JOBS_MAX && client == NULL; i++) {
        struct job *job = &hasher->jobs[i];
        if (job->state == JOB_DONE) {
            client = job->client;
            *verdict = job->verdict;
            job->state = JOB_FREE;
        }
    }
    pthread_mutex_unlock(&hasher->mutex);
    return client;
}

void hasher_give_up(struct hasher *hasher)
{
    pthread_mutex_lock(&hasher->mutex);
    hasher->is_over = true;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &hasher->jobs[i];
        if (job->state == JOB_WAITING || job->state == JOB_RUNNING) {
            finish(job, HASHER_BUSY);
        }
    }
    pthread_mutex_unlock(&hasher->mutex);
}

void hasher_stop(struct hasher *hasher)
{
    if (hasher == NULL) {
        return;
    }
    pthread_mutex_lock(&hasher->mutex);
    hasher->is_stopping = true;
    pthread_cond_signal(&hasher->has_work);
    pthread_mutex_unlock(&hasher->mutex);
    pthread_join(hasher->thread, NULL);
    release(hasher);
}
