/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys of what a responder does wrong on purpose: docs/impair.md. */
#include "base/time.h"
#include "config/schema.h"
#include "impair/rule.h"

#define MS NS_PER_MS
#define DAYS (24 * 3600 * NS_PER_SECOND)
#define KEYS(table) .keys = (table), .count = sizeof(table) / sizeof((table)[0])
#define ACT(member)                                                                                \
    .setting = {offsetof(struct impair_acts, member), sizeof(((struct impair_acts *)NULL)->member)}

static const char *const switches[] = {"false", "true", NULL};
static const char *const refusals[] = {"failed", "auth", "port_in_use", NULL}; /* impair_refusal */

static const struct schema_key rule_keys[] = {
    {"ports", SLOT_RULE_PORTS, SCHEMA_PORTS, .min = 1, .max = IMPAIR_MATCHES_MAX,
     .doc = "The responder's ports, to which probes are sent, and for which control requests ask; "
            "without it all."},
    {"clients", SLOT_RULE_CLIENTS, SCHEMA_PREFIXES, .min = 1, .max = IMPAIR_MATCHES_MAX,
     .doc = "Addresses of senders; without it all."},
    {"after", SLOT_RULE_AFTER, SCHEMA_DURATION, .max = 30 * DAYS, .default_text = "0s",
     ACT(after_ns), .doc = "From so long after the rules came into force on."},
    {"for", SLOT_RULE_FOR, SCHEMA_DURATION, .min = MS, .max = 30 * DAYS, ACT(for_ns),
     .doc = "So long; without it for ever."},
    {"every", SLOT_RULE_EVERY, SCHEMA_DURATION, .min = MS, .max = 30 * DAYS, ACT(every_ns),
     .doc = "And again, whenever so much time has passed; needs a shorter for."},
    {"loss_sd", SLOT_RULE_LOSS_SD, SCHEMA_WHICH, ACT(loss[IMPAIR_SD]),
     .doc = "Packets that are lost on the way to the responder, which never sees them."},
    {"loss_ds", SLOT_RULE_LOSS_DS, SCHEMA_WHICH, ACT(loss[IMPAIR_DS]),
     .doc = "Replies that are lost on the way back."},
    {"delay_sd", SLOT_RULE_DELAY_SD, SCHEMA_DURATION, .max = IMPAIR_DELAY_MAX_NS,
     .default_text = "0s", ACT(delay_ns[IMPAIR_SD]),
     .doc = "Every packet to the responder takes so much longer."},
    {"delay_ds", SLOT_RULE_DELAY_DS, SCHEMA_DURATION, .max = IMPAIR_DELAY_MAX_NS,
     .default_text = "0s", ACT(delay_ns[IMPAIR_DS]), .doc = "The same of every reply."},
    {"jitter_sd", SLOT_RULE_JITTER_SD, SCHEMA_DURATION, .max = IMPAIR_DELAY_MAX_NS,
     .default_text = "0s", ACT(jitter_ns[IMPAIR_SD]),
     .doc = "Every packet to the responder takes up to so much longer, at random, evenly spread."},
    {"jitter_ds", SLOT_RULE_JITTER_DS, SCHEMA_DURATION, .max = IMPAIR_DELAY_MAX_NS,
     .default_text = "0s", ACT(jitter_ns[IMPAIR_DS]), .doc = "The same of every reply."},
    {"duplicate_sd", SLOT_RULE_DUPLICATE_SD, SCHEMA_WHICH, ACT(duplicate[IMPAIR_SD]),
     .doc = "Packets that reach the responder twice; it counts and answers both."},
    {"duplicate_ds", SLOT_RULE_DUPLICATE_DS, SCHEMA_WHICH, ACT(duplicate[IMPAIR_DS]),
     .doc = "Replies that arrive twice."},
    {"reorder_sd", SLOT_RULE_REORDER_SD, SCHEMA_WHICH, ACT(reorder[IMPAIR_SD]),
     .doc = "Packets to the responder that are held back by reorder_by, so that others overtake "
            "them."},
    {"reorder_ds", SLOT_RULE_REORDER_DS, SCHEMA_WHICH, ACT(reorder[IMPAIR_DS]),
     .doc = "The same of replies."},
    {"reorder_by", SLOT_RULE_REORDER_BY, SCHEMA_DURATION, .min = MS, .max = IMPAIR_DELAY_MAX_NS,
     .default_text = "50ms", ACT(reorder_by_ns),
     .doc = "For how long these are held back; more than the packets' interval."},
    {"dscp_sd", SLOT_RULE_DSCP_SD, SCHEMA_DSCP, ACT(dscp[IMPAIR_SD]),
     .doc = "What the code point becomes on the way to the responder, whose reply takes it over."},
    {"dscp_ds", SLOT_RULE_DSCP_DS, SCHEMA_DSCP, ACT(dscp[IMPAIR_DS]),
     .doc = "What the code point of the reply becomes."},
    {"ttl_ds", SLOT_RULE_TTL_DS, SCHEMA_INTEGER, .min = 1, .max = 255, ACT(ttl_ds),
     .doc = "TTL with which replies leave, as if the path were another one; without it 255."},
    {"clock_offset", SLOT_RULE_CLOCK_OFFSET, SCHEMA_OFFSET, .default_text = "0s",
     ACT(clock_offset_ns), .doc = "By how much the responder's clock is ahead, or behind."},
    {"clock_drift", SLOT_RULE_CLOCK_DRIFT, SCHEMA_DRIFT, .default_text = "0ppm",
     ACT(clock_drift_ppm), .doc = "How much too fast it is, or too slow, from after on."},
    {"refuse", SLOT_RULE_REFUSE, SCHEMA_WHICH, ACT(refuse),
     .doc = "Control requests that are refused."},
    {"refuse_with", SLOT_RULE_REFUSE_WITH, SCHEMA_CHOICE, .choices = refusals,
     .default_text = "failed", ACT(refuse_with), .doc = "Why, as the refusal says."},
    {"silence", SLOT_RULE_SILENCE, SCHEMA_CHOICE, .choices = switches, .default_text = "false",
     ACT(is_silent), .doc = "Nothing is answered, neither packets nor control requests."},
};
const struct schema_scope schema_impair_rule = {"impair_rule", KEYS(rule_keys)};

static const struct schema_key impair_keys[] = {
    {"seed", SLOT_IMPAIR_SEED, SCHEMA_INTEGER, .min = 0, .max = UINT32_MAX, .default_text = "0",
     .doc = "What is random follows from it: the same seed, the same losses."},
    {"rules", SLOT_IMPAIR_RULES, SCHEMA_LIST, .max = IMPAIR_RULES_MAX,
     .doc = "What happens to which packets, and when; all rules that match act."},
};
const struct schema_scope schema_impair = {"impair", KEYS(impair_keys)};
