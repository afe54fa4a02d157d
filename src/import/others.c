/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Lines that are no statements of IP SLA but say something about them. */
#include <string.h>
#include <strings.h>

#include "import/reader.h"

/* Commands that use a track or an operation. */
static const struct {
    const char *words; /* at the beginning of the line */
    const char *with; /* a word that must follow somewhere; NULL: none */
    const char *what;
} users[] = {
    {"ip route", "track", "decides about routing (a static route)"},
    {"ipv6 route", "track", "decides about routing (a static route)"},
    {"route", "track", "decides about routing (a static route)"},
    {"standby", "track", "decides about routing (HSRP)"},
    {"vrrp", "track", "decides about routing (VRRP)"},
    {"glbp", "track", "decides about routing (GLBP)"},
    {"set ip next-hop verify-availability", NULL, "decides about routing (a policy)"},
    {"set ipv6 next-hop verify-availability", NULL, "decides about routing (a policy)"},
    {"set active probe", NULL, "decides about routing (PfR)"},
    {"event track", NULL, "starts an applet (EEM)"},
    {"event ipsla", NULL, "starts an applet (EEM)"},
    {"snmp-server enable traps rtr", NULL, "sends traps"},
    {"snmp-server enable traps ipsla", NULL, "sends traps"},
    {"snmp-server enable traps ip sla", NULL, "sends traps"},
    {"filter xpath", NULL, "is sent by telemetry"},
    {"mgcp rtrcac", NULL, "decides about calls"},
    {"call fallback", NULL, "decides about calls"},
    {"track", NULL, "decides about routing (a first-hop protocol)"},
};

static const char *word_behind(const struct import_line *line, const char *keyword)
{
    for (size_t i = 0; i + 1 < line->count; i++) {
        if (strcasecmp(line->word[i], keyword) == 0) {
            return line->word[i + 1];
        }
    }
    return NULL;
}

static bool begins_with(const struct import_line *line, const char *words)
{
    size_t length = strlen(words);
    return (line->text[0] | 0x20) == (words[0] | 0x20) &&
           strncasecmp(line->text, words, length) == 0 &&
           (line->text[length] == ' ' || line->text[length] == '\0');
}

static const char *what_of(const struct import_line *line)
{
    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++) {
        if (begins_with(line, users[i].words) &&
            (users[i].with == NULL || word_behind(line, users[i].with) != NULL)) {
            bool is_telemetry = strcmp(users[i].words, "filter xpath") == 0;
            return !is_telemetry || strstr(line->text, "ip-sla") != NULL ? users[i].what : NULL;
        }
    }
    return NULL;
}

/* The track of "verify-availability ADDRESS SEQUENCE track N", or what stands behind `track`. */
static const char *track_of(const struct import_line *line)
{
    const char *track = word_behind(line, "track");
    return track != NULL && strcasecmp(track, "object") == 0 ? word_behind(line, "object") : track;
}

void import_note_dependant(struct import_device *device, const struct import_line *line)
{
    static const char first_letters[] = "irsvgefmctIRSVGEFMCT";
    if (strchr(first_letters, line->text[0]) == NULL) {
        return;
    }
    const char *what = what_of(line);
    const char *track = what != NULL ? track_of(line) : NULL;
    bool is_interface_track = what != NULL && begins_with(line, "track") && line->indent == 0;
    if (what == NULL || is_interface_track) {
        return;
    }
    struct import_dependant *made = import_add_dependant(device, line->number);
    if (made != NULL) {
        const char *id = word_behind(line, "operation-id");
        made->text = import_keep(device, line->text);
        made->what = what;
        made->track = track != NULL ? import_keep(device, track) : NULL;
        made->id = id != NULL ? import_keep(device, id) : NULL;
    }
}

/* What looks like IP SLA, or comes from somebody whose commands do. */
static const struct {
    const char *words;
    const char *vendor;
    bool is_other_vendor; /* else only another thing of the same router */
} strangers[] = {
    {"ip-sla", "Aruba AOS-CX", true},
    {"!Version ArubaOS-CX", "Aruba AOS-CX", true},
    {"nqa entry", "H3C or HPE Comware (NQA)", true},
    {"nqa test-instance", "Huawei (NQA)", true},
    {"ip rns", "Ruijie (RNS)", true},
    {"set services rpm", "Juniper (RPM)", true},
    {"services rpm", "Juniper (RPM)", true},
    {"!Eltex", "Eltex", true},
    {"! Eltex", "Eltex", true},
    {"ethernet sla", "Ethernet SLA of IOS XR", false},
    {"performance-measurement", "performance measurement of IOS XR", false},
    {"performance-mgmt", "performance management of IOS XR", false},
};

void import_note_stranger(struct import_device *device, const struct import_line *line)
{
    if (line->text[0] == '\0' || strchr("inspe!INSPE", line->text[0]) == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        if (!begins_with(line, strangers[i].words)) {
            continue;
        }
        if (strangers[i].is_other_vendor) {
            device->stranger = strangers[i].vendor;
        } else {
            struct import_note note = {.fate = FATE_UNSUPPORTED,
                                       .line = line->number,
                                       .entry = -1,
                                       .is_remark = true,
                                       .text = line->text,
                                       .why = strangers[i].vendor,
                                       .instead = NULL};
            import_note_add(device, &note);
        }
    }
}
