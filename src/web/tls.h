/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* TLS as a web configuration wants it. Each connection has the settings that were in force when it
 * came: new ones leave it as it is. The only user of GnuTLS; for one thread. */
#ifndef WEB_TLS_H
#define WEB_TLS_H

#include <stdbool.h>

#include "config/web_config.h"

struct tls;

/* One reference. NULL with an error when certificates or key cannot be used. */
struct tls *tls_new(const struct web_tls *config, struct diagnostics *diagnostics);
void tls_unref(struct tls *tls); /* NULL is fine */

/* Sets up a session (gnutls_session_t) that has not begun, with a reference to be given back by
 * tls_unref when its connection is over. NULL: no memory, the connection must end. */
struct tls *tls_begin(struct tls *tls, void *session);

/* What the HTTP library calls for a certificate when a session has no settings of its own. */
int tls_refuse(void);

#endif
