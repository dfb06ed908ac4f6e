/* SPDX-License-Identifier: Apache-2.0
 * The pick list as JSON from the rows of ui/brand.h. `number` is what the setting can_protocol
 * takes; a row without it cannot be chosen.
 */
#include "ui/brands_json.h"

#include "base/text.h"
#include "ui/json.h"
#include "ui/schema.h"
#include "wire/can_rows.h"

static void put_known(struct text_writer *writer, const char *name, const char *text)
{
    if (!text_equal(text, "-"))
        json_put_string(writer, name, text);
}

static void put_protocol(struct text_writer *writer, const struct brand *brand)
{
    const struct protocol *protocol = protocol_find(brand->use);
    const struct can_protocol *can = brand_profile(brand);
    if (protocol == NULL)
        return;
    json_put_string(writer, "protocol", protocol->name);
    if (can != NULL && can->profile[0] != '\0')
        json_put_string(writer, "profile", can->profile);
    json_put_string(writer, "title", protocol->title);
    json_put_string(writer, "evidence", evidence_name[protocol_evidence(brand->use)]);
    if (brand_bitrate(brand) > 0)
        json_put_integer(writer, "bitrate", brand_bitrate(brand));
    if (brand_choice(brand) >= 0)
        json_put_integer(writer, "number", brand_choice(brand));
    json_put_boolean(writer, "own_number", brand->number >= 0);
}

void brands_json_row(struct text_writer *writer, size_t row)
{
    static const char *const pins_name[] = {
        [BRAND_PINS_UNKNOWN] = "unknown",
        [BRAND_PINS_FIT] = "fit",
        [BRAND_PINS_SWAPPED] = "swapped",
        [BRAND_PINS_DIFFER] = "differ",
    };
    const struct brand *brand = &brands[row];
    char warning[BRAND_PINS_SIZE_MAX];
    struct text_writer words;
    writer_init(&words, warning, sizeof(warning));
    brand_pins_warning(&words, brand);
    json_put_string(writer, "brand", brand->brand);
    json_put_string(writer, "bus", bus_name[brand->bus]);
    put_known(writer, "use", brand->use);
    put_protocol(writer, brand);
    put_known(writer, "tested_by_maker", brand->tested_by_maker);
    put_known(writer, "menu", brand->menu);
    put_known(writer, "advice", brand->advice);
    json_put_string(writer, "pins", pins_name[brand_pins(brand)]);
    json_put_boolean(writer, "has_wiring", brand_socket(brand) != NULL);
    if (words.used > 0)
        json_put_string(writer, "pin_warning", warning);
}

void brands_json(struct text_writer *writer)
{
    json_open(writer, '{');
    schema_table(writer, "brands", brand_count, brands_json_row);
    json_close(writer, '}');
}
