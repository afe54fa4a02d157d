/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The end of standard output: a full disk is no success. */
#ifndef PROGRAM_OUTPUT_H
#define PROGRAM_OUTPUT_H

/* Writes what is still buffered. Returns `status`; when something could not be written,
 * OPTIONS_EXIT_USAGE after one line on standard error. Nothing is printed after it. */
int output_end(const char *program, int status);

#endif
