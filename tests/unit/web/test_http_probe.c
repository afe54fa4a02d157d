/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Answers that take the time of an operation: others do not wait for them, and who leaves is
 * noticed. The operations are made by hand. */
#include "serve.h"
#include "web/probe_query.h"

#define JOBS_MAX 8

struct probe_job {
    void *client; /* NULL: told, or free */
    bool has_ended;
    enum probe_answer answer;
};

/* Under the mutex. */
static struct prober {
    pthread_mutex_t mutex;
    struct probe_job jobs[JOBS_MAX];
    unsigned begun;
    void (*wake)(void *http);
    void *http;
    atomic_uint beginnings, drops;
} prober = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void attach(void *context, void (*wake)(void *http), void *http)
{
    (void)context;
    pthread_mutex_lock(&prober.mutex);
    prober.wake = wake;
    prober.http = http;
    pthread_mutex_unlock(&prober.mutex);
}

static struct probe_job *begin(void *context, const struct request *request, struct buf *message,
                               enum expo_probe_refusal *refusal)
{
    (void)context;
    struct probe_query query;
    const char *problem = probe_query_read(request, &query);
    bool is_busy = problem == NULL && strcmp(query.module, "busy") == 0;
    if (problem != NULL || is_busy) {
        buf_add_string(message, is_busy ? "too many" : problem);
        *refusal = is_busy ? EXPO_PROBE_BUSY : EXPO_PROBE_INVALID;
        return NULL;
    }
    pthread_mutex_lock(&prober.mutex);
    struct probe_job *job = &prober.jobs[prober.begun++];
    *job = (struct probe_job){.client = request->client};
    pthread_mutex_unlock(&prober.mutex);
    atomic_fetch_add(&prober.beginnings, 1);
    return job;
}

static void *next(void *context)
{
    (void)context;
    void *client = NULL;
    pthread_mutex_lock(&prober.mutex);
    for (unsigned i = 0; i < prober.begun && client == NULL; i++) {
        if (prober.jobs[i].has_ended) {
            client = prober.jobs[i].client;
            prober.jobs[i].client = NULL;
        }
    }
    pthread_mutex_unlock(&prober.mutex);
    return client;
}

static enum probe_answer answer(void *context, struct probe_job *job,
                                const struct metrics_request *wanted, struct buf *out)
{
    (void)context;
    (void)wanted;
    buf_add_string(out, job->answer == PROBE_FORBIDDEN ? "not allowed" : "probe_success 1\n");
    return job->answer;
}

static void drop(void *context, struct probe_job *job)
{
    (void)context;
    pthread_mutex_lock(&prober.mutex);
    job->client = NULL;
    pthread_mutex_unlock(&prober.mutex);
    atomic_fetch_add(&prober.drops, 1);
}

static void end_job(unsigned index, enum probe_answer how)
{
    pthread_mutex_lock(&prober.mutex);
    prober.jobs[index].answer = how;
    prober.jobs[index].has_ended = true;
    prober.wake(prober.http);
    pthread_mutex_unlock(&prober.mutex);
}

static int start(void **state)
{
    setup(state);
    struct fixture *fixture = *state;
    fixture->probes = (struct probe_handlers){prober.jobs, attach, begin, next, answer, drop};
    prober.begun = 0;
    atomic_store(&prober.beginnings, 0);
    atomic_store(&prober.drops, 0);
    restart(fixture, &(struct http_settings){0});
    return 0;
}

static int ask_probe(const struct fixture *fixture, unsigned beginnings)
{
    static const char text[] = "GET /probe?target=192.0.2.1&module=m HTTP/1.1\r\nHost: x\r\n"
                               "Connection: close\r\n\r\n";
    int fd = dial(&fixture->address);
    say(fd, text, sizeof text - 1);
    await(&prober.beginnings, beginnings);
    return fd;
}

static void end_with(int fd, int status, const char *body)
{
    struct buf answer = {0};
    hear(fd, &answer);
    expect_status(&answer, status);
    assert_string_equal(body_of(&answer), body);
    buf_fini(&answer);
    close(fd);
}

static void nobody_waits_for_another(void **state)
{
    struct fixture *fixture = *state;
    int first = ask_probe(fixture, 1), second = ask_probe(fixture, 2);
    for (unsigned i = 0; i < 20; i++) {
        expect(fixture, "GET /-/healthy", 200, "ok\n");
    }
    end_job(1, PROBE_LOG);
    end_with(second, 200, "probe_success 1\n");
    end_job(0, PROBE_FORBIDDEN);
    end_with(first, 403, "not allowed\n");
    await(&prober.drops, 2);
}

static void the_format_is_that_of_the_metrics(void **state)
{
    struct fixture *fixture = *state;
    static const char text[] =
        "GET /probe?target=192.0.2.1&module=m HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        "Accept: application/openmetrics-text;version=1.0.0\r\n\r\n";
    struct buf heard = {0};
    int fd = dial(&fixture->address);
    say(fd, text, sizeof text - 1);
    await(&prober.beginnings, 1);
    end_job(0, PROBE_METRICS);
    hear(fd, &heard);
    close(fd);
    expect_header(&heard,
                  "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8");
    buf_fini(&heard);
}

static void refusals_have_their_status(void **state)
{
    struct fixture *fixture = *state;
    struct buf heard = {0};
    expect(fixture, "GET /probe", 400, "target is missing: /probe?target=HOST&module=NAME\n");
    ask(fixture, "GET /probe?target=a&module=busy", "", &heard);
    expect_status(&heard, 503);
    expect_header(&heard, "Retry-After: 1");
    buf_clear(&heard);
    ask(fixture, "HEAD /probe?target=a&module=m", "", &heard);
    expect_status(&heard, 405);
    expect_header(&heard, "Allow: GET");
    assert_int_equal(atomic_load(&prober.beginnings), 0);
    buf_fini(&heard);
}

/* By the end of the connection, or of our half of it, with something behind the request or not. */
static void who_leaves_is_noticed(void **state)
{
    struct fixture *fixture = *state;
    close(ask_probe(fixture, 1));
    await(&prober.drops, 1);
    int fd = ask_probe(fixture, 2);
    say(fd, "GET /", 5);
    shutdown(fd, SHUT_WR);
    await(&prober.drops, 2);
    close(fd);
}

static void a_stop_answers(void **state)
{
    struct fixture *fixture = *state;
    int fd = ask_probe(fixture, 1);
    http_stop(fixture->http);
    fixture->http = NULL;
    end_with(fd, 503, "not measured: the exporter is stopping\n");
    assert_int_equal(atomic_load(&prober.drops), 1);
    assert_null(prober.wake);
}

static void a_program_that_does_not_measure_says_so(void **state)
{
    struct fixture *fixture = *state;
    fixture->probes = (struct probe_handlers){0};
    restart(fixture, &(struct http_settings){0});
    expect(fixture, "GET /probe?target=a&module=m", 404, "this program measures nothing\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_waits_for_another, start, teardown),
        cmocka_unit_test_setup_teardown(the_format_is_that_of_the_metrics, start, teardown),
        cmocka_unit_test_setup_teardown(refusals_have_their_status, start, teardown),
        cmocka_unit_test_setup_teardown(who_leaves_is_noticed, start, teardown),
        cmocka_unit_test_setup_teardown(a_stop_answers, start, teardown),
        cmocka_unit_test_setup_teardown(a_program_that_does_not_measure_says_so, start, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
