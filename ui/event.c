/* SPDX-License-Identifier: Apache-2.0
 * One row per kind of event says its words, what its detail means and the unit of its numbers. The
 * words of details come from the tables of the core; those of enums that have no table stand here.
 */
#include "ui/event.h"

#include "base/number.h"
#include "base/units.h"
#include "core/alarms.h"
#include "core/params.h"
#include "ui/json.h"
#include "ui/text.h"
#include "ui/words.h"

enum quantity {
#define QUANTITY(id, ...) QUANTITY_##id,
#include "core/quantities.def"
#undef QUANTITY
};

static const uint8_t quantity_unit[] = {
#define QUANTITY(id, unit, kind, words) UNIT_##unit,
#include "core/quantities.def"
#undef QUANTITY
};

static const struct rule_row {
    const char *name;
    uint8_t quantity;
} rules[] = {
#define RULE(id, alarm, level, side, quantity, ...) {#id, QUANTITY_##quantity},
#include "core/protect.def"
#undef RULE
};

static const char *const switch_words[] = {
    [SWITCH_NONE] = "no reason",
    [SWITCH_ALLOWED] = "nothing forbids it",
    [SWITCH_PROTECTION] = "a protection",
    [SWITCH_BODY_DIODE] = "current flows the other way through its diode",
    [SWITCH_SETTING] = "by the setting",
    [SWITCH_POWER] = "the pack is not on",
    [SWITCH_MEASUREMENT] = "no plausible measurement",
    [SWITCH_PRECHARGE] = "waits for pre-charge",
};

static const char *const command_words[COMMAND_KIND_COUNT] = {
    [COMMAND_LOGIN] = "log in",
    [COMMAND_LOGOUT] = "log out",
    [COMMAND_SET_PARAM] = "change a setting",
    [COMMAND_SET_TEXT] = "change a text",
    [COMMAND_PRESET_LFP] = "defaults of LiFePO4",
    [COMMAND_RELEASE] = "release protections",
    [COMMAND_EMERGENCY] = "emergency",
    [COMMAND_CONTACT] = "remote contact",
    [COMMAND_SHUT_DOWN] = "shut down",
    [COMMAND_SET_CLOCK] = "set the clock",
    [COMMAND_FORBIDDEN] = "something forbidden",
};

static const char *const result_words[COMMAND_RESULT_COUNT] = {
    [COMMAND_ACCEPTED] = "done",
    [COMMAND_NO_ACCESS] = "log in with a password that allows this",
    [COMMAND_OUT_OF_RANGE] = "outside the permitted range",
    [COMMAND_CONFLICT] = "contradicts another setting",
    [COMMAND_UNKNOWN] = "no such setting",
    [COMMAND_NOT_ALLOWED] = "not permitted for anybody",
    [COMMAND_WRONG_PASSWORD] = "wrong password",
    [COMMAND_WAIT] = "wrong passwords before: wait and try again",
    [COMMAND_BUSY] = "busy, try again",
};

static const char *const role_words[] = {
    [ROLE_NONE] = "nobody", [ROLE_USER] = "user", [ROLE_INSTALLER] = "installer"};

static const char *const session_words[SESSION_COUNT] = {
    [SESSION_LOCAL] = "page or screen", [SESSION_RS485_1] = "RS485-1",
    [SESSION_RS485_2] = "RS485-2",      [SESSION_RS232] = "RS232",
    [SESSION_BLE] = "Bluetooth",
};

/* By number: enum emergency_cause of core/power.h and enum storage_trouble of core/storage.h, which
 * are no views. They are stored with events and stay; tests/ui/event.c holds them together. */
static const char *const emergency_words[] = {"by the button", "by command", "time is over",
                                              "a cell is empty or not known", "switched off"};
static const char *const storage_words[] = {"as it should be",
                                            "the first start",
                                            "one copy of the settings was repaired",
                                            "only one copy of the settings is left",
                                            "settings are lost and must be confirmed",
                                            "the memory cannot be read"};

/* What the detail of an event means. */
enum detail {
    OF_NONE,
    OF_ALARM, /* these three have tables of their own */
    OF_PARAM,
    OF_TEXT,
    OF_SWITCH,
    OF_POWER,
    OF_COMMAND,
    OF_ROLE,
    OF_URGENT,
    OF_STORAGE,
    OF_COUNT
};

static const struct word_list {
    const char *const *words;
    size_t count;
} word_lists[OF_COUNT] = {
    [OF_SWITCH] = {switch_words,    COUNT(switch_words)   },
    [OF_COMMAND] = {command_words,   COUNT(command_words)  },
    [OF_ROLE] = {role_words,      COUNT(role_words)     },
    [OF_URGENT] = {emergency_words, COUNT(emergency_words)},
    [OF_STORAGE] = {storage_words,   COUNT(storage_words)  },
};

/* clang-format off */
static const struct kind_row {
    const char *name;
    const char *words;
    uint8_t unit; /* of the numbers; UNIT_TEXT: none, or those of a rule or a setting */
    uint8_t detail;
} kinds[EVENT_KIND_COUNT] = {
    [EVENT_ALARM_SET]        = {"alarm_set",        "Alarm",                UNIT_TEXT,  OF_ALARM},
    [EVENT_ALARM_CLEARED]    = {"alarm_cleared",    "Alarm over",           UNIT_TEXT,  OF_ALARM},
    [EVENT_CHARGE_CLOSED]    = {"charge_closed",    "Charge switch on",     UNIT_MA,    OF_SWITCH},
    [EVENT_CHARGE_OPENED]    = {"charge_opened",    "Charge switch off",    UNIT_MA,    OF_SWITCH},
    [EVENT_DISCHARGE_CLOSED] = {"discharge_closed", "Discharge switch on",  UNIT_MA,    OF_SWITCH},
    [EVENT_DISCHARGE_OPENED] = {"discharge_opened", "Discharge switch off", UNIT_MA,    OF_SWITCH},
    [EVENT_POWER]            = {"power",            "Power",                UNIT_TEXT,  OF_POWER},
    [EVENT_PARAM]            = {"setting",          "Setting",              UNIT_TEXT,  OF_PARAM},
    [EVENT_TEXT]             = {"text",             "Text",                 UNIT_TEXT,  OF_TEXT},
    [EVENT_COMMAND]          = {"command",          "Order",                UNIT_TEXT,  OF_COMMAND},
    [EVENT_REFUSED]          = {"refused",          "Refused",              UNIT_TEXT,  OF_COMMAND},
    [EVENT_LOGIN]            = {"login",            "Logged in",            UNIT_TEXT,  OF_ROLE},
    [EVENT_LOGIN_FAILED]     = {"login_failed",     "Wrong password",       UNIT_TEXT,  OF_NONE},
    [EVENT_EMERGENCY_ON]     = {"emergency_on",     "Emergency begins",     UNIT_TEXT,  OF_URGENT},
    [EVENT_EMERGENCY_OFF]    = {"emergency_off",    "Emergency ends",       UNIT_TEXT,  OF_URGENT},
    [EVENT_PASSWORD_RESET]   = {"password_reset",   "Passwords reset",      UNIT_TEXT,  OF_NONE},
    [EVENT_RECORD]           = {"record",           "Record",               UNIT_MA,    OF_NONE},
    [EVENT_STORAGE]          = {"storage",          "Memory",               UNIT_TEXT,  OF_STORAGE},
    [EVENT_RELEASED]         = {"released",         "Protections released", UNIT_COUNT, OF_NONE},
};
/* clang-format on */

static bool is_alarm(const struct event *event)
{
    return (event->kind == EVENT_ALARM_SET || event->kind == EVENT_ALARM_CLEARED) &&
           event->detail < ALARM_COUNT;
}

/* NULL when the detail says nothing. */
static const char *detail_words(const struct event *event)
{
    uint8_t detail = kinds[event->kind].detail;
    if (is_alarm(event))
        return alarm_words[event->detail];
    if (detail == OF_PARAM && event->detail < PARAM_COUNT)
        return param_words[event->detail];
    if (detail == OF_TEXT && event->detail < TEXT_PARAM_COUNT)
        return text_param_words[event->detail];
    if (detail == OF_POWER)
        return power_words(event->detail);
    const struct word_list *list = &word_lists[detail];
    return event->detail < list->count ? list->words[event->detail] : NULL;
}

static const struct rule_row *rule_of(const struct event *event)
{
    return event->rule > 0 && event->rule <= COUNT(rules) ? &rules[event->rule - 1] : NULL;
}

static bool is_setting(const struct event *event)
{
    return event->kind == EVENT_PARAM && event->detail < PARAM_COUNT;
}

/* Of value and before; UNIT_TEXT: the event has no numbers. */
static enum unit numbers_unit(const struct event *event)
{
    const struct rule_row *rule = rule_of(event);
    if (is_setting(event))
        return (enum unit)param_info[event->detail].unit;
    return (enum unit)(rule != NULL ? quantity_unit[rule->quantity] : kinds[event->kind].unit);
}

static void put_numbers(struct text_writer *writer, const struct event *event)
{
    enum unit unit = numbers_unit(event);
    if (unit == UNIT_TEXT)
        return;
    json_put_string(writer, "unit", unit_name[unit]);
    json_put_integer(writer, "value", event->value);
    if (is_setting(event) || rule_of(event) != NULL)
        json_put_integer(writer, "before", event->before);
}

static void add_detail(struct text_writer *writer, const char *words, const char *name)
{
    writer_text(writer, writer->used > 0 ? ", " : "");
    writer_text(writer, words);
    writer_text(writer, name);
}

void text_event_details(struct text_writer *writer, const struct event *event)
{
    if (event->kind >= EVENT_KIND_COUNT)
        return;
    const struct rule_row *rule = rule_of(event);
    enum unit unit = numbers_unit(event);
    if (unit != UNIT_TEXT)
        text_value(writer, event->value, unit);
    if (unit != UNIT_TEXT && (is_setting(event) || rule != NULL)) {
        add_detail(writer, is_setting(event) ? "was " : "threshold ", "");
        text_value(writer, event->before, unit);
    }
    if (rule != NULL)
        add_detail(writer, "rule ", rule->name);
    if (event->session < SESSION_COUNT)
        add_detail(writer, "by ", session_words[event->session]);
}

const char *text_command_result(enum command_result result)
{
    return result < COMMAND_RESULT_COUNT ? result_words[result] : "unknown";
}

void text_event(struct text_writer *writer, const struct event *event)
{
    if (event->kind >= EVENT_KIND_COUNT) {
        writer_text(writer, "unknown");
        return;
    }
    const char *detail = detail_words(event);
    writer_text(writer, kinds[event->kind].words);
    if (detail != NULL) {
        writer_text(writer, ": ");
        writer_text(writer, detail);
    }
    if (event->kind == EVENT_REFUSED) {
        writer_text(writer, ", ");
        writer_text(writer, text_command_result((enum command_result)event->value));
    } else if (event->kind == EVENT_RECORD) {
        writer_text(writer, ": ");
        text_value(writer, event->detail * 10, UNIT_PERMILLE);
        writer_text(writer, ", ");
        text_value(writer, event->before, UNIT_MV);
    }
}

void json_event(struct text_writer *writer, const struct event *event)
{
    char words[128];
    struct text_writer text;
    bool known = event->kind < EVENT_KIND_COUNT;
    writer_init(&text, words, sizeof(words));
    text_event(&text, event);
    json_put_integer(writer, "time_s", event->time_s);
    json_put_string(writer, "kind", known ? kinds[event->kind].name : "unknown");
    json_put_string(writer, "words", words);
    if (!known)
        return;
    if (is_alarm(event))
        json_put_string(writer, "alarm", alarm_info[event->detail].name);
    put_numbers(writer, event);
    const struct rule_row *rule = rule_of(event);
    if (rule != NULL) {
        json_put_string(writer, "rule", rule->name);
        json_put_string(writer, "quantity", quantity_words(rule->quantity));
    }
    if (event->session < SESSION_COUNT)
        json_put_string(writer, "by", session_words[event->session]);
}
