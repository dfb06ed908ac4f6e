/* SPDX-License-Identifier: Apache-2.0
 * A pack refuses what is at odds with its other settings, so the order matters: what is refused is
 * tried again after what was accepted, until nothing is left or nothing moves any more. On a Hearth
 * pack neighbours go in one frame, which it takes as a whole or not at all.
 */
#include "app/hearth/setter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/hearth/command.h"
#include "base/number.h"
#include "protocols/jk_server.h"

static const char *name_of(const struct setter *setter)
{
    return setter->session.line.subcommand;
}

error_t setter_parse(struct setter *setter, int key, char *text, struct argp_state *state)
{
    if (key == SETTER_OPTION_PASSWORD)
        setter->password_path = text;
    else if (key == SETTER_OPTION_DRY_RUN)
        setter->dry_run = true;
    else
        return session_parse(&setter->session, key, text, state);
    return 0;
}

/* The first line of the password file. Returns an exit code. */
static int read_password(struct setter *setter)
{
    struct stat about;
    if (!setter->password_path)
        return EXIT_DONE;
    FILE *file = fopen(setter->password_path, "re");
    if (file == NULL)
        return usage_error(name_of(setter), "%s: %s", setter->password_path, strerror(errno));
    if (fstat(fileno(file), &about) == 0 && (about.st_mode & (S_IRGRP | S_IROTH)))
        fprintf(stderr, "hearth %s: warning: %s can be read by others\n", name_of(setter),
                setter->password_path);
    bool read = fgets(setter->password, sizeof(setter->password), file) != NULL;
    fclose(file);
    size_t size = strcspn(setter->password, "\r\n");
    setter->password[size] = '\0';
    if (!read || size == 0 || size > SETTER_PASSWORD_SIZE)
        return usage_error(name_of(setter),
                           "%s: a password of 1 to %d letters is expected in its first line",
                           setter->password_path, SETTER_PASSWORD_SIZE);
    return EXIT_DONE;
}

/* --- before --- */

static bool read_settings(struct setter *setter, struct params *params)
{
    struct snapshot values;
    snapshot_init(&values);
    params_init(params);
    return session_read(&setter->session, JK_INFO, &values, params) &&
           session_read(&setter->session, JK_SETTINGS, &values, params);
}

/* Prints the difference and keeps only what makes one. */
static bool show_plan(struct setter *setter)
{
    struct params after = setter->before;
    bool good = true;
    size_t kept = 0;
    for (size_t i = 0; i < setter->count; i++) {
        const struct assignment *assignment = &setter->assignments[i];
        if (!assign_have(assignment, &setter->before)) {
            fprintf(stderr, "hearth %s: %s: this pack does not have it\n", name_of(setter),
                    assignment->name);
            good = false;
            continue;
        }
        bool differs = !assign_holds(assignment, &setter->before);
        assign_apply(assignment, &after);
        if (differs || !setter->only_differences)
            assign_print(assignment, &setter->before, &after);
        if (differs)
            setter->assignments[kept++] = *assignment;
    }
    setter->count = kept;
    if (kept == 0 && setter->only_differences)
        puts("nothing differs");
    fflush(stdout);
    return good;
}

static bool log_in(struct setter *setter)
{
    if (!setter->password_path)
        return true;
    if (!setter->is_hearth) {
        fprintf(stderr, "hearth %s: '%s' is not a Hearth pack, the password is not sent\n",
                name_of(setter), setter->before.model);
        return true;
    }
    enum jk_exchange_state state = session_login(&setter->session, setter->password);
    setter->logged_in = state == JK_EXCHANGE_DONE;
    if (!setter->logged_in)
        session_complain(&setter->session, state == JK_EXCHANGE_REFUSED
                                               ? "the password is not accepted"
                                               : session_trouble(state));
    return setter->logged_in;
}

/* --- writing --- */

static int by_address(const void *a, const void *b)
{
    const struct assignment *left = a;
    const struct assignment *right = b;
    return (left->address > right->address) - (left->address < right->address);
}

static bool joins(const struct setter *setter, const struct unit_of_write *unit, size_t next)
{
    const struct assignment *last = &setter->assignments[next - 1];
    const struct assignment *added = &setter->assignments[next];
    return setter->is_hearth && unit->count < JK_COMMAND_MAX && !last->is_text && !added->is_text &&
           added->address == last->address + last->size;
}

static void plan_units(struct setter *setter)
{
    struct unit_of_write *unit = NULL;
    qsort(setter->assignments, setter->count, sizeof(setter->assignments[0]), by_address);
    for (size_t i = 0; i < setter->count; i++) {
        if (unit != NULL && joins(setter, unit, i)) {
            unit->count++;
            continue;
        }
        unit = &setter->units[setter->unit_count++];
        *unit = (struct unit_of_write){.first = i, .count = 1};
    }
}

static enum jk_exchange_state write_unit(struct setter *setter, struct unit_of_write *unit)
{
    const struct assignment *first = &setter->assignments[unit->first];
    uint8_t data[16 * JK_COMMAND_MAX];
    size_t size = 0;
    for (size_t i = 0; i < unit->count; i++) {
        assign_encode(&first[i], &setter->now, data + size);
        size += first[i].size;
    }
    enum jk_exchange_state state =
        session_write(&setter->session, first->address, data, (uint16_t)(size / 2));
    unit->done = state == JK_EXCHANGE_DONE;
    unit->exception = state == JK_EXCHANGE_REFUSED ? setter->session.client.exchange.exception : 0;
    for (size_t i = 0; unit->done && i < unit->count; i++)
        assign_apply(&first[i], &setter->now);
    return state;
}

/* Neighbours that were refused together are tried one by one: each may wait for another. */
static void split_units(struct setter *setter)
{
    struct unit_of_write split[SETTER_ASSIGNMENT_MAX];
    size_t count = 0;
    for (size_t i = 0; i < setter->unit_count; i++) {
        const struct unit_of_write *unit = &setter->units[i];
        for (size_t part = 0; part < unit->count; part++)
            split[count++] =
                (struct unit_of_write){unit->first + part, 1, unit->done, unit->exception};
    }
    memcpy(setter->units, split, count * sizeof(split[0]));
    setter->unit_count = count;
}

/* One try of each that is not done; their number, or -1 when the line failed. */
static int write_round(struct setter *setter)
{
    int written = 0;
    for (size_t i = 0; i < setter->unit_count; i++) {
        if (setter->units[i].done)
            continue;
        enum jk_exchange_state state = write_unit(setter, &setter->units[i]);
        if (state != JK_EXCHANGE_DONE && state != JK_EXCHANGE_REFUSED) {
            session_complain(&setter->session, session_trouble(state));
            return -1;
        }
        written += setter->units[i].done;
    }
    return written;
}

static bool write_all(struct setter *setter)
{
    int written;
    bool joined = true;
    do {
        written = write_round(setter);
        if (written == 0 && joined) {
            split_units(setter);
            joined = false;
            written = 1;
        }
    } while (written > 0);
    return written == 0;
}

/* --- after --- */

static const char *reason_of(const struct setter *setter, uint8_t exception)
{
    switch (exception) {
    case MODBUS_NO_EXCEPTION:
        return "acknowledged, but not changed";
    case MODBUS_ILLEGAL_ADDRESS:
        return setter->logged_in ? "no access with this password"
                                 : "no access: log in with --password-file";
    case MODBUS_ILLEGAL_VALUE:
        return "refused: out of range, or in conflict with another setting";
    case MODBUS_BUSY:
        return "refused: the pack is busy";
    default:
        return "refused";
    }
}

/* The pack does not say what stands in the way; our own rules mostly do. */
static void hint(const struct setter *setter, const struct assignment *assignment,
                 const struct params *after)
{
    struct params wanted = *after;
    int other;
    assign_apply(assignment, &wanted);
    int low = params_check(&wanted, &other);
    if (setter->is_hearth && low >= 0 && other >= 0)
        fprintf(stderr, " (%s has to stay below %s)", param_info[low].name, param_info[other].name);
}

/* What changed goes to standard output, what did not and why to standard error. */
static bool judge_one(const struct setter *setter, const struct unit_of_write *unit,
                      const struct assignment *assignment, const struct params *after)
{
    bool blank = assign_secret(assignment); /* cannot be read back */
    if (unit->done && (blank || assign_holds(assignment, after))) {
        printf("changed ");
        assign_print(assignment, &setter->before, after);
        return true;
    }
    fprintf(stderr, "hearth %s: %s is not %s: %s", name_of(setter), assignment->name,
            blank ? "changed" : assignment->text, reason_of(setter, unit->exception));
    if (unit->exception == MODBUS_ILLEGAL_VALUE)
        hint(setter, assignment, after);
    fputc('\n', stderr);
    return false;
}

static int judge(const struct setter *setter, const struct params *after)
{
    bool good = true;
    for (size_t i = 0; i < setter->unit_count; i++) {
        const struct unit_of_write *unit = &setter->units[i];
        for (size_t part = 0; part < unit->count; part++)
            good &= judge_one(setter, unit, &setter->assignments[unit->first + part], after);
    }
    return good ? EXIT_DONE : EXIT_FAILED;
}

static int set_all(struct setter *setter)
{
    struct params after;
    if (!read_settings(setter, &setter->before) || !show_plan(setter))
        return EXIT_FAILED;
    if (setter->dry_run || setter->count == 0)
        return EXIT_DONE;
    setter->now = setter->before;
    setter->is_hearth = strncmp(setter->before.model, "HEARTH_", 7) == 0;
    plan_units(setter);
    if (!log_in(setter))
        return EXIT_FAILED;
    bool written = write_all(setter);
    if (!read_settings(setter, &after))
        return EXIT_FAILED;
    int code = judge(setter, &after);
    return written ? code : EXIT_FAILED;
}

int setter_run(struct setter *setter)
{
    int code = read_password(setter);
    if (code == EXIT_DONE)
        code = session_open(&setter->session);
    if (code != EXIT_DONE)
        return code;
    code = set_all(setter);
    session_close(&setter->session);
    return code;
}
