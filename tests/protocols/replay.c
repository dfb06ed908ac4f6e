/* SPDX-License-Identifier: Apache-2.0
 * Replays every tests/protocols/NAME.log and checks what is written beside the traffic. A log
 * begins with
 * `# protocol: NAME`, `# evidence: CLASS`, `# origin: PUBLIC SOURCE`. `= name value` speaks of all
 * that was reported since the traffic line before; after the last one the end of the traffic is
 * reported too. Names: values (array elements by comma, '-' is not known), sets of alarms (by
 * comma, in the order of core/alarms.def, '-' is none), settings, `NAME@PACK` (a value of a message
 * of that address; messages of several packs follow each other), `message`, `from`, `pack`, `error
 * [WORDS]`, `raw NAME NUMBER`, `control NAME NUMBER` (what a write asks for), `event_count`, `event
 * TIME NAME` (of a log). An error that nobody expects fails. CAN frames of the battery are
 * sent again from what was decoded and must come out alike, unless the line before says `# not
 * re-encoded: WHY`.
 */
#include <dirent.h>
#include <stdio.h>

#include "protocols/explainer.h"
#include "protocols/jk_event.h"
#include "protocols/jk_map.h"
#include "protocols/can_names.h"
#include "protocols/protocols.h"
#include "tests/support/test.h"
#include "wire/can_table.h"
#include "wire/log_text.h"

enum { WORDS_SIZE = 1024, LINE_SIZE = 4096, LOG_COUNT_MAX = 200, ADDRESS_COUNT = 32 };

struct words {
    char text[WORDS_SIZE];
    size_t used;
};

/* What was reported since the last traffic line. */
struct heard {
    struct snapshot values;
    struct snapshot of_pack[ADDRESS_COUNT];
    const struct snapshot *chosen; /* what an expectation speaks of */
    struct params params;
    struct words messages; /* words by comma */
    struct words from;
    struct words packs;
    struct words errors;
    struct words controls;
    struct words events; /* by comma */
    bool error_expected;
    bool have_frame; /* the last 300-byte frame */
    uint8_t frame[JK_FRAME_SIZE];
};

struct replay {
    const char *file;
    bool quiet;
    unsigned line;
    unsigned last_traffic; /* line number */
    unsigned failures;
    unsigned traffic_count;
    unsigned expectation_count;
    const struct protocol *protocol;
    const struct can_protocol *can; /* its profile; NULL for serial protocols */
    bool have_evidence;
    uint8_t evidence; /* enum evidence */
    bool have_origin;
    bool not_reencoded;
    struct serial_explainer explainer;
    struct snapshot bus; /* all CAN frames of the battery so far */
    struct heard heard;
};

static void add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct words *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof(words->text) - words->used;
    int size = vsnprintf(words->text + words->used, room, format, arguments);
    va_end(arguments);
    assert_true(size >= 0 && (size_t)size < room);
    words->used += (size_t)size;
}

static const char *comma(const struct words *words)
{
    return words->used == 0 ? "" : ",";
}

static void complain(struct replay *replay, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void complain(struct replay *replay, const char *format, ...)
{
    char text[2 * WORDS_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    replay->failures++;
    if (!replay->quiet)
        print_error("%s:%u: %s\n", replay->file, replay->line, text);
}

/* What was heard */

static void merge_values(struct snapshot *into, const struct snapshot *values)
{
    for (unsigned id = 0; id < VALUE_NUMBER_COUNT; id++) {
        int32_t value;
        if (snapshot_get(values, (enum value_id)id, &value))
            snapshot_put(into, (enum value_id)id, value);
    }
    if (snapshot_have(values, VALUE_maker))
        snapshot_put_maker(into, values->maker, sizeof(values->maker));
    if (snapshot_have(values, VALUE_alarms))
        memcpy(into->alarms, values->alarms, sizeof(into->alarms));
    if (snapshot_have(values, VALUE_warnings))
        memcpy(into->warnings, values->warnings, sizeof(into->warnings));
    for (size_t i = 0; i < COUNT(into->have); i++)
        into->have[i] |= values->have[i];
}

static void merge_params(struct params *into, const struct params *params)
{
    for (unsigned id = 0; id < PARAM_COUNT; id++) {
        if (params_have(params, (enum param_id)id))
            params_put(into, (enum param_id)id, params->value[id]);
    }
    for (unsigned id = 0; id < TEXT_PARAM_COUNT; id++) {
        const char *text = params_text_const(params, (enum text_param_id)id);
        if (params->have_text >> id & 1)
            params_put_text(into, (enum text_param_id)id, text, strlen(text));
    }
}

static void hear_events(struct heard *heard, const uint8_t *frame)
{
    struct jk_event event;
    int cell;
    for (size_t i = 0; jk_event_get(frame, i, &event); i++)
        add(&heard->events, "%s%u %s", comma(&heard->events), event.time_s,
            jk_event_name(event.code, &cell));
}

static void hear(void *context, const struct message *message)
{
    struct heard *heard = &((struct replay *)context)->heard;
    add(&heard->messages, "%s%s", comma(&heard->messages), message->name);
    add(&heard->from, "%s%s", comma(&heard->from),
        message->from == SIDE_BATTERY ? "battery" : "asking");
    if (message->pack >= 0)
        add(&heard->packs, "%s%d", comma(&heard->packs), message->pack);
    if (message->error)
        add(&heard->errors, "%s%s", comma(&heard->errors), message->error);
    if (message->values)
        merge_values(&heard->values, message->values);
    if (message->values && message->pack >= 0 && message->pack < ADDRESS_COUNT)
        merge_values(&heard->of_pack[message->pack], message->values);
    if (message->params)
        merge_params(&heard->params, message->params);
    if (message->control)
        add(&heard->controls, "%s%s %d", comma(&heard->controls), message->control,
            message->control_value);
    if (message->bytes && message->size == JK_FRAME_SIZE) {
        hear_events(heard, message->bytes);
        memcpy(heard->frame, message->bytes, JK_FRAME_SIZE);
        heard->have_frame = true;
    }
}

/* What was found, as text like that of an expectation */

static void add_flags(struct words *found, const uint32_t set[ALARM_WORDS])
{
    for (unsigned alarm = 0; alarm < ALARM_COUNT; alarm++) {
        if (alarm_get(set, (enum alarm)alarm))
            add(found, "%s%s", comma(found), alarm_info[alarm].name);
    }
    if (found->used == 0)
        add(found, "-");
}

/* Up to the last element that is known. */
static void add_numbers(struct words *found, const struct snapshot *values,
                        const struct value_info *row)
{
    unsigned count = row->count;
    while (count > 1 && !snapshot_have(values, (enum value_id)(row->id + count - 1)))
        count--;
    for (unsigned i = 0; i < count; i++) {
        int32_t value;
        if (snapshot_get(values, (enum value_id)(row->id + i), &value))
            add(found, "%s%d", comma(found), value);
        else
            add(found, "%s-", comma(found));
    }
}

static void add_value(struct words *found, const struct snapshot *values,
                      const struct value_info *row)
{
    if (row->kind == VALUE_KIND_SCALAR || row->kind == VALUE_KIND_ARRAY)
        add_numbers(found, values, row);
    else if (!snapshot_have(values, (enum value_id)row->id))
        add(found, "(not known)");
    else if (row->kind == VALUE_KIND_FLAGS)
        add_flags(found, (const uint32_t *)(const void *)((const char *)values + row->offset));
    else
        add(found, "%s", (const char *)values + row->offset);
}

static void add_raw(struct words *found, const struct heard *heard, const char *value)
{
    size_t cursor = 0;
    const char *name;
    int32_t number;
    while (heard->have_frame && jk_map_raw(heard->frame, &cursor, &name, &number)) {
        size_t size = strlen(name);
        if (strncmp(value, name, size) == 0 && value[size] == ' ') {
            add(found, "%s %d", name, number);
            return;
        }
    }
}

/* False: there is no such name. */
static bool find_named(struct words *found, const struct heard *heard, const char *name)
{
    int row = value_find(name);
    int param = param_find(name);
    int text = text_param_find(name);
    bool value_heard = row >= 0 && (snapshot_have(heard->chosen, value_info[row].id) || param < 0);
    if (value_heard)
        add_value(found, heard->chosen, &value_info[row]);
    else if (param >= 0 && params_have(&heard->params, (enum param_id)param))
        add(found, "%d", heard->params.value[param]);
    else if (text >= 0 && heard->params.have_text >> text & 1)
        add(found, "%s", params_text_const(&heard->params, (enum text_param_id)text));
    else
        add(found, "-");
    return row >= 0 || param >= 0 || text >= 0;
}

/* `word` is the whole list or one of its parts. */
static bool list_holds(const char *list, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = strstr(list, word); at != NULL; at = strstr(at + 1, word)) {
        bool begins = at == list || at[-1] == ',';
        if (begins && (at[size] == ',' || at[size] == '\0'))
            return true;
    }
    return false;
}

/* Expectations */

static const struct words *list_of(const struct heard *heard, const char *name)
{
    const struct {
        const char *name;
        const struct words *words;
    } lists[] = {
        {"message", &heard->messages},
        {"from",    &heard->from    },
        {"pack",    &heard->packs   },
        {"error",   &heard->errors  },
        {"control", &heard->controls},
        {"event",   &heard->events  },
    };
    for (size_t i = 0; i < COUNT(lists); i++) {
        if (strcmp(lists[i].name, name) == 0)
            return lists[i].words;
    }
    return NULL;
}

static void expect(struct replay *replay, const char *name, const char *value)
{
    struct heard *heard = &replay->heard;
    struct words found = {{0}, 0};
    const struct words *list = list_of(heard, name);
    bool met;
    replay->expectation_count++;
    if (list != NULL) {
        bool any_error = list == &heard->errors && value[0] == '\0';
        met = list->used > 0 && (any_error || list_holds(list->text, value));
        heard->error_expected |= list == &heard->errors;
        found = *list;
    } else if (strcmp(name, "event_count") == 0) {
        add(&found, "%u", heard->have_frame ? jk_event_count(heard->frame) : 0);
        met = strcmp(found.text, value) == 0;
    } else if (strcmp(name, "raw") == 0) {
        add_raw(&found, heard, value);
        met = strcmp(found.text, value) == 0;
    } else if (find_named(&found, heard, name)) {
        met = strcmp(found.text, value) == 0;
    } else {
        complain(replay, "there is no value or setting '%s'", name);
        return;
    }
    if (!met)
        complain(replay, "%s: expected %s, found %s", name, value, found.text);
}

/* Cuts "@ADDRESS" off. */
static void choose(struct heard *heard, char *name)
{
    char *at = strchr(name, '@');
    unsigned long address = at != NULL ? strtoul(at + 1, NULL, 10) : ADDRESS_COUNT;
    heard->chosen = address < ADDRESS_COUNT ? &heard->of_pack[address] : &heard->values;
    if (address < ADDRESS_COUNT)
        *at = '\0';
}

static void take_expectation(struct replay *replay, const struct log_line *line)
{
    char text[LINE_SIZE];
    snprintf(text, sizeof(text), "%.*s", (int)line->text_size, line->text);
    char *value = text + strcspn(text, " \t");
    if (*value != '\0')
        *value++ = '\0';
    value += strspn(value, " \t");
    choose(&replay->heard, text);
    if (replay->traffic_count == 0)
        complain(replay, "an expectation before any traffic");
    expect(replay, text, value);
}

/* Comments */

static void take_evidence(struct replay *replay, const char *text)
{
    for (size_t i = 0; i <= EVIDENCE_UNVERIFIED; i++) {
        if (strcmp(text, evidence_name[i]) != 0)
            continue;
        replay->have_evidence = true;
        replay->evidence = (uint8_t)i;
    }
    if (!replay->have_evidence)
        complain(replay, "unknown class of evidence '%s'", text);
}

static void take_comment(struct replay *replay, const struct log_line *line)
{
    char text[LINE_SIZE];
    char word[LINE_SIZE];
    snprintf(text, sizeof(text), "%.*s", (int)line->text_size, line->text);
    replay->not_reencoded = strncmp(text, "not re-encoded: ", 16) == 0;
    if (sscanf(text, "protocol: %s", word) == 1 && replay->protocol == NULL) {
        replay->can = protocol_find_can(word);
        replay->protocol = protocol_find(word);
        replay->explainer.serial = protocol_find_serial(word);
        if (replay->protocol == NULL)
            complain(replay, "there is no protocol '%s'", word);
    }
    if (sscanf(text, "evidence: %s", word) == 1)
        take_evidence(replay, word);
    if (sscanf(text, "origin: %s", word) == 1)
        replay->have_origin = true;
}

/* Traffic */

static void reencode(struct replay *replay, const struct can_frame *frame)
{
    const struct can_protocol *can = replay->can;
    const struct can_message *message = can_find(can, frame);
    struct can_frame again = {0};
    if (message == NULL || can_from_inverter(can, message))
        return;
    if (can_decode(can, message, frame, &replay->bus) != DECODED || replay->not_reencoded)
        return;
    int pack = can_pack(can, message, frame);
    struct view view = {.bank = &replay->bus};
    if (pack >= 0)
        view.pack[pack] = &replay->bus;
    if (!can_encode(can, message, &view, pack >= 0 ? (unsigned)pack : 0, &again))
        complain(replay, "%s cannot be sent from what it said", can_message_name(message));
    else if (again.size != frame->size || memcmp(again.data, frame->data, frame->size) != 0) {
        struct words sent = {{0}, 0};
        for (unsigned i = 0; i < again.size; i++)
            add(&sent, "%02X", again.data[i]);
        complain(replay, "%s would be sent as %s", can_message_name(message), sent.text);
    }
}

static void close_traffic(struct replay *replay)
{
    if (replay->heard.errors.used > 0 && !replay->heard.error_expected)
        complain(replay, "an error that is not expected: %s", replay->heard.errors.text);
}

static void open_traffic(struct replay *replay)
{
    replay->traffic_count++;
    memset(&replay->heard, 0, sizeof(replay->heard));
    snapshot_init(&replay->heard.values);
    params_init(&replay->heard.params);
}

static void take_traffic(struct replay *replay, const struct log_line *line)
{
    const struct protocol *protocol = replay->protocol;
    close_traffic(replay);
    open_traffic(replay);
    if (protocol == NULL || (line->kind == LOG_CAN) != (replay->can != NULL)) {
        complain(replay, "traffic that is not of the protocol named above");
        return;
    }
    if (line->kind == LOG_CAN) {
        protocol_explain_can(replay->can, &line->frame, hear, replay);
        reencode(replay, &line->frame);
        return;
    }
    enum side from = line->from_asking ? SIDE_ASKING : SIDE_BATTERY;
    const struct serial_burst_heard burst = {from, line->bytes, line->size};
    static const struct serial_burst_heard end = {SIDE_BATTERY, NULL, 0};
    protocol_explain_serial(protocol, &replay->explainer, &burst, hear, replay);
    if (replay->line == replay->last_traffic)
        protocol_explain_serial(protocol, &replay->explainer, &end, hear, replay);
}

/* Whole logs */

static void take_line(struct replay *replay, const char *text, size_t size)
{
    struct log_line line;
    struct log_error error;
    if (log_text_parse(text, size, &line, &error) != 0)
        complain(replay, "column %zu: %s", error.column, error.reason);
    else if (line.kind == LOG_COMMENT)
        take_comment(replay, &line);
    else if (line.kind == LOG_EXPECTATION)
        take_expectation(replay, &line);
    else if (line.kind != LOG_EMPTY) {
        take_traffic(replay, &line);
        replay->not_reencoded = false;
    }
}

static unsigned last_traffic_line(const char *text)
{
    unsigned last = 0;
    unsigned number = 1;
    for (const char *at = text; *at != '\0'; number++) {
        if (*at == '(')
            last = number;
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    return last;
}

/* Logs by protocol and class of evidence. */
static unsigned log_count[LOG_COUNT_MAX][EVIDENCE_UNVERIFIED + 1];

/* Returns the number of complaints. */
static unsigned replay_text(const char *file, const char *text, bool quiet)
{
    static struct replay replay;
    memset(&replay, 0, sizeof(replay));
    replay.file = file;
    replay.quiet = quiet;
    replay.last_traffic = last_traffic_line(text);
    snapshot_init(&replay.bus);
    for (const char *at = text; *at != '\0';) {
        size_t size = strcspn(at, "\n");
        replay.line++;
        take_line(&replay, at, size);
        at += size + (at[size] == '\n');
    }
    close_traffic(&replay);
    if (replay.protocol == NULL || !replay.have_evidence || !replay.have_origin)
        complain(&replay, "the log does not name its protocol, evidence and origin");
    if (replay.traffic_count == 0)
        complain(&replay, "the log holds no traffic");
    if (replay.expectation_count == 0)
        complain(&replay, "the log expects nothing");
    if (replay.failures == 0 && !quiet)
        log_count[replay.protocol - protocols][replay.evidence]++;
    return replay.failures;
}

static void replay_file(void **state)
{
    const char *name = *state;
    char path[LINE_SIZE];
    snprintf(path, sizeof(path), "%s/protocols/%s", TEST_DATA, name);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    char *text = NULL;
    size_t capacity = 0;
    ssize_t size = getdelim(&text, &capacity, '\0', stream);
    fclose(stream);
    assert_true(size > 0);
    unsigned failures = replay_text(path, text, false);
    free(text);
    assert_int_equal(failures, 0);
}

static void no_protocol_claims_more_evidence_than_its_logs_show(void **state)
{
    (void)state;
    assert_true(protocol_count <= LOG_COUNT_MAX);
    for (size_t i = 0; i < protocol_count; i++) {
        unsigned count = log_count[i][protocols[i].evidence];
        if (count == 0)
            print_error("%s: no log with evidence %s\n", protocols[i].name,
                        evidence_name[protocols[i].evidence]);
        assert_true(count > 0);
    }
}

/* The runner itself */

#define NAME "# protocol: pylon_can\n"
#define EVIDENCE "# evidence: document\n"
#define ORIGIN "# origin: here\n"
#define HEAD NAME EVIDENCE ORIGIN
#define FRAME "(0.0) can0 355#1A006400\n"
#define LONG "(0.0) can0 355#1A0064000000\n"
#define SOC "= soc_permille 260\n"

static void a_log_is_refused_for_each_thing_that_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned failures;
    } rows[] = {
        {HEAD FRAME SOC "= message state\n= from battery",           0},
        {HEAD FRAME "= soc_permille 261\n",                          1},
        {HEAD FRAME "= soc_permille@2 260\n",                        1},
        {HEAD FRAME "= soc_permille\n",                              1},
        {HEAD FRAME "= soc_per_mille 260\n",                         1},
        {HEAD FRAME "= pack_mv -\n",                                 0},
        {HEAD FRAME "= pack_mv 0\n",                                 1},
        {HEAD FRAME "= alarms -\n",                                  1},
        {HEAD FRAME "= message stat\n",                              1},
        {HEAD FRAME "= raw u110 1\n",                                1},
        {HEAD FRAME "= control preset_lfp 0\n",                      1},
        {HEAD FRAME "= event 0 started\n",                           1},
        {HEAD FRAME "= event_count 1\n",                             1},
        {HEAD FRAME "= error\n",                                     1},
        {HEAD FRAME,                                                 1},
        {HEAD,                                                       2},
        {HEAD "= soc_permille -\n" FRAME,                            1},
        {HEAD "(0.0) can0 355#1\n" FRAME SOC,                        1},
        {HEAD "(0.0) can0 355#1A\n= error\n= message state\n",       0},
        {HEAD "(0.0) can0 355#1A\n= message state\n",                1},
        {HEAD LONG SOC,                                              1},
        {HEAD "# not re-encoded: size\n" LONG SOC,                   0},
        {HEAD "# not re-encoded: size\n" FRAME LONG SOC,             1},
        {HEAD "(0.0) rs485 > 01\n= message noise\n",                 2},
        {HEAD "(0.0) can0 7FF#\n= message unknown\n",                0},
        {NAME ORIGIN FRAME SOC,                                      1},
        {NAME "# evidence: hearsay\n" ORIGIN FRAME SOC,              2},
        {NAME EVIDENCE FRAME SOC,                                    1},
        {"# protocol: none\n" EVIDENCE ORIGIN FRAME "= pack_mv -\n", 3},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned failures = replay_text("text", rows[i].text, true);
        if (failures != rows[i].failures)
            print_error("%s: %u complaints\n", rows[i].text, failures);
        assert_int_equal(failures, rows[i].failures);
    }
}

static int is_log(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end != NULL && strcmp(end, ".log") == 0;
}

int main(void)
{
    static struct CMUnitTest tests[LOG_COUNT_MAX + 2] = {
        cmocka_unit_test(a_log_is_refused_for_each_thing_that_is_wrong),
    };
    struct dirent **entries;
    int count = scandir(TEST_DATA "/protocols", &entries, is_log, alphasort);
    if (count <= 0 || count > LOG_COUNT_MAX) {
        print_error("%s/protocols: no logs, or too many\n", TEST_DATA);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        char *name = entries[i]->d_name;
        tests[1 + i] = (struct CMUnitTest){name, replay_file, NULL, NULL, name};
    }
    tests[1 + count] =
        (struct CMUnitTest)cmocka_unit_test(no_protocol_claims_more_evidence_than_its_logs_show);
    int failed = _cmocka_run_group_tests("replay", tests, 2 + (size_t)count, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return failed;
}
