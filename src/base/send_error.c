/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/send_error.h"

#include <assert.h>
#include <errno.h>

enum send_error send_error_of(int error)
{
    switch (error) {
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
        return SEND_ERROR_BUFFER;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ECONNREFUSED:
    case ETIMEDOUT:
        return SEND_ERROR_UNREACHABLE;
    case ENETDOWN:
    case ENODEV:
    case ENXIO:
        return SEND_ERROR_DEVICE;
    case EPERM:
    case EACCES:
        return SEND_ERROR_REFUSED;
    case EMSGSIZE:
        return SEND_ERROR_SIZE;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EINVAL:
        return SEND_ERROR_ADDRESS;
    default:
        return SEND_ERROR_OTHER;
    }
}

const char *send_error_name(enum send_error error)
{
    static const char *const names[SEND_ERROR_COUNT] = {
        "buffer", "unreachable", "device", "refused", "size", "address", "other"};
    assert((unsigned)error < SEND_ERROR_COUNT);
    return names[error];
}
