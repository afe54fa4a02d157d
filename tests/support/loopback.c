/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/loopback.h"

#include <unistd.h>

#include "host/sock.h"
#include "support/build.h"
#include "support/cm.h"

struct addr loopback_free(void)
{
    struct addr local = build_addr("127.0.0.1:0");
    struct addr bound;
    int fd = -1;
    assert_int_equal(sock_open(&local, &fd, &bound), 0);
    close(fd);
    return bound;
}

struct reflect_settings loopback_responder(struct addr address)
{
    struct reflect_settings settings;
    reflect_settings_default(&settings);
    settings.listen[0] = address;
    settings.listen_count = 1;
    return settings;
}
