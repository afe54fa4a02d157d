/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Serves the pages of targets made by hand (support/scene.h), as the exporter serves its own:
 *   ipsla_pages COUNT [PREFIX]
 * COUNT 0: those with hostile names. Prints its port, and ends with its input. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/written.h"
#include "page/page.h"
#include "support/build.h"
#include "support/scene.h"
#include "web/http.h"

struct scene {
    struct snapshot *snapshot;
    struct wall now;
    struct responder_people people;
};

static void add_statistics(const struct report *report, struct buf *out)
{
    buf_printf(out, "IPSLA operation id: %s\n\tLatest RTT: %.3f milliseconds\n",
               report->spec->identity.name, moments_average_ns(&report->latest.rtt) / NS_PER_MS);
}

static void add_configuration(const struct spec *spec, struct buf *out)
{
    written_add_keys(&schema_target, spec, 0, out);
}

static bool show_page(void *context, const struct page_request *request, struct buf *out)
{
    static const struct expo_count requests[] = {{"accepted", 1234}, {"port_in_use", 3}};
    static const struct expo_count probes[] = {{"jitter", 123400}};
    static const uint16_t ports[] = {1967, 1167};
    const struct scene *scene = context;
    struct snapshot *const snapshots[] = {scene->snapshot};
    const struct expo_responder responder = {
        .requests = requests,
        .request_count = 2,
        .probes = probes,
        .probe_count = 1,
        .sessions = 2,
        .max_sessions = 1000,
        .control_ports = ports,
        .control_port_count = 2,
    };
    const struct expo_view view = {
        .version = "1.2.3",
        .revision = "abc1234",
        .now = scene->now,
        .snapshots = snapshots,
        .snapshot_count = 1,
        .responder = &responder,
        .reload_successful = true,
    };
    const struct page_source source = {.view = &view,
                                       .people = &scene->people,
                                       .statistics = add_statistics,
                                       .configuration = add_configuration};
    return page_draw(out, &source, request);
}

static void fill_people(struct responder_people *people)
{
    struct roster *roster = &people->roster;
    const struct refused refused = {
        .source = build_addr("198.51.100.7"), .port = 20000, .last = build_at(NS_PER_SECOND).mono};
    people->since = build_at(0).wall;
    people->now = build_at(20 * NS_PER_SECOND).mono;
    roster->limits = (struct roster_limits){.max_sessions = 1000,
                                            .max_sessions_per_source = 100,
                                            .min_duration_ns = NS_PER_SECOND,
                                            .max_duration_ns = 300 * NS_PER_SECOND};
    roster->session_count = 2;
    roster->sessions[0] = (struct roster_session){.peer = build_addr("192.0.2.1:54321"),
                                                  .port = 16384,
                                                  .version = 1,
                                                  .received = 7,
                                                  .until = build_at(40 * NS_PER_SECOND).mono};
    roster->sessions[1] = (struct roster_session){.peer = build_addr("[2001:db8::1]:54321"),
                                                  .port = 5000,
                                                  .is_permanent = true,
                                                  .until = build_at(300 * NS_PER_SECOND).mono};
    roster_note(roster, &roster->sessions[0].peer, build_at(10 * NS_PER_SECOND).mono);
    refusals_count(&people->refusals, REFLECT_RESULT_COUNT + DROP_NO_SESSION, &refused);
    refusals_count(&people->refusals, RESULT_PORT_IN_USE, &refused);
}

int main(int argc, char **argv)
{
    const char *prefix = argc > 2 ? argv[2] : "";
    const struct addr listen = build_addr("127.0.0.1:0");
    const struct http_settings settings = {.listen = &listen,
                                           .listen_count = 1,
                                           .metrics_path = "/metrics",
                                           .route_prefix = prefix,
                                           .external_path = prefix};
    struct scene scene = {.now = {(int64_t)time(NULL) * NS_PER_SECOND}};
    const struct http_handlers handlers = {.context = &scene, .page = show_page};
    struct addr failed;
    int error;
    char end;
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 4;
    scene.snapshot = count == 0 ? scene_new_hostile(scene.now) : scene_new(count, scene.now);
    fill_people(&scene.people);
    struct http *http = http_start(&settings, &handlers, &failed, &error);
    if (http == NULL) {
        fprintf(stderr, "ipsla_pages: %s\n", strerror(error));
        return 1;
    }
    printf("%u\n", (unsigned)http_address(http, 0).port);
    fflush(stdout);
    while (read(STDIN_FILENO, &end, 1) > 0) {
    }
    http_stop(http);
    scene_free(scene.snapshot);
    return 0;
}
