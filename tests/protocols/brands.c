/* SPDX-License-Identifier: Apache-2.0
 * The pick list: every row leads to a protocol or says why not, and numbers lead back to theirs.
 */
#include "protocols/brands.h"

#include <string.h>

#include "base/text.h"
#include "core/params.h"
#include "tests/support/test.h"
#include "wire/can_rows.h"

static void every_brand_leads_to_a_protocol_of_its_bus_or_says_why_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < brand_count; i++) {
        const struct brand *brand = &brands[i];
        const struct protocol *protocol = protocol_find(brand->use);
        if (text_equal(brand->use, BRAND_NO_PROTOCOL)) {
            assert_true(strlen(brand->advice) > 10);
            assert_int_equal(brand->number, -1);
            continue;
        }
        if (protocol == NULL)
            fail_msg("%s: there is no protocol '%s'", brand->brand, brand->use);
        assert_int_equal(protocol->bus, brand->bus);
    }
}

static void every_can_profile_that_speaks_has_one_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].can_count; n++) {
            const struct can_protocol *can = &protocols[i].can[n];
            int number = brand_number(can);
            if (can->messages[0].period_ms == 0)
                assert_int_equal(number, -1); /* read only */
            else
                assert_ptr_equal(brand_can(number), can);
        }
    }
    assert_null(brand_can(-1));
    assert_null(brand_can(127));
}

static void the_number_of_a_new_pack_is_pylon(void **state)
{
    (void)state;
    struct params params;
    params_init(&params);
    assert_ptr_equal(brand_can(params.can_protocol), protocol_find_can("pylon_can"));
}

static void a_profile_can_have_less_evidence_than_its_protocol(void **state)
{
    (void)state;
    assert_int_equal(protocol_evidence("deye_can"), EVIDENCE_CAPTURE);
    assert_int_equal(protocol_evidence("deye_can:dy33"), EVIDENCE_CAPTURE);
    assert_int_equal(protocol_evidence("deye_can:pylon"), EVIDENCE_DOCUMENT);
    assert_int_equal(protocol_evidence("sma_can"), EVIDENCE_DOCUMENT);
    assert_int_equal(protocol_evidence("no_can"), EVIDENCE_UNVERIFIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_brand_leads_to_a_protocol_of_its_bus_or_says_why_not),
        cmocka_unit_test(every_can_profile_that_speaks_has_one_number),
        cmocka_unit_test(the_number_of_a_new_pack_is_pylon),
        cmocka_unit_test(a_profile_can_have_less_evidence_than_its_protocol),
    };
    return RUN_TESTS(tests);
}
