/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/report.h"

bool import_track_has_rules(const struct import_device *device, const struct import_track *track)
{
    if (track->kind == ACTION_TRACK_STATE || track->kind == ACTION_TRACK_REACHABILITY) {
        return true;
    }
    if (track->kind == ACTION_TRACK_OTHER || track->kind == ACTION_NONE) {
        return false;
    }
    for (size_t i = 0; i < track->member_count; i++) {
        const struct import_track *member = import_find_track(device, track->members[i].track);
        if (member != NULL && member->kind == ACTION_TRACK_OTHER) {
            return false;
        }
    }
    return track->member_count > 0;
}
