/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section tls_server_config of a web configuration. */
#ifndef CONFIG_WEB_TLS_H
#define CONFIG_WEB_TLS_H

#include "config/web_section.h"

/* Fills config->tls, and the files that the section names. */
void web_tls_read(struct web_reader *reader, const struct node *node);

/* Releases what it holds; overwrites the key. */
void web_tls_fini(struct web_tls *tls);

#endif
