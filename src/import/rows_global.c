/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lint: table
 * Commands about operations by number, tracks, and what needs no prefix. */
#include "import/tables.h"

#define NOT(reason, other) .fate = FATE_UNSUPPORTED, .why = (reason), .instead = (other)
#define DOES(what) .action = (what)
#define EXEC .fate = FATE_REFUSED, .why = "a command of the router's prompt, not of a configuration"
#define TURNED(what) .fate = FATE_TURNED, .why = (what)

#define AUTO_WHY "a target for each endpoint and template of each group"
static const struct import_row globals[] = {
    {"N", .fate = FATE_MAPPED, DOES(ACTION_ENTRY), .why = "a target"},
    {"schedule N", .fate = FATE_MAPPED, DOES(ACTION_SCHEDULE), .why = "`start` and `life`"},
    {"group schedule N", TURNED("`frequency`, `start` and `life` of each member"),
     DOES(ACTION_GROUP)},
    {"reaction-configuration N", TURNED("`limits`, and an alert rule with `--rules`"),
     DOES(ACTION_REACTION)},
    {"reaction-trigger N N", DOES(ACTION_TRIGGER),
     NOT("one operation starts another", "both run always")},
    {"responder", TURNED("a target of `--towards`"), DOES(ACTION_RESPONDER)},
    {"responder udp-echo", TURNED("a target of `--towards`"), DOES(ACTION_PORT)},
    {"responder tcp-connect", TURNED("a target of `--towards`"), DOES(ACTION_PORT)},
    {"responder auto-register |R",
     NOT("the responder announces itself to a router", "`ipsla discover`")},
    {"responder twamp-light |R", TURNED("a target of `--towards`"), DOES(ACTION_PORT),
     .kind = KIND_TWAMP_LIGHT},
    {"responder twamp |R", TURNED("the reflector of `server twamp`"), DOES(ACTION_BLOCK)},
    {"server twamp |R", TURNED("a target of `--towards`"), DOES(ACTION_SERVER)},
    {"key-chain W", TURNED("control requests must be signed: write `keys` and `control.key`"),
     DOES(ACTION_KEY_CHAIN)},
    {"logging traps", TURNED("alert rules, with `--rules`")},
    {"enable reaction-alerts", TURNED("alert rules, with `--rules`")},
    {"low-memory N", NOT("memory of the router", NULL)},
    {"restart N", EXEC},
    {"reset", .fate = FATE_REFUSED, DOES(ACTION_RESET),
     .why = "removes all operations at the router's prompt; it is not part of a configuration"},
    {"auto discovery", DOES(ACTION_AUTO),
     NOT("responders announce themselves to the router", "`ipsla discover`")},
    {"auto template type ip W W", TURNED(AUTO_WHY), DOES(ACTION_AUTO)},
    {"auto schedule W", TURNED("`frequency`, `start` and `life` of these"), DOES(ACTION_AUTO)},
    {"auto group type ip W", TURNED(AUTO_WHY), DOES(ACTION_AUTO)},
    {"endpoint-list type ip W", TURNED("`host` of these"), DOES(ACTION_AUTO)},
    {"ethernet-monitor |R", DOES(ACTION_BLOCK),
     NOT("Ethernet CFM is not IP", "Y.1731 of the switches themselves")},
    {"mpls-lsp-monitor |R", DOES(ACTION_BLOCK), NOT("label paths begin on routers only", NULL)},
    {"application |R", NOT("other places where a router shows results", NULL)},
};
const struct import_table import_globals =
    IMPORT_TABLE("Commands behind `ip sla`, `ip sla monitor`, `rtr` and `sla monitor`", globals);

#define PAST "`start: spread`, the default: that moment is over"
static const struct import_row schedule[] = {
    {"life forever", .params = {PARAM_LIFE}, .value = -1},
    {"life N", .params = {PARAM_LIFE}},
    {"start-time now", .params = {PARAM_START}, .value = 0, .why = "`start: spread`, the default"},
    {"start-time pending", .params = {PARAM_START}, .value = -1, .why = "`start: pending`"},
    {"start-time after W", .value = 0, .why = PAST},
    {"start-time random N", .value = 0, .why = "`start: spread`, the default"},
    {"start-time W", .value = 0, .why = PAST},
    {"january N", .why = PAST},
    {"february N", .why = PAST},
    {"march N", .why = PAST},
    {"april N", .why = PAST},
    {"may N", .why = PAST},
    {"june N", .why = PAST},
    {"july N", .why = PAST},
    {"august N", .why = PAST},
    {"september N", .why = PAST},
    {"october N", .why = PAST},
    {"november N", .why = PAST},
    {"december N", .why = PAST},
    {"N W", .why = PAST},
    {"ageout N", .params = {PARAM_AGEOUT}, .fate = FATE_UNSUPPORTED,
     .why = "entries of a file are not removed by time", .instead = "`life`"},
    {"recurring", .params = {PARAM_RECURRING}, .value = 1, .fate = FATE_UNSUPPORTED,
     .why = "a life that begins again each day", .instead = "a target that runs always"},
    {"now", .params = {PARAM_START}, .value = 0, .why = "as start-time now"},
};
const struct import_table import_schedule = IMPORT_TABLE("Words of a schedule", schedule);

static const struct import_row group[] = {
    {"schedule-period N", .why = "`start: after` so many seconds, spread over the period"},
    {"schedule-together", .value = 1, .why = "`start: after 0s`"},
    {"frequency N", .params = {PARAM_FREQUENCY}},
    {"frequency range W", .fate = FATE_UNSUPPORTED, .why = "random times",
     .instead = "`start: spread`"},
    {"add W", .fate = FATE_TURNED, .why = "more members"},
    {"delete W", .fate = FATE_TURNED, .why = "fewer members"},
    {"reschedule", .fate = FATE_REFUSED,
     .why = "a command of the router's prompt, not of a configuration"},
};
const struct import_table import_group = IMPORT_TABLE("Words of a group schedule", group);

static const struct import_row reaction[] = {
    {"react W", .value = 'e'},
    {"threshold-value N|N", .value = 'v'},
    {"threshold-type immediate", .value = 'i'},
    {"threshold-type never", .value = 'n'},
    {"threshold-type consecutive|N", .value = 'c'},
    {"threshold-type xofy|N N", .value = 'x'},
    {"threshold-type average|N", .value = 'a'},
    {"action-type W", .value = 't'},
    {"connection-loss-enable", .value = 'C'},
    {"timeout-enable", .value = 'T'},
    {"verify-error-enable", .value = 'V'},
    {"threshold-falling N", .value = 'f'},
};
const struct import_table import_reaction = IMPORT_TABLE("Words of a reaction", reaction);

#define TRACK_WHY "with `--rules` a recording rule ipsla_track, and an alert rule"
static const struct import_row track[] = {
    {"ip sla N", TURNED(TRACK_WHY), DOES(ACTION_TRACK_STATE)},
    {"ip sla N state", TURNED(TRACK_WHY), DOES(ACTION_TRACK_STATE)},
    {"ip sla N reachability", TURNED(TRACK_WHY), DOES(ACTION_TRACK_REACHABILITY)},
    {"rtr N", TURNED(TRACK_WHY), DOES(ACTION_TRACK_STATE)},
    {"rtr N state", TURNED(TRACK_WHY), DOES(ACTION_TRACK_STATE)},
    {"rtr N reachability", TURNED(TRACK_WHY), DOES(ACTION_TRACK_REACHABILITY)},
    {"list boolean and", TURNED(TRACK_WHY), DOES(ACTION_LIST_AND)},
    {"list boolean or", TURNED(TRACK_WHY), DOES(ACTION_LIST_OR)},
    {"list threshold weight", TURNED(TRACK_WHY), DOES(ACTION_LIST_WEIGHT)},
    {"list threshold percentage", TURNED(TRACK_WHY), DOES(ACTION_LIST_PERCENTAGE)},
};
const struct import_table import_track = IMPORT_TABLE("Behind `track N`", track);

static const struct import_row track_lines[] = {
    {"delay up N", TURNED("`keep_firing_for` of the alert rule"), DOES(ACTION_DELAY_UP)},
    {"delay down N", TURNED("`for` of the alert rule"), DOES(ACTION_DELAY_DOWN)},
    {"up N", TURNED("`keep_firing_for` of the alert rule"), DOES(ACTION_DELAY_UP)},
    {"down N", TURNED("`for` of the alert rule"), DOES(ACTION_DELAY_DOWN)},
    {"object W", TURNED("a member of the list"), DOES(ACTION_OBJECT)},
    {"object W not", TURNED("a member of the list, inverted"), DOES(ACTION_OBJECT_NOT)},
    {"object W weight N", TURNED("a member of the list"), DOES(ACTION_OBJECT_WEIGHT)},
    {"threshold weight up N", TURNED("the limits of the list"), DOES(ACTION_THRESHOLD_UP)},
    {"threshold weight down N", TURNED("the limits of the list"), DOES(ACTION_THRESHOLD_DOWN)},
    {"threshold percentage up N", TURNED("the limits of the list"), DOES(ACTION_THRESHOLD_UP)},
    {"threshold percentage down N", TURNED("the limits of the list"), DOES(ACTION_THRESHOLD_DOWN)},
    {"default-state W", NOT("the state of a track that does not exist", NULL)},
    {"ip vrf W", NOT("a track is not bound to a VRF here", NULL)},
    {"type rtr W reachability", TURNED(TRACK_WHY), DOES(ACTION_TRACK_REACHABILITY)},
    {"type list boolean and", TURNED(TRACK_WHY), DOES(ACTION_LIST_AND)},
    {"type list boolean or", TURNED(TRACK_WHY), DOES(ACTION_LIST_OR)},
};
const struct import_table import_track_lines = IMPORT_TABLE("Lines of a track", track_lines);

static const struct import_row features[] = {
    {"feature sla sender", .fate = FATE_MAPPED, .why = "the operations that follow"},
    {"feature sla responder", TURNED("a target of `--towards`"), DOES(ACTION_RESPONDER)},
    {"feature sla twamp-server",
     NOT("a TWAMP server", "a target with `operation: twamp` and its port")},
};
const struct import_table import_features = IMPORT_TABLE("Features of NX-OS", features);

const struct import_table *import_table_at(size_t index)
{
    static const struct import_table *const tables[] = {
        &import_types,
        &import_types_legacy,
        &import_options,
        &import_lines,
        &import_globals,
        &import_schedule,
        &import_group,
        &import_reaction,
        &import_track,
        &import_track_lines,
        &import_features,
        &import_xr_top,
        &import_xr_operation,
        &import_xr_schedule,
        &import_xr_reaction,
        &import_xr_responder,
        &import_juniper_connection,
        &import_juniper_session,
        &import_juniper_server,
        &import_huawei_client,
        &import_huawei_sender,
        &import_huawei_responder,
        &import_nokia_session,
        &import_nokia_ip,
        &import_nokia_light,
        &import_nokia_reflector,
        &import_nokia_server,
    };
    return index < sizeof tables / sizeof tables[0] ? tables[index] : NULL;
}
