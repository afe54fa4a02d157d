/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Tables of CISCO-RTTMON-MIB as snmpwalk prints them, with names or numbers. Objects of the
 * administration groups are statements; results are not. Source: CISCO-RTTMON-MIB. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "import/peer_entry.h"

#define ROOT "9.9.42."
#define TEXT_MAX 300

enum form {
    FORM_NUMBER,
    FORM_TEXT,
    FORM_ADDRESS,
    FORM_BOOL,
    FORM_KIND,
    FORM_CODEC,
    FORM_PRECISION,
    FORM_STATE,
    FORM_LIFE,
    FORM_TIMEOUT
};

static const struct object {
    const char *name;
    const char *number; /* below the root */
    enum form form;
    enum import_param param;
} objects[] = {
    {"rttMonCtrlAdminOwner", "1.2.1.1.2", FORM_TEXT, PARAM_OWNER},
    {"rttMonCtrlAdminTag", "1.2.1.1.3", FORM_TEXT, PARAM_TAG},
    {"rttMonCtrlAdminRttType", "1.2.1.1.4", FORM_KIND, PARAM_NONE},
    {"rttMonCtrlAdminThreshold", "1.2.1.1.5", FORM_NUMBER, PARAM_THRESHOLD},
    {"rttMonCtrlAdminFrequency", "1.2.1.1.6", FORM_NUMBER, PARAM_FREQUENCY},
    {"rttMonCtrlAdminTimeout", "1.2.1.1.7", FORM_NUMBER, PARAM_TIMEOUT},
    {"rttMonCtrlAdminVerifyData", "1.2.1.1.8", FORM_BOOL, PARAM_VERIFY},
    {"rttMonCtrlAdminLongTag", "1.2.1.1.12", FORM_TEXT, PARAM_TAG},
    {"rttMonEchoAdminTargetAddress", "1.2.2.1.2", FORM_ADDRESS, PARAM_HOST},
    {"rttMonEchoAdminPktDataRequestSize", "1.2.2.1.3", FORM_NUMBER, PARAM_SIZE},
    {"rttMonEchoAdminTargetPort", "1.2.2.1.5", FORM_NUMBER, PARAM_PORT},
    {"rttMonEchoAdminSourceAddress", "1.2.2.1.6", FORM_ADDRESS, PARAM_SOURCE},
    {"rttMonEchoAdminSourcePort", "1.2.2.1.7", FORM_NUMBER, PARAM_SOURCE_PORT},
    {"rttMonEchoAdminControlEnable", "1.2.2.1.8", FORM_BOOL, PARAM_CONTROL},
    {"rttMonEchoAdminTOS", "1.2.2.1.9", FORM_NUMBER, PARAM_TOS},
    {"rttMonEchoAdminInterval", "1.2.2.1.17", FORM_NUMBER, PARAM_INTERVAL},
    {"rttMonEchoAdminNumPackets", "1.2.2.1.18", FORM_NUMBER, PARAM_NUM_PACKETS},
    {"rttMonEchoAdminVrfName", "1.2.2.1.26", FORM_TEXT, PARAM_VRF},
    {"rttMonEchoAdminCodecType", "1.2.2.1.27", FORM_CODEC, PARAM_CODEC},
    {"rttMonEchoAdminCodecInterval", "1.2.2.1.28", FORM_NUMBER, PARAM_CODEC_INTERVAL},
    {"rttMonEchoAdminCodecPayload", "1.2.2.1.29", FORM_NUMBER, PARAM_CODEC_SIZE},
    {"rttMonEchoAdminCodecNumPackets", "1.2.2.1.30", FORM_NUMBER, PARAM_CODEC_NUM_PACKETS},
    {"rttMonEchoAdminICPIFAdvFactor", "1.2.2.1.31", FORM_NUMBER, PARAM_ADVANTAGE},
    {"rttMonEchoAdminPrecision", "1.2.2.1.37", FORM_PRECISION, PARAM_PRECISION},
    {"rttMonEchoAdminControlRetry", "1.2.2.1.69", FORM_NUMBER, PARAM_CONTROL_RETRIES},
    {"rttMonEchoAdminControlTimeout", "1.2.2.1.70", FORM_TIMEOUT, PARAM_CONTROL_TIMEOUT},
    {"rttMonScheduleAdminRttLife", "1.2.5.1.1", FORM_LIFE, PARAM_LIFE},
    {"rttMonCtrlOperState", "1.2.9.1.10", FORM_STATE, PARAM_START},
};

/* RttMonRttType, RttMonCodecType. */
static const enum import_kind kinds[] = {
    [1] = KIND_ICMP_ECHO,    [2] = KIND_PATH_ECHO, [5] = KIND_UDP_ECHO,   [6] = KIND_TCP_CONNECT,
    [7] = KIND_HTTP,         [8] = KIND_DNS,       [9] = KIND_UDP_JITTER, [10] = KIND_DLSW,
    [11] = KIND_DHCP,        [12] = KIND_FTP,      [13] = KIND_VOIP,      [14] = KIND_RTP,
    [16] = KIND_ICMP_JITTER, [17] = KIND_MPLS,     [18] = KIND_MPLS,      [19] = KIND_ETHERNET,
    [20] = KIND_ETHERNET,    [22] = KIND_VIDEO,    [25] = KIND_MULTICAST, [27] = KIND_PATH_JITTER,
};
static const char *const codecs[] = {"", "g711ulaw", "g711alaw", "g729a"};

/* The row of the object, and the index behind its name or number. */
static const struct object *find_object(const char *oid, const char **index)
{
    const char *name = strstr(oid, "rttMon");
    const char *number = strstr(oid, ROOT);
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        const char *words = name != NULL ? objects[i].name : objects[i].number;
        const char *from = name != NULL ? name : number != NULL ? number + strlen(ROOT) : NULL;
        size_t length = strlen(words);
        if (from != NULL && strncmp(from, words, length) == 0 && from[length] == '.' &&
            from[length + 1 + strspn(from + length + 1, "0123456789")] == '\0') {
            *index = from + length + 1;
            return &objects[i];
        }
    }
    return NULL;
}

/* An object of the administration groups that has no row. */
static bool is_statement(const char *oid)
{
    const char *number = strstr(oid, ROOT "1.2.");
    return strstr(oid, "rttMonCtrlAdmin") != NULL || strstr(oid, "rttMonEchoAdmin") != NULL ||
           (number != NULL && strchr("12", number[strlen(ROOT) + 4]) != NULL &&
            number[strlen(ROOT) + 5] == '.');
}

/* The number in "INTEGER: echo(1)", "Gauge32: 5000 milliseconds", "5". */
static int64_t number_in(const char *value)
{
    const char *bracket = strchr(value, '(');
    const char *colon = strstr(value, ": ");
    const char *at = bracket != NULL ? bracket + 1 : colon != NULL ? colon + 2 : value;
    return strtoll(at, NULL, 10);
}

static void text_in(const char *value, char text[TEXT_MAX])
{
    const char *colon = strstr(value, ": ");
    const char *at = colon != NULL ? colon + 2 : value;
    at += at[0] == '"';
    snprintf(text, TEXT_MAX, "%.250s", at);
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '"') {
        text[length - 1] = '\0';
    }
}

/* "Hex-STRING: C0 00 02 01" or "IpAddress: 192.0.2.1". */
static bool address_in(const char *value, char text[ADDR_TEXT_MAX])
{
    struct addr addr = {0};
    size_t count = 0;
    const char *hex = strstr(value, "Hex-STRING: ");
    if (hex == NULL) {
        char plain[TEXT_MAX];
        text_in(value, plain);
        if (!addr_parse_ip(plain, &addr)) {
            return false;
        }
    }
    for (const char *at = hex != NULL ? hex + 12 : "";
         isxdigit((unsigned char)at[0]) && isxdigit((unsigned char)at[1]) && count < 16;
         at += 2 + (at[2] == ' ')) {
        char digits[3] = {at[0], at[1], '\0'};
        addr.ip[count++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    if (hex != NULL) {
        addr.family = count == 4 ? ADDR_IPV4 : count == 16 ? ADDR_IPV6 : ADDR_NONE;
    }
    addr_format_ip(&addr, text);
    return addr.family != ADDR_NONE && !addr_is_any(&addr);
}

static void set_number(struct import_device *device, int entry, const struct object *object,
                       int64_t number, unsigned line)
{
    if (number > 0) { /* 0: not applicable, or the default */
        import_peer_number(device, entry, object->param, number, line);
    }
}

static void store(struct import_device *device, int index, const struct object *object,
                  const char *value, unsigned line)
{
    char text[TEXT_MAX];
    int64_t number = number_in(value);
    struct import_entry *entry = &device->entries[index];
    switch (object->form) {
    case FORM_TEXT:
        text_in(value, text);
        if (text[0] != '\0') {
            import_peer_text(device, index, object->param, text, line);
        }
        break;
    case FORM_ADDRESS:
        if (address_in(value, text)) {
            import_peer_text(device, index, object->param, text, line);
        }
        break;
    case FORM_BOOL: /* TruthValue: true is 1, false is 2 */
        import_peer_number(device, index, object->param, number == 1, line);
        break;
    case FORM_KIND:
        entry->kind = number > 0 && number < (int64_t)(sizeof kinds / sizeof kinds[0])
                          ? kinds[number]
                          : KIND_NONE;
        break;
    case FORM_CODEC:
        if (number > 0 && number < (int64_t)(sizeof codecs / sizeof codecs[0])) {
            import_peer_text(device, index, PARAM_CODEC, codecs[number], line);
        }
        break;
    case FORM_PRECISION:
        if (number == 2) {
            import_peer_text(device, index, PARAM_PRECISION, "microseconds", line);
        }
        break;
    case FORM_STATE: /* pending(4), inactive(5), active(6) */
        import_peer_number(device, index, PARAM_START, number == 6 ? 0 : -1, line);
        break;
    case FORM_LIFE:
        import_peer_number(device, index, PARAM_LIFE, number == INT32_MAX ? -1 : number, line);
        break;
    case FORM_TIMEOUT:
        set_number(device, index, object, number / 1000, line);
        break;
    default:
        set_number(device, index, object, number, line);
    }
}

void import_snmp_line(struct import_device *device, const struct import_line *line)
{
    const char *equals = strstr(line->text, " = ");
    char oid[TEXT_MAX];
    const char *index;
    device->dialect = "snmpwalk";
    if (equals == NULL || (size_t)(equals - line->text) >= sizeof oid) {
        return;
    }
    snprintf(oid, sizeof oid, "%.*s", (int)(equals - line->text), line->text);
    if (strstr(oid, "sysName.0") != NULL || strstr(oid, "1.3.6.1.2.1.1.5.0") != NULL) {
        char name[TEXT_MAX];
        text_in(equals + 3, name);
        device->name = import_keep(device, name);
        return;
    }
    const struct object *object = find_object(oid, &index);
    if (object == NULL) {
        if (is_statement(oid)) {
            import_count(device, -1, line->number, FATE_UNSUPPORTED);
            device->skipped++;
        }
        return;
    }
    int entry = import_find_entry(device, index);
    if (entry < 0) {
        entry = import_peer_entry(device, index, line->number, KIND_NONE);
    }
    if (entry >= 0) {
        store(device, entry, object, equals + 3, line->number);
        import_count(device, entry, line->number, FATE_MAPPED);
    }
}

static void forget(struct import_entry *entry, enum import_param param)
{
    entry->values[param].is_set = false;
}

/* A table has every column of every operation: what the kind has not is not said. */
void import_snmp_end(struct import_device *device)
{
    for (size_t i = 0; i < device->entry_count; i++) {
        struct import_entry *entry = &device->entries[i];
        bool is_train = entry->kind == KIND_UDP_JITTER || entry->kind == KIND_ICMP_JITTER;
        bool is_icmp = entry->kind == KIND_ICMP_ECHO || entry->kind == KIND_ICMP_JITTER;
        bool has_codec = entry->values[PARAM_CODEC].is_set;
        for (enum import_param param = PARAM_NUM_PACKETS; param <= PARAM_ADVANTAGE; param++) {
            bool is_voice = param >= PARAM_CODEC && param <= PARAM_ADVANTAGE;
            bool is_ours = param == PARAM_SIZE ? !has_codec && entry->kind != KIND_TCP_CONNECT &&
                                                     entry->kind != KIND_ICMP_JITTER
                           : is_voice ? has_codec && entry->kind == KIND_UDP_JITTER
                                      : is_train && !has_codec;
            if (!is_ours) {
                forget(entry, param);
            }
        }
        if (is_icmp) {
            forget(entry, PARAM_PORT);
            forget(entry, PARAM_SOURCE_PORT);
            forget(entry, PARAM_CONTROL);
            forget(entry, PARAM_CONTROL_RETRIES);
            forget(entry, PARAM_CONTROL_TIMEOUT);
        }
        if (is_train || entry->values[PARAM_VERIFY].number == 0 ||
            entry->kind == KIND_TCP_CONNECT) {
            forget(entry, PARAM_VERIFY);
        }
    }
    if (device->skipped > 0) {
        char why[120];
        snprintf(why, sizeof why, "%u objects of the administration tables have no equal here",
                 device->skipped);
        struct import_note note = {
            .fate = FATE_UNSUPPORTED, .entry = -1, .is_remark = true, .why = why};
        import_note_add(device, &note);
    }
}
